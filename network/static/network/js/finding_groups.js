// Which findings stand too near to be told apart on the screen. Pure: points in pixels.

/**
 * Group the indices of `points` ([{x, y}]): each group gathers what lies within `gap` of its first
 * member. Every index is in exactly one group, in the order given.
 */
export function groupNear(points, gap) {
  const groups = [];
  points.forEach((point, i) => {
    const near = groups.find(([first]) => Math.hypot(points[first].x - point.x, points[first].y - point.y) < gap);
    if (near) near.push(i);
    else groups.push([i]);
  });
  return groups;
}
