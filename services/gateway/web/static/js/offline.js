// The page of what is kept on this device. It stands in for others when there is no network.

import { Book } from "./book.js";
import { View } from "./view.js";
import { element, words } from "./words.js";

const place = document.getElementById("map");
const told = document.getElementById("told");
const config = JSON.parse(place.dataset.config);
const text = words(JSON.parse(place.dataset.texts), config.lang, config.ahead);

async function open() {
  const answer = await fetch("/offline.json").catch(() => null);
  if (!answer?.ok) {
    told.textContent = text.say("offline.nothing");
    return;
  }
  const data = await answer.json();
  const book = new Book(data, config.lang);
  config.areas = book.areas;
  told.textContent = describe(answer, data);
  const view = new View({ source: book.source(), config, text });
  view.total = book.entries.length;
  const wanted = location.pathname.match(/^\/listings\/([a-z2-7]{13})$/);
  if (wanted) show(view, book.find(wanted[1]));
}

function describe(answer, data) {
  const kept = new Date(answer.headers.get("X-Kept-At") ?? Date.now());
  const date = `${text.date(kept)}, ${text.time(kept)}`;
  const parts = [text.say("offline.as_of", { date })];
  const shown = data.rows.length;
  if (shown < data.total) parts.push(text.say("offline.part", { shown: text.number(shown), total: text.number(data.total) }));
  if (location.pathname === "/submit") parts.unshift(text.say("offline.submit"));
  return parts.join(" ");
}

/** The listing whose page could not be loaded. */
function show(view, found) {
  if (!found) return;
  const { properties, geometry } = found;
  const detail = document.getElementById("detail");
  detail.append(element("h2", {}, element("bdi", {}, properties.name)), element("p", {}, view.facts(properties)));
  if (properties.description) detail.append(element("p", { dir: "auto" }, properties.description));
  if (properties.link) detail.append(element("p", { dir: "ltr" }, properties.link));
  else detail.append(element("p", {}, text.say(whyNoLink(properties))));
  detail.hidden = false;
  detail.focus();
  view.map.setView([geometry.coordinates[1], geometry.coordinates[0]], 16);
}

function whyNoLink(properties) {
  if (properties.link_hidden_since) return "mirror.link_hidden";
  return properties.dead_since ? "listing.link_gone" : "mirror.no_link";
}

document.getElementById("forget").addEventListener("click", async () => {
  try {
    for (const one of await navigator.serviceWorker.getRegistrations()) await one.unregister();
    for (const name of await caches.keys()) await caches.delete(name);
  } finally {
    told.textContent = text.say("offline.forgotten");
  }
});
open();
