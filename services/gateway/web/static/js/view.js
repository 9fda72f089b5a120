// The map and the list beside it, always of the same view, whoever answers: the server, or a copy without one.

import { openMap } from "./ground.js";
import { Marks } from "./marks.js";
import { element } from "./words.js";

const LIST = 60;
const SPOT = 0.0004;
const SPOT_MOST = 500;
const PAUSE = 180;

/** `source` answers `clusters(bounds, zoom, filters, signal)` and `listings(bounds, options, filters, signal)` as
 * GeoJSON; `told(ok)` hears whether a view could be loaded, `seen(map, filters)` what is looked at. */
export class View {
  constructor({ source, config, text, told = () => {}, seen = () => {} }) {
    this.place = document.getElementById("map");
    this.rows = document.getElementById("rows");
    this.tally = document.getElementById("tally");
    this.form = document.querySelector(".filters");
    this.total = Number(this.tally.dataset.total);
    Object.assign(this, { source, config, text, told, seen });
    document.body.classList.add("scripted");
    document.getElementById("static-map")?.setAttribute("hidden", "");
    this.place.hidden = false;
    this.map = openMap(this.place, config, text, source.areas);
    this.marks = new Marks(this.map, text, {
      open: (feature) => this.popup(feature),
      openSpot: (at) => this.spot(at),
      flag: (id) => this.flag(id),
    });
    this.map.on("moveend", () => this.soon());
    this.listen();
    this.refresh();
  }

  page(id) {
    return this.config.page.replace("{id}", id);
  }

  flag(id) {
    return this.config.flags.replace("{id}", id in this.text.names ? id : "wrw");
  }

  facts(properties) {
    const area = properties.areas.map((id) => this.config.areas[id]).filter(Boolean).at(-1);
    const checked = properties.link_hidden_since && this.text.say("listing.link_checked");
    const known = [this.text.say(`kind.${properties.kind}`), this.text.members(properties), area, checked];
    return known.filter(Boolean).join(" · ");
  }

  popup({ id, properties }) {
    const box = element("div", {}, element("a", { class: "name", href: this.page(id) }, element("bdi", {}, properties.name)));
    box.append(element("p", {}, this.facts(properties)));
    if (!properties.link) {
      if (properties.dead_since && !properties.link_hidden_since) box.append(element("p", {}, this.text.say("listing.link_gone")));
      return box;
    }
    const open = { href: properties.link, rel: "noopener noreferrer nofollow external" };
    box.append(element("p", {}, element("a", open, this.text.say("listing.open"))));
    return box;
  }

  /** Everything that stands on one spot, with a way to each. */
  async spot({ lat, lng }) {
    const bounds = window.L.latLngBounds([lat - SPOT, lng - SPOT], [lat + SPOT, lng + SPOT]);
    try {
      const { features, total } = await this.source.listings(bounds, { limit: SPOT_MOST }, this.filters());
      const list = element("ul", { class: "rows" }, ...features.map((one) => this.row(one)));
      return element("div", {}, element("strong", {}, this.text.many("map.more_here", total)), list);
    } catch {
      return this.text.say("map.offline");
    }
  }

  row({ id, properties, geometry }) {
    const [lon, lat] = geometry.coordinates;
    const flag = { class: "flag", src: this.flag(properties.flag), width: 36, height: 24, alt: "", loading: "lazy" };
    const link = element("a", { href: this.page(id) }, element("img", flag));
    link.append(element("span", { class: "name" }, element("bdi", {}, properties.name)));
    link.append(element("span", { class: "facts" }, this.facts(properties)));
    return element("li", { class: properties.dead_since ? "row gone" : "row", "data-id": id, "data-at": `${lat},${lon}` }, link);
  }

  filters() {
    const data = new FormData(this.form);
    return { q: data.get("q").trim(), kind: data.get("kind") };
  }

  async refresh() {
    this.running?.abort();
    this.running = new AbortController();
    const { signal } = this.running;
    const chosen = this.filters();
    const bounds = this.map.getBounds();
    try {
      const [clusters, list] = await Promise.all([
        this.source.clusters(bounds.pad(0.2), this.map.getZoom(), chosen, signal),
        this.source.listings(bounds, { limit: LIST, order: "members" }, chosen, signal),
      ]);
      this.marks.show(clusters.features);
      this.showList(list);
      this.told(true);
    } catch (error) {
      if (error.name !== "AbortError") this.told(false);
    }
    this.seen(this.map, chosen);
  }

  showList({ features, total: shown, outside }) {
    const kept = document.activeElement?.closest(".row")?.dataset.id;
    this.rows.replaceChildren(...features.map((one) => this.row(one)));
    if (kept) this.rows.querySelector(`[data-id="${kept}"] a`)?.focus({ preventScroll: true });
    const { number } = this.text;
    this.tally.textContent = this.text.say("list.in_view", { shown: number(shown), total: number(Math.max(this.total, shown)) });
    document.getElementById("nothing").hidden = shown > 0;
    this.showOutside(outside ?? 0);
  }

  /** What else matches just outside, with a way to see it. */
  showOutside(count) {
    const note = document.getElementById("outside");
    if (!note) return;
    note.hidden = count === 0;
    if (!count) return;
    const wider = element("button", { type: "button" }, this.text.say("map.zoom_out"));
    wider.addEventListener("click", () => this.map.zoomOut());
    note.replaceChildren(`${this.text.many("list.outside", count)} `, wider);
  }

  soon(pause = PAUSE) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.refresh(), pause);
  }

  listen() {
    this.form.addEventListener("input", () => this.soon(300));
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.soon(0);
    });
    for (const [kind, on] of [["pointerover", true], ["pointerout", false], ["focusin", true], ["focusout", false]]) {
      this.rows.addEventListener(kind, (event) => {
        const id = event.target.closest(".row")?.dataset.id;
        if (id) this.marks.light(id, on);
      });
    }
  }
}
