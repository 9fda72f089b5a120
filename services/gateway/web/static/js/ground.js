// What lies beneath the marks: the operator's basemap, or a background drawn from areas, rings and a graticule.

const { L } = window;
const STEPS = [30, 15, 10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001];
const RINGS = [1, 2, 5, 10, 20];
const ASIDE = [0, -26, 26, -38, 38];
const still = { interactive: false, keyboard: false };

/** Leaflet's scale, with units in the reader's language. */
const Scale = L.Control.Scale.extend({
  _updateMetric(most) {
    const metres = this._getRoundNum(most);
    const [small, large] = this.options.units;
    this._updateScale(this._mScale, metres < 1000 ? `${metres} ${small}` : `${metres / 1000} ${large}`, metres / most);
  },
});

/** A map with its ground, its controls named in the reader's language; `areas()` gives their polygons as GeoJSON, where
 * no server does. */
export function openMap(place, config, text, areas) {
  const map = L.map(place, {
    center: [config.lat, config.lon],
    zoom: config.zoom + (config.whole ? roomier(place) : 0),
    minZoom: 2,
    maxZoom: 19,
    zoomControl: false,
    worldCopyJump: true,
  });
  map.attributionControl.setPrefix(false);
  L.control.zoom({ zoomInTitle: text.say("map.zoom_in"), zoomOutTitle: text.say("map.zoom_out") }).addTo(map);
  new Scale({ imperial: false, units: [text.say("map.m"), text.say("map.km")] }).addTo(map);
  map.on("popupopen", ({ popup }) =>
    popup.getElement().querySelector(".leaflet-popup-close-button")?.setAttribute("aria-label", text.say("map.close")),
  );
  place.classList.add(config.basemap.kind);
  if (config.basemap.kind === "raster") rasterGround(map, config.basemap);
  else if (config.basemap.kind === "vector") vectorGround(map, config);
  else drawnGround(map, config, text, areas);
  return map;
}

/** Steps nearer that a screen larger than most has room for. */
function roomier({ clientWidth, clientHeight }) {
  return Math.max(0, Math.min(2, Math.round(Math.log2(Math.min(clientWidth / 1000, clientHeight / 700)))));
}

/** Images by range requests, painted on canvases: no address of a blob, so the policy for images stays strict. */
function rasterGround(map, basemap) {
  const archive = new window.pmtiles.PMTiles(basemap.url);
  const Painted = L.GridLayer.extend({
    createTile(at, done) {
      const size = this.getTileSize();
      const canvas = L.DomUtil.create("canvas");
      canvas.width = size.x;
      canvas.height = size.y;
      archive
        .getZxy(at.z, at.x, at.y)
        .then((found) => found && createImageBitmap(new Blob([found.data])))
        .then((image) => image && canvas.getContext("2d").drawImage(image, 0, 0, size.x, size.y))
        .then(() => done(null, canvas))
        .catch((error) => done(error, canvas));
      return canvas;
    },
  });
  new Painted({ maxNativeZoom: basemap.zoom, attribution: plain(basemap.attribution) }).addTo(map);
}

function vectorGround(map, { basemap, lang }) {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const paint = () =>
    window.protomapsL.leafletLayer({
      ...window.DZE_CALM(dark.matches, lang),
      url: basemap.url,
      maxDataZoom: basemap.zoom,
      attribution: plain(basemap.attribution) || "© OpenStreetMap",
    });
  let layer = paint().addTo(map);
  dark.addEventListener?.("change", () => {
    layer.remove();
    layer = paint().addTo(map);
  });
}

/** What the server draws, as images; or, without a server, areas alone. */
function drawnGround(map, config, text, areas) {
  const { tiles, deepest, least = 0, bounds, bare } = config.basemap;
  const pane = map.createPane("ground");
  pane.style.zIndex = 250;
  const renderer = L.svg({ pane: "ground", padding: 0.5 });
  const line = { ...still, pane: "ground", renderer, weight: 1 };
  if (tiles) groundTiles(tiles, { minNativeZoom: least + 1, maxNativeZoom: deepest + 1, bounds }).addTo(map);
  if (bare || !tiles) {
    drawRings(map, config.centre, line, text);
    drawGraticule(map, line);
  }
  named(config, areas)
    .then((found) => {
      if (!tiles) drawAreas(map, config, found, line);
      nameAreas(map, found);
    })
    .catch(() => {});
}

function groundTiles(tiles, options) {
  return L.tileLayer(tiles, { tileSize: 512, zoomOffset: -1, keepBuffer: 1, ...options });
}

/** Each area's name, level, middle and width in degrees. */
async function named({ basemap, lang }, areas) {
  if (areas) {
    const { features } = await areas();
    return features.map((feature) => {
      const { names, level } = feature.properties;
      const bounds = L.geoJSON(feature).getBounds();
      const name = names[lang] ?? names.be ?? Object.values(names)[0];
      return { name, level, at: bounds.getCenter(), across: bounds.getEast() - bounds.getWest(), feature };
    });
  }
  const answer = await fetch(basemap.names);
  const rows = answer.ok ? await answer.json() : [];
  return rows.map(([name, level, lat, lon, across]) => ({ name, level, at: L.latLng(lat, lon), across }));
}

/** The larger first; a name that would lie on another, or under a mark, steps aside or waits until there is room. */
function nameAreas(map, areas) {
  const labels = L.layerGroup().addTo(map);
  let before = "";
  const relabel = () => {
    const placed = places(map, areas);
    const now = placed.map(({ name, x, y }) => [name, x, y]).join();
    if (now === before) return;
    before = now;
    labels.clearLayers();
    for (const { name, level, x, y } of placed) caption(map.layerPointToLatLng([x, y]), name, `area-name ${level}`).addTo(labels);
  };
  map.on("zoomend marked", relabel);
  relabel();
}

/** Where each name has room, in pixels of the map's layers. */
function places(map, areas) {
  const taken = [];
  map.eachLayer((layer) => layer.options.pane === "markerPane" && taken.push(covered(map, layer)));
  const free = ([left, top, right, bottom]) =>
    taken.every((other) => right < other[0] || other[2] < left || bottom < other[1] || other[3] < top);
  const degree = (256 * 2 ** map.getZoom()) / 360;
  const placed = [];
  for (const { name, level, at, across } of areas) {
    const wide = across * degree;
    if (level === "city" || wide <= 60 || wide >= map.getSize().x * 1.6) continue;
    const { x, y: middle } = map.latLngToLayerPoint(at);
    const box = (y) => [x - name.length * 3.6 - 3, y - 8, x + name.length * 3.6 + 3, y + 8];
    const y = ASIDE.filter((step) => Math.abs(step) < wide / 3).map((step) => middle + step).find((one) => free(box(one)));
    if (y === undefined) continue;
    taken.push(box(y));
    placed.push({ name, level, x, y });
  }
  return placed;
}

function covered(map, mark) {
  const { x, y } = map.latLngToLayerPoint(mark.getLatLng());
  const { iconSize: [width, height], iconAnchor: [right, down] = [width / 2, height / 2] } = mark.options.icon.options;
  return [x - right, y - down, x - right + width, y - down + height];
}

function drawAreas(map, config, areas, line) {
  const [west, south, east, north] = config.area;
  const world = [[-85, -720], [85, -720], [85, 720], [-85, 720]];
  const city = [[south, west], [south, east], [north, east], [north, west]];
  L.polygon([world, city], { ...line, className: "outside", stroke: false, fillOpacity: 1 }).addTo(map);
  areas.forEach(({ feature, level }, number) => {
    const className = `area ${level}${number % 2 ? " odd" : ""}`;
    L.geoJSON(feature, { ...line, style: { className, fillOpacity: 1, weight: 1 } }).addTo(map);
  });
}

function drawRings(map, centre, line, text) {
  for (const km of RINGS) {
    const ring = L.circle(centre, { ...line, radius: km * 1000, className: "ring", fill: false }).addTo(map);
    const top = [ring.getBounds().getNorth(), centre[1]];
    caption(top, `${km} ${text.say("map.km")}`, `ring-name from-${km}`, [80, 15], [160, 14]).addTo(map);
  }
  const far = () => map.getContainer().setAttribute("data-far", RINGS.filter((km) => km < 2 ** (13 - map.getZoom())).at(-1) ?? 0);
  map.on("zoomend", far);
  far();
}

function drawGraticule(map, line) {
  const group = L.layerGroup().addTo(map);
  const redraw = () => {
    group.clearLayers();
    const bounds = map.getBounds();
    const across = bounds.getEast() - bounds.getWest();
    const step = STEPS.find((one) => one <= across / 5) ?? STEPS.at(-1);
    const places = step >= 1 ? 0 : String(step).split(".")[1].length;
    const grid = { ...line, className: "grid-line", fill: false };
    const wide = bounds.pad(0.3);
    for (let n = Math.ceil(wide.getWest() / step); n * step < wide.getEast(); n++) {
      const lon = n * step;
      L.polyline([[wide.getSouth(), lon], [wide.getNorth(), lon]], grid).addTo(group);
      caption([bounds.getSouth(), lon], `${lon.toFixed(places)}°`, "grid-name", [-3, 14]).addTo(group);
    }
    for (let n = Math.ceil(wide.getSouth() / step); n * step < wide.getNorth(); n++) {
      const lat = n * step;
      L.polyline([[lat, wide.getWest()], [lat, wide.getEast()]], grid).addTo(group);
      caption([lat, bounds.getEast()], `${lat.toFixed(places)}°`, "grid-name", [44, 14]).addTo(group);
    }
  };
  map.on("moveend", redraw);
  redraw();
}

function caption(at, text, className, anchor, size = anchor ? undefined : [160, 16]) {
  const label = document.createElement("span");
  label.textContent = text;
  label.setAttribute("aria-hidden", "true");
  const icon = L.divIcon({ html: label, className, iconSize: size, iconAnchor: anchor });
  return L.marker(at, { ...still, icon, pane: "ground" });
}

/** Text of an archive's attribution, which is HTML of somebody else's. */
function plain(html) {
  return new DOMParser().parseFromString(html, "text/html").body.textContent.trim();
}
