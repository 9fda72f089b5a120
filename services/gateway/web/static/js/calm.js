// How a vector basemap is painted on a canvas: the same things in the same tones as the server's own drawing
// (`services/gateway/domain/ground`), for the schemas of Protomaps and OpenMapTiles. A classic script, so that only
// maps with such a basemap load it.

(() => {
  const GREEN = new Set([
    "park", "forest", "wood", "grass", "grassland", "meadow", "cemetery", "nature_reserve", "garden", "scrub", "golf_course",
    "recreation_ground", "village_green", "allotments", "protected_area", "wetland", "heath", "orchard", "national_park",
    "playground", "zoo",
  ]);
  const AVENUES = new Set(["highway", "major_road", "motorway", "trunk", "primary"]);
  const STREETS = new Set(["medium_road", "secondary", "tertiary"]);
  const LANES = new Set(["minor_road", "minor", "residential", "unclassified", "street", "street_limited", "busway", "raceway"]);
  const RAILS = new Set(["rail", "transit", "railway", "light_rail", "tram", "subway"]);
  const TONES = {
    light: {
      land: "#f4f2ed", park: "#dbe5cd", water: "#bcd5e0", building: "#e0dbd0", lane: "#ffffff", street: "#ffffff",
      avenue: "#fffdf6", edge: "#d6cfc1", rail: "#c5bdb1", text: "#5f584c", halo: "#fbfaf7", wet: "#35667c", green: "#4d6336",
    },
    dark: {
      land: "#232120", park: "#27301f", water: "#1d333e", building: "#302d2a", lane: "#3b3833", street: "#3b3833",
      avenue: "#4a463f", edge: "#1b1a18", rail: "#4b463f", text: "#b9b2a7", halo: "#232120", wet: "#8fbbce", green: "#a9c08c",
    },
  };
  const FROM = { avenue: 7, street: 11, lane: 13, rail: 12, building: 14 };
  const NAMED = { avenue: 14, street: 15, lane: 16 };
  const WIDTHS = {
    avenue: [0.9, 1.3, 1.9, 2.6, 3.6, 5, 8, 12, 17],
    street: [0.5, 0.7, 0.9, 1.5, 2.3, 3.6, 6, 10, 14],
    lane: [0.4, 0.4, 0.4, 0.7, 1, 2, 4, 7.5, 11],
    rail: [0.5, 0.5, 0.7, 0.9, 1, 1.3, 1.6, 2, 2.5],
    river: [0.6, 0.8, 1.1, 1.5, 2, 3, 5, 8, 12],
  };
  const CASED_FROM = 13;
  const EDGE = 1.4;
  const LINE = 2;
  const POLYGON = 3;

  const width = (look, more = 0) => (zoom) => WIDTHS[look][Math.min(Math.max(Math.round(zoom) - 9, 0), 8)] + more;
  const kind = ({ props }) => props.kind ?? props["pmap:kind"] ?? props.class ?? "";

  function road(feature) {
    const { props, geomType } = feature;
    if (geomType !== LINE || props.is_tunnel || props.brunnel === "tunnel") return null;
    const detail = props.kind_detail ?? props["pmap:kind_detail"] ?? "";
    if (["motorway", "trunk", "primary"].includes(detail)) return "avenue";
    if (["secondary", "tertiary"].includes(detail)) return "street";
    const known = [[AVENUES, "avenue"], [STREETS, "street"], [LANES, "lane"], [RAILS, "rail"]];
    return known.find(([names]) => names.has(kind(feature)))?.[1] ?? null;
  }

  function green({ props, geomType }, layer) {
    if (geomType !== POLYGON) return false;
    const kinds = [props.kind, props["pmap:kind"], props.class, props.subclass, props.landuse, props.leisure];
    return layer === "park" || kinds.some((one) => GREEN.has(one));
  }

  /** Options of `protomapsL.leafletLayer`. */
  window.DZE_CALM = (dark, language) => {
    const { PolygonSymbolizer, LineSymbolizer, LineLabelSymbolizer, CenteredTextSymbolizer } = window.protomapsL;
    const tone = TONES[dark ? "dark" : "light"];
    const labelProps = [`name:${language}`, `name_${language}`, "name", "name:latin"];
    const surface = (dataLayer, fill, filter, minzoom) => ({ dataLayer, minzoom, symbolizer: new PolygonSymbolizer({ fill }), filter });
    const line = (dataLayer, look, color, filter, { more, minzoom } = {}) => ({
      dataLayer, minzoom, filter, symbolizer: new LineSymbolizer({ color, width: width(look, more), lineCap: "round", lineJoin: "round" }),
    });
    const area = (_, { geomType }) => geomType === POLYGON;
    const course = (_, { geomType }) => geomType === LINE;
    const roads = (layer, look, color, options) => line(layer, look, color, (_, feature) => road(feature) === look, { minzoom: FROM[look], ...options });
    const looks = ["lane", "street", "avenue"];
    const layers = ["roads", "transportation"];
    const font = "400 11px Onest, sans-serif";
    const written = { labelProps, font, fill: tone.text, stroke: tone.halo, width: 2.5 };
    const middle = (dataLayer, fill, filter, minzoom) => ({ dataLayer, minzoom, filter, symbolizer: new CenteredTextSymbolizer({ ...written, fill }) });
    return {
      backgroundColor: tone.land,
      paintRules: [
        ...["landcover", "landuse", "natural", "park"].map((layer) => surface(layer, tone.park, (_, feature) => green(feature, layer))),
        surface("water", tone.water, area),
        surface("natural", tone.water, (zoom, feature) => area(zoom, feature) && kind(feature) === "water"),
        line("water", "river", tone.water, course),
        line("waterway", "river", tone.water, course),
        line("physical_line", "river", tone.water, course),
        surface("buildings", tone.building, area, FROM.building),
        surface("building", tone.building, area, FROM.building),
        ...layers.flatMap((layer) => looks.map((look) => roads(layer, look, tone.edge, { more: EDGE, minzoom: Math.max(CASED_FROM, FROM[look]) }))),
        ...layers.flatMap((layer) => looks.map((look) => roads(layer, look, tone[look]))),
        ...[...layers, "transit"].map((layer) => roads(layer, "rail", tone.rail)),
      ],
      labelRules: [
        ...["roads", "transportation_name"].flatMap((dataLayer) =>
          [...looks].reverse().map((look) => ({
            dataLayer, minzoom: NAMED[look], filter: (_, feature) => road(feature) === look, symbolizer: new LineLabelSymbolizer(written),
          })),
        ),
        middle("water", tone.wet, area, 13),
        middle("landuse", tone.green, (_, feature) => green(feature, "landuse"), 14),
        middle("places", tone.text, (_, { geomType }) => geomType === 1),
        middle("place", tone.text, (_, { geomType }) => geomType === 1),
      ],
    };
  };
})();
