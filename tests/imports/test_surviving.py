"""An import survives killed workers, slow ones, a busy database and rows that break."""

from typing import Any

import pytest
from django.db import OperationalError

from inventory.imports.products import ProductFile
from inventory.models import Product
from oms.foundation.imports import sessions, turns, working
from oms.foundation.models import ImportSession
from tests.imports.desk import PRODUCTS, applied, begin, fresh, now, previewed, reasons, rows, work

pytestmark = pytest.mark.django_db
FIVE = PRODUCTS + "".join(f"P{number},Name {number},1.00,GBP\n" for number in range(5))


def outcomes(session: ImportSession) -> list[str]:
    """Return the outcome of every entry."""
    return [row[3] for row in rows(session)]


def killed_at(monkeypatch: pytest.MonkeyPatch, call: int) -> None:
    """Let the worker die in the middle of the transaction of one chunk."""
    store, calls = ProductFile.store, []

    def dying(self: ProductFile, *args: Any, **kwargs: Any) -> Any:
        """Store, then die at one call."""
        calls.append(1)
        done = store(self, *args, **kwargs)
        if len(calls) == call:
            raise KeyboardInterrupt
        return done

    monkeypatch.setattr(ProductFile, "store", dying)


def test_an_import_goes_on_where_its_worker_was_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inventory.imports.rows.CHUNK", 2)
    session = previewed("products", FIVE)
    killed_at(monkeypatch, 2)
    begin(session)

    with pytest.raises(KeyboardInterrupt):
        work()
    assert outcomes(session) == ["done", "done", "ready", "ready", "ready"]
    assert Product.objects.count() == 2
    work()
    assert Product.objects.count() == 2
    work(minutes=1)

    assert (fresh(session).state, Product.objects.count()) == ("applied", 5)
    assert set(Product.objects.values_list("version", flat=True)) == {0}


def test_a_chunk_that_is_done_twice_has_no_second_effect() -> None:
    session = previewed("products", FIVE)
    begin(session)
    turn = turns.Turn(fresh(session))
    opened = sessions.open_file(session)
    chunk = list(opened.entries())

    working._store(turn, opened, chunk)
    working._store(turn, opened, chunk)

    assert outcomes(session) == ["done"] * 5
    assert [product.history.count() for product in Product.objects.all()] == [1] * 5


def test_a_worker_that_was_slower_than_its_lease_changes_nothing() -> None:
    session = previewed("products", FIVE)
    begin(session)
    turn = turns.Turn(fresh(session))
    ImportSession.objects.filter(pk=session.pk).update(lease_token="another")
    opened = sessions.open_file(session)

    with pytest.raises(turns.TurnLost):
        working._store(turn, opened, list(opened.entries()))

    assert Product.objects.count() == 0


def test_a_row_that_breaks_is_left_as_it_was_and_the_rest_is_applied(monkeypatch: pytest.MonkeyPatch) -> None:
    store = ProductFile.store

    def breaking(self: ProductFile, entries: Any, *args: Any, **kwargs: Any) -> Any:
        """Break whenever P1 is among the rows."""
        done = store(self, entries, *args, **kwargs)
        if any(entry.key == "P1" for entry in entries):
            raise ZeroDivisionError
        return done

    monkeypatch.setattr(ProductFile, "store", breaking)

    session = applied("products", FIVE)

    assert (session.state, outcomes(session)) == ("partly_applied", ["done", "refused", "done", "done", "done"])
    assert reasons(session) == ["It failed and nothing was changed (ZeroDivisionError)."]
    assert Product.objects.count() == 4


def test_F67_a_busy_database_leaves_the_rows_of_a_file_for_the_next_try(monkeypatch: pytest.MonkeyPatch) -> None:
    store = ProductFile.store
    monkeypatch.setattr(ProductFile, "store", lambda *args: (_ for _ in ()).throw(OperationalError("deadlock")))
    session = previewed("products", FIVE)
    begin(session)
    with pytest.raises(OperationalError):
        work()
    assert outcomes(session) == ["ready"] * 5

    monkeypatch.setattr(ProductFile, "store", store)
    work(minutes=1)

    assert fresh(session).state == "applied"


def test_a_row_that_kills_its_workers_is_left_alone_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    store = ProductFile.store

    def deadly(self: ProductFile, entries: Any, *args: Any, **kwargs: Any) -> Any:
        """Die whenever P1 is among the rows."""
        if any(entry.key == "P1" for entry in entries):
            raise KeyboardInterrupt
        return store(self, entries, *args, **kwargs)

    monkeypatch.setattr(ProductFile, "store", deadly)
    session = previewed("products", FIVE)
    begin(session)
    deaths = 0
    while fresh(session).state == "applying":
        deaths += 1
        try:
            working.work_imports(now(deaths), 100)
        except KeyboardInterrupt:
            assert deaths < 30

    assert outcomes(session) == ["done", "refused", "done", "done", "done"]
    assert reasons(session)[0].startswith("The worker died on this row again and again; it was left alone.")
