// Page module of the network check: the findings listed as numbered dots on the live map.

/* global L */

import { createMap } from "gisapp/map/base";
import { linkRows } from "gisapp/map/overlay";
import { spread } from "gisapp/map/spread";
import { groupNear } from "network/finding_groups";

const GAP_PX = 26;
const GROUP_PX = 40;
// Nearer than this the map shows each finding by itself, moved apart where they stand at one place.
const APART_ZOOM = 19;
const WORST = ["danger", "warn", "planned"];

function dot({ text, tone, many = false }) {
  return L.divIcon({
    className: `finding-dot finding-dot--${tone}${many ? " finding-dot--many" : ""}`,
    html: `<span>${Number(text)}${many ? "×" : ""}</span>`,
    iconSize: many ? [34, 24] : [24, 24],
  });
}

class Findings {
  constructor(live, geojson) {
    this.live = live;
    this.places = geojson.features.map(({ geometry, properties }) => ({
      ...properties,
      at: L.latLng([...geometry.coordinates].reverse()),
    }));
    this.layer = L.layerGroup().addTo(live.map);
    this.assets = new Map();
    if (this.places.length > 0) live.fitOnce(L.latLngBounds(this.places.map(({ at }) => at)));
    this.draw();
    live.map.on("zoomend", () => this.draw());
  }

  draw() {
    const { map } = this.live;
    this.layer.clearLayers();
    this.assets.clear();
    const points = this.places.map(({ at }) => map.latLngToLayerPoint(at));
    if (map.getZoom() >= APART_ZOOM) {
      spread(points, GAP_PX).forEach((point, i) => this.single(this.places[i], map.layerPointToLatLng(L.point(point))));
    } else {
      for (const group of groupNear(points, GROUP_PX)) {
        const members = group.map((i) => this.places[i]);
        if (members.length === 1) this.single(members[0], members[0].at);
        else this.several(members);
      }
    }
    this.lightAgain();
  }

  /** Dots drawn anew are lit as the rows under the pointer or the focus are. */
  lightAgain() {
    for (const row of document.querySelectorAll("li[data-asset].is-lit")) {
      this.assets.get(row.dataset.asset)?.getElement()?.classList.add("is-lit");
    }
  }

  single(place, at) {
    if (at !== place.at) L.polyline([place.at, at], { className: "finding-leader", interactive: false }).addTo(this.layer);
    const marker = this.marker(at, dot({ text: place.number, tone: place.tone }), place.title);
    marker.on("click", () => goToRow(place.id));
    this.assets.set(place.id, marker);
  }

  several(members) {
    const tone = WORST.find((each) => members.some((member) => member.tone === each)) ?? "planned";
    const title = members.map(({ number, title: text }) => `${number} ${text}`).slice(0, 8).join("\n");
    const bounds = L.latLngBounds(members.map(({ at }) => at));
    const marker = this.marker(bounds.getCenter(), dot({ text: members.length, tone, many: true }), title);
    marker.on("click", () => {
      goToRow(members[0].id);
      this.live.moved = true;
      const zoom = Math.max(this.live.map.getZoom() + 2, Math.min(this.live.map.getBoundsZoom(bounds), APART_ZOOM));
      this.live.map.setView(bounds.getCenter(), Math.min(zoom, APART_ZOOM));
    });
    for (const { id } of members) this.assets.set(id, marker);
  }

  marker(at, icon, title) {
    return L.marker(at, { icon, title, alt: title, pane: "planvalves" }).addTo(this.layer);
  }

  /** Bring the place of a row into view, close enough to see what is wrong. */
  goTo(id) {
    const place = this.places.find((each) => each.id === id);
    if (!place) return;
    this.live.moved = true;
    this.live.map.setView(place.at, Math.max(this.live.map.getZoom(), APART_ZOOM));
  }
}

function goToRow(id) {
  const row = document.querySelector(`li[data-asset="${CSS.escape(id)}"]`);
  row?.scrollIntoView({ block: "center" });
  row?.focus();
}

const element = document.querySelector("[data-map]");
const source = document.getElementById("finding-places");
if (element && source) {
  const findings = new Findings(createMap(element), JSON.parse(source.textContent));
  linkRows(document.body, findings);
  document.querySelector(".check__rows")?.addEventListener("click", (event) => {
    const row = event.target.closest("[data-asset]");
    if (row && !event.target.closest("a")) findings.goTo(row.dataset.asset);
  });
  document.querySelector(".check__rows")?.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches("[data-asset]")) findings.goTo(event.target.dataset.asset);
  });
}
