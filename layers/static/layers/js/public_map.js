// Page module of the public map: a pin on the place that somebody asked for, and the map there.
// Comes before gisapp/js/map/view.js, which draws the areas and leaves the map where it is.

/* global L */

import { createMap } from "gisapp/map/base";
import { glyphMarkup } from "gisapp/map/glyphs";

const CLOSE_ENOUGH = 15;

function pinIcon() {
  return L.divIcon({
    className: "glyph-icon glyph-icon--pin",
    html: glyphMarkup("pin", { size: 36 }),
    iconSize: [36, 36],
    iconAnchor: [18, 34],
  });
}

function showPlace(element, place) {
  const live = createMap(element);
  L.marker([place.lat, place.lon], {
    icon: pinIcon(), pane: "selection", alt: place.name, title: place.name, keyboard: false,
  }).addTo(live.map);
  const spot = L.latLng(place.lat, place.lon);
  // Asking for a place is the reader's own move: nothing takes the map away from it afterwards.
  live.moved = true;
  if (place.area) {
    live.home = L.geoJSON(place.area).getBounds().extend(spot);
    live.fitAgain();
  } else {
    live.map.setView(spot, Math.max(live.map.getZoom(), CLOSE_ENOUGH));
  }
}

const source = document.getElementById("public-place");
const map = document.querySelector("[data-map]");
if (source && map) showPlace(map, JSON.parse(source.textContent));
