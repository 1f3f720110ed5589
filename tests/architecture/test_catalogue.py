"""The page of faults and the tests name each other: no fault without its line, no test that nobody can find."""

import ast
import re
from collections.abc import Collection, Iterable

import pytest

from tests.architecture.tree import HOME, sources

PAGE = HOME / "docs" / "faults.md"
IDS = [f"F{number:02d}" for number in range(1, 105)]
KINDS = {"race", "kill", "repeat", "input", "access", "time", "failure"}
LINE = re.compile(r"^\| (F\d+) \| (\w+) \| ([^|]+) \|([^|]*)\| ([^|]+) \|$", re.MULTILINE)
NAMED = re.compile(r"`(tests/[\w/]+\.py::test_\w+)`")
NUMBER = re.compile(r"::test_(F\d+)_")
NOT_YET = re.compile(r"not yet: \w")


def numbered() -> dict[str, bool]:
    """Return the tests that bear the number of a fault, as ``path::name``, and whether each is a twin."""
    return {
        f"{source.path}::{node.name}": _is_twin(node)
        for source in sources()
        if source.is_test and source.is_python
        for node in source.nodes
        if isinstance(node, ast.FunctionDef) and NUMBER.match(f"::{node.name}")
    }


def _is_twin(function: ast.FunctionDef) -> bool:
    """Return whether a test takes the guard of its race away."""
    return any("pytest.mark.twin" in ast.unparse(one) for one in function.decorator_list)


def breaches(page: str, tests: dict[str, bool]) -> list[str]:
    """Return, in sentences, everything in which the page and the tests do not agree."""
    lines = LINE.findall(page)
    found = [one[0] for one in lines]
    said = [f"{id} must have exactly one line" for id in IDS if found.count(id) != 1]
    said += [f"{id} is no fault" for id in found if id not in IDS]
    named: set[str] = set()
    for id, kind, *_, proof in lines:
        here = NAMED.findall(proof)
        named.update(here)
        said += _wrong_in_line(id, kind, proof, here, tests)
    said += [f"{one} is not named on the page" for one in sorted(tests.keys() - named)]
    return said


def _wrong_in_line(id: str, kind: str, proof: str, here: list[str], tests: dict[str, bool]) -> Iterable[str]:
    """Yield what is wrong with one line of the page."""
    if kind not in KINDS:
        yield f"{id}: “{kind}” is no kind"
    for one in here:
        if one not in tests:
            yield f"{id}: there is no test {one}"
        if _number(one) != id:
            yield f"{id}: {one} bears another number"
    if bool(NOT_YET.search(proof)) == bool(here):
        yield f"{id} needs its tests or “not yet: …”, one of the two"
    if kind == "race" and here and not _any_twin(here, tests):
        yield f"{id}: a race needs a twin without its guard"


def _number(test: str) -> str:
    """Return the number that a test bears."""
    found = NUMBER.search(test)
    return found.group(1) if found else ""


def _any_twin(here: Collection[str], tests: dict[str, bool]) -> bool:
    """Return whether one of the tests is a twin."""
    return any(tests.get(one) for one in here)


def test_the_page_and_the_tests_name_each_other() -> None:
    assert breaches(PAGE.read_text(encoding="utf-8"), numbered()) == []


RACE, TWIN = "tests/x.py::test_F01_two_at_once", "tests/x.py::test_F01_without_the_lock_both"


def a_page(**lines: str) -> str:
    """Return a page on which every fault waits for its room, but for the lines given."""
    rows = {id: f"| {id} | input | a fault | | not yet: a room |" for id in IDS} | lines
    return "\n".join(rows.values())


def a_line(proof: str, id: str = "F01", kind: str = "race") -> str:
    """Return the line of a fault."""
    return f"| {id} | {kind} | a fault | a guard | {proof} |"


def test_a_page_that_agrees_is_passed() -> None:
    assert breaches(a_page(), {}) == []
    assert breaches(a_page(F01=a_line(f"`{RACE}`<br>`{TWIN}`")), {RACE: False, TWIN: True}) == []


@pytest.mark.parametrize(
    ("lines", "tests", "said"),
    [
        ({"F104": ""}, {}, "F104 must have exactly one line"),
        ({"F01": "\n".join([a_line("not yet: a room")] * 2)}, {}, "F01 must have exactly one line"),
        ({"F105": a_line("not yet: a room", "F105")}, {}, "F105 is no fault"),
        ({"F01": a_line("not yet: a room", kind="bug")}, {}, "F01: “bug” is no kind"),
        ({"F01": a_line(f"`{TWIN}`")}, {}, f"F01: there is no test {TWIN}"),
        ({"F02": a_line(f"`{TWIN}`", "F02")}, {TWIN: True}, f"F02: {TWIN} bears another number"),
        ({"F01": a_line("soon")}, {}, "F01 needs its tests or “not yet: …”, one of the two"),
        (
            {"F01": a_line(f"`{TWIN}` not yet: all")},
            {TWIN: True},
            "F01 needs its tests or “not yet: …”, one of the two",
        ),
        ({"F01": a_line("not yet: a room")}, {TWIN: True}, f"{TWIN} is not named on the page"),
        ({"F01": a_line(f"`{RACE}`")}, {RACE: False}, "F01: a race needs a twin without its guard"),
    ],
)
def test_a_page_that_does_not_agree_is_seen(lines: dict[str, str], tests: dict[str, bool], said: str) -> None:
    assert said in breaches(a_page(**lines), tests)
