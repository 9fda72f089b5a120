// The map on another site: what stands in view, and nothing beside it.

import { openMap } from "./ground.js";
import { Marks } from "./marks.js";
import { ask, box } from "./server.js";
import { element, words } from "./words.js";

const SPOT = 0.0004;
const place = document.getElementById("map");
const config = JSON.parse(place.dataset.config);
const text = words(JSON.parse(place.dataset.texts), config.lang);
const { q, kind } = config;

function popup({ id, properties }) {
  const link = element("a", { class: "name", href: config.page.replace("{id}", id) }, element("bdi", {}, properties.name));
  return element("div", {}, link, element("p", {}, `${text.say(`kind.${properties.kind}`)} · ${text.members(properties)}`));
}

async function spot({ lat, lng }) {
  const bounds = window.L.latLngBounds([lat - SPOT, lng - SPOT], [lat + SPOT, lng + SPOT]);
  const { features } = await ask("listings", { bbox: box(bounds), limit: 500, q, kind }).catch(() => ({ features: [] }));
  return element("div", {}, ...features.map(popup));
}

async function refresh() {
  const values = { bbox: box(map.getBounds().pad(0.2)), zoom: map.getZoom(), q, kind };
  const found = await ask("clusters", values).catch(() => null);
  if (found) marks.show(found.features);
}

document.getElementById("static-map").hidden = true;
place.hidden = false;
const map = openMap(place, config, text);
const flag = (id) => config.flags.replace("{id}", id);
const marks = new Marks(map, text, { open: popup, openSpot: spot, flag });
map.on("moveend", refresh);
refresh();
