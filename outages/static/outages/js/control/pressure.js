// The pressures of the plan in the panel, coloured on the map as soon as they are there.

import { pressureLayer } from "gisapp/map/pressure";

/** Wire the panel's pressure block to the map. */
export function startPressure(live, panel) {
  const layer = pressureLayer(live);
  const follow = () => layer.follow(panel.querySelector("[data-pressure-url]")?.dataset.pressureUrl ?? "");
  document.body.addEventListener("htmx:afterSettle", ({ detail }) => {
    // The block comes after its panel: until then the map keeps what it shows of the same case.
    const block = panel.querySelector("[data-pressure]");
    const waits = detail.target.id === "panel" && block !== null;
    if (!waits) follow();
  });
  follow();
}
