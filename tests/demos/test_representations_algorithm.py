"""The demos of representations in Node against golden values of the reference; what the chapter says of their data; bad input."""

import json
import subprocess

import numpy as np
import pytest
import traitlets

from book.demos import FreezeLayers, LabelEfficiency, MaskingRatio
from tests.demos.test_algorithm import HERE
from tools import node


def expectations(made: dict) -> dict:
    """What the demos must find in the measurements, by NumPy."""
    curves, runs = made["label_efficiency"], made["freeze_layers"]["results"]
    codes, counts = curves["codes"], curves["per_class"]
    values = lambda code, draw: code["draws"][draw - 1] if draw else code["mean"]
    pixels = np.array(codes[0]["mean"])
    assert (np.diff(pixels) > 0).all()  # the inverse of the curve is a function
    worth = lambda a: 0 if a < pixels[0] else None if a > pixels[-1] else float(np.exp(np.interp(a, pixels, np.log(counts))))
    accuracies = sorted({value for code in codes for value in code["mean"]} - {pixels[-1]})
    best_ways = [(c, max((i for i, r in enumerate(runs) if r["per_class"] == c), key=lambda i: runs[i]["mean"])) for c in made["freeze_layers"]["per_class"]]
    return {
        "rankings": [
            (count, draw, [codes[j]["id"] for j in np.argsort([-values(code, draw)[b] for code in codes], kind="stable")])
            for b, count in enumerate(counts) for draw in (0, 1, 8)
        ],
        "worth": [(a, worth(a)) for a in accuracies if worth(a) is not None],
        "best": max(codes, key=lambda code: code["mean"][0])["id"],
        "worse": [code["id"] for code in codes if (np.array(code["mean"]) < pixels).all()],
        "best_ratio": max(made["masking"]["trained_at"], key=lambda entry: entry["mean"])["ratio"],
        "best_ways": best_ways,
    }  # fmt: skip


def compare(made: dict, folder) -> int:
    """Run the comparison in Node; how many it made."""
    (folder / "made.json").write_text(json.dumps(made))
    (folder / "expected.json").write_text(json.dumps(expectations(made)))
    return int(node.run(HERE / "golden_representations.mjs", folder / "made.json", folder / "expected.json").stdout)


def test_javascript_follows_the_reference(golden_representations, tmp_path):
    try:
        count = compare(json.loads(golden_representations.read_text()), tmp_path)
    except subprocess.CalledProcessError as error:
        pytest.fail(error.stderr[-2000:])
    assert count > 900, "fewer comparisons than the golden values hold"


@pytest.mark.parametrize("path", [("masking", 2, "output", 40), ("masking", 5, "error")])
def test_a_wrong_golden_value_is_noticed(golden_representations, tmp_path, path):
    spoiled = json.loads(golden_representations.read_text())
    place = spoiled["golden"]
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] += 1e-5
    with pytest.raises(subprocess.CalledProcessError, match="returned non-zero"):
        compare(spoiled, tmp_path)


def test_the_chapter_says_what_was_measured(golden_representations):
    """The lists “What you should have seen” in the chapter, line by line."""
    made = json.loads(golden_representations.read_text())
    mean = {code["id"]: np.array(code["mean"]) for code in made["label_efficiency"]["codes"]}
    expected = expectations(made)
    assert expected["best"] == "two_views"
    assert dict(expected["worth"])[mean["two_views"][0]] == pytest.approx(10, abs=2)
    assert min(mean["hand"][-1], mean["labels"][-1]) > mean["two_views"][-1]
    assert all(abs(mean[name][:-1] - mean["pixels"][:-1]).max() < 0.06 for name in ("pca", "autoencoder"))
    assert all(mean[name][-1] < mean["pixels"][-1] - 0.03 for name in ("pca", "autoencoder"))
    assert expected["worse"] == ["slips", "untrained"]
    bands = [np.subtract(code["high"], code["low"]) for code in made["label_efficiency"]["codes"]]
    assert all(band[0] > 1.2 * band[-1] for band in bands if band is not bands[6])
    runs = {(r["start"], r["per_class"], *r["frozen"]): r for r in made["freeze_layers"]["results"]}
    for count in (1, 5, 20):
        assert runs["pretrained", count, "eye", "middle", "head"]["mean"] == pytest.approx(0.2, abs=0.05)
    assert runs["pretrained", 20, "head"]["mean"] > runs["pretrained", 20]["mean"] - 0.05
    best = {(start, c): max(r["mean"] for key, r in runs.items() if key[:2] == (start, c)) for start in ("pretrained", "scratch") for c in (1, 5, 20)}
    assert best["pretrained", 1] == runs["pretrained", 1, "eye", "middle"]["mean"]
    assert best["pretrained", 20] == runs["pretrained", 20]["mean"]
    leads = [best["pretrained", c] - best["scratch", c] for c in (1, 5, 20)]
    assert leads[0] > leads[1] > leads[2] > 0.04
    assert sum(r["train"] == 1 for key, r in runs.items() if key[1] == 1) >= 14
    masking = made["masking"]
    assert (np.diff(masking["error"][1:]) > 0).all()
    assert masking["error"][15] - masking["error"][12] > 2 * (masking["error"][4] - masking["error"][1])
    assert 0.85 * masking["error_of_mean"][15] < masking["error"][15] < masking["error_of_mean"][15]
    code = {entry["ratio"]: entry for entry in masking["trained_at"]}
    assert min(code[0.25]["mean"], code[0.5]["mean"]) > max(code[r]["mean"] for r in (0.125, 0.75, 0.875))
    assert max(e["mean"] for e in code.values()) - min(e["mean"] for e in code.values()) < code[0.5]["high"] - code[0.5]["low"]


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: LabelEfficiency(budget=3), "budget must be one of"),
        (lambda: LabelEfficiency(draw=9), "draw"),
        (lambda: FreezeLayers(frozen=["ear"]), "frozen must be taken from eye, middle, head"),
        (lambda: FreezeLayers(begin="new"), "pretrained, scratch"),
        (lambda: FreezeLayers(per_class=2), "1, 5, 20"),
        (lambda: MaskingRatio(picture=6), "less than 6"),
        (lambda: MaskingRatio(hidden=[16]), "hidden"),
    ],
)
def test_bad_input_says_what_is_wrong(make, words):
    with pytest.raises(traitlets.TraitError, match=words):
        make()
