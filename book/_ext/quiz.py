"""Self-checks: `{quiz}` asks one question and answers at once.

    ```{quiz} Which step can raise the objective?
    - [ ] Assign :: each point takes its nearest centre, so its own term can only fall
    - [x] Neither :: each step minimises over one set of variables with the other held fixed
    ```

One `[x]` makes a choice among several, more make boxes to tick. The words after `::` say why, and are shown for the
option that was chosen. Everything is in the page: without scripts each option opens its own answer (`<details>`).
"""

import re

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from book._ext.elements import Fragment, element

OPTION = re.compile(r"^[-*] \[(?P<mark>[ xX])\] (?P<text>.*)$")


class Quiz(SphinxDirective):
    """One question with its options."""

    has_content = True
    optional_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        """Build the field set; a malformed question is an error with its place."""
        options = self.options_read()
        right = sum(mark for mark, _, _ in options)
        if not self.arguments:
            raise self.error("a quiz needs its question: ```{quiz} Which …?")
        if len(options) < 2 or not right:
            raise self.error("a quiz needs two options or more, and at least one marked right: `- [x] words :: why`")
        unexplained = [text for _, text, why in options if not why]
        if unexplained:
            raise self.error(f"say why after `::` for the option {unexplained[0]!r}")
        number = self.env.new_serialno("quiz") + 1
        name = f"quiz-{number}"
        kind = "radio" if right == 1 else "checkbox"
        asked, messages = self.state.inline_text(self.arguments[0], self.lineno)
        hint = [element("span", nodes.Text("Choose all that are right."), CLASS="quiz-hint")] if right > 1 else []
        legend = element("legend", element("span", nodes.Text("Check yourself"), CLASS="quiz-label"), *asked, *hint)
        choices = [self.option(option, kind, name, i) for i, option in enumerate(options, 1)]
        status = element("p", CLASS="quiz-status", role="status")
        return [element("fieldset", legend, *choices, status, CLASS="quiz", ids=[name], data_kind=kind), *messages]

    def options_read(self) -> list[tuple[bool, str, str]]:
        """(right?, words, why) for each option; lines that follow on are joined."""
        options: list[list[str]] = []
        for line in self.content:
            match = OPTION.match(line)
            if match:
                options.append([match["mark"], match["text"]])
            elif line.strip() and options:
                options[-1][1] += " " + line.strip()
            elif line.strip():
                raise self.error(f"an option looks like `- [ ] words :: why`, not {line.strip()!r}")
        parted = [(mark, *map(str.strip, text.partition("::")[::2])) for mark, text in options]
        return [(mark != " ", words, why) for mark, words, why in parted]

    def option(self, option: tuple[bool, str, str], kind: str, name: str, number: int) -> Fragment:
        """One option: the control with its words, and the answer that it opens."""
        right, words, why = option
        control = element("input", type=kind, name=name, value=str(number))
        label = element("label", control, element("span", *self.inline(words), CLASS="quiz-words"))
        verdict = element("strong", nodes.Text("Right. " if right else "Not so. "))
        reason = element("p", verdict, *self.inline(why))
        summary = element("summary", nodes.Text("Show the answer"))
        answer = element("details", summary, reason, CLASS="quiz-answer")
        return element("div", label, answer, CLASS="quiz-option", data_right=str(right).lower())

    def inline(self, text: str) -> list[nodes.Node]:
        """Marked-up text (formulas, code, links) as inline nodes."""
        holder = nodes.Element()
        self.state.nested_parse(StringList([text], self.get_source_info()[0]), self.lineno - 1, holder)
        return [node for child in holder.children for node in (child.children if isinstance(child, nodes.paragraph) else [child])]


def setup(app: Sphinx) -> dict:
    """Register the directive."""
    app.setup_extension("book._ext.elements")
    app.add_directive("quiz", Quiz)
    return {"parallel_read_safe": True, "parallel_write_safe": True, "version": "1"}
