// "Near me": sorts the rows that are there by distance. The position is asked for when pressed, stays in this
// browser, and is forgotten with the page.

import { element, words } from "./words.js";

const METRES_A_DEGREE = 111195;

function metres([lat, lon], [toLat, toLon]) {
  const across = (toLon - lon) * Math.cos((lat * Math.PI) / 180);
  return Math.hypot(toLat - lat, across) * METRES_A_DEGREE;
}

/** A button above the rows, where a browser can tell a position at all. */
export function near(rows, { texts, language }) {
  if (!navigator.geolocation || !window.isSecureContext) return;
  const text = words(texts, language);
  const button = element("button", { type: "button" }, text.say("near.me"));
  const note = element("span", { role: "status" });
  rows.before(element("p", { class: "near screen-only" }, button, note));
  let here = null;

  const away = (row) => (row.dataset.at ? metres(here, row.dataset.at.split(",").map(Number)) : Infinity);
  const shown = (distance) =>
    distance < 1000 ? text.say("near.away", { n: Math.round(distance / 10) * 10 }) : text.say("near.away_km", { n: (distance / 1000).toFixed(1) });

  function sort() {
    if (!here) return;
    watch.disconnect();
    const sorted = [...rows.children].map((row) => [away(row), row]).sort(([one], [other]) => one - other);
    for (const [distance, row] of sorted) {
      row.querySelector(".away")?.remove();
      if (Number.isFinite(distance)) row.querySelector(".facts").append(element("span", { class: "away" }, ` · ${shown(distance)}`));
    }
    rows.replaceChildren(...sorted.map(([, row]) => row));
    watch.observe(rows, { childList: true });
  }

  const watch = new MutationObserver(sort);
  button.addEventListener("click", () => {
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        here = [coords.latitude, coords.longitude];
        note.textContent = text.say("near.sorted");
        sort();
      },
      () => {
        note.textContent = text.say("near.failed");
      },
      { maximumAge: 60000, timeout: 20000 },
    );
  });
}

const form = document.querySelector("form[data-suggest]");
const rows = document.querySelector("#rows, .rows");
if (form && rows) near(rows, JSON.parse(form.dataset.suggest));
