// The risk map as a layer of the control room: off until asked for, and remembered.

import { riskLayer } from "gisapp/map/risk";

const STORE = "risk-on";

/** Wire the box that switches the layer, and the legend that stands with it. */
export function startRiskSwitch(live, screen) {
  const box = screen.querySelector("[data-risk-layer]");
  if (!box) return;
  const legend = screen.querySelector("[data-risk-legend]");
  const layer = riskLayer(live, box.dataset.url);
  const apply = () => {
    legend.hidden = !box.checked;
    layer.show(box.checked);
  };
  box.checked = localStorage.getItem(STORE) === "1";
  box.addEventListener("change", () => {
    localStorage.setItem(STORE, box.checked ? "1" : "0");
    apply();
  });
  if (box.checked) apply();
}
