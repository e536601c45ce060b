// Small distances on the ground. Pure. Degrees in EPSG:4326, metres by the local scale of WGS 84.

const METRES_PER_DEGREE = 111_320;

/** Move a place by metres to the east and to the north. */
export function moveBy({ lat, lng }, eastM, northM) {
  const perDegreeOfLongitude = METRES_PER_DEGREE * Math.cos((lat * Math.PI) / 180);
  return { lat: lat + northM / METRES_PER_DEGREE, lng: lng + eastM / perDegreeOfLongitude };
}

/** Distance in metres between two near places. */
export function distanceM(a, b) {
  const east = (b.lng - a.lng) * METRES_PER_DEGREE * Math.cos((((a.lat + b.lat) / 2) * Math.PI) / 180);
  return Math.hypot(east, (b.lat - a.lat) * METRES_PER_DEGREE);
}

/** What an arrow key means: [east, north] in metres, 10 m or with Shift 1 m; null for other keys. */
export function arrowStep(key, shift) {
  const size = shift ? 1 : 10;
  const steps = { ArrowUp: [0, 1], ArrowDown: [0, -1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };
  return key in steps ? steps[key].map((value) => value * size) : null;
}
