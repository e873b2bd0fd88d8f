"""The demos' algorithm in Node against golden values of the reference, and the seeds' twin in Python."""

import subprocess
from pathlib import Path

import numpy as np
import pytest

from book.data import make_kmeans
from book.demos import FoodTruckMap
from book.demos.seeds import choose, seeded
from tools import node

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def golden(tmp_path_factory):
    """Golden values made afresh from the reference, not those that an earlier build may have left."""
    path = tmp_path_factory.mktemp("golden") / "kmeans.json"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(make_kmeans, "MADE", path)
        make_kmeans.main()
    return path


def test_javascript_follows_the_reference(golden):
    try:
        done = node.run(HERE / "golden.mjs", golden)
    except subprocess.CalledProcessError as error:
        pytest.fail(error.stderr[-2000:])
    assert int(done.stdout) > 2000, "fewer comparisons than the golden values hold"


def test_a_wrong_golden_value_is_noticed(golden, tmp_path):
    spoiled = tmp_path / "kmeans.json"
    text = golden.read_text()
    assert '"iterations": ' in text
    spoiled.write_text(text.replace('"iterations": ', '"iterations": 1', 1))
    with pytest.raises(subprocess.CalledProcessError, match="returned non-zero"):
        node.run(HERE / "golden.mjs", spoiled)


def test_numbers_are_written_as_the_browsers_formatter_writes_them(tmp_path):
    script = tmp_path / "numbers.mjs"
    script.write_text(f"""
      import {{ grouped }} from {(node.ROOT / "book/demos/toolkit/numbers.js").as_uri()!r};
      for (const value of [0, 7, 999, 999.6, 1000, -1234.5, 0.25, 123456.789, 1e6, 98765432.1])
        for (const digits of [0, 1, 2, 5]) {{
          const options = {{ minimumFractionDigits: digits, maximumFractionDigits: digits }};
          console.log(grouped(value, digits) === new Intl.NumberFormat("en", options).format(value));
        }}""")
    assert node.run(script).stdout.split() == ["true"] * 40


def test_seeded_numbers_are_uniform_and_choices_distinct():
    draw = seeded(3)
    numbers = np.array([draw() for _ in range(20_000)])
    assert numbers.min() >= 0
    assert numbers.max() < 1
    counts = np.histogram(numbers, bins=20, range=(0, 1))[0]
    assert ((counts - 1000) ** 2 / 1000).sum() < 43.8  # chi-squared, 19 degrees of freedom, p = 0.001
    for seed in range(50):
        assert len(set(choose(12, 12, seeded(seed)))) == 12


def test_trucks_start_on_people_drawn_by_the_seed():
    a, b, c = FoodTruckMap(seed=4), FoodTruckMap(seed=4), FoodTruckMap(seed=5)
    assert np.array_equal(a.mu, b.mu)
    assert not np.array_equal(a.mu, c.mu)
    assert all((truck == a.X).all(axis=1).any() for truck in a.mu)
