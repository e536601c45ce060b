// A click on an asset of the tiles, while no tool is in use, opens a popup with the way to its card.

/* global L */

import { t } from "gisapp/texts";
import { toast } from "gisapp/toast";

// A finger is broader than a pointer.
const BRUSH_PX = matchMedia("(pointer: coarse)").matches ? 18 : 10;
// Small things lie on pipes and are meant first.
const KINDS = ["source", "valve", "hydrant", "pipe"];
// The map or the page is busy with a tool that takes the click itself.
const BUSY_MAP = ".is-picking, .is-editing-valves";
const BUSY_PAGE = "form[data-planned-form]";

function assetAt({ tiles, map }, { lat, lng }, kinds) {
  const found = tiles.queryTileFeaturesDebug(lng, lat, BRUSH_PX).get("") ?? [];
  const shown = new Set(tiles.paintRules.filter((rule) => (rule.minzoom ?? 0) <= map.getZoom()).map((rule) => rule.dataLayer));
  for (const kind of kinds.filter((each) => shown.has(each))) {
    const hit = found.find(({ layerName, feature }) => layerName === kind && feature.props.isolates !== false);
    if (hit) return { kind, id: hit.feature.props.id };
  }
  return null;
}

function addressOf(element, { kind, id }) {
  // An id may hold a slash, which stays one.
  const path = encodeURIComponent(id).replaceAll("%2F", "/");
  return element.dataset.assets.replace("/kind/id/", `/${kind}/${path}/`);
}

/** Open popups of assets on a live map whose element has data-assets, the address of a card. */
export function startAssetPopups(live) {
  const { element, map } = live;
  map.on("click", async ({ latlng, originalEvent }) => {
    if (element.matches(BUSY_MAP) || document.querySelector(BUSY_PAGE)) return;
    // A drawn area takes the click for itself; what stands on it is still meant.
    const onArea = originalEvent?.target.closest?.("path.leaflet-interactive");
    const asset = live.tiles && assetAt(live, latlng, onArea ? KINDS.slice(0, 3) : KINDS);
    if (!asset) return;
    const headers = { "HX-Request": "true" }; // a block is asked for, not a page to sign in on
    const answer = await fetch(`${addressOf(element, asset)}?fragment=1`, { headers }).catch(() => null);
    const missing = answer === null ? "no_connection" : answer.status === 401 ? "signed_out" : "";
    if (missing) toast(t(missing), { error: true, untilAnswered: true });
    if (!answer?.ok) return;
    L.popup({ className: "map-popup", maxWidth: 320, minWidth: 220 })
      .setLatLng(latlng)
      .setContent(await answer.text())
      .openOn(map);
  });
}
