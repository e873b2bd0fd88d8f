/**
 * Work through an iterator in slices of a few milliseconds, so that a slow phone stays responsive: `onSlice(finished)` after each.
 * A second call under the same name replaces the first; Reset, a link, and the end of the demo end them all.
 */
export function inSlices(demo, name, iterator, onSlice, budget = 14) {
  demo.slices.set(name, iterator);
  const run = () => {
    if (demo.slices.get(name) !== iterator) return; // something newer has begun, or nobody waits for it any more
    const until = demo.win.performance.now() + budget;
    let finished = false;
    while (!finished && demo.win.performance.now() < until) finished = iterator.next().done;
    if (finished) demo.slices.delete(name);
    else demo.win.setTimeout(run, 0);
    onSlice(finished);
  };
  run();
}
