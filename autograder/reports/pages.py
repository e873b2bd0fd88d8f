"""The pages: one for each student, one for the class. What they show is prepared here, how they look is in `templates/`.

Everything that comes from a submission passes through `finalize` (no control characters, no terminal codes) and
Jinja's automatic escaping, and each page forbids by its content security policy whatever it does not hold itself.
"""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
import numpy as np
from markupsafe import Markup

from autograder.model import CaseResult, QuestionResult, Result
from autograder.naming import safe_name
from autograder.reports import items, plots, text
from autograder.reports.files import Table
from autograder.reports.similar import Similarity

TEMPLATES = Path(__file__).parent / "templates"
MOST_LISTED = 200
"""Longer lists of flags and reasons end with a pointer to `grades.csv`."""
EXAMPLES = 3
SHOWN = 6
"""Names beside a flag."""
ROWS = Markup("\0")
"""Where the table's rows belong; no text on a page can hold it."""


@dataclass(frozen=True)
class Block:
    """One question as the student's page shows it."""

    topic: items.Topic
    number: int
    state: str
    """right, part, wrong, waiting or missing: chooses the sign and the words."""
    points: float | None
    public: tuple[CaseResult, ...]
    further: int
    further_passed: int
    told: tuple[str, ...]
    """Messages of the hidden checks that failed, where the policy lets students read them."""
    hint: str | None
    answer: str | None
    advice: str | None


@cache
def environment() -> jinja2.Environment:
    """Jinja, with everything escaped and cleaned."""
    env = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda v: text.clean(v) if isinstance(v, str) and not isinstance(v, Markup) else v,
    )
    env.filters.update(
        points=text.points, percent=text.percent, seconds=text.seconds, counted=text.counted,
        check=text.test_title, duration=text.duration, lateness=text.lateness, plain=text.plain, prose=text.prose, moment=text.moment, spark=plots.spark,
        page=safe_name,
    )
    env.globals.update(by_id=items.by_id, share=items.share)
    env.globals["css"] = Markup((TEMPLATES / "report.css").read_text(encoding="utf-8"))
    return env


def policy(script: str) -> str:
    """The content security policy of a page: its own style, the one script by its hash, and nothing else."""
    allowed = ""
    if script:
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        allowed = f" script-src 'sha256-{digest}';"
    return f"default-src 'none'; style-src 'unsafe-inline';{allowed} base-uri 'none'; form-action 'none'"


def student_page(result: Result, questions: Sequence[items.Topic], title: str, show_hidden: bool = False) -> str:
    """The feedback for one student. Of hidden checks it shows their number alone, and their messages only if told to."""
    blocks = [block(result, topic, i, show_hidden) for i, topic in enumerate(questions, 1)] if result.questions else []
    top = result.max_score or sum(t.max_points for t in questions)
    template = environment().get_template("student.html")
    return template.render(
        result=result, title=title, blocks=blocks, top=top, csp=policy(""), lead=lead(result, blocks), unsafe=items.unsafe(result)
    )


def block(result: Result, topic: items.Topic, number: int, show_hidden: bool) -> Block:
    """What `result` says about one question."""
    question = items.by_id(result).get(topic.id)
    if question is None:
        return Block(topic, number, "missing", None, (), 0, 0, (), None, None, None)
    hidden = [c for c in question.cases if c.hidden]
    public = tuple(c for c in question.cases if not c.hidden)
    return Block(
        topic=topic,
        number=number,
        state=state(question),
        points=question.points,
        public=public,
        further=len(hidden),
        further_passed=sum(c.passed for c in hidden),
        told=tuple(dict.fromkeys(c.message for c in hidden if not c.passed and c.message)) if show_hidden else (),
        hint=question.hint,
        answer=result.answers.get(topic.id),
        advice=advice(public, hidden) if question.hint is None else None,
    )


def state(question: QuestionResult) -> str:
    """One word for how a question went."""
    if question.points is None:
        return "waiting"
    if question.points >= question.max_points - 1e-9:
        return "right"
    return "part" if question.points > 1e-9 else "wrong"


def advice(public: Sequence[CaseResult], hidden: Sequence[CaseResult]) -> str | None:
    """What to try next where no misconception was recognised; nothing that would tell what a hidden check tests."""
    if all(c.passed for c in hidden):
        return None
    if public and all(c.passed for c in public):
        return (
            "Your function is right for the examples that you could see, and not yet for every other input. Read the "
            "task once more, sentence by sentence, and try small inputs of your own whose answer you know."
        )
    return "Mend what the checks above report first; the further checks often follow."


def lead(result: Result, blocks: Sequence[Block]) -> str:
    """One or two sentences that say how it went and where to look first."""
    if result.status == "infrastructure-error":
        return "The grader itself had a problem with this submission. That is not your fault and costs you nothing: it will be graded again."
    if result.status == "needs-human":
        return "This submission could not be graded by the machine. A person will look at it; no points are lost by that."
    judged = [b for b in blocks if b.state in ("right", "part", "wrong")]
    right = [b for b in judged if b.state == "right"]
    if judged and len(right) == len(judged):
        return "Everything that was checked is right. Well done."
    weak = [b for b in judged if b.state != "right"]
    if not weak:
        return "Nothing has been checked yet."
    first = min(weak, key=lambda b: (b.hint is None, b.number))
    opening = f"{len(right)} of {len(judged)} questions are completely right. " if right else ""
    return f"{opening}Start with question {first.number}: {'there is a hint for it' if first.hint else 'see what its checks say'}."


def class_page(results: Sequence[Result], survey: items.Survey, title: str, similarity: Similarity | None) -> Table:
    """The dashboard; its rows are the table of all submissions, at its end. `survey` is of the `results`, and knows the files of the pairs."""
    script = (TEMPLATES / "table.js").read_text(encoding="utf-8")
    statistics, where, due = survey.items(), survey.positions, survey.late.due is not None
    page = environment().get_template("index.html").render(
        title=title, questions=survey.questions, items=statistics, results=results, rows=ROWS,
        script=Markup(script), csp=policy(script), overview=overview(survey), scores=score_plot(survey),
        difficulty=plots.responsive(plots.difficulty(statistics, difficulty_words(statistics))),
        times=plots.responsive(plots.times(statistics, times_words(statistics))),
        checks=survey.checks(), misunderstandings=survey.misunderstandings(), troubled=survey.troubled, flags=survey.flags(),
        pairs=[(p, results[where[p.first]], results[where[p.second]]) for p in similarity.pairs if {p.first, p.second} <= where.keys()]
        if similarity else [],
        similarity=similarity, most=MOST_LISTED, examples=EXAMPLES, shown=SHOWN, unsafe=survey.unsafe,
        isolation=sorted(survey.modes - {""}),
    )  # fmt: skip
    head, tail = page.split(ROWS)
    row = environment().get_template("macros.html").module.row
    return Table(head, lambda result: row(result, survey.questions, due), tail)


def overview(survey: items.Survey) -> dict[str, Any]:
    """The headline numbers, over the submissions that were graded."""
    return {
        "n": survey.n,
        "troubled": len(survey.troubled),
        "waiting_points": survey.waiting_points,
        "waiting": survey.waiting,
        "flagged": survey.flagged,
        "quartiles": np.quantile(survey.shares, [0.25, 0.5, 0.75]).tolist() if survey.shares else None,
        "median_score": float(np.median(survey.scores)) if survey.scores else None,
        "decided": next(iter(survey.decided)) if len(survey.decided) == 1 else None,
        "late": survey.late if survey.late.due else None,
        "seconds": float(np.median(survey.seconds)) if survey.seconds else None,
        "total_seconds": survey.total_seconds,
    }


def score_plot(survey: items.Survey) -> dict[str, Any] | None:
    """The histogram of scores, its numbers, and the sentence that says what it shows."""
    shares = survey.shares
    if not shares:
        return None
    counts, median = items.histogram(shares), float(np.median(shares))
    high = sum(counts[8:])
    words = (
        f"Histogram of {text.counted(len(shares), 'score')} in ten bars, from 0 to 100 per cent of the points decided so far. "
        f"The median is {text.percent(median)}; {high} of {len(shares)} reached 80 per cent or more."
    )
    bins = [(i / len(counts), (i + 1) / len(counts), n) for i, n in enumerate(counts)]
    return {"svg": plots.responsive(plots.histogram(counts, median, words)), "bins": bins, "n": len(shares)}


def difficulty_words(statistics: Sequence[items.Item]) -> str:
    """What the plot of difficulty shows, in a sentence."""
    known = [i for i in statistics if i.mean_share is not None]
    if not known:
        return "No question has been decided yet."
    hard, easy = (f(known, key=lambda i: i.mean_share) for f in (min, max))
    return (
        "For each question, a bar divided into students with full marks, with a part, and with no points. "
        f"Hardest is {hard.topic.id} with {text.percent(hard.mean_share)} of the points on average, "
        f"easiest {easy.topic.id} with {text.percent(easy.mean_share)}."
    )


def times_words(statistics: Sequence[items.Item]) -> str:
    """What the plot of times shows, in a sentence."""
    timed = [i for i in statistics if i.seconds_median is not None]
    if not timed:
        return "No times were recorded."
    slow = max(timed, key=lambda i: i.seconds_95 or 0.0)
    return (
        "For each question, the median time of its checks and the time within which 95 of 100 submissions stay. "
        f"Slowest is {slow.topic.id}: median {text.seconds(slow.seconds_median)}, 95 of 100 within {text.seconds(slow.seconds_95)}."
    )
