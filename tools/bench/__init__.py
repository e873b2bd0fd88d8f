"""Performance against peers. What counts are ratios: ours and the peer are measured in turn, in one run, on one machine.

    python -m tools.bench                     everything (`make bench`)
    python -m tools.bench grading frames      only these sections
    python -m tools.bench scaling --full      with a class of 10,000

| section | what it measures | minutes on two cores |
| --- | --- | --- |
| `grading` | seconds a submission against `nbgrader autograde`, `otter run` and otter's API; what we add to the student's own work | 4 |
| `scaling` | cost and memory from 10 to 1,000 submissions (10,000 with `--full`), a class of 1,000, and the same again unchanged; draws dist/bench-scaling.svg | 6 (30) |
| `cluster` | a class of 100 graded over Dask, against this machine alone | 2 |
| `references` | reference implementations against scikit-learn and SciPy on one thread | 1 |
| `pages` | every page: requests, errors, weight; every chapter: time to a live demo | 3 |
| `lighthouse` | Lighthouse (mobile) on every page, and on a default Jupyter Book page | 20 |
| `frames` | every demo in motion: frame times and script time, with 2,000 points where it takes points | 2 |
| `cells` | from the click on Run to the figure, with the local kernel of `make serve` | 1 |
| `build` | the book, cold, unchanged and after one edit, against plain `jupyter-book build`; from saving a page, or a cell, to seeing it | 20 |

Each prints a table and replaces its rows in dist/bench.json: section, name, ours, peer, ratio, unit, runs, goal, met. `ratio` is how
many times faster or smaller ours is: the median of the ratios of each pair of runs, so that a drift of the machine cancels.
Exit status 0 when every section was measured (whatever the goals say), 1 when one failed, 2 when something it needs is missing.
"""
