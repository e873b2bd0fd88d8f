// One shape for each group: what colours say, shapes say too.

const polygon = (points) => `M${points.map(([x, y]) => `${x},${y}`).join("L")}Z`;
const ring = (count, radius, turn = 0) => Array.from({ length: count }, (_, i) => {
  const angle = turn + (2 * Math.PI * i) / count - Math.PI / 2;
  const r = radius(i);
  return [round(r * Math.cos(angle)), round(r * Math.sin(angle))];
});
const round = (value) => Math.round(value * 1000) / 1000;

// Paths of about the same visual weight, around the origin, of radius about r.
const SHAPES = {
  circle: (r) => `M${-r},0A${r},${r} 0 1 0 ${r},0A${r},${r} 0 1 0 ${-r},0Z`,
  square: (r) => polygon(ring(4, () => r * 1.25, Math.PI / 4)),
  triangle: (r) => polygon(ring(3, () => r * 1.4).map(([x, y]) => [x, round(y + r * 0.15)])),
  diamond: (r) => polygon([[0, -r * 1.4], [r, 0], [0, r * 1.4], [-r, 0]]),
  cross: (r) => polygon([[-1, -3], [1, -3], [1, -1], [3, -1], [3, 1], [1, 1], [1, 3], [-1, 3], [-1, 1], [-3, 1], [-3, -1], [-1, -1]].map(([x, y]) => [round((x * r) / 2.5), round((y * r) / 2.5)])),
  star: (r) => polygon(ring(10, (i) => (i % 2 ? r * 0.66 : r * 1.45))),
  hexagon: (r) => polygon(ring(6, () => r * 1.15)),
  "lying triangle": (r) => polygon(ring(3, () => r * 1.4, Math.PI)),
};

export const SHAPE_NAMES = Object.keys(SHAPES);

/** SVG path of the marker of group `group`, about `radius` pixels from its middle to its edge. */
export const markerPath = (group, radius) => Object.values(SHAPES)[group % SHAPE_NAMES.length](radius);
