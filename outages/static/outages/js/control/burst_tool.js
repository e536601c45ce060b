// The burst tool: B, then a click or Enter on the cross-hair; the plan comes back at once.

/* global htmx, L */

import { createPicker } from "gisapp/map/pick";
import { glyphMarkup } from "gisapp/map/glyphs";
import { newKey } from "gisapp/new_key";

/** Wire the burst tool to the map. */
export function startBurstTool(live) {
  const tool = document.querySelector("[data-burst-tool]");
  if (!tool) return;
  const pin = L.marker([0, 0], {
    pane: "burst",
    keyboard: false,
    icon: L.divIcon({ className: "glyph-icon glyph-icon--burst", html: glyphMarkup("burst", { size: 34 }), iconSize: [34, 34] }),
  });
  const press = (on) => tool.setAttribute("aria-pressed", String(on));
  const report = ({ lat, lng }) => {
    press(false);
    pin.setLatLng([lat, lng]).addTo(live.map);
    const values = { lat: lat.toFixed(6), lon: lng.toFixed(6), client_key: newKey() };
    htmx.ajax("POST", tool.dataset.url, { target: "#panel", values });
  };
  // A form that came with a place shows it.
  const showGiven = () => {
    const { lon, lat } = document.querySelector("[data-burst-form]")?.dataset ?? {};
    if (!lon || !Number.isFinite(Number(lat))) return;
    const place = [Number(lat), Number(lon)];
    pin.setLatLng(place).addTo(live.map);
    const { map } = live;
    if (map.getZoom() < 16 || !map.getBounds().contains(place)) map.setView(place, 17, { animate: false });
  };
  showGiven();
  const picker = createPicker(live, { onPick: report, onCancel: () => press(false) });
  tool.addEventListener("click", (event) => {
    event.preventDefault();
    if (picker.active) {
      picker.stop();
      press(false);
    } else {
      picker.start();
      press(true);
    }
  });
  document.body.addEventListener("htmx:afterSettle", ({ detail }) => {
    if (detail.target.id !== "panel") return;
    // The plan draws the burst itself; a form that needs more keeps the pin.
    if (!document.querySelector("[data-burst-form]")) pin.remove();
    else showGiven();
  });
}
