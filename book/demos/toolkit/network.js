// Dense layers whose weights came in few bytes. A layer is { W, b } and answers W a + b; W is { rows, columns, values }, values row by row.

/** A matrix from numbers that were divided by `scale`: numbers in a list, row by row. */
export const matrix = (rows, columns, numbers, scale = 1) => ({ rows, columns, values: Float64Array.from(numbers, (number) => number * scale) });

/** The matrix of { shape: [rows, columns], scale, data: base64 of one signed byte an entry }; an entry is scale · byte. */
export function unpackMatrix({ shape: [rows, columns], scale, data }) {
  const values = matrix(rows, columns, Int8Array.from(atob(data), (character) => character.charCodeAt(0)), scale);
  if (values.values.length !== rows * columns) throw new RangeError(`${values.values.length} bytes are no matrix of ${rows} × ${columns}`);
  return values;
}

/** Layers from [{ W: packed matrix, b: [numbers] }]. */
export const unpackLayers = (layers) => layers.map(({ W, b }) => ({ W: unpackMatrix(W), b }));

/** W a + b. Takes and returns a list of numbers. */
export function dense({ W: { rows, columns, values }, b }, a) {
  const out = new Array(rows);
  for (let i = 0; i < rows; i++) {
    let sum = b[i];
    for (let j = 0; j < columns; j++) sum += values[i * columns + j] * a[j];
    out[i] = sum;
  }
  return out;
}

/** 1 / (1 + e^−a), and no overflow for large |a|. */
export const logistic = (a) => (a >= 0 ? 1 / (1 + Math.exp(-a)) : Math.exp(a) / (1 + Math.exp(a)));

/** One point through all layers: tanh after each but the last, `last` (number → number; default none) after the last. */
export function forward(x, layers, last = null) {
  return layers.reduce((a, layer, i) => {
    const out = dense(layer, a);
    if (i < layers.length - 1) return out.map(Math.tanh);
    return last ? out.map(last) : out;
  }, x);
}

/** Codes (n, m) of points X (n, d), and images (n, d) that the decoder draws from codes Z (n, m): as in the assignment. */
export const encode = (X, layers) => X.map((x) => forward(x, layers));
export const decode = (Z, layers) => Z.map((z) => forward(z, layers, logistic));

/** ‖x − x̃‖² of one point, and its mean over points. */
export const squaredError = (x, rebuilt) => x.reduce((sum, value, j) => sum + (value - rebuilt[j]) ** 2, 0);
export const reconstructionLoss = (X, rebuilt) => X.reduce((sum, x, i) => sum + squaredError(x, rebuilt[i]), 0) / X.length;
