// Numbers as readers write them. (The browser's own formatter takes longer to set up than the rest of a demo to draw.)

/** A number with so many decimals, its thousands set off by commas: grouped(1234.5, 1) is "1,234.5". */
export function grouped(value, decimals = 0) {
  const [whole, part] = value.toFixed(decimals).split(".");
  const parted = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return part ? `${parted}.${part}` : parted;
}
