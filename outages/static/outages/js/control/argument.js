// The reasons of the plan in the panel: put into its rows, and drawn on the map as ways of water.

/* global L */

import { tagIcon } from "gisapp/map/glyphs";

const ARROW_EVERY_PX = 84;
const ARROW_PX = 5;
const WIDTH = 5;
const SPOT_PX = 16;
const HALO = { weight: WIDTH + 5, className: "ov-way ov-way--halo" };

/** Small chevrons along a line that point the way the water runs. */
function arrows(map, places) {
  const points = places.map((place) => map.latLngToLayerPoint(place));
  const found = [];
  let left = ARROW_EVERY_PX / 2;
  for (let i = 1; i < points.length; i += 1) {
    const [from, to] = [points[i - 1], points[i]];
    const length = from.distanceTo(to);
    if (length === 0) continue;
    const along = to.subtract(from).divideBy(length);
    const across = L.point(-along.y, along.x);
    for (; left <= length; left += ARROW_EVERY_PX) {
      const tip = from.add(along.multiplyBy(left));
      const back = tip.subtract(along.multiplyBy(ARROW_PX));
      const wing = across.multiplyBy(ARROW_PX * 0.7);
      found.push([back.add(wing), tip, back.subtract(wing)].map((p) => map.layerPointToLatLng(p)));
    }
    left -= length;
  }
  return found;
}

class WaysOfWater {
  constructor(live) {
    this.live = live;
    this.lines = L.layerGroup().addTo(live.map);
    this.marks = L.layerGroup().addTo(live.map);
    this.renderer = L.svg({ pane: "valves", padding: 0.5 });
    this.pinned = null; // the button whose way stays
    this.shown = null;
    live.map.on("zoomend", () => this.shown && this.draw(this.shown));
  }

  show(owner) {
    this.shown = owner ?? this.pinned;
    this.lines.clearLayers();
    delete this.live.element.dataset.way;
    if (this.shown) this.draw(this.shown);
  }

  draw(owner) {
    this.lines.clearLayers();
    const button = owner.matches("[data-line]") ? owner : owner.querySelector("[data-line]");
    if (button) this.drawWay(JSON.parse(button.dataset.line), "plain" in button.dataset);
    const spots = owner.closest("[data-spots]") ?? owner.querySelector("[data-spots]");
    if (spots?.dataset.spots) JSON.parse(spots.dataset.spots).forEach((spot) => this.drawSpot(spot));
    const mark = owner.closest("[data-mark]");
    if (mark) this.drawSpot(mark.dataset.mark.split(",").map(Number));
  }

  add(places, options) {
    const given = { pane: "valves", renderer: this.renderer, interactive: false, lineCap: "round", ...options };
    L.polyline(places, given).addTo(this.lines);
  }

  /** A way with arrows; a `plain` line says nothing of where water runs. */
  drawWay(line, plain) {
    const places = line.map(([lng, lat]) => [lat, lng]);
    this.add(places, HALO);
    this.add(places, { weight: WIDTH, className: "ov-way" });
    for (const arrow of plain ? [] : arrows(this.live.map, places)) {
      this.add(arrow, { weight: 2, className: "ov-way ov-way--arrow" });
    }
    this.live.element.dataset.way = String(line.length);
  }

  drawSpot([lng, lat]) {
    L.circleMarker([lat, lng], {
      pane: "valves", renderer: this.renderer, radius: SPOT_PX, weight: 3, fill: false,
      className: "ov-spot", interactive: false,
    }).addTo(this.lines);
  }

  /** Keep a way, and bring all of it into view; a second time lets it go. */
  pin(button, screen) {
    const again = this.pinned === button;
    this.pinned?.setAttribute("aria-pressed", "false");
    this.pinned = again ? null : button;
    this.show(null);
    if (again) return;
    button.setAttribute("aria-pressed", "true");
    const toMap = screen.querySelector('[data-show="map"]');
    if (toMap?.offsetParent) toMap.click(); // a phone shows one part at a time
    const bounds = L.latLngBounds(JSON.parse(button.dataset.line).map(([lng, lat]) => [lat, lng]));
    this.live.moved = true;
    requestAnimationFrame(() => {
      this.live.map.invalidateSize({ pan: false });
      this.live.map.fitBounds(bounds, { padding: [48, 48], maxZoom: 17, animate: false });
    });
  }

  drawMarks(panel) {
    this.marks.clearLayers();
    panel.querySelectorAll("[data-mark]").forEach(({ dataset }) => {
      const [lng, lat] = dataset.mark.split(",").map(Number);
      L.marker([lat, lng], { icon: tagIcon(dataset.markText, "plan map-tag--place"), pane: "crews", keyboard: false })
        .addTo(this.marks);
    });
  }

  clear() {
    this.pinned = null;
    this.show(null);
    this.marks.clearLayers();
  }
}

/** Put the reasons that came into the rows that wait for them. */
function fillRows(panel) {
  for (const reason of panel.querySelectorAll("[data-reasons] > [data-for]")) {
    const place = document.getElementById(reason.dataset.for);
    if (place) place.replaceChildren(...reason.childNodes);
  }
  panel.querySelector("[data-reasons]")?.remove();
  panel.querySelectorAll(".way[hidden]").forEach((button) => (button.hidden = false));
}

/** A row's "why" opens its reason under it; without one yet it leads to the page of all reasons. */
function toggleReason(event) {
  const link = event.target.closest("[data-why]");
  const place = link && document.getElementById(link.dataset.why);
  if (!place?.hasChildNodes()) return;
  event.preventDefault();
  place.hidden = !place.hidden;
  link.setAttribute("aria-expanded", String(!place.hidden));
}

function light(row, on) {
  for (const id of (row.dataset.lights ?? "").split(" ").filter(Boolean)) {
    document.querySelectorAll(`.glyph-icon[data-asset="${CSS.escape(id)}"]`).forEach((glyph) => {
      glyph.classList.toggle("is-lit", on);
    });
  }
}

const ROWS = ".step, .notebox > p, .why-groups > li, .why-customer, .other, .tankers > li, .source-why";

/** Wire the reasons in `panel` to the map (`live` is null where the list is shown). */
export function startArgument(live, panel, screen) {
  const ways = live ? new WaysOfWater(live) : null;
  const arrived = () => {
    fillRows(panel);
    ways?.drawMarks(panel);
  };
  arrived();
  document.body.addEventListener("htmx:afterSettle", ({ detail }) => {
    if (detail.target.id === "panel") ways?.clear();
    if (panel.contains(detail.target)) arrived();
  });
  const over = (on) => (event) => {
    const row = event.target.closest(ROWS);
    if (!row) return;
    light(row, on);
    ways?.show(on ? row : null);
  };
  panel.addEventListener("mouseover", over(true));
  panel.addEventListener("mouseout", over(false));
  panel.addEventListener("focusin", over(true));
  panel.addEventListener("focusout", over(false));
  panel.addEventListener("click", (event) => {
    toggleReason(event);
    const button = event.target.closest("[data-line]");
    if (button) ways?.pin(button, screen);
  });
}
