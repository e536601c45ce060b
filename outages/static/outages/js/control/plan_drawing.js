// The plan of the case in the panel, drawn over the map, and linked with the panel's rows.

/* global L */

import { drawOverlay, linkRows } from "gisapp/map/overlay";
import { t } from "gisapp/texts";
import { toast } from "gisapp/toast";

const POINT_ZOOM = 17;

class PlanDrawing {
  constructor(live, layers) {
    this.live = live;
    this.layers = layers;
    this.overlay = null;
    this.url = "";
    this.key = "";
    // Symbols that the plan draws are not drawn a second time by the layers.
    layers.planned = () => this.overlay?.assets ?? new Map();
    // One proxy for all plans to come, so that rows are wired once.
    const drawing = this;
    linkRows(document.body, {
      get assets() {
        return drawing.overlay?.assets ?? new Map();
      },
    });
    this.follow();
  }

  /** Draw what the panel shows now. */
  async follow() {
    const panel = document.querySelector("[data-panel]");
    const { overlayUrl = "", keyOfCase = "", lon, lat } = panel?.dataset ?? {};
    this.layers.hide(keyOfCase && overlayUrl ? keyOfCase : "");
    const another = keyOfCase !== this.key;
    this.key = keyOfCase;
    if (!overlayUrl) {
      this.clear();
      if (lon && another) this.goTo(Number(lat), Number(lon));
      return;
    }
    this.url = overlayUrl;
    const headers = { Accept: "application/geo+json" };
    const answer = await fetch(overlayUrl, { headers }).catch(() => null);
    if (this.url !== overlayUrl) return;
    if (!answer?.ok) {
      this.clear();
      toast(t(answer?.status === 401 ? "signed_out" : "no_connection"), { error: true, untilAnswered: true });
      return;
    }
    const data = await answer.json();
    this.overlay?.remove();
    const before = this.live.home;
    if (another) {
      this.live.home = null;
      this.live.moved = false;
    } else {
      this.live.home = before ?? L.latLngBounds([]);
    }
    this.overlay = drawOverlay(this.live, data);
    this.layers.redraw();
    this.live.element.dataset.drawn = keyOfCase;
    this.live.element.dataset.drawnPlan = panel.dataset.plan ?? "";
  }

  clear() {
    this.url = "";
    this.overlay?.remove();
    this.overlay = null;
    delete this.live.element.dataset.drawn;
  }

  goTo(lat, lng) {
    const { map } = this.live;
    if (!map.getBounds().contains([lat, lng])) map.setView([lat, lng], POINT_ZOOM, { animate: false });
  }
}

/** Draw the plan in the panel; follow() draws the next one. */
export function startPlanDrawing(live, layers) {
  return new PlanDrawing(live, layers);
}
