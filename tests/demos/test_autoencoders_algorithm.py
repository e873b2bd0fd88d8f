"""The demos of autoencoders in Node against golden values of the reference; their data and their words in Python."""

import json
import subprocess

import numpy as np
import pytest
import traitlets

from book import downloads
from book.data.make_autoencoders import pairs
from book.demos import Denoising, DrawAndRemember, LatentExplorer, LinearAutoencoder, made, pictures
from solutions.autoencoders import decode, encode
from tests.demos.test_algorithm import HERE
from tools import node


def test_javascript_follows_the_reference(golden_autoencoders):
    try:
        done = node.run(HERE / "golden_autoencoders.mjs", golden_autoencoders)
    except subprocess.CalledProcessError as error:
        pytest.fail(error.stderr[-2000:])
    assert int(done.stdout) > 6000, "fewer comparisons than the golden values hold"


@pytest.mark.parametrize(
    "path",
    [
        ("golden", "latent", "codes", 0, 0), ("golden", "latent_at", "images", 2, 9), ("golden", "widths", "8", "rebuilt", 1, 20), ("golden", "widths", "4", "pca", 1, 20),
        ("linear", "plane", "steps", 12, "V", 1, 0), ("linear", "line", "steps", 5, "angle"), ("denoising", "ideal", "0.2", 7, 1), ("denoising", "learned", 3, 0),
    ],
)  # fmt: skip
def test_a_wrong_golden_value_is_noticed(golden_autoencoders, tmp_path, path):
    spoiled = json.loads(golden_autoencoders.read_text())
    place = spoiled
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] += 1e-3
    (tmp_path / "autoencoders.json").write_text(json.dumps(spoiled))
    with pytest.raises(subprocess.CalledProcessError, match="returned non-zero"):
        node.run(HERE / "golden_autoencoders.mjs", tmp_path / "autoencoders.json")


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: LatentExplorer(images=["0"] * 297), "64 characters"),
        (lambda: LatentExplorer(labels=[1, 2]), "as many"),
        (lambda: LatentExplorer(ends=[[0, 0]]), "two codes"),
        (lambda: LatentExplorer(z=[1]), "z"),
        (lambda: DrawAndRemember(m=3), "one of 1, 2, 4, 8, 16, 32, 64"),
        (lambda: DrawAndRemember(drawing="0"), "64 characters"),
        (lambda: DrawAndRemember(drawing="z" * 64), "drawing"),
        (lambda: LinearAutoencoder([[1, 2], [2, 4]]), "on a line"),
        (lambda: LinearAutoencoder(rate=0), "rate"),
        (lambda: Denoising(sigma=9), "sigma"),
        (lambda: Denoising([[1, 2, 3]], network=[]), "shape .1, 3."),
    ],
)
def test_bad_input_says_what_is_wrong(make, words):
    with pytest.raises(traitlets.TraitError, match=words):
        make()


def test_examples_are_pictures_and_a_walk_begins_at_a_zero():
    pad = DrawAndRemember()
    assert all(len(pictures.pixels(image)) == 64 for image in [*pad.examples.values(), pad.drawing])
    explorer = LatentExplorer()
    for end, digit in zip(explorer.ends, (0, 1), strict=True):
        assert explorer.labels[(explorer.codes == end).all(axis=1)].tolist() == [digit]


def test_data_come_with_a_copy_for_readers_without_golden_values(tmp_path, monkeypatch):
    (tmp_path / "_made").mkdir()
    copied = downloads.folder_of_demos(["LatentExplorer"])["_made/autoencoders.json"]
    (tmp_path / "_made" / "autoencoders.json").write_text(copied, encoding="utf-8")
    monkeypatch.setattr(made, "STEPS", tmp_path / "nowhere")
    monkeypatch.setattr(made, "COPIED", tmp_path / "_made")
    whole = made.load("autoencoders")
    made.load.cache_clear()
    copied = made.load("autoencoders")
    assert copied == {name: part for name, part in whole.items() if name != "golden"}
    made.load.cache_clear()
    (tmp_path / "_made" / "autoencoders.json").unlink()
    with pytest.raises(FileNotFoundError, match="unpack their zip again"):
        made.load("autoencoders")
    assert np.isfinite(Denoising([[0, 0], [1, 1.0]], network=[]).probe).all()  # your own points need none


def test_the_chapter_says_what_was_measured(golden_autoencoders):
    """What the boxes “What you should have seen” of the chapter say of the demos' data."""
    found = json.loads(golden_autoencoders.read_text())
    known, labels = np.array([pictures.pixels(image) for image in found["images"][:150]]), np.array(found["labels"][:150])
    pad = DrawAndRemember()
    four = np.array([pictures.pixels(pad.drawing)])
    strangers = np.array([pictures.pixels(pad.examples[name]) for name in ("the letter A", "a face")])
    redraw = {net["m"]: lambda X, net=net: decode(encode(X, pairs(net["encoder"])), pairs(net["decoder"])) for net in found["widths"]}
    lost = lambda X, m: ((X - redraw[m](X)) ** 2).sum(axis=1)
    read = lambda X: labels[((X[:, None] - known) ** 2).sum(axis=2).argmin(axis=1)]
    assert read(four).tolist() == [4]
    assert read(redraw[2](four)).tolist() == [9]
    assert read(redraw[16](four)).tolist() == [4]
    assert lost(four, 16) < 0.2 * lost(four, 2)
    usual = {net["m"]: net["loss"]["held_out"] for net in found["widths"]}
    assert all((lost(strangers, m) > 10 * usual[m]).all() for m in (16, 32))

    points = np.array(found["denoising"]["points"])
    rng = np.random.default_rng(0)

    def answer(noisy, sigma):
        p = np.exp(-((noisy[:, None] - points) ** 2).sum(axis=2) / (2 * sigma**2))
        return p @ points / p.sum(axis=1, keepdims=True)

    for sigma in found["denoising"]["sigmas"]:
        noisy, errors = points + sigma * rng.normal(size=points.shape), []
        for _ in range(4):
            errors.append(float(((noisy - points) ** 2).sum(axis=1).mean()))
            noisy = answer(noisy, sigma)
        assert errors[1] < errors[0]
        assert errors[2] > 0.8 * errors[1]
        assert errors[3] > errors[1]
