// The map and the list beside it, always of the same view.

import { openMap } from "./ground.js";
import { follow } from "./live.js";
import { Marks } from "./marks.js";
import { element, words } from "./words.js";

const LIST = 60;
const SPOT = 0.0004;
const PAUSE = 180;

const place = document.getElementById("map");
const config = JSON.parse(place.dataset.config);
const text = words(JSON.parse(place.dataset.texts), config.lang);
const rows = document.getElementById("rows");
const tally = document.getElementById("tally");
const live = document.getElementById("live");
const form = document.querySelector(".filters");

let total = Number(tally.dataset.total);
let running = null;
let timer = null;

const page = (id) => `/listings/${id}${config.suffix}`;
const name = (properties) => element("bdi", {}, properties.name);

function facts(properties) {
  const area = config.areas[properties.areas.at(-1)];
  const known = [text.say(`kind.${properties.kind}`), text.members(properties), area];
  return known.filter(Boolean).join(" · ");
}

function popup(feature) {
  const { properties } = feature;
  const box = element("div", {}, element("a", { class: "name", href: page(feature.id) }, name(properties)));
  box.append(element("p", {}, facts(properties)));
  const open = { href: properties.link, rel: "noopener noreferrer nofollow external" };
  box.append(element("p", {}, element("a", open, text.say("listing.open"))));
  return box;
}

/** Everything that stands on one spot, with a way to each. */
async function spot(at) {
  const edges = [at.lng - SPOT, at.lat - SPOT, at.lng + SPOT, at.lat + SPOT];
  const bbox = edges.map((edge) => edge.toFixed(6)).join();
  try {
    const { features, total: here } = await ask("listings", { bbox, limit: 100, ...filters() });
    const list = element("ul", { class: "rows" }, ...features.map(row));
    return element("div", {}, element("strong", {}, text.many("map.more_here", here)), list);
  } catch {
    return text.say("map.offline");
  }
}

function row(feature) {
  const { properties } = feature;
  const flag = { class: "flag", src: `/flags/${properties.flag}.svg`, width: 36, height: 24, alt: "", loading: "lazy" };
  const link = element("a", { href: page(feature.id) }, element("img", flag));
  link.append(element("span", { class: "name" }, name(properties)), element("span", { class: "facts" }, facts(properties)));
  return element("li", { class: properties.dead_since ? "row gone" : "row", "data-id": feature.id }, link);
}

function filters() {
  const data = new FormData(form);
  return { q: data.get("q").trim(), kind: data.get("kind") };
}

async function ask(what, values, signal) {
  const wanted = Object.entries(values).filter(([, value]) => value !== "");
  const answer = await fetch(`/api/v1/${what}?${new URLSearchParams(wanted)}`, { signal });
  if (!answer.ok) throw new Error(`${what}: ${answer.status}`);
  return answer.json();
}

/** The view as the API takes it; never more than one world. */
function box(bounds) {
  const whole = bounds.getEast() - bounds.getWest() >= 360;
  const around = (lon) => ((((lon + 180) % 360) + 360) % 360) - 180;
  const [west, east] = whole ? [-180, 180] : [around(bounds.getWest()), around(bounds.getEast())];
  const edges = [west, Math.max(-85, bounds.getSouth()), east, Math.min(85, bounds.getNorth())];
  return edges.map((edge) => edge.toFixed(5)).join();
}

async function refresh() {
  running?.abort();
  running = new AbortController();
  const { signal } = running;
  const chosen = filters();
  const bounds = map.getBounds();
  try {
    const [clusters, list] = await Promise.all([
      ask("clusters", { bbox: box(bounds.pad(0.2)), zoom: map.getZoom(), ...chosen }, signal),
      ask("listings", { bbox: box(bounds), limit: LIST, order: "members", ...chosen }, signal),
    ]);
    marks.show(clusters.features);
    showList(list);
    if (live.textContent === text.say("map.offline")) live.textContent = "";
  } catch (error) {
    if (error.name !== "AbortError") live.textContent = text.say("map.offline");
  }
  remember(chosen);
}

function showList({ features, total: shown }) {
  const kept = document.activeElement?.closest(".row")?.dataset.id;
  rows.replaceChildren(...features.map(row));
  if (kept) rows.querySelector(`[data-id="${kept}"] a`)?.focus({ preventScroll: true });
  tally.textContent = text.say("list.in_view", { shown: text.number(shown), total: text.number(Math.max(total, shown)) });
  document.getElementById("nothing").hidden = shown > 0;
}

/** The address always leads back to what is seen, with or without scripts. */
function remember({ q, kind }) {
  const at = map.getCenter().wrap();
  const values = { q, kind, at: `${at.lat.toFixed(5)},${at.lng.toFixed(5)},${map.getZoom()}` };
  const lang = config.suffix ? { lang: config.lang } : {};
  const kept = Object.entries({ ...values, ...lang }).filter(([, value]) => value);
  history.replaceState(null, "", `/?${new URLSearchParams(kept)}`);
}

function soon(pause = PAUSE) {
  clearTimeout(timer);
  timer = setTimeout(refresh, pause);
}

function listen() {
  form.addEventListener("input", () => soon(300));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    soon(0);
  });
  for (const [kind, on] of [["pointerover", true], ["pointerout", false], ["focusin", true], ["focusout", false]]) {
    rows.addEventListener(kind, (event) => {
      const id = event.target.closest(".row")?.dataset.id;
      if (id) marks.light(id, on);
    });
  }
}

/** Say what is new, when it is in view, and load it; several at once are one load. */
function heard(kind, { listing }) {
  total += { added: 1, removed: -1 }[kind] ?? 0;
  const [lon, lat] = listing?.geometry.coordinates ?? [];
  const seen = !listing || map.getBounds().contains([lat, lon]);
  if (seen) announce(text.say(`map.${kind === "changed" ? "updated" : kind}`, { name: listing?.properties.name ?? "" }));
  soon();
}

function announce(message) {
  live.textContent = message;
  setTimeout(() => {
    if (live.textContent === message) live.textContent = "";
  }, 6000);
}

document.body.classList.add("scripted");
document.getElementById("static-map").hidden = true;
place.hidden = false;
const map = openMap(place, config, text);
const marks = new Marks(map, text, { open: popup, openSpot: spot });
map.on("moveend", () => soon());
listen();
refresh();
follow("/api/v1/changes", {
  heard,
  missed: () => soon(),
  away: (gone) => {
    live.textContent = gone ? text.say("map.offline") : "";
  },
});
