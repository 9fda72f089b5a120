// Flags and discs on the map. Marks that stay are kept, so that focus and open popups survive a refresh.

import { element } from "./words.js";

const { L } = window;
const ALONE_FROM = 18;
const CORNER = 58;
const FINGER = 24;
const SIZES = [[10, 34], [50, 40], [200, 48], [Infinity, 58]];

export class Marks {
  /** `open(listing feature)` and `openSpot(latlng)` make the contents of popups, the latter in its time;
   * `flag(id)` is the address of a flag's drawing. */
  constructor(map, text, { open, openSpot, flag }) {
    Object.assign(this, { map, text, open, openSpot, flag });
    this.layer = L.layerGroup().addTo(map);
    this.known = new Map();
    map.getContainer().addEventListener("keydown", ({ key }) => key === "Escape" && map.closePopup());
  }

  show(features) {
    const wanted = new Map(features.map((feature) => [signature(feature), feature]));
    for (const [key, mark] of this.known) {
      if (!wanted.has(key)) {
        this.layer.removeLayer(mark);
        this.known.delete(key);
      }
    }
    for (const [key, feature] of wanted) if (!this.known.has(key)) this.known.set(key, this.add(feature));
    this.map.fire("marked");
  }

  add(feature) {
    const [lon, lat] = feature.geometry.coordinates;
    const { cluster } = feature.properties;
    const mark = L.marker([lat, lon], { icon: cluster ? disc(feature, this.text) : pin(this.flag(feature.properties.flag)), riseOnHover: true });
    mark.on("add", () => mark.getElement()?.setAttribute("aria-label", label(feature, this.text)));
    if (cluster) this.expand(mark, feature);
    else mark.bindPopup(() => this.pile(mark), this.popup(280));
    mark.listing = cluster ? null : feature;
    return mark.addTo(this.layer);
  }

  /** No larger than the map, and clear of the buttons in its corner. */
  popup(most) {
    const { x, y } = this.map.getSize();
    const maxWidth = Math.min(most, x - CORNER - 40);
    return { maxWidth, minWidth: Math.min(200, maxWidth), maxHeight: y - 110, autoPanPaddingTopLeft: [CORNER, 10] };
  }

  /** A flag's listing, and those whose flags lie on it: a finger reaches only the uppermost. */
  pile(mark) {
    const at = (one) => this.map.latLngToLayerPoint(one.getLatLng());
    const { x, y } = at(mark);
    const close = (one) => one.listing && Math.abs(at(one).x - x) < FINGER && Math.abs(at(one).y - y) < FINGER;
    const others = [...this.known.values()].filter((one) => one !== mark && close(one));
    const first = this.open(mark.listing);
    return others.length ? element("div", { class: "pile" }, first, ...others.map((one) => this.open(one.listing))) : first;
  }

  /** A disc opens where it falls apart; one that never does lists what stands there. */
  expand(mark, { properties }) {
    const at = mark.getLatLng();
    if (properties.expansion_zoom > ALONE_FROM) {
      mark.bindPopup("…", this.popup(300));
      mark.on("popupopen", async ({ popup }) => popup.setContent(await this.openSpot(at)));
      return;
    }
    const nearer = () => this.map.setView(at, Math.max(properties.expansion_zoom, this.map.getZoom() + 1));
    mark.on("click", nearer);
    mark.on("keypress", (event) => event.originalEvent.key === "Enter" && nearer());
  }

  /** Make one listing's flag stand out while its row is pointed at. */
  light(id, on) {
    for (const mark of this.known.values()) if (mark.listing?.id === id) mark.getElement()?.classList.toggle("lit", on);
  }
}

function signature(feature) {
  const { cluster, count, revision, expansion_zoom: zoom } = feature.properties;
  const at = feature.geometry.coordinates.join();
  return cluster ? `${at}|${count}|${zoom}` : `${feature.id}|${revision}|${at}`;
}

function pin(src) {
  const flag = element("img", { src, alt: "", width: 33, height: 22 });
  const html = element("div", {}, element("i"), flag, element("b"));
  return L.divIcon({ html, className: "pin", iconSize: [36, 36], iconAnchor: [1, 36], popupAnchor: [16, -32] });
}

function disc({ properties }, text) {
  const [, size] = SIZES.find(([most]) => properties.count < most);
  const html = element("span", {}, text.number(properties.count));
  return L.divIcon({ html, className: "round", iconSize: [size, size] });
}

function label({ properties }, text) {
  const { cluster, count, expansion_zoom: zoom } = properties;
  if (cluster) return text.many(zoom > ALONE_FROM ? "map.more_here" : "map.cluster", count);
  return `${properties.name}, ${text.say(`kind.${properties.kind}`)}, ${text.members(properties)}`;
}
