// What the browser remembers for the reader, and nobody else: under one name, never sent anywhere.
const name = (key) => `learning-without-labels.${key}`;

/** The value kept under `key`, or `otherwise` where nothing is kept or storing is forbidden. */
export function recall(key, otherwise) {
  try {
    return JSON.parse(localStorage.getItem(name(key))) ?? otherwise;
  } catch (error) {
    console.info(`Nothing is remembered: ${error.message}`);
    return otherwise;
  }
}

/** Keep a value that JSON can hold. */
export function remember(key, value) {
  try {
    localStorage.setItem(name(key), JSON.stringify(value));
  } catch (error) {
    console.info(`Cannot be remembered: ${error.message}`);
  }
}
