// Page module of the risk map: the coloured pipes, and the place of the row under pointer or focus.

/* global L */

import { createMap } from "gisapp/map/base";
import { riskLayer } from "gisapp/map/risk";

const NEAR_ZOOM = 16;
const RING_PX = 18;

const live = createMap(document.querySelector("[data-map]"));
const { url, west, south, east, north } = document.querySelector("[data-risk-page]").dataset;
live.fitOnce(L.latLngBounds([[Number(south), Number(west)], [Number(north), Number(east)]]));
riskLayer(live, url).show(true);

const ring = L.circleMarker([0, 0], {
  pane: "selection", radius: RING_PX, weight: 3, fill: false, className: "ov-risk-place", interactive: false,
  renderer: L.svg({ pane: "selection" }),
});
const placeOf = (row) => row.dataset.place.split(",").map(Number).reverse();

function point(event) {
  const row = event.target.closest("[data-place]");
  if (row) ring.setLatLng(placeOf(row)).addTo(live.map);
}

function goTo(row) {
  live.moved = true;
  live.map.setView(placeOf(row), Math.max(live.map.getZoom(), NEAR_ZOOM), { animate: false });
}

const rows = document.querySelector(".check__rows");
rows.addEventListener("mouseover", point);
rows.addEventListener("focusin", point);
rows.addEventListener("mouseleave", () => ring.remove());
rows.addEventListener("click", (event) => {
  const row = event.target.closest("[data-place]");
  if (row && !event.target.closest("a")) goTo(row);
});
rows.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.matches("[data-place]")) goTo(event.target);
});
