"""What an instructor may want to look at in a submission's source: evidence, not a verdict; no flag costs a point."""

import ast
import functools

MODULES = frozenset(["ctypes", "cffi", "subprocess", "socket", "pty", "mmap", "gc", "multiprocessing", "resource", "fcntl"])
ATTRIBUTES = frozenset(
    ["_getframe", "_current_frames", "settrace", "setprofile", "get_objects", "get_referrers", "__subclasses__", "__globals__", "__builtins__", "f_back", "tb_frame", "gi_frame", "_exit", "system", "popen", "fork", "forkpty", "execv", "kill", "register_at_fork", "modules"]
)
OWNERS = {"modules": "sys", "system": "os", "popen": "os", "fork": "os", "execv": "os", "kill": "os"}
"""Attributes that mean something only on this module."""
STRINGS = ("/proc/", "/etc/passwd", ".ssh", "sitecustomize", "usercustomize", "gradebook.db")
MOST = 12
ENDED = "its process was ended"
"""How the judge's flag begins that counts the processes of a submission which died or had to be killed."""


def scan(cells: tuple[str, ...], forbidden: tuple[str, ...] = ()) -> list[str]:
    """One short line for each finding, with its cell and line."""
    found: dict[str, None] = {}
    for number, source in enumerate(cells, start=1):
        for line, what in _findings(source, forbidden):
            found[f"cell {number}, line {line}: {what}"] = None
    return list(found)[:MOST]


@functools.lru_cache(maxsize=256)  # the cells that everybody was given are looked at once
def _findings(source: str, forbidden: tuple[str, ...]) -> list[tuple[int, str]]:
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []  # it will not run either
    found = []
    for node in ast.walk(tree):
        for name in _imported(node):
            if any(name == f or name.startswith(f + ".") for f in forbidden):
                found.append((node.lineno, f"imports {name}, which this assignment does not allow"))
            elif name.split(".")[0] in MODULES:
                found.append((node.lineno, f"imports {name[:60]}"))
        if isinstance(node, ast.Attribute) and node.attr in ATTRIBUTES and _owned(node):
            found.append((node.lineno, f"uses .{node.attr}"))
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            found += [(node.lineno, f"mentions {text!r}") for text in STRINGS if text in node.value]
    return sorted(found)


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        return [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)][:1]
    return []


def _owned(node: ast.Attribute) -> bool:
    owner = OWNERS.get(node.attr)
    return owner is None or (isinstance(node.value, ast.Name) and node.value.id == owner)
