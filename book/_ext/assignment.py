"""`{assignment} kmeans`: a card with an assignment's title, questions, points and files.

Points and questions come from the assignment itself (`autograder.assignment.load`), so that a card cannot disagree with
what is graded. The build copies the released files next to the pages (`book/publish.py`), and with them, as JSON, what it takes to try
the questions in the page.
"""

import html

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from autograder.assignment import load
from autograder.errors import CourseError


def number(points: float) -> str:
    """Points without an idle decimal: 4, 2.5."""
    return f"{points:g}"


class AssignmentCard(SphinxDirective):
    """The card of one assignment; its argument is the slug, `:time:` what it takes."""

    required_arguments = 1
    option_spec = {"time": directives.unchanged}  # noqa: RUF012  (docutils' own convention)

    def run(self) -> list[nodes.Node]:
        """Write the card; an unknown assignment is an error with its place."""
        slug = self.arguments[0]
        try:
            assignment = load(slug)
        except CourseError as error:
            raise self.error(str(error)) from None
        self.env.note_dependency(str(assignment.path))
        self.env.note_dependency(str(assignment.solution_path))
        root = "../" * self.env.docname.count("/")
        rows = "".join(
            f'<li{self.tried(question)}><span class="assignment-question"><span>{self.question(question)}</span> <span class="assignment-points">'
            f'{number(question.points)}<span class="visually-hidden"> points</span></span></span></li>'
            for question in assignment.questions
        )
        time = f"<span>{html.escape(self.options['time'])}</span>" if "time" in self.options else ""
        heading = html.escape(assignment.title)
        return [nodes.raw("", f"""<section class="assignment" aria-label="Assignment: {heading}" data-assignment="{slug}" data-questions="{root}assignments/{slug}.json">
<p class="assignment-label">Assignment</p><p class="assignment-title">{heading}</p>
<p class="assignment-facts"><span>{len(assignment.questions)} questions</span><span>{number(assignment.points)} points</span>{time}</p>
<ol class="assignment-questions">{rows}</ol>
<p class="assignment-links"><a class="assignment-main" href="{root}assignments/{slug}.zip" download>Download the folder (zip)</a>
<a href="{root}assignments/{slug}.ipynb" download>The notebook alone</a></p></section>""", format="html")]

    def tried(self, question) -> str:
        """The mark of a question that can be tried in the page (`book/live/boot.js`); a written answer cannot."""
        return f' data-question="{question.id}"' if question.function else ""

    def question(self, question) -> str:
        """A question's title, with the function that it asks for."""
        function = f" <code>{html.escape(question.function)}</code>" if question.function else ""
        return f"{html.escape(question.title.replace('`', ''))}{function}"


def setup(app: Sphinx) -> dict:
    """Register the directive."""
    app.add_directive("assignment", AssignmentCard)
    return {"parallel_read_safe": True, "parallel_write_safe": True, "version": "1"}
