"""The process in which one student's cells run. It obeys requests and answers with plain data; it decides nothing.

A request is `(id, verb, ...)`, an answer `(id, outcome, ...)`, both by `wire`. The student's code shares this process and may
forge any answer: to the judge an answer is data from a stranger, compared like any other.

| verb | request | answers |
|---|---|---|
| ping | | ok |
| cell | index, encoded (source,), definitions only? | ok · raised, type, message, line |
| names | | ok, {name: "callable", "module" or "data"} |
| get | name, question | ok, encoded value · missing · unsendable, what |
| call | name, encoded (args, kwargs), question | ok, encoded value · raised, type, message, line · unsendable, what; then the encoded (args, kwargs) as the call left them where it changed them, generators, what it printed · or missing |

A name means what it meant when the `question` was checked in a cell; without a question, or a check, what it means in the end.
Of the data that its tests ask for, a copy is kept: a table to which a later cell adds a column is as it was when it was checked.
"""

import ast
import contextlib
import linecache
import os
import random
import sys
import types

import notebook
import numpy as np
import wire

DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)
MESSAGE, NAMES, NAME = 600, 2000, 100


class Runner:
    def __init__(
        self, channel: int, seed: int | None = None, seed_variable: str | None = None, asked: dict[str, list[str]] | None = None
    ):
        """`asked`, in other courses alone: the names of which the tests of each question ask."""
        self.channel, self.process = channel, os.getpid()
        self.seed, self.seed_variable, self.question = seed, seed_variable, ""
        self.asked, self.caps = asked or {}, wire.CAPS if asked is None else wire.WIDE
        self.spaces: dict[str, dict] = {}
        self.kept: dict[str, dict[str, tuple]] = {}
        self.copies: dict[tuple, tuple] = {}
        """What is kept, once: most tables are the same at every check."""
        notebook.on_check = self.keep if asked is not None else None
        self.module = types.ModuleType("__main__")
        self.space = self.module.__dict__
        sys.modules["__main__"] = self.module
        random.seed(0)
        np.random.seed(0)  # graded twice, a notebook that draws without a seed of its own draws the same
        self.verbs = {"ping": lambda: ("ok",), "cell": self.cell, "names": self.names,
                      "get": self.get, "call": self.call}  # fmt: skip
        notebook.install_shell(notebook.Shell(lambda body: self.execute(body, "<magic>", False), self.space))

    # -------------------------------------------------------------------------------------- the loop

    def serve(self) -> None:
        """Answer requests until the judge hangs up."""
        while True:
            try:
                ident, verb, *rest = wire.decode(self.receive(), wire.FRAME)
                answer = self.verbs[verb](*rest)
            except EOFError:
                return
            finally:
                if os.getpid() != self.process:  # a copy that student code forked: it must not answer too
                    os._exit(0)
            self.send(wire.encode((ident, *answer), wire.FRAME))

    def tell(self, outcome: str, *rest) -> None:
        """The one message that answers no request: the process is ready, or could not be made safe."""
        self.send(wire.encode((0, outcome, *rest), wire.FRAME))

    def receive(self) -> bytearray:
        (length,) = wire.HEADER.unpack(self.read(wire.HEADER.size))
        return self.read(length)

    def read(self, length: int) -> bytearray:
        data = bytearray(length)
        view = memoryview(data)
        while view:
            n = os.readv(self.channel, [view])
            if n == 0:
                raise EOFError
            view = view[n:]
        return data

    def send(self, body: bytes) -> None:
        view = memoryview(wire.HEADER.pack(len(body)) + body)
        while view:
            view = view[os.write(self.channel, view) :]

    # -------------------------------------------------------------------------------------- the verbs

    def cell(self, index: int, packed: bytes, only_definitions: bool) -> tuple:
        name = f"<cell {index + 1}>"
        self.sow()
        try:
            (source,) = wire.decode(packed)
            self.execute(source, name, only_definitions)
            notebook.close_figures()
        except BaseException as error:
            return self.raised(error, name)
        return ("ok",)

    def execute(self, source: str, name: str, only_definitions: bool) -> None:
        try:
            tree = compile(source, name, "exec", ast.PyCF_ONLY_AST, dont_inherit=True)
        except SyntaxError:
            source = notebook.plain(source)
            tree = compile(source, name, "exec", ast.PyCF_ONLY_AST, dont_inherit=True)
        if only_definitions:
            tree.body = [node for node in tree.body if isinstance(node, DEFINITIONS)]
        linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
        exec(compile(tree, name, "exec", dont_inherit=True), self.space)

    def sow(self) -> None:
        """otter's seeding between cells, where an assignment asks for it."""
        if self.seed_variable is not None:
            self.space[self.seed_variable] = self.seed
        elif self.seed is not None:
            random.seed(self.seed)
            np.random.seed(self.seed)

    def names(self) -> tuple:
        found = {}
        self.at("")
        for space in (*self.spaces.values(), self.space):
            for name, value in list(space.items())[-NAMES:]:
                if type(name) is str and not name.startswith("_") and len(name) <= NAME:
                    found[name] = kind_of(value)
        return "ok", dict(list(found.items())[-NAMES:])

    def keep(self, question: str) -> None:
        """While a cell runs: the names as they are, and what the question's tests will ask for, before a later cell changes it."""
        if question in self.asked:
            self.spaces[question] = dict(self.space)
            data = {name: self.space[name] for name in self.asked[question] if name in self.space}
            answers = {name: sendable(value, self.caps) for name, value in data.items() if kind_of(value) == "data"}
            self.kept[question] = {name: self.copies.setdefault(answer, answer) for name, answer in answers.items()}

    def at(self, question: str) -> None:
        """Let the names be what they were when the question was checked; its functions find each other by them, too."""
        if question != self.question:
            self.spaces[self.question] = dict(self.space)
            names = self.spaces.get(question, self.spaces.get("", self.space))
            self.space.clear() or self.space.update(names)
            self.question = question
            self.sow()

    def get(self, name: str, question: str = "") -> tuple:
        self.at(question)
        if name in (kept := self.kept.get(question, {})):
            return kept[name]
        return sendable(self.space[name], self.caps) if name in self.space else ("missing",)

    def call(self, name: str, packed: bytes, question: str = "") -> tuple:
        self.at(question)
        if name not in self.space:
            return ("missing",)
        args, kwargs = wire.decode(packed, self.caps)
        before = None if self.caps.wide else wire.encode((args, kwargs), generators=False)  # to look at an iterator would use it up
        generators = wire.generators_in((args, kwargs))
        printed = notebook.Printed()
        try:
            with contextlib.redirect_stdout(printed):
                answer = sendable(self.space[name](*args, **kwargs), self.caps)
        except BaseException as error:
            answer = self.raised(error, None)
        notebook.close_figures()
        left = None if before is None else changed(before, args, kwargs)
        if left and len(left) + sum(len(part) for part in answer if type(part) is bytes) > self.caps.size:  # one frame holds both
            left = b""
        return *answer, left, list(generators), printed.text()

    def raised(self, error: BaseException, filename: str | None) -> tuple:
        """What went wrong, and on which line of which cell."""
        where = getattr(error, "lineno", None) if isinstance(error, SyntaxError) else None
        where = f"{filename} line {where}" if where and filename else None
        trace = error.__traceback__
        while trace is not None:
            if trace.tb_frame.f_code.co_filename.startswith("<cell "):
                where = f"{trace.tb_frame.f_code.co_filename} line {trace.tb_lineno}"
            trace = trace.tb_next
        return "raised", type(error).__name__[:NAME], text_of(error), where


def kind_of(value: object) -> str:
    return "callable" if callable(value) else "module" if type(value) is types.ModuleType else "data"


def sendable(value: object, caps: wire.Caps) -> tuple:
    try:
        return "ok", wire.encode(value, caps)
    except wire.Unsendable as error:
        return "unsendable", str(error)[:MESSAGE]
    except Exception as error:  # of an object that is not what its class promises
        return "unsendable", f"what cannot be read ({type(error).__name__[:NAME]})"


def changed(before: bytes, args: tuple, kwargs: dict) -> bytes | None:
    """What the call made of what it was given; b"" where that cannot cross, None where it is as before."""
    try:
        return wire.encode((args, kwargs)) if wire.encode((args, kwargs), generators=False) != before else None
    except wire.Unsendable:
        return b""


def text_of(error: BaseException) -> str:
    try:
        return str(error)[:MESSAGE]
    except BaseException:  # an exception class of the student's own may fail at this, too
        return ""
