// Page module: makes every [data-map] live, draws its overlay, links it with the lists beside it.

import { createMap } from "gisapp/map/base";
import { drawOverlay, linkRows } from "gisapp/map/overlay";

for (const element of document.querySelectorAll("[data-map]")) {
  const live = createMap(element);
  const source = element.dataset.overlay && document.getElementById(element.dataset.overlay);
  if (source) {
    const overlay = drawOverlay(live, JSON.parse(source.textContent));
    linkRows(document.body, overlay);
  }
}
