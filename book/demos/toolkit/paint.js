// A run of k-means on a plot, in the ink of the page: colours stay free for what the demo is about.

/** What sets a mark off from what lies under it, and the ink of what matters. */
export const halo = (tone) => (tone === "dark" ? "#14181e" : "#fff");
export const strong = (tone) => (tone === "dark" ? "#f2f4f6" : "#15191e");

/** Points in the shape of their cluster, with a thread to its centre: the ink says nothing here, the colours are for the ends. */
export function drawPoints(ctx, plot, X, mu, y, tone) {
  const ink = tone === "dark" ? "#c3ccd5" : "#3d454d";
  ctx.beginPath();
  X.forEach((point, i) => {
    ctx.moveTo(plot.x(point[0]), plot.y(point[1]));
    ctx.lineTo(plot.x(mu[y[i]][0]), plot.y(mu[y[i]][1]));
  });
  ctx.globalAlpha = 0.35;
  ctx.lineWidth = 1;
  ctx.strokeStyle = ink;
  ctx.stroke();
  ctx.globalAlpha = 1;
  mu.forEach((_, j) => plot.markers(ctx, X.filter((_, i) => y[i] === j), j, { radius: 3.6, fill: ink, stroke: halo(tone) }));
}

/** The way of each centre, and where it has come to. */
export function drawPaths(ctx, plot, path, tone) {
  for (const [width, ink] of [[5, halo(tone)], [2, strong(tone)]]) {
    ctx.beginPath();
    path[0].forEach((_, j) => path.forEach((mu, i) => ctx[i ? "lineTo" : "moveTo"](plot.x(mu[j][0]), plot.y(mu[j][1]))));
    ctx.lineJoin = "round";
    ctx.lineWidth = width;
    ctx.strokeStyle = ink;
    ctx.stroke();
  }
  for (const mu of path.slice(1, -1)) plot.markers(ctx, mu, 0, { radius: 2.6, fill: strong(tone) });
  ctx.lineWidth = 2.5;
  if (path.length > 1) path.at(-1).forEach((place, j) => plot.markers(ctx, [place], j, { radius: 8, fill: strong(tone), stroke: halo(tone) }));
}
