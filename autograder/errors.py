"""Errors that are meant for a person: one line that says what, where and what to do."""


class CourseError(Exception):
    """Bad input or a missing piece. The command line prints the message alone and exits with 2."""

    exit_status = 2


class GraderFailure(CourseError):
    """The grader itself failed (no sandbox, a dead worker, a full disk). Never a zero for a student. Exits with 1."""

    exit_status = 1


class Unwritable(GraderFailure):
    """OUT cannot be written, so that no student's grading can go on: the whole run ends, finished results are kept."""
