"""`python -m autograder COMMAND`: the one door to everything that grades.

Each command is a module with `configure(parser)` and `run(args) -> int`; it is imported only when it is asked for,
so that `--help` is instant and one broken dependency does not take the others with it.
"""

import argparse
import importlib
import sys

from autograder.errors import CourseError

COMMANDS = {
    "grade": ("autograder.grade", "grade a folder or zip of submissions"),
    "sample-class": ("autograder.sample_class", "write a class of submissions with known fair scores"),
    "formgrader": ("autograder.formgrader", "grade written answers in nbgrader's own screens, on a graded class"),
    "report": ("autograder.reports", "write the report pages and CSV files again from the results"),
    "lint": ("autograder.lint", "say which tests cannot work from outside the sandbox, and why"),
    "compare": ("autograder.compare", "grade one notebook by `otter run` and here, and show where they differ"),
    "doctor": ("autograder.doctor", "prove from inside that the sandbox holds, and show its limits"),
    "release": ("autograder.release", "make student folders, Gradescope zips and the nbgrader tree"),
    "audit": ("autograder.audit", "show how good the tests are: misconceptions, alternatives, stubs, references"),
    "mutants": ("autograder.mutants", "change the references in one place each, and show which slips the tests miss"),
    "new": ("autograder.new", "start a chapter with an assignment"),
}


def parser() -> argparse.ArgumentParser:
    """The parser for the command's name alone; what follows belongs to the command."""
    top = argparse.ArgumentParser(prog="python -m autograder", description="Grade, release and audit the course.")
    names = top.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, (_, summary) in COMMANDS.items():
        names.add_parser(name, help=summary, add_help=False)
    return top


def main(argv: list[str] | None = None) -> int:
    """Run one command; a mistake by a person ends in one line on stderr and exit status 2, never in a traceback."""
    argv = sys.argv[1:] if argv is None else argv
    name = parser().parse_known_args(argv[:1])[0].command
    module_name, summary = COMMANDS[name]
    module = importlib.import_module(module_name)
    command = argparse.ArgumentParser(prog=f"python -m autograder {name}", description=f"{summary[0].upper()}{summary[1:]}.")
    module.configure(command)
    try:
        return module.run(command.parse_args(argv[1:]))
    except CourseError as error:
        print(f"autograder {name}: {error}", file=sys.stderr)
        return error.exit_status
    except KeyboardInterrupt:
        print(f"\nautograder {name}: interrupted; what was finished is kept, run it again to go on", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
