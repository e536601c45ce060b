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

const codesOf = (field) => [...new Set(field.value.split(/[\s,，;；、]+/).filter(Boolean))];

/** One button for each picked pipe, which takes it off again. */
function showChips(form, codes, takeOff) {
  const list = form.querySelector("[data-picked]");
  if (!list) return;
  list.hidden = codes.length === 0;
  list.replaceChildren(
    ...codes.map((code) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "button button--small picked__pipe";
      button.textContent = `${code} ✕`;
      button.setAttribute("aria-label", list.dataset.textOff.replace("{pipe}", code));
      button.addEventListener("click", () => takeOff(code));
      const item = document.createElement("li");
      item.append(button);
      return item;
    }),
  );
}

/**
 * A click on a pipe adds its code to the form of planned works, a second one takes it off; so does
 * its button under the field. What is in the form stands out on the map.
 */
export function startPipePicker(live) {
  const formNow = () => document.querySelector("form[data-planned-form]");
  const show = () => {
    const form = formNow();
    const codes = form ? codesOf(form.elements.pipes) : [];
    live.showPicked(codes);
    if (form) showChips(form, codes, toggle);
  };
  const toggle = (pipe) => {
    const { pipes } = formNow().elements;
    const codes = new Set(codesOf(pipes));
    if (!codes.delete(pipe)) codes.add(pipe);
    pipes.value = [...codes].join(" ");
    show();
  };
  live.map.on("click", ({ latlng }) => {
    const pipe = formNow() && live.pipeAt(latlng);
    if (pipe) toggle(pipe);
  });
  document.addEventListener("input", ({ target }) => {
    if (target.name === "pipes" && target.form === formNow()) show();
  });
  document.body.addEventListener("htmx:afterSettle", show);
  const form = formNow();
  if (!form) return;
  show();
  const { lat, lon } = form.dataset;
  if (lat) live.map.setView([Number(lat), Number(lon)], 17, { animate: false });
}
