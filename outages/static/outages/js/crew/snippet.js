// The small map in the card of the current step. One map for the page; it moves from card to card.

import { createMap } from "gisapp/map/base";
import { drawOverlay } from "gisapp/map/overlay";

const ZOOM = 17;
let box = null;
let live = null;
let shownPlan = "";
let overlay = null;

function make(root, lat, lon) {
  box = document.createElement("div");
  box.className = "map";
  box.dataset.tiles = root.dataset.tiles;
  box.dataset.network = "";
  box.dataset.centre = `${lat},${lon}`;
  box.dataset.zoom = String(ZOOM);
  box.setAttribute("aria-hidden", "true");
}

/** A picture to look at: it neither scrolls away under a finger nor takes the focus. */
function hold(map) {
  for (const handler of ["dragging", "touchZoom", "doubleClickZoom", "scrollWheelZoom", "boxZoom", "keyboard", "tap"]) {
    map[handler]?.disable();
  }
  map.getContainer().removeAttribute("tabindex");
}

async function drawPlan(root) {
  const url = root.dataset.overlay;
  if (!url || shownPlan === url) return;
  try {
    const answer = await fetch(url);
    if (!answer.ok) return;
    const plan = await answer.json();
    overlay?.remove();
    live.moved = true; // the step is in the middle, not the whole plan
    overlay = drawOverlay(live, plan);
    shownPlan = url;
  } catch {
    // Without signal the card still says where the valve is.
  }
}

/** Draw the plan anew next time: its valves have changed. */
export function planChanged() {
  shownPlan = "";
}

/** Show the surroundings of `step` ({element}) in its card; nothing without a step or a place. */
export function placeSnippet(root, step) {
  const place = step?.element?.querySelector("[data-snippet-place]");
  const [lat, lon] = [step?.element?.dataset.lat, step?.element?.dataset.lon].map(Number);
  if (!place || !Number.isFinite(lat)) {
    box?.remove();
    return;
  }
  if (box === null) make(root, lat, lon);
  if (box.parentElement !== place) place.append(box);
  if (live === null) {
    live = createMap(box);
    hold(live.map);
    // What was to come does not: the plan alone is drawn, and no promise stays behind it.
    live.tiles?.on("tileerror", () => place.querySelector(".crewstep__waiting")?.remove());
  }
  live.map.invalidateSize({ pan: false });
  live.map.setView([lat, lon], ZOOM, { animate: false });
  drawPlan(root);
}
