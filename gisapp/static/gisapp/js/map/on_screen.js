// What the vector tiles show in the window at this moment, for the legend.

/* global protomapsL */

import { isService, isTrunk } from "gisapp/map/widths";

const VALVE = (props) => {
  if (props.operable === false || props.state === "inoperable") return "valve_inoperable";
  return props.state === "closed" ? "valve_closed" : "valve_open";
};

function keysOfPipe(props, zoom, keys) {
  if (isTrunk(props)) keys.add("trunk");
  else if (zoom >= 15 && !isService(props)) keys.add("main");
  if (props.one_way && zoom >= 15) keys.add("one_way");
}

function keysOf(data, zoom, keys) {
  if (zoom < 13) return;
  for (const { props } of data.get("pipe") ?? []) keysOfPipe(props, zoom, keys);
  for (const { props } of data.get("source") ?? []) {
    keys.add(props.active === false ? "source_shut" : "source");
  }
  if (zoom < 16) return;
  for (const { props } of data.get("valve") ?? []) {
    if (props.isolates !== false) keys.add(VALVE(props));
  }
  if ((data.get("hydrant") ?? []).length > 0) keys.add("hydrant");
}

/** Legend keys of everything that the layer's tiles in view hold, to the tile exactly. */
export function keysOnScreen(map, layer) {
  const keys = new Set();
  const zoom = map.getZoom();
  for (const view of layer.views.values()) {
    for (const tile of visibleTiles(map)) {
      const { dataTile } = view.dataTileForDisplayTile(tile);
      const entry = view.tileCache.cache.get(protomapsL.toIndex(dataTile));
      if (entry) keysOf(entry.data, zoom, keys);
    }
  }
  return keys;
}

function visibleTiles(map) {
  const z = Math.round(map.getZoom());
  const bounds = map.getPixelBounds();
  const tiles = [];
  for (let x = Math.floor(bounds.min.x / 256); x <= Math.floor(bounds.max.x / 256); x += 1) {
    for (let y = Math.floor(bounds.min.y / 256); y <= Math.floor(bounds.max.y / 256); y += 1) {
      tiles.push({ x, y, z });
    }
  }
  return tiles;
}
