// Questions to the API of this site.

/** GeoJSON of `what`; empty values are left out. Rejects when there is no answer. */
export async function ask(what, values, signal) {
  const wanted = Object.entries(values).filter(([, value]) => value !== "");
  const answer = await fetch(`/api/v1/${what}?${new URLSearchParams(wanted)}`, { signal });
  if (!answer.ok) throw new Error(`${what}: ${answer.status}`);
  return answer.json();
}

/** The view as the API takes it; never more than one world. */
export function box(bounds) {
  const whole = bounds.getEast() - bounds.getWest() >= 360;
  const around = (lon) => ((((lon + 180) % 360) + 360) % 360) - 180;
  const [west, east] = whole ? [-180, 180] : [around(bounds.getWest()), around(bounds.getEast())];
  const edges = [west, Math.max(-85, bounds.getSouth()), east, Math.min(85, bounds.getNorth())];
  return edges.map((edge) => edge.toFixed(6)).join();
}
