"""The worked example of book/demos/README.md, exactly as it is printed, bundled and used."""

import re

import numpy as np
import pytest

from book.demos import base, bundle
from tests.demos.harness import ORIGIN, open_page, settle

pytestmark = pytest.mark.browser


@pytest.fixture
def mean_is_best(tmp_path, monkeypatch):
    """The class, from the README's Python block; its JavaScript is bundled from the README's other block."""
    text = (bundle.HERE / "README.md").read_text(encoding="utf-8")
    blocks = dict(re.findall(r"^```(python|js)\n(.*?)^```", text, re.MULTILINE | re.DOTALL))
    (tmp_path / "toolkit").symlink_to(bundle.HERE / "toolkit")
    (tmp_path / "mean_is_best.js").write_text(blocks["js"], encoding="utf-8")
    monkeypatch.setattr(bundle, "HERE", tmp_path)
    monkeypatch.setattr(bundle, "DIST", tmp_path / "_dist")
    names = {"__name__": f"{base.__package__}.mean_is_best", "__package__": base.__package__}
    exec(compile(blocks["python"], "README.md", "exec"), names)
    return names["MeanIsBest"]


def test_the_worked_example_works(mean_is_best, new_page):
    X = np.random.default_rng(3).normal(size=(30, 2))
    page = new_page()
    trouble = open_page(page, [mean_is_best(X=X, mu=[[2.0, 2.0]])])
    center = page.get_by_role("slider", name="Centre", exact=True)
    center.focus()
    page.keyboard.press("Shift+ArrowLeft")
    settle(page, 300)
    assert page.evaluate("window.models[0].get('mu')[0][0]") < 2
    page.get_by_role("button", name="Show the mean").click()
    settle(page, 900)
    assert np.allclose(page.evaluate("window.models[0].get('mu')"), [X.mean(axis=0)])
    least = ((X - X.mean(axis=0)) ** 2).sum()
    assert f"{least:.4g}" in page.get_by_role("status").inner_text()
    assert f"{least:.4g}" in page.locator(".plot [role=img]").get_attribute("aria-label")
    page.get_by_role("button", name="Copy link").click()
    settle(page, 100)
    other = new_page()
    trouble += open_page(other, [mean_is_best(X=X, mu=[[2.0, 2.0]])], fragment=page.url.removeprefix(ORIGIN + "/"))
    settle(other, 300)
    assert np.allclose(other.evaluate("window.models[0].get('mu')"), [X.mean(axis=0)])
    assert trouble == []
