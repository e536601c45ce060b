// The plan on the whole screen of the phone.

import { createMap } from "gisapp/map/base";
import { drawOverlay, linkRows } from "gisapp/map/overlay";

const element = document.querySelector("[data-plan-map]");
const live = createMap(element);
const url = element.closest("[data-crew-map]").dataset.overlayUrl;
if (url) {
  const answer = await fetch(url);
  if (answer.ok) linkRows(document.body, drawOverlay(live, await answer.json()));
}
