from otter.test_files import test_case

OK_FORMAT = False

name = "q4"
points = None


@test_case(name="q4: a wide bin and two narrow ones", points=0.5, hidden=False)
def test_a_wide_bin_and_two_narrow_ones(histogram_density):
    import numpy as np

    x, edges = np.array([3.0, 0.5, 5.5, 0.25, 1.5, 4.0, 5.0, 2.5]), np.array([0.0, 1.0, 2.0, 6.0])
    density = histogram_density(x, edges)
    message = f"Four edges make three bins: expected shape (3,), but got {type(density).__name__} of shape {np.shape(density)}."
    assert np.shape(density) == (3,) and np.asarray(density).dtype.kind in "iuf", message
    density = np.asarray(density, dtype=float)
    message = (
        f"x = {x.tolist()}, edges = {edges.tolist()}: you have {density.round(6).tolist()}, and height times width adds up to "
        f"{float(density @ np.diff(edges)):.4f}. The bins hold 2, 1 and 5 of the 8 points, and are 1, 1 and 4 wide. A bar's AREA is its share."
    )
    assert np.allclose(density, [2 / 8, 1 / 8, 5 / 32], rtol=0, atol=1e-9), message


@test_case(name="q4: who owns a border", points=0.5, hidden=False)
def test_who_owns_a_border(histogram_density):
    import numpy as np

    x, edges = np.array([0.0, 1.0, 1.0, 2.0, 4.0]), np.array([0.0, 1.0, 2.0, 4.0])
    density = histogram_density(x, edges)
    message = f"Four edges make three bins: expected shape (3,), but got {type(density).__name__} of shape {np.shape(density)}."
    assert np.shape(density) == (3,) and np.asarray(density).dtype.kind in "iuf", message
    message = (
        f"x = {x.tolist()}, edges = {edges.tolist()}: you have {np.asarray(density).tolist()}. Every point lies on an edge. It belongs to the "
        "bin on its right; only the last edge, 4, belongs to the bin on its left. So the bins hold 1, 2 and 2 points."
    )
    assert np.allclose(np.asarray(density, dtype=float), [1 / 5, 2 / 5, 2 / 10], rtol=0, atol=1e-9), message


@test_case(
    name="q4: points outside",
    points=0.5,
    hidden=False,
    success_message="This one passed. More checks run when it is graded.",
)
def test_points_outside(histogram_density):
    import numpy as np

    x, edges = np.array([-1.0, 0.5, 0.25, 1.5, 9.0]), np.array([0.0, 1.0, 3.0])
    density = histogram_density(x, edges)
    message = f"Three edges make two bins: expected shape (2,), but got {type(density).__name__} of shape {np.shape(density)}."
    assert np.shape(density) == (2,) and np.asarray(density).dtype.kind in "iuf", message
    message = (
        f"x = {x.tolist()}, edges = {edges.tolist()}: you have {np.asarray(density).tolist()}. The points -1 and 9 are left out, and the shares are "
        "shares of the three that remain: 2 and 1. The areas must still add up to 1."
    )
    assert np.allclose(np.asarray(density, dtype=float), [2 / 3, 1 / 6], rtol=0, atol=1e-9), message


@test_case(
    name="q4 further check 1",
    points=1,
    hidden=True,
    failure_message="Not yet. Try bins of different widths and check two things: the areas add up to 1, and every area is a share.",
)
def test_further_check_1(histogram_density):
    """Random points and uneven bins, all points inside, none on an edge."""

    import numpy as np

    rng = np.random.default_rng()
    for n, bins in [(100, 5), (7, 12), (1, 1), (1000, 30)]:
        widths = rng.permutation(np.linspace(0.3, 3, bins)) * rng.uniform(1.5, 2)
        edges = rng.normal() + np.r_[0, np.cumsum(widths)]
        owner = rng.integers(bins, size=n)
        x = edges[owner] + widths[owner] * rng.uniform(0.1, 0.9, size=n)
        density = histogram_density(x, edges)
        assert np.shape(density) == (bins,), f"{bins} bins: got shape {np.shape(density)}"
        shares = np.bincount(owner, minlength=bins) / n
        good = np.allclose(np.asarray(density, dtype=float) * np.diff(edges), shares, rtol=0, atol=1e-9)
        assert good, f"n = {n}, {bins} bins of different widths: an area is not the share of its bin"


@test_case(
    name="q4 further check 2",
    points=1,
    hidden=True,
    failure_message="Not yet. Use whole numbers for points and edges, so that many points lie exactly on an edge, also on the last.",
)
def test_further_check_2(histogram_density):
    """Whole numbers: half of the points lie on an edge, some on the first and some on the last."""

    import numpy as np

    rng = np.random.default_rng()
    for _ in range(5):
        edges = np.cumsum(rng.integers(2, 5, size=7)) - 9
        x = rng.permutation(np.r_[np.repeat(edges, rng.integers(1, 4, size=7)), rng.integers(edges[0], edges[-1] + 1, size=20)])
        density = histogram_density(x, edges)
        assert np.shape(density) == (6,), f"6 bins: got shape {np.shape(density)}"
        counts = [sum(a <= v < b for v in x.tolist()) for a, b in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True)]
        counts[-1] += x.tolist().count(int(edges[-1]))
        good = np.allclose(np.asarray(density, dtype=float) * np.diff(edges) * len(x), counts, rtol=0, atol=1e-8)
        assert good, f"x = {x.tolist()}, edges = {edges.tolist()}: the bins should hold {counts}"


@test_case(
    name="q4 further check 3",
    points=0.5,
    hidden=True,
    failure_message="Not yet. Put some points outside of all bins, then all of them.",
)
def test_further_check_3(histogram_density):
    """Points outside are left out; if none is left, the heights are 0."""

    import numpy as np

    rng = np.random.default_rng()
    edges = np.array([0.0, 1.0, 1.5, 4.0]) * rng.uniform(1.5, 2)
    inside = edges[[0, 1, 1, 2]] + np.array([0.2, 0.1, 0.3, 0.5])
    outside = np.r_[rng.uniform(-5, -1, size=3), edges[-1] + rng.uniform(0.5, 3, size=4)]
    density = histogram_density(rng.permutation(np.r_[inside, outside]), edges)
    assert np.shape(density) == (3,), f"3 bins: got shape {np.shape(density)}"
    good = np.allclose(np.asarray(density, dtype=float) * np.diff(edges), [0.25, 0.5, 0.25], rtol=0, atol=1e-9)
    assert good, "points outside must not count, neither in a bar nor in the number of points"
    density = histogram_density(outside, edges)
    assert np.shape(density) == (3,), f"3 bins, no point inside: got shape {np.shape(density)}"
    assert np.array_equal(np.asarray(density, dtype=float), np.zeros(3)), "no point inside: all heights should be 0"
