"""What comes out of grading for people: a page for each student, a dashboard for the class, grades for other programs.

    reports.build(out, assignment, results, sources)

writes, from the results alone and the same bytes each time:

    OUT/grades.csv                     for a spreadsheet
    OUT/exports/canvas.csv             for Canvas's gradebook import
    OUT/exports/gradescope/*.json      Gradescope's results.json, one for each submission
    OUT/exports/grades.json            for programs
    OUT/report/index.html              the class
    OUT/report/students/*.html         the feedback
    OUT/report/similar.json            which submissions are alike, kept because the results hold no source code
"""

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from autograder import foreign
from autograder.errors import CourseError
from autograder.model import Result, from_json
from autograder.reports import exports, items, pages, similar
from autograder.reports.files import Folder, write, write_class
from autograder.results import Stored, locked, shown, stored


def configure(parser: argparse.ArgumentParser) -> None:
    from autograder import late

    parser.add_argument("out", type=Path, metavar="OUT", help="the folder that `grade` wrote, with results/*.json in it")
    parser.add_argument(
        "--feedback", choices=("never", "always"), default="never",
        help="whether students read the messages of hidden checks, or only how many passed (default: never)",
    )  # fmt: skip
    late.configure(parser)


def run(args: argparse.Namespace) -> int:
    """Write pages and tables again from the stored results and from what a human entered in formgrader since."""
    from autograder import late

    results = read_results(args.out)
    assignment = foreign.find(args.out) or find_assignment(results[0].assignment)
    with locked(args.out):
        late.keep(args.out, late.choose(args.out, args.due, args.late))
        build(args.out, assignment, late.counted(args.out, assignment, results), hidden_feedback=args.feedback)
    print(f"{len(results)} results: {args.out / 'report' / 'index.html'}, {args.out / 'grades.csv'}")
    return 0


def read_results(out: Path) -> Stored:
    """The stored results. Raises CourseError when there are none, when one is broken, when they mix assignments."""
    slugs = set()

    def read(path: Path) -> Result:
        slugs.add((result := _read(path)).assignment)
        return result

    results = stored(out, read)
    if not results:
        raise CourseError(f"{out}: no results/*.json; give the OUT folder of `python -m autograder grade`")
    if len(slugs) > 1:
        raise CourseError(f"{out}: results of several assignments ({', '.join(sorted(slugs))}); grade each into its own folder")
    return results


def _read(path: Path) -> Result:
    try:
        return from_json(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CourseError(f"{path}: not a result ({error}); delete it and grade again") from error


def find_assignment(slug: str) -> Any:
    """The assignment of this course called `slug`; None for one that was made elsewhere."""
    from autograder import assignment

    return assignment.load(slug) if slug in assignment.all_slugs() else None


def build(
    out: Path,
    assignment: Any,
    results: Sequence[Result],
    sources: Mapping[str, str] | None = None,
    stub: str | None = None,
    hidden_feedback: Literal["never", "always"] = "never",
) -> items.Survey:
    """Write every report of `results` into `out`; returns what they say of the class.

    `assignment` gives titles and points (None: they are read off the results). `sources` maps the `file` of a result to
    the code in it (a group that hands in together has one); without it the comparison of an earlier call is used. `stub`
    is the code that the assignment gave (None: the code of the assignment's notebook). With `hidden_feedback` "never",
    students read how many further checks passed and nothing else, whatever messages the results hold; "always" shows
    these messages. Pages of students who are no longer there go.
    """
    if not isinstance(results, Stored):  # these are in order, and too many to be sorted again
        results = sorted(results, key=shown)
    questions = items.topics(assignment, results)
    title, slug = (assignment.title, assignment.slug) if assignment else (_slug(results), _slug(results))
    show_hidden = hidden_feedback == "always"
    report, exported = out / "report", out / "exports"
    if sources is not None:
        found = similar.compare(sources, given_code(assignment) if stub is None else stub)
        write(report / "similar.json", similar.to_json(found))
    similarity = _kept_similarity(report / "similar.json")
    alike = {file for pair in similarity.pairs for file in (pair.first, pair.second)} if similarity else ()
    survey = items.Survey(questions, results, alike)
    tables = {
        out / "grades.csv": exports.grades_csv(questions, survey.late.due is not None),
        exported / "canvas.csv": exports.canvas_csv(questions, survey.finished(), title),
        exported / "grades.json": exports.grades_json(questions, slug, title, survey.n),
        report / "index.html": pages.class_page(results, survey, title, similarity),
    }
    folders = {
        exported / "gradescope": Folder(".json", lambda result: exports.gradescope_json(result, questions, show_hidden)),
        report / "students": Folder(".html", lambda result: pages.student_page(result, questions, title, show_hidden)),
    }
    write_class(results, tables, folders)
    return survey


def _kept_similarity(path: Path) -> similar.Similarity | None:
    """What the last comparison found; None when nothing was ever compared."""
    try:
        return similar.from_json(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise CourseError(f"{path}: cannot be read ({error}); delete it and grade again") from error


def given_code(assignment: Any) -> str:
    """The code that every student was given: the code cells of the assignment's notebook."""
    if assignment is None or not assignment.is_own:
        return ""
    from autograder.assignment import read_notebook

    cells = read_notebook(assignment.path).cells
    return "\n".join(c.source for c in cells if c.cell_type == "code")


def _slug(results: Sequence[Result]) -> str:
    return results[0].assignment if results else "assignment"
