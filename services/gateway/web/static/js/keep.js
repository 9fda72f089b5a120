// Lets the browser keep map, list and guide for a time without a network, once the page itself has long loaded.
// Where storage is blocked, as in private windows and Tor Browser, nothing happens and nothing is missing.

const PAUSE = 4000;

async function keep() {
  if (navigator.connection?.saveData) return;
  await navigator.serviceWorker.register("/sw.js");
  const { active } = await navigator.serviceWorker.ready;
  active.postMessage({ keep: document.documentElement.lang });
}

setTimeout(() => keep().catch(() => {}), PAUSE);
