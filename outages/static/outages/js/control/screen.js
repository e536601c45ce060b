// The map screen: map, rail and panel work together. Everything here also works as plain pages.

/* global L, htmx */

import { bindKey } from "gisapp/keys";
import { announce } from "gisapp/live";
import { createMap } from "gisapp/map/base";
import { heatLayer } from "gisapp/map/heat";
import { riskLayer } from "gisapp/map/risk";
import { toast } from "gisapp/toast";
import { startApproval } from "outages/control/approval";
import { startArgument } from "outages/control/argument";
import { startAskedLayer } from "outages/control/asked_layer";
import { startBurstTool } from "outages/control/burst_tool";
import { startLayers } from "outages/control/layer_switch";
import { startPlanDrawing } from "outages/control/plan_drawing";
import { startPressure } from "outages/control/pressure";
import { startQuietRefresh } from "outages/control/quiet_refresh";
import { startTabs } from "outages/control/tabs";
import { startValveEditor } from "outages/control/valve_editor";
import { startPipePicker, startPlacePicker } from "outages/control/pickers";

const screen = document.querySelector("[data-control-room]");
startTabs(screen); // before the map, which measures its place
const element = screen.querySelector("[data-map]");
const live = element ? createMap(element) : null;

document.querySelectorAll("[data-only-script]").forEach((hint) => (hint.hidden = false));
startQuietRefresh(document.getElementById("cases"));
startApproval(document.getElementById("panel"));
startArgument(live, document.getElementById("panel"), screen);
if (live) {
  const layers = startLayers(live, screen);
  const drawing = startPlanDrawing(live, layers);
  startAskedLayer(screen, "risk", (url) => riskLayer(live, url));
  startAskedLayer(screen, "heat", (url, report) => heatLayer(live, report ? `${url}?report=${report}` : url));
  startPressure(live, document.getElementById("panel"));
  startBurstTool(live);
  startValveEditor(live);
  startPlacePicker(live);
  startPipePicker(live);
  showPlaceAsked(live);
  document.body.addEventListener("cases-changed", () => {
    layers.refresh();
    live.refreshTiles();
  });
  document.body.addEventListener("htmx:afterSettle", ({ detail }) => {
    if (detail.target.id === "panel") drawing.follow();
  });
}

// A place that a search led to: ?at=lat,lon&label=…
function showPlaceAsked({ map }) {
  const query = new URLSearchParams(location.search);
  const [lat, lng] = (query.get("at") ?? "").split(",").map(Number);
  if (!Number.isFinite(lat) || !Number.isFinite(lng) || lat === 0) return;
  map.setView([lat, lng], 17, { animate: false });
  live.moved = true;
  L.popup({ closeButton: true, autoClose: false })
    .setLatLng([lat, lng])
    .setContent(document.createTextNode(query.get("label") ?? ""))
    .openOn(map);
}

document.body.addEventListener("say", ({ detail }) => {
  toast(detail.text);
  announce(detail.text);
});

// The case shown is marked in the rail, whichever of the two came last.
function markCase() {
  const key = document.getElementById("case-key")?.value;
  document.querySelectorAll("[data-case]").forEach((row) => {
    if (row.dataset.case === key) row.setAttribute("aria-current", "true");
    else row.removeAttribute("aria-current");
  });
}

document.body.addEventListener("htmx:afterSettle", ({ detail }) => {
  if (["panel", "cases"].includes(detail.target.id)) markCase();
  if (detail.target.id !== "panel") return;
  document.querySelectorAll("#panel [data-only-script]").forEach((hint) => (hint.hidden = false));
  screen.dataset.tab = "panel";
  startTabs(screen);
  document.querySelector("#panel [data-focus-first]")?.focus();
});

bindKey("Escape", "", () => {
  const back = document.querySelector("#panel [data-key~=Escape]");
  back?.click();
  return Boolean(back);
});
