// One pattern for each group of an area: what colours say, hatching says too.

const SIZE = 12; // px of a tile; every pattern repeats without a seam
const line = (ctx, ...points) => {
  ctx.beginPath();
  points.forEach(([x, y], i) => ctx[i % 2 ? "lineTo" : "moveTo"](x, y));
  ctx.stroke();
};
const dot = (ctx, x, y, r) => {
  ctx.beginPath();
  ctx.arc(x, y, r, 0, 2 * Math.PI);
  ctx.fill();
};
const DRAWINGS = [
  () => {},
  (ctx) => line(ctx, [-3, 3], [3, -3], [-3, 15], [15, -3], [9, 15], [15, 9]),
  (ctx) => { dot(ctx, 3, 3, 1.5); dot(ctx, 9, 9, 1.5); },
  (ctx) => line(ctx, [0, 3], [12, 3], [0, 9], [12, 9]),
  (ctx) => line(ctx, [-3, 9], [3, 15], [-3, -3], [15, 15], [9, -3], [15, 3]),
  (ctx) => line(ctx, [3, 0], [3, 12], [9, 0], [9, 12]),
  (ctx) => line(ctx, [6, 0], [6, 12], [0, 6], [12, 6]),
];

export const PATTERN_NAMES = ["plain", "rising stripes", "dots", "level stripes", "falling stripes", "upright stripes", "grid"];

/** A tile of `paint` on a tint of it, as a canvas to make a pattern of, or a style for a swatch (`url`). */
export function patternFor(doc, group, paint, ratio = 1) {
  const canvas = doc.createElement("canvas");
  canvas.width = canvas.height = SIZE * ratio;
  const ctx = canvas.getContext("2d");
  ctx.scale(ratio, ratio);
  ctx.globalAlpha = 0.32;
  ctx.fillStyle = paint;
  ctx.fillRect(0, 0, SIZE, SIZE);
  ctx.globalAlpha = 0.85;
  ctx.strokeStyle = paint;
  ctx.lineWidth = 1.3;
  DRAWINGS[group % DRAWINGS.length](ctx);
  return canvas;
}
