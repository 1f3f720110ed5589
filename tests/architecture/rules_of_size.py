"""Rules about names, sizes and the sign over every door."""

import ast
import re
from collections.abc import Iterator

from tests.architecture.rule import rule
from tests.architecture.tree import Source

FILE_LINES = 300
FUNCTION_LINES = 40
JUNK_DRAWERS = frozenset({"utils", "util", "helpers", "helper", "common", "core", "misc", "manager", "managers"})
SKIPS = ("pytest.skip", "pytest.xfail", "pytest.mark.skip", "pytest.mark.skipif", "pytest.mark.xfail")
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
Function = ast.FunctionDef | ast.AsyncFunctionDef


@rule(
    "OMS030",
    bad=("orders/services.py", "x = 1\n" * 301),
    ok=("orders/services.py", "x = 1\n" * 300),
)
def files_are_short(source: Source) -> Iterator[int]:
    """A file has at most 300 lines."""
    if not source.is_migration and len(source.text.splitlines()) > FILE_LINES:
        yield FILE_LINES + 1


@rule(
    "OMS031",
    bad=("orders/services.py", "def act():\n" + "    x = 1\n" * 40),
    ok=("orders/services.py", "def act():\n" + "    x = 1\n" * 39),
)
def functions_are_short(source: Source) -> Iterator[int]:
    """A function has at most 40 lines."""
    for node in source.nodes:
        if isinstance(node, Function) and (node.end_lineno or 0) - node.lineno + 1 > FUNCTION_LINES:
            yield node.lineno


@rule(
    "OMS032",
    bad=("orders/utils.py", ""),
    ok=("orders/pricing.py", ""),
)
def modules_say_what_they_hold(source: Source) -> Iterator[int]:
    """No module or folder is a drawer for everything: utils, helpers, common, core, misc, manager."""
    if source.is_python and source.parts & JUNK_DRAWERS:
        yield 1


@rule(
    "OMS033",
    bad=("orders/services.py", "x = 1"),
    ok=("orders/services.py", '"""Services of orders."""\nx = 1'),
)
def modules_carry_a_sign(source: Source) -> Iterator[int]:
    """A module opens with a sentence that says what is inside."""
    if source.is_python and source.tree.body and not source.is_migration and not ast.get_docstring(source.tree):
        yield 1


@rule(
    "OMS034",
    bad=("orders/services.py", "class Basket:\n    x = 1"),
    ok=("orders/services.py", 'class Basket:\n    """What is bought together."""\n    class Meta:\n        x = 1'),
)
def classes_carry_a_sign(source: Source) -> Iterator[int]:
    """A class opens with a sentence that says what it is."""
    if source.is_migration:
        return
    for node in source.nodes:
        if isinstance(node, ast.ClassDef) and node.name not in ("Meta", "Media") and not ast.get_docstring(node):
            yield node.lineno


@rule(
    "OMS035",
    bad=("orders/services.py", "def release_order():\n    pass"),
    ok=("orders/services.py", 'def release_order():\n    """Let it go."""\n    def inner(): ...'),
)
def functions_carry_a_sign(source: Source) -> Iterator[int]:
    """A public function or method opens with a sentence that says what it will do; a test's name is its sentence."""
    if source.is_migration:
        return
    classes = [node for node in source.nodes if isinstance(node, ast.ClassDef)]
    owners: list[ast.Module | ast.ClassDef] = [source.tree, *classes]
    for node in (child for owner in owners for child in owner.body if isinstance(child, Function)):
        private = node.name.startswith("_") or (source.is_test and node.name.startswith("test_"))
        if not private and not is_outline(node) and not ast.get_docstring(node):
            yield node.lineno


def is_outline(function: Function) -> bool:
    """Tell whether the function is only the outline of one, as in a Protocol."""
    return [ast.unparse(statement) for statement in function.body] == ["..."]


@rule(
    "OMS036",
    bad=("orders/services.py", "x = 1  # TO" + "DO later"),
    ok=("orders/services.py", "x = 1  # one, because the vendor counts from one"),
)
def work_is_finished(source: Source) -> Iterator[int]:
    """No mark of unfinished work stays behind; an open point is an issue."""
    if source.path.endswith("architecture/rules_of_size.py"):
        return
    lines = enumerate(source.text.splitlines(), 1)
    yield from (number for number, line in lines if UNFINISHED.search(line))


@rule(
    "OMS037",
    bad=("tests/orders/test_orders.py", "@pytest.mark.skip\ndef test_it(): ..."),
    ok=("tests/orders/test_orders.py", "@pytest.mark.skipif(not CHROMIUM, reason='no browser')\ndef test_it(): ..."),
)
def skips_have_a_reason(source: Source) -> Iterator[int]:
    """A test that is skipped says why."""
    if not source.is_test:
        return
    with_reason = {id(call.func) for call in source.calls("skip", "skipif", "xfail") if call.args or call.keywords}
    for node in source.nodes:
        if isinstance(node, ast.Attribute) and ast.unparse(node) in SKIPS and id(node) not in with_reason:
            yield node.lineno
