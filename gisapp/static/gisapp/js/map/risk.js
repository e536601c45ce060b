// Pipes by what a burst on them takes: wider and darker with the customers lost.

/* global L */

const WIDTHS = [2, 4, 6, 9];
const WAIT_MS = 250;

class RiskLayer {
  constructor(live, url) {
    this.live = live;
    this.url = url;
    this.layer = null;
    this.renderer = L.svg({ pane: "weak", padding: 0.2 });
    this.on = false;
    live.map.on("moveend", () => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.refresh(), WAIT_MS);
    });
  }

  show(on) {
    this.on = on;
    this.refresh();
  }

  async refresh() {
    const { map } = this.live;
    const { x, y } = map.getSize();
    if (!this.on || x === 0 || y === 0) {
      this.layer?.remove();
      return;
    }
    const bbox = map.getBounds().toBBoxString();
    const answer = await fetch(`${this.url}?bbox=${bbox}`, { headers: { Accept: "application/geo+json" } })
      .catch(() => null); // without an answer the map keeps what it shows
    if (!answer?.ok || !this.on || bbox !== map.getBounds().toBBoxString()) return;
    this.draw(await answer.json());
  }

  /** The legend says it where not every pipe in view is drawn. */
  tell(text) {
    document.querySelectorAll("[data-risk-told]").forEach((place) => {
      place.textContent = text;
      place.hidden = text === "";
    });
  }

  draw(data) {
    this.layer?.remove();
    data.features.reverse(); // the worst are drawn last, on top
    const { renderer } = this;
    this.layer = L.geoJSON(data, {
      pane: "weak",
      style: ({ properties }) => ({
        pane: "weak", renderer, className: `ov-risk ov-risk--${properties.band}`, weight: WIDTHS[properties.band],
      }),
      onEachFeature: ({ properties }, line) =>
        line.bindTooltip(document.createTextNode(properties.label), { sticky: true, className: "map-tip" }),
    }).addTo(this.live.map);
    this.live.element.dataset.risk = String(data.features.length);
    this.tell(data.told ?? "");
  }
}

/** A layer of risk on a live map, off until show(true). */
export function riskLayer(live, url) {
  return new RiskLayer(live, url);
}
