// Changes as they happen. A broken connection is tried again, ever more slowly, without a word until it lasts.

const FIRST_WAIT = 2000;
const LONGEST_WAIT = 60000;
const QUIET = 20000;

/** Call `heard(kind, change)` for each change, `missed()` when some were lost, `away(bool)` when it stays broken. */
export function follow(url, { heard, missed, away }) {
  let wait = FIRST_WAIT;
  let silence = null;

  const broken = () => {
    silence ??= setTimeout(() => away(true), QUIET);
  };
  const open = () => {
    const source = new EventSource(url);
    source.onopen = () => {
      wait = FIRST_WAIT;
      clearTimeout(silence);
      silence = null;
      away(false);
    };
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
