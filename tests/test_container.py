"""The image for macOS, Windows and clusters: what can be known of it without an engine."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
import yaml
from nbformat.v4 import new_code_cell, new_notebook

from autograder import container, results

ROOT = Path(__file__).resolve().parents[1]
FILE = ROOT / "tools" / "Containerfile"


def instructions() -> list[tuple[str, str]]:
    """Each instruction with the rest of its line."""
    text = re.sub(r"^#.*\n", "", FILE.read_text(), flags=re.M).replace("\\\n", " ")
    return [(word, rest.strip()) for word, _, rest in (line.partition(" ") for line in text.splitlines() if line.strip())]


def only(name: str) -> str:
    [found] = [rest for word, rest in instructions() if word == name]
    return found


def copies() -> list[tuple[str, str]]:
    """Source and target of every file or folder that is copied."""
    lines = [rest.split() for word, rest in instructions() if word == "COPY"]
    return [(source, target) for *sources, target in lines for source in sources]


def test_all_that_is_copied_is_there_and_is_sent_to_the_engine():
    rules = [line for line in (FILE.parent / "Containerfile.dockerignore").read_text().splitlines() if line and line[0] != "#"]
    kept = {rule[1:] for rule in rules if rule.startswith("!")}
    assert rules[0] == "*"
    assert kept == {source for source, _ in copies()}
    assert all((ROOT / source).exists() for source in kept)


def test_the_base_is_pinned_to_a_python_that_the_course_is_tested_with():
    version = re.fullmatch(r"docker\.io/library/python:3\.(\d+)\.\d+-slim-bookworm", only("FROM"))
    assert version
    assert 11 <= int(version[1]) <= 14


def test_what_is_copied_is_enough_to_grade(tmp_path: Path):
    """The image's own steps in a folder: its copies, its environment, its command; and a module of a student's is not ours."""
    course, work = tmp_path / "course", tmp_path / "work"
    (work / "class").mkdir(parents=True)
    for source, target in copies():
        place = course / target / (Path(source).name if target.endswith("/") else "")
        place.parent.mkdir(parents=True, exist_ok=True)
        copy = shutil.copytree if (ROOT / source).is_dir() else shutil.copy
        copy(ROOT / source, place)
    (course / ".venv").symlink_to(sys.prefix)
    nbformat.write(new_notebook(cells=[new_code_cell("x = 1")]), work / "class" / "ada.ipynb")
    (work / "numpy.py").write_text("raise SystemExit('a file of a student was run')")
    variables = dict(word.split("=", 1) for word in shlex.split(only("ENV").replace("/course", str(course)))) | {"HOME": str(tmp_path)}
    entry = json.loads(only("ENTRYPOINT").replace("/course", str(course)))
    words = ["grade", "--assignment", "kmeans", "--submissions", "class", "--out", "graded"]
    done = subprocess.run([*entry, *words], cwd=work, env={"PATH": os.environ["PATH"], **variables}, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert [(r.student, r.score) for r in results.stored(work / "graded")] == [("ada", 0.0)]


@pytest.mark.parametrize("path", ["README.md", "autograder/README.md", "tools/Containerfile"])
def test_every_place_tells_the_same_command(path: str):
    text = re.sub(r"\\\n[#\s]*", "", (ROOT / path).read_text())
    assert "docker build -t grader -f tools/Containerfile ." in text
    [command] = re.findall(r"docker run --rm (--security.*?) -v \"\$PWD\":(\S+) grader (.*)", text)
    options, folder, words = command
    assert {"seccomp=unconfined", "systempaths=unconfined"} <= set(options.split())
    assert ("WORKDIR", folder) in instructions()
    assert words == "grade --assignment kmeans --submissions downloads.zip --out graded"


def test_the_pods_of_the_documentation_are_yaml_and_ask_for_what_the_sandbox_needs():
    [text] = re.findall(r"```yaml\n(.*?)```", (ROOT / "autograder" / "README.md").read_text(), re.S)
    pods = {p["metadata"]["name"]: p for p in yaml.safe_load_all(text)}
    spec = next(p["spec"]["template"]["spec"] for p in yaml.safe_load_all(text) if p["kind"] == "Deployment")
    [worker] = spec["containers"]
    context = worker["securityContext"]
    assert pods["grader-scheduler"]["spec"]["containers"][0]["command"][0] == worker["command"][0] == "/course/.venv/bin/python"
    assert spec["hostUsers"] is False
    assert context["procMount"] == "Unmasked"
    assert context["seccompProfile"]["type"] == context["appArmorProfile"]["type"] == "Unconfined"
    assert context["runAsUser"] == 1000


# ---------------------------------------------------------------------------------- what the engine withholds

DOCKER = {  # as an ordinary `docker run` shows them, root inside
    "status": "Name:\tpython\nUid:\t0\t0\t0\t0\nCapEff:\t00000000a80425fb\nSeccomp:\t2\n",
    "attr/current": "docker-default (enforce)\n",
    "mountinfo": "612 605 0:98 / /proc rw - proc proc rw\n534 612 0:98 /kcore /proc/kcore ro - tmpfs tmpfs rw\n",
}
OPEN = {
    "status": "Name:\tpython\nUid:\t1000\t1000\t1000\t1000\nCapEff:\t0000000000000000\nSeccomp:\t0\n",
    "attr/current": "unconfined\n",
    "mountinfo": "612 605 0:98 / /proc rw - proc proc rw\n",
}


def host(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / "proc" / "self" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def test_a_container_started_without_options_is_told_all_of_them(tmp_path: Path):
    wanted = ["--user 1000:1000", *(f"--security-opt {name}=unconfined" for name in ("seccomp", "apparmor"))]
    assert container.missing("docker", host(tmp_path, DOCKER)) == [*wanted, "--security-opt systempaths=unconfined"]
    assert container.missing("podman", tmp_path) == [*wanted, "--security-opt unmask=ALL"]


@pytest.mark.parametrize(
    ("name", "option"),
    [
        ("status", "--security-opt seccomp=unconfined"),
        ("attr/current", "--security-opt apparmor=unconfined"),
        ("mountinfo", "--security-opt systempaths=unconfined"),
    ],
)
def test_only_what_is_missing_is_told(name: str, option: str, tmp_path: Path):
    closed = {name: DOCKER[name].replace("Uid:\t0", "Uid:\t1000")}
    assert container.missing("docker", host(tmp_path, OPEN | closed)) == [option]


def test_nothing_is_missing_where_nothing_is_withheld(tmp_path: Path):
    assert container.missing("docker", host(tmp_path, OPEN)) == []
    assert container.missing("docker", tmp_path / "no such system") == []


def test_engines_are_known_by_their_marks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    for name in ("KUBERNETES_SERVICE_HOST", "container"):
        monkeypatch.delenv(name, raising=False)
    assert container.kind(tmp_path) is None
    (tmp_path / ".dockerenv").touch()
    assert container.kind(tmp_path) == "docker"
    (tmp_path / "run").mkdir()
    (tmp_path / "run/.containerenv").touch()
    assert container.kind(tmp_path) == "podman"
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "10.0.0.1")
    assert container.kind(tmp_path) == "kubernetes"
