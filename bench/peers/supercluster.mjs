// Builds supercluster's index of the points in a file and reads tiles from it; prints one line of JSON.
// node --expose-gc supercluster.mjs POINTS.json

import { readFileSync } from "node:fs";
import Supercluster from "supercluster";

const { lat, lon, members, tiles } = JSON.parse(readFileSync(process.argv[2], "utf8"));
const features = lat.map((value, number) => ({
  type: "Feature",
  geometry: { type: "Point", coordinates: [lon[number], value] },
  properties: { members: members[number] },
}));
globalThis.gc();
const before = process.memoryUsage();
const started = performance.now();
const index = new Supercluster({
  radius: 64,
  extent: 256,
  maxZoom: 18,
  minPoints: 2,
  map: ({ members: count }) => ({ members: count }),
  reduce: (sum, { members: count }) => {
    sum.members += count;
  },
}).load(features);
const build = performance.now() - started;
globalThis.gc();
const after = process.memoryUsage();
const times = [];
let count = 0;
for (const round of [0, 1]) {
  for (const [z, x, y] of tiles) {
    const begun = performance.now();
    const tile = index.getTile(z, x, y);
    const taken = performance.now() - begun;
    if (round) {
      times.push(taken);
      count += tile ? tile.features.length : 0;
    }
  }
}
const memory = after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers;
console.log(JSON.stringify({ build: build / 1000, memory, times, features: count }));
