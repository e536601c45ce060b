// The pin of the public's report: by tap, by keys, or from where the phone is.

import { createMap } from "gisapp/map/base";
import { pickIntoForm } from "gisapp/map/pick";

const CLOSE = 17;
const form = document.querySelector("[data-report-form]");
const state = form.querySelector("[data-pick-state]");
const live = createMap(form.querySelector("[data-report-map]"));
const picker = pickIntoForm(live, form, { onPick: () => show("set") });

function show(what) {
  state.textContent = state.dataset[what];
}

const hasPin = () => form.elements.lat.value !== "";

const start = form.querySelector("[data-pick]");
start.hidden = false;
start.addEventListener("click", () => {
  show("picking");
  picker.start();
});

// A tap on the map is enough; the button is for keys.
live.map.on("click", ({ latlng }) => {
  if (!picker.active) picker.set(latlng);
});

if ("geolocation" in navigator && window.isSecureContext) {
  const locate = form.querySelector("[data-locate]");
  locate.hidden = false;
  locate.addEventListener("click", () => {
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        live.map.setView([coords.latitude, coords.longitude], CLOSE, { animate: false });
        picker.set({ lat: coords.latitude, lng: coords.longitude });
      },
      () => show("noPosition"),
      { enableHighAccuracy: true, timeout: 10_000 },
    );
  });
}

show(hasPin() ? "set" : "none");
