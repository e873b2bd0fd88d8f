// The link that restores what you see: `#<anchor>=<state>`, several demos on a page joined by `&`.
// The state is JSON (of numbers and plain ASCII) in base64url: nothing to escape, and only what differs from the start goes in (each demo decides).

const toUrl = (text) => btoa(text).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const fromUrl = (text) => atob(text.replace(/-/g, "+").replace(/_/g, "/"));

export const encode = (packed) => toUrl(JSON.stringify(packed));
export const decode = (text) => JSON.parse(fromUrl(text));

const parts = (hash) => hash.replace(/^#/, "").split("&").filter(Boolean);

/** What the link holds for the demo called `anchor`: its text, or null. */
export function findInHash(hash, anchor) {
  const mine = parts(hash).find((part) => part.startsWith(`${anchor}=`));
  return mine ? mine.slice(anchor.length + 1) : null;
}

/** `href` with the demo's state in its hash; what other demos put there stays. */
export function linkWith(href, anchor, packed) {
  const [page, hash = ""] = href.split("#");
  const others = parts(hash).filter((part) => part.includes("=") && !part.startsWith(`${anchor}=`));
  return `${page}#${[...others, `${anchor}=${encode(packed)}`].join("&")}`;
}

/** Floats exactly as they are, in 11 characters each: a link must not move a centre by a rounding error. */
export function packFloats(numbers) {
  const bytes = new Uint8Array(new Float64Array(numbers).buffer);
  return toUrl(String.fromCharCode(...bytes));
}

export function unpackFloats(text) {
  const bytes = Uint8Array.from(fromUrl(text), (character) => character.charCodeAt(0));
  return [...new Float64Array(bytes.buffer)];
}

/** Labels 0..35, one character each. */
export const packLabels = (y) => y.map((label) => label.toString(36)).join("");
export const unpackLabels = (text) => [...text].map((character) => parseInt(character, 36));
