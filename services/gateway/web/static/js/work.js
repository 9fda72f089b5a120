// A worker that solves the proof of work: a nonce for which SHA-256 of `challenge:nonce` begins with zero bits.
// A plain loop: calls of crypto.subtle cost some ten times as much as the hash itself, and need a secure context.

const BLOCK = 64;
const LENGTH_BYTES = 8;
const NONCE = 10;
const ROUNDS = Int32Array.from(roots(64, 3));
const START = Int32Array.from(roots(8, 2));
const schedule = new Int32Array(64);

/** The first 32 bits of the fractions of roots of primes, of which FIPS 180-4 makes its constants. */
function roots(count, degree) {
  const primes = [];
  for (let n = 2; primes.length < count; n++) if (primes.every((p) => n % p)) primes.push(n);
  return primes.map((prime) => {
    const root = degree === 2 ? Math.sqrt(prime) : Math.cbrt(prime);
    return Math.floor((root % 1) * 2 ** 32) | 0;
  });
}

/** One block into the state, FIPS 180-4, 6.2.2. */
function compress(state, view, offset) {
  const w = schedule;
  for (let i = 0; i < 16; i++) w[i] = view.getInt32(offset + 4 * i);
  for (let i = 16; i < 64; i++) {
    const x = w[i - 15];
    const y = w[i - 2];
    const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
    const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
    w[i] = (w[i - 16] + s0 + w[i - 7] + s1) | 0;
  }
  let a = state[0], b = state[1], c = state[2], d = state[3];
  let e = state[4], f = state[5], g = state[6], h = state[7];
  for (let i = 0; i < 64; i++) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + ROUNDS[i] + w[i]) | 0;
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g; g = f; f = e; e = (d + t1) | 0;
    d = c; c = b; b = a; a = (t1 + t2) | 0;
  }
  state[0] += a; state[1] += b; state[2] += c; state[3] += d;
  state[4] += e; state[5] += f; state[6] += g; state[7] += h;
}

/** What follows the last whole block of the challenge: its rest, the nonce, and the padding. */
function tail(prefix, whole) {
  const rest = prefix.length - whole;
  const size = Math.ceil((rest + NONCE + 1 + LENGTH_BYTES) / BLOCK) * BLOCK;
  const bytes = new Uint8Array(size);
  bytes.set(prefix.subarray(whole));
  bytes.fill(48, rest, rest + NONCE);
  bytes[rest + NONCE] = 0x80;
  new DataView(bytes.buffer).setUint32(size - 4, (prefix.length + NONCE) * 8);
  return { bytes, end: rest + NONCE };
}

function isEnough(state, bits) {
  return bits <= 32
    ? bits === 0 || state[0] >>> (32 - bits) === 0
    : state[0] === 0 && state[1] >>> (64 - bits) === 0;
}

function solve(challenge, bits) {
  const prefix = new TextEncoder().encode(`${challenge}:`);
  const whole = Math.floor(prefix.length / BLOCK) * BLOCK;
  const middle = START.slice();
  for (let at = 0; at < whole; at += BLOCK) compress(middle, new DataView(prefix.buffer), at);
  const { bytes, end } = tail(prefix, whole);
  const view = new DataView(bytes.buffer);
  const state = new Int32Array(8);
  for (let nonce = 0; nonce < 10 ** NONCE; nonce++) {
    state.set(middle);
    for (let at = 0; at < bytes.length; at += BLOCK) compress(state, view, at);
    if (isEnough(state, bits)) return `${challenge}:${String(nonce).padStart(NONCE, "0")}`;
    let digit = end - 1;
    while (bytes[digit] === 57) bytes[digit--] = 48;
    bytes[digit] += 1;
  }
  return "";
}

self.onmessage = ({ data }) => self.postMessage(solve(data.challenge, data.bits));
