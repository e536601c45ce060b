// Page module of an asset's card: the asset ringed on the live map, and what its burst would take.

/* global L */

import { createMap } from "gisapp/map/base";
import { drawOverlay, linkRows } from "gisapp/map/overlay";

const read = (id) => {
  const source = document.getElementById(id);
  return source ? JSON.parse(source.textContent) : null;
};

/** Mark the asset; returns its bounds. */
function mark({ map }, { geometry }) {
  // A line lies under the symbols on it, a ring goes around its own.
  const pane = geometry.type === "LineString" ? "zonepipes" : "selection";
  const options = { renderer: L.svg({ pane, padding: 0.5 }), pane, interactive: false };
  if (geometry.type === "LineString") {
    const line = geometry.coordinates.map(([lng, lat]) => [lat, lng]);
    L.polyline(line, { ...options, className: "asset-line-halo", weight: 9 }).addTo(map);
    return L.polyline(line, { ...options, className: "asset-line", weight: 4 }).addTo(map).getBounds();
  }
  const [lng, lat] = geometry.coordinates;
  L.circleMarker([lat, lng], { ...options, className: "asset-ring", radius: 15 }).addTo(map);
  return L.latLngBounds([[lat, lng]]);
}

const element = document.querySelector("[data-map]");
if (element) {
  const live = createMap(element);
  const place = read("asset-place");
  const drawing = read("asset-drawing");
  if (drawing?.features.length) linkRows(document.body, drawOverlay(live, drawing));
  const bounds = mark(live, place);
  // A point keeps the zoom of the page; a pipe is shown from end to end.
  if (place.geometry.type === "LineString") live.fitOnce(bounds);
}
