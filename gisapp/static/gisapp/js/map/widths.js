// How thick a line is drawn, in pixels, by what it is. Pure.

export const TRUNK_DN = 400;

/** Whether a pipe is drawn as trunk: its role says so, or its diameter in mm. */
export function isTrunk({ dn, role }) {
  return role === "trunk" || Number(dn) >= TRUNK_DN;
}

/** Whether a pipe is a service line, shown from zoom 17 only. */
export function isService({ role }) {
  return role === "service";
}

/** Width of a pipe: DN<100 1.4, DN100–300 2.2 to 3, trunk 4.5, service line 1. */
export function pipeWidth(properties) {
  if (isService(properties)) return 1;
  if (isTrunk(properties)) return 4.5;
  const dn = Number(properties.dn) || 100;
  if (dn < 100) return 1.4;
  return 2.2 + (Math.min(dn, 300) - 100) * 0.004;
}

// Streets: real width in metres by class, used when the tile brings none.
const STREET_M = { trunk: 26, primary: 22, secondary: 16, tertiary: 11, residential: 7, lane: 5 };

/** Width of a street in pixels at a zoom and latitude; never under one pixel. */
export function streetWidth({ width, class: kind }, zoom, latitude) {
  const metres = Number(width) || STREET_M[kind] || 8;
  const pixelM = (156_543.03 * Math.cos((latitude * Math.PI) / 180)) / 2 ** zoom;
  return Math.max(metres / pixelM, zoom < 14 ? 0.6 : 1);
}
