// Changes as they happen. A broken connection is tried again, ever more slowly, without a word until it lasts; one
// that never opens, as behind a proxy that holds everything back, is replaced by asking now and then.

const FIRST_WAIT = 2000;
const LONGEST_WAIT = 60000;
const QUIET = 20000;

/** Call `heard(kind, change)` for each change, `missed()` when some were lost, `away(bool)` when it stays broken. */
export function follow(url, { heard, missed, away }) {
  let wait = FIRST_WAIT;
  let silence = null;
  let asking = null;

  const broken = () => {
    silence ??= setTimeout(() => {
      away(true);
      asking ??= setInterval(missed, LONGEST_WAIT);
    }, QUIET);
  };
  const whole = () => {
    wait = FIRST_WAIT;
    clearTimeout(silence);
    clearInterval(asking);
    silence = asking = null;
    away(false);
  };
  const open = () => {
    const source = new EventSource(url);
    broken();
    source.onopen = whole;
    source.onerror = () => {
      broken();
      if (source.readyState !== EventSource.CLOSED) return;
      setTimeout(open, wait);
      wait = Math.min(wait * 2, LONGEST_WAIT);
    };
    for (const kind of ["added", "changed", "removed"]) {
      source.addEventListener(kind, (event) => heard(kind, JSON.parse(event.data)));
    }
    // What changed between the page's loading and this moment is in no event: both mean "load anew".
    source.addEventListener("ready", missed);
    source.addEventListener("resync", missed);
  };
  open();
}
