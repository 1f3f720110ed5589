"""Reads the source files of the project."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path, PurePosixPath

HOME = Path(__file__).resolve().parents[2]
ROOMS = ("inventory", "orders", "fulfillment", "returns", "oms")
PYTHON_FOLDERS = (*ROOMS, "tools", "tests")
PAGE_FOLDERS = (*ROOMS, "templates")
PAGE_KINDS = (".html", ".js", ".css", ".txt", ".xml")


@dataclass(frozen=True)
class Source:
    """One file: its path below the project's home, with slashes, and its text."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        """The parsed file; an empty module for what is not Python."""
        return ast.parse(self.text if self.is_python else "")

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """Every node of the parsed file."""
        return tuple(ast.walk(self.tree))

    @property
    def is_python(self) -> bool:
        """Tell whether this is a Python file."""
        return self.path.endswith(".py")

    @property
    def is_test(self) -> bool:
        """Tell whether the file belongs to the tests."""
        return self.path.startswith("tests/")

    @property
    def is_product(self) -> bool:
        """Tell whether the file is part of what a shop runs."""
        return self.path.startswith(tuple(f"{room}/" for room in ROOMS)) or self.path == "manage.py"

    @property
    def parts(self) -> frozenset[str]:
        """The folder names and the file's own name without its ending."""
        return frozenset(PurePosixPath(self.path).with_suffix("").parts)

    @property
    def is_migration(self) -> bool:
        """Tell whether the file is a migration."""
        return "migrations" in self.parts

    def calls(self, *names: str) -> Iterator[ast.Call]:
        """Yield the calls of a function or method with one of the names."""
        for node in self.nodes:
            if isinstance(node, ast.Call) and called_name(node) in names:
                yield node

    def imports(self) -> Iterator[tuple[str, int]]:
        """Yield every imported module and name as a dotted path, with its line."""
        for node in self.nodes:
            if isinstance(node, ast.Import):
                yield from ((alias.name, node.lineno) for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)


def called_name(call: ast.Call) -> str:
    """Return the last word of what is called: ``update`` for ``Order.objects.update(…)``."""
    return last_name(call.func)


def last_name(node: ast.AST) -> str:
    """Return the last word of a name or attribute, empty for anything else."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def keyword_names(call: ast.Call) -> set[str]:
    """Return the names of the keyword arguments."""
    return {keyword.arg for keyword in call.keywords if keyword.arg}


@cache
def sources() -> tuple[Source, ...]:
    """Return every source file of the project, Python and pages, vendored files apart."""
    paths = [HOME / "manage.py"]
    paths += [path for folder in PYTHON_FOLDERS for path in (HOME / folder).rglob("*.py")]
    paths += [path for folder in PAGE_FOLDERS for path in (HOME / folder).rglob("*") if path.suffix in PAGE_KINDS]
    names = sorted(path.relative_to(HOME).as_posix() for path in paths if path.exists())
    return tuple(Source(name, (HOME / name).read_text()) for name in names if "/vendor/" not in name)
