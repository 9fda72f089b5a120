// The start page: a view of what the server knows, kept up to date as it changes.

import { follow } from "./live.js";
import { ask, box } from "./server.js";
import { View } from "./view.js";
import { words } from "./words.js";

const place = document.getElementById("map");
const config = JSON.parse(place.dataset.config);
const text = words(JSON.parse(place.dataset.texts), config.lang, config.ahead);
const live = document.getElementById("live");
const fresh = document.getElementById("fresh");
let updated = null;

const source = {
  clusters: (bounds, zoom, filters, signal) => ask("clusters", { bbox: box(bounds), zoom, ...filters }, signal),
  listings: (bounds, options, filters, signal) => ask("listings", { bbox: box(bounds), ...options, ...filters }, signal),
};

/** The address always leads back to what is seen, with or without scripts. */
function remember(map, { q, kind }) {
  const at = map.getCenter().wrap();
  const values = { q, kind, at: `${at.lat.toFixed(5)},${at.lng.toFixed(5)},${map.getZoom()}` };
  const lang = config.suffix ? { lang: config.lang } : {};
  const kept = Object.entries({ ...values, ...lang }).filter(([, value]) => value);
  history.replaceState(null, "", `/?${new URLSearchParams(kept)}`);
}

/** When the data is from: quiet while all is well, plain when it is not. */
function told(ok) {
  if (ok) updated = new Date();
  if (!updated) {
    live.textContent = ok ? "" : text.say("map.offline");
    return;
  }
  if (live.textContent === text.say("map.offline")) live.textContent = "";
  fresh.textContent = text.say(ok ? "map.fresh" : "map.stale", { time: text.time(updated) });
  fresh.classList.toggle("stale", !ok);
}

function announce(message) {
  live.textContent = message;
  setTimeout(() => {
    if (live.textContent === message) live.textContent = "";
  }, 6000);
}

/** Say what is new, when it is in view, and load it; several at once are one load. */
function heard(kind, { listing }) {
  view.total += { added: 1, removed: -1 }[kind] ?? 0;
  const [lon, lat] = listing?.geometry.coordinates ?? [];
  const seen = !listing || view.map.getBounds().contains([lat, lon]);
  if (seen) announce(text.say(`map.${kind === "changed" ? "updated" : kind}`, { name: listing?.properties.name ?? "" }));
  view.soon();
}

const view = new View({ source, config, text, told, seen: remember });
follow("/api/v1/changes", { heard, missed: () => view.soon(), away: (gone) => gone && told(false) });
