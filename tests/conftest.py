"""Which tests this machine and this database can run; what is left out says why."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings

if TYPE_CHECKING:
    from tests.books import Books

TESTS = Path(__file__).parent
PURE = ("architecture", "contracts/carriers", "fulfillment/documents", "fulfillment/packing", "fulfillment/picking",
        "fulfillment/sourcing")  # fmt: skip
DATABASE = {"db", "transactional_db", "django_db_setup"}
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def on_postgresql() -> bool:
    """Tell whether the tests run on PostgreSQL."""
    return str(settings.DATABASES["default"]["ENGINE"]).endswith("postgresql")


def pytest_configure() -> None:
    """Empty the database quickly after the tests that commit, and let drawn examples take their time."""
    from django.test import TransactionTestCase
    from hypothesis import settings as drawing

    from tests.emptying import empty_what_is_full

    TransactionTestCase._fixture_teardown = empty_what_is_full
    # how long one example takes says more about the machine than about the code
    drawing.register_profile("untimed", parent=drawing(), deadline=None)
    drawing.load_profile("untimed")


def pytest_report_header() -> list[str]:
    """Name the engines in the head of the report."""
    database = "PostgreSQL" if on_postgresql() else "SQLite"
    return [f"engines: {database}, {'Redis' if settings.REDIS_URL else 'in-memory broker'}"]


def _is_pure(item: pytest.Item) -> bool:
    """Tell whether a test is one of a pure core, which asks neither database nor broker."""
    asks = item.get_closest_marker("django_db") is not None or DATABASE & set(getattr(item, "fixturenames", ()))
    return not asks and any(item.path.is_relative_to(TESTS / part) for part in PURE)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what cannot run here as skipped, each with its reason; begin with what takes minutes and no database."""
    items.sort(key=lambda item: item.get_closest_marker("looks") is None)  # else one process waits for it at the end
    missing = {}
    if on_postgresql():
        missing["sqlite_race"] = "proves the embedded default: runs on SQLite only"
        missing["looks"] = "pages look the same on every engine: looked at on the embedded default"
        missing["once"] = "asks no engine anything that others of its kind do not: runs on the embedded default"
    else:
        missing["pg"] = "needs PostgreSQL: set DATABASE_URL=postgresql://…"
    if CHROMIUM is None:
        missing["browser"] = "needs chromium: apt-get install chromium"
    for item in items:
        if _is_pure(item):
            item.add_marker(pytest.mark.once)
        for mark in missing.keys() & {mark.name for mark in item.iter_markers()}:
            item.add_marker(pytest.mark.skip(reason=missing[mark]))


@pytest.fixture(autouse=True)
def books_hold_after_a_race(request: pytest.FixtureRequest) -> Iterator[None]:
    """Run the invariants that hold in every moment after each race and kill; a twin is there to break them.

    ``lacks`` names those that compare with what a test of one room does not have.
    """
    marks = {mark.name for mark in request.node.iter_markers()}
    lacks = {name for mark in request.node.iter_markers("lacks") for name in mark.args}
    if not marks & {"race", "kill"} or "twin" in marks:
        yield
        return
    request.getfixturevalue("transactional_db")  # so that the rows are still there when the test is over
    yield
    from oms.foundation.invariants import INVARIANTS, check
    from tests.factories import NOW

    found = check(NOW, classes=["A"], only=INVARIANTS.keys() - lacks)
    assert [(one.invariant.id, one.ids, one.error) for one in found if not one.holds] == []


@pytest.fixture(scope="module")
def books(django_db_setup: None, django_db_blocker: Any) -> "Iterator[Books]":
    """Have a shop with a little of everything, once for all tests of a module, which leave it as it was."""
    from django.db import transaction

    from tests.books import keep_books

    whole = transaction.atomic()
    whole._from_testcase = True  # as the transaction of a test: what must be durable may begin inside it
    with django_db_blocker.unblock(), whole:
        yield keep_books()
        transaction.set_rollback(True)
