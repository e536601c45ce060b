// Where trouble gathers: discs by squares of the town, rings with the numbers of the report's table.
// properties: kind heat {share, radius_m} or spot {number, radius_m}; label.

/* global L */

const FAINTEST = 0.12;
const STRONGEST = 0.5;

class HeatLayer {
  constructor(live, url) {
    this.live = live;
    this.url = url;
    this.layer = L.layerGroup();
    this.renderer = L.svg({ pane: "weak", padding: 0.3 });
    this.asked = false;
  }

  async show(on) {
    if (!on) {
      this.layer.remove();
      return;
    }
    this.layer.addTo(this.live.map);
    if (this.asked) return;
    this.asked = true;
    const answer = await fetch(this.url, { headers: { Accept: "application/geo+json" } }).catch(() => null);
    if (answer?.ok) this.draw(await answer.json());
    else this.asked = false; // the box asks again
  }

  draw({ features, told }) {
    const circles = features.map((feature) => this.circle(feature));
    circles.forEach((circle) => circle.addTo(this.layer));
    features.filter(({ properties }) => properties.kind === "spot").forEach((spot) => this.number(spot));
    this.live.element.dataset.heat = String(features.length);
    document.querySelectorAll("[data-heat-told]").forEach((place) => (place.textContent = told));
    if (circles.length > 0 && new URLSearchParams(location.search).has("heat")) this.fit(circles);
  }

  circle({ geometry, properties }) {
    const { kind, share, radius_m: radius, label } = properties;
    const look = kind === "heat"
      ? { className: "ov-heat", fillOpacity: FAINTEST + (STRONGEST - FAINTEST) * share }
      : { className: "ov-heat-ring", fillOpacity: 0 };
    return L.circle(placeOf(geometry), { pane: "weak", renderer: this.renderer, radius, stroke: kind !== "heat", ...look })
      .bindTooltip(label, { sticky: true, className: "map-tip" });
  }

  number({ geometry, properties }) {
    const icon = L.divIcon({ className: "heat-number", html: String(Number(properties.number)), iconSize: [22, 22] });
    L.marker(placeOf(geometry), { pane: "names", icon, keyboard: false, title: properties.label }).addTo(this.layer);
  }

  fit(circles) {
    const bounds = L.latLngBounds([]);
    circles.forEach((circle) => bounds.extend(circle.getLatLng().toBounds(2 * circle.getRadius())));
    this.live.fitOnce(bounds);
  }
}

function placeOf({ coordinates: [lng, lat] }) {
  return [lat, lng];
}

/** The heat on a live map, off until show(true). */
export function heatLayer(live, url) {
  return new HeatLayer(live, url);
}
