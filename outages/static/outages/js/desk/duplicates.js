// The small maps of the duplicate offers: the report that is there, and the new one.

/* global L */

import { createMap } from "gisapp/map/base";
import { drawOverlay } from "gisapp/map/overlay";

const CLOSEST_ZOOM = 17;

function point(text, properties) {
  const [lat, lon] = text.split(",").map(Number);
  return { type: "Feature", geometry: { type: "Point", coordinates: [lon, lat] }, properties };
}

function draw(element) {
  const { there, here } = element.dataset;
  const features = [point(there, { kind: "burst", id: "there" })];
  if (here) features.push(point(here, { kind: "new", id: "here", symbol: "新" }));
  const live = createMap(element);
  live.moved = true;
  drawOverlay(live, { type: "FeatureCollection", features });
  const places = features.map(({ geometry }) => [...geometry.coordinates].reverse());
  live.map.fitBounds(L.latLngBounds(places), { padding: [40, 30], maxZoom: CLOSEST_ZOOM, animate: false });
}

/** Draw every offer's map under `root` that is not drawn yet. */
export function drawDuplicates(root) {
  for (const element of root.querySelectorAll("[data-duplicate-map]:not([data-drawn])")) {
    element.dataset.drawn = "";
    draw(element);
  }
}
