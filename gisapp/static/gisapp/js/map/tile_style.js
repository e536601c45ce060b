// Paint and label rules for our vector tiles, from the tokens.
// Layers: background {kind: land|block|building|park|water|street|rail|label, width, class, name,
// name_en},
// pipe {id, dn, role, status, one_way}, valve {id, state, operable, isolates, rotation}, hydrant {id},
// source {id, name, active}. Zooms here are those of the screen.

/* global protomapsL */

import { HydrantSymbol, OneWaySymbol, SourceSymbol, ValveSymbol } from "gisapp/map/asset_symbols";
import { StreetLabel } from "gisapp/map/street_label";
import { isService, isTrunk, pipeWidth, streetWidth } from "gisapp/map/widths";

const kindIs = (kind) => (_zoom, feature) => feature.props.kind === kind;

function area(kind, fill, extra = {}) {
  return {
    dataLayer: "background",
    filter: kindIs(kind),
    symbolizer: new protomapsL.PolygonSymbolizer({ fill }),
    ...extra,
  };
}

function streets(color, latitude, more) {
  return {
    dataLayer: "background",
    filter: kindIs("street"),
    symbolizer: new protomapsL.LineSymbolizer({
      color,
      perFeature: true,
      lineCap: "round",
      lineJoin: "round",
      width: (zoom, feature) => streetWidth(feature.props, zoom, latitude) + more,
    }),
  };
}

function backgroundPaint(colours, latitude) {
  return [
    area("land", colours.land),
    area("water", colours.water),
    area("block", colours.block),
    area("park", colours.park),
    area("building", colours.bld, { minzoom: 15 }),
    {
      dataLayer: "background",
      filter: kindIs("rail"),
      symbolizer: new protomapsL.LineSymbolizer({ color: colours.casing, width: 2, dash: [6, 4] }),
    },
    streets(colours.casing, latitude, 1.5),
    streets(colours.street, latitude, 0),
  ];
}

function pipes(color, filter, extra = {}) {
  return {
    dataLayer: "pipe",
    filter,
    symbolizer: new protomapsL.LineSymbolizer({
      color,
      perFeature: true,
      lineCap: "round",
      lineJoin: "round",
      width: (zoom, feature) => pipeWidth(feature.props) * (zoom < 15 ? 0.7 : 1),
    }),
    ...extra,
  };
}

function pickedLine(color, width) {
  return new protomapsL.LineSymbolizer({ color, width, lineCap: "round", lineJoin: "round" });
}

function networkPaint(colours, picked) {
  const isPicked = (_zoom, feature) => picked.has(feature.props.id);
  const inUse = (feature) => !["abandoned", "retired"].includes(feature.props.status);
  return [
    pipes(colours.pipe, (_z, f) => inUse(f) && isService(f.props), { minzoom: 17 }),
    pipes(colours.pipe, (_z, f) => inUse(f) && !isTrunk(f.props) && !isService(f.props), { minzoom: 15 }),
    pipes(colours.trunk, (_z, f) => inUse(f) && isTrunk(f.props), { minzoom: 13 }),
    {
      dataLayer: "pipe",
      minzoom: 15,
      filter: (_zoom, feature) => Boolean(feature.props.one_way),
      symbolizer: new OneWaySymbol(colours),
    },
    pipes(colours.halo, isPicked, { symbolizer: pickedLine(colours.halo, 9) }),
    pipes(colours.plan, isPicked, { symbolizer: pickedLine(colours.plan, 5) }),
    { dataLayer: "hydrant", minzoom: 16, symbolizer: new HydrantSymbol(colours) },
    {
      dataLayer: "valve",
      minzoom: 16,
      filter: (_zoom, feature) => feature.props.isolates !== false, // air valves and the like cut nothing
      symbolizer: new ValveSymbol(colours),
    },
    { dataLayer: "source", minzoom: 13, symbolizer: new SourceSymbol(colours) },
  ];
}

function text(colours, dataLayer, labelProps, extra = {}) {
  return {
    dataLayer,
    symbolizer: new protomapsL.OffsetTextSymbolizer({
      labelProps,
      fill: colours.label,
      stroke: colours.halo,
      width: 3,
      font: `400 12px ${colours.font}`,
      offsetX: extra.offset ?? 7,
      offsetY: extra.offset ?? 8,
    }),
    ...extra,
  };
}

function labelRules(colours, { network, english }) {
  const place = english ? ["name_en", "name"] : ["name"];
  const rules = [
    {
      dataLayer: "background",
      minzoom: 15,
      filter: kindIs("street"),
      symbolizer: new StreetLabel({ colours, english }),
    },
    ...["label", "park", "water"].map((kind) => ({
      dataLayer: "background",
      minzoom: 14,
      filter: kindIs(kind),
      symbolizer: new protomapsL.CenteredTextSymbolizer({
        labelProps: place,
        fill: colours.label,
        stroke: colours.halo,
        width: 3,
        font: `400 12px ${colours.font}`,
      }),
    })),
  ];
  if (!network) return rules;
  return [
    text(colours, "source", place, { minzoom: 13, offset: 13 }),
    ...rules,
    text(colours, "valve", ["id"], { minzoom: 17 }),
  ];
}

/**
 * Rules for the colours given; `network` adds pipes and assets, `english` picks English names,
 * `picked` is a set of pipe ids that stand out.
 */
export function tileStyle(colours, { latitude, network, english, picked = new Set() }) {
  return {
    paintRules: [...backgroundPaint(colours, latitude), ...(network ? networkPaint(colours, picked) : [])],
    labelRules: labelRules(colours, { network, english }),
    backgroundColor: colours.land,
  };
}
