// Asks how the proposal stands, and shows the page anew when that has changed.

const EVERY = 3000;
const section = document.getElementById("state");

async function look() {
  const answer = await fetch(`/api/v1/submissions/${section.dataset.receipt}`, { cache: "no-store" }).catch(() => null);
  if (answer?.ok && (await answer.json()).state !== section.dataset.state) location.reload();
  else setTimeout(look, EVERY);
}
setTimeout(look, EVERY);
