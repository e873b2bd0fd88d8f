"""Starts a chapter with an assignment: a small, whole example that builds, releases, audits and grades at once.

The author replaces it part by part and is never without something that works.
"""

import argparse
import re
from pathlib import Path

from autograder import stubs
from autograder.assignment import ROOT, all_slugs
from autograder.errors import CourseError

TEMPLATES = Path(__file__).parent / "templates/new"
FILES = {
    "notebook.md": "notebooks/{slug}.md",
    "chapter.md": "book/lecture/{slug}.md",
    "solution.py": "solutions/{slug}.py",
    "misconceptions.py": "solutions/misconceptions/{slug}.py",
    "alternatives.py": "solutions/alternatives/{slug}.py",
    "test_q1.py": "autograder/tests/{slug}/q1.py",
}
NEXT_STEPS = """
Next:
  1. solutions/{slug}.py             the function and the docstring that students read
  2. autograder/tests/{slug}/q1.py   public cases that teach, hidden ones with fresh data
  3. solutions/misconceptions/ and solutions/alternatives/: what students write, wrong and right
  4. notebooks/{slug}.md             the question;  book/lecture/{slug}.md  the chapter
Then `python -m autograder release {slug}` and `python -m autograder audit {slug}` tell what is missing."""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("slug", metavar="SLUG", help="short name in files and addresses: small letters, digits, underscores")
    parser.add_argument("title", metavar="TITLE", help="title of chapter and assignment")


def run(args: argparse.Namespace) -> int:
    """Write every file, the table of contents' line and the stub; refuses to overwrite anything."""
    made = scaffold(args.slug, args.title)
    print("\n".join(str(path.relative_to(ROOT)) for path in made) + NEXT_STEPS.format(slug=args.slug))
    return 0


def scaffold(slug: str, title: str, root: Path = ROOT) -> list[Path]:
    """Write the files of a new chapter and list them."""
    if not re.fullmatch(r"[a-z][a-z0-9_]*(-[a-z0-9_]+)*", slug):
        raise CourseError(f"{slug!r} will not do as a short name; use small letters, digits and hyphens, as in `choosing-k`")
    if not title.strip() or "\n" in title or '"' in title:
        raise CourseError("the title must be one line without double quotes")
    targets = {name: root / pattern.format(slug=slug) for name, pattern in FILES.items()}
    if there := [path for path in targets.values() if path.exists()]:
        known = ", ".join(all_slugs(root))
        raise CourseError(f"{there[0].relative_to(root)} is already there (assignments: {known}); choose another SLUG")
    for name, path in targets.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        text = (TEMPLATES / name).read_text(encoding="utf-8")
        path.write_text(text.replace("@SLUG@", slug).replace("@TITLE@", title), encoding="utf-8")
    stubs.write(slug, root)
    return [*targets.values(), list_in_toc(slug, root)]


def list_in_toc(slug: str, root: Path = ROOT) -> Path:
    """Put the chapter after the last one of the lecture."""
    path = root / "_toc.yml"
    lines = path.read_text(encoding="utf-8").splitlines()
    last = max((i for i, line in enumerate(lines) if "- file: book/lecture/" in line), default=None)
    if last is None:
        raise CourseError("_toc.yml lists no chapter under book/lecture/ after which the new one could go; add it by hand")
    lines.insert(last + 1, lines[last].split("- file:")[0] + f"- file: book/lecture/{slug}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
