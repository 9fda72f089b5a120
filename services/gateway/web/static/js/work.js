// A worker that solves the proof of work: a nonce for which SHA-256 of `challenge:nonce` begins with zero bits.

const BATCH = 256;
const encoder = new TextEncoder();

function zeroBits(bytes) {
  let bits = 0;
  for (const byte of bytes) {
    if (byte) return bits + Math.clz32(byte) - 24;
    bits += 8;
  }
  return bits;
}

async function solve(challenge, bits) {
  for (let start = 0; ; start += BATCH) {
    const nonces = Array.from({ length: BATCH }, (_, n) => start + n);
    const digests = await Promise.all(nonces.map((n) => crypto.subtle.digest("SHA-256", encoder.encode(`${challenge}:${n}`))));
    const found = digests.findIndex((digest) => zeroBits(new Uint8Array(digest)) >= bits);
    if (found >= 0) return `${challenge}:${start + found}`;
  }
}

self.onmessage = async ({ data }) => {
  self.postMessage(await solve(data.challenge, data.bits));
};
