// Picking on the map into forms of the panel: a report's true place, the pipes of planned works.

import { createPicker } from "gisapp/map/pick";

/** "Click it on the map" of the form that corrects a report's place. */
export function startPlacePicker(live) {
  let form = null;
  const picker = createPicker(live, {
    onPick: ({ lat, lng }) => {
      form.elements.lat.value = lat.toFixed(6);
      form.elements.lon.value = lng.toFixed(6);
      form.elements.pipe.value = "";
      form.requestSubmit();
    },
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-pick-place]");
    if (!button) return;
    form = button.closest("form");
    picker.start();
  });
  const show = () => document.querySelectorAll("[data-pick-place]").forEach((b) => (b.hidden = false));
  show();
  document.body.addEventListener("htmx:afterSettle", show);
}

/** A click on a pipe adds its code to the form of planned works, a second one takes it off. */
export function startPipePicker(live) {
  live.map.on("click", ({ latlng }) => {
    const form = document.querySelector("form[data-planned-form]");
    const pipe = form && live.pipeAt(latlng);
    if (!pipe) return;
    const codes = new Set(form.elements.pipes.value.split(/[\s,，;；、]+/).filter(Boolean));
    if (codes.has(pipe)) codes.delete(pipe);
    else codes.add(pipe);
    form.elements.pipes.value = [...codes].join(" ");
  });
}
