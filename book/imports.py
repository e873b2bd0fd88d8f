"""Which files of the repository a piece of Python depends on, found by reading it, never by running it.

A name taken from a package (`from book.demos import FoodTruckMap`) leads to the module that defines it, not to everything
that the package offers. A demo's module brings its JavaScript and the toolkit with it.
"""

import ast
from pathlib import Path

PACKAGES = ("book", "solutions")


def imported_files(root: Path, code: str, package: str = "") -> set[Path]:
    """The files under `root` that `code` (a module of `package`) imports, and what those import in turn.

    Raises SyntaxError where the code is not plain Python (a notebook's magics).
    """
    found: set[Path] = set()
    follow(root, code, package, found)
    for module in list(found):
        script = module.with_suffix(".js")
        if script.is_file():
            found |= {script, *script.parent.glob("toolkit/*.js")}
    return found


def follow(root: Path, code: str, package: str, found: set[Path]) -> None:
    """Add to `found` what `code` imports."""
    for name, wanted in imports(code, package):
        if name.partition(".")[0] not in PACKAGES:
            continue
        for path, inside in resolve(root, name, wanted):
            if path not in found:
                found.add(path)
                if path.name != "__init__.py":
                    follow(root, path.read_text(encoding="utf-8"), inside, found)


def imports(code: str, package: str) -> list[tuple[str, list[str]]]:
    """(module, names taken from it) for every import statement, relative ones made absolute."""
    found = []
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            found += [(alias.name, []) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            name = ".".join([*above, *([node.module] if node.module else [])])
            found.append((name, [alias.name for alias in node.names]))
    return found


def resolve(root: Path, name: str, wanted: list[str]) -> list[tuple[Path, str]]:
    """The files behind a module's name, each with the package that it is in."""
    place = root.joinpath(*name.split("."))
    if place.with_suffix(".py").is_file():
        return [(place.with_suffix(".py"), name.rpartition(".")[0])]
    init = place / "__init__.py"
    if not init.is_file():
        return []
    offered = {n: module for module, names in imports(init.read_text(encoding="utf-8"), name) for n in names}
    files = []
    for word in wanted:
        if (place / f"{word}.py").is_file():
            files.append((place / f"{word}.py", name))
        elif word in offered:
            files += resolve(root, offered[word], [word])
        else:  # defined in the package itself, or found at run time: everything in it may matter
            files += [(path, name) for path in sorted(place.glob("*.py"))]
    return files or [(path, name) for path in sorted(place.glob("*.py"))]
