// The whole directory in one document, searched and gathered here: for pages that work without a server.

import { fold } from "./fold.js";

const CELL = 4;
const ALONE_FROM = 18;

/** What `View` asks, answered from a book. */
export class Book {
  constructor(data, language) {
    this.areas = data.areas.map((names) => names[language] ?? names.be ?? Object.values(names)[0]);
    this.entries = data.rows.map((row) => entry(data, row));
    this.shapes = data.shapes;
  }

  source() {
    return {
      areas: async () => ({ features: this.shapes }),
      clusters: async (bounds, zoom, filters) => ({ features: gather(this.matching(bounds, filters), zoom) }),
      listings: async (bounds, { limit }, filters) => {
        const found = this.matching(bounds, filters);
        found.sort((a, b) => (b.properties.members ?? 0) - (a.properties.members ?? 0));
        return { features: found.slice(0, limit), total: found.length };
      },
    };
  }

  matching(bounds, { q, kind }) {
    const words = (fold(q) || q.toLowerCase()).split(/\s+/).filter(Boolean);
    const [west, east, south, north] = [bounds.getWest(), bounds.getEast(), bounds.getSouth(), bounds.getNorth()];
    return this.entries.filter(({ properties, geometry, text }) => {
      const [lon, lat] = geometry.coordinates;
      const inside = lat >= south && lat <= north && lon >= west && lon <= east;
      return inside && (!kind || kind === properties.kind) && words.every((word) => text.includes(word));
    });
  }

  /** One listing by id. */
  find(id) {
    return this.entries.find((one) => one.id === id);
  }
}

function entry(data, row) {
  const properties = Object.fromEntries(data.columns.map((name, n) => [name, row[n]]));
  const { id, lat, lon, name, description, link } = properties;
  properties.kind = data.kinds[properties.kind];
  properties.link = link && `https://t.me/${link}`;
  const names = properties.areas.flatMap((n) => Object.values(data.areas[n]));
  const written = [name, description, link, ...names].join(" ");
  const text = `${fold(written)} ${written.toLowerCase()}`;
  const [x, y] = [(lon + 180) / 360, mercator(lat)];
  return { id, geometry: { coordinates: [lon, lat] }, properties: { ...properties, revision: 1 }, text, x, y };
}

function mercator(lat) {
  const sin = Math.sin((lat * Math.PI) / 180);
  return 0.5 - Math.log((1 + sin) / (1 - sin)) / (4 * Math.PI);
}

function gather(found, zoom) {
  const cells = new Map();
  for (const one of found) {
    const key = cell(one, zoom);
    if (cells.has(key)) cells.get(key).push(one);
    else cells.set(key, [one]);
  }
  return [...cells.values()].map((members) => (members.length === 1 ? members[0] : cluster(members, zoom)));
}

/** Squares of a quarter of a tile; from some zoom on only what stands on one spot is gathered. */
function cell({ x, y }, zoom) {
  const fine = zoom > ALONE_FROM ? 2 ** 30 : 2 ** zoom * CELL;
  return `${Math.floor(x * fine)}/${Math.floor(y * fine)}`;
}

function cluster(members, zoom) {
  const mean = (n) => members.reduce((sum, one) => sum + one.geometry.coordinates[n], 0) / members.length;
  let apart = zoom + 1;
  while (apart <= ALONE_FROM && members.every((one) => cell(one, apart) === cell(members[0], apart))) apart += 1;
  const properties = { cluster: true, count: members.length, expansion_zoom: apart };
  return { geometry: { coordinates: [mean(0), mean(1)] }, properties };
}
