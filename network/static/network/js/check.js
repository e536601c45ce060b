// Page module of the network check: the findings listed as numbered dots on the live map.

/* global L */

import { createMap } from "gisapp/map/base";
import { linkRows } from "gisapp/map/overlay";

function dot({ number, tone }) {
  return L.divIcon({
    className: `finding-dot finding-dot--${tone}`,
    html: `<span>${Number(number)}</span>`,
    iconSize: [24, 24],
  });
}

function drawFindings(live, geojson) {
  const assets = new Map();
  for (const { geometry, properties } of geojson.features) {
    const [lng, lat] = geometry.coordinates;
    const marker = L.marker([lat, lng], { icon: dot(properties), pane: "planvalves", title: properties.title })
      .addTo(live.map);
    marker.on("click", () => {
      const row = document.querySelector(`li[data-asset="${CSS.escape(properties.id)}"]`);
      row?.scrollIntoView({ block: "center" });
      row?.focus();
    });
    assets.set(properties.id, marker);
  }
  if (assets.size > 0) {
    live.fitOnce(L.latLngBounds([...assets.values()].map((marker) => marker.getLatLng())));
  }
  return { assets };
}

const element = document.querySelector("[data-map]");
const source = document.getElementById("finding-places");
if (element && source) {
  const live = createMap(element);
  const overlay = drawFindings(live, JSON.parse(source.textContent));
  linkRows(document.body, overlay);
  // Going to a row brings its place into view, close enough to see what is wrong.
  document.querySelector(".check__rows")?.addEventListener("click", (event) => {
    const row = event.target.closest("[data-asset]");
    const marker = row && overlay.assets.get(row.dataset.asset);
    if (marker) live.map.setView(marker.getLatLng(), Math.max(live.map.getZoom(), 18));
  });
}
