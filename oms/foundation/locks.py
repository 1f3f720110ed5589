"""Row locks: always by primary key, always returned as rows, and checked against the version the asker saw."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

from django.db.models import Model, QuerySet

from oms.foundation.refusals import NotFound, StaleVersion

Row = TypeVar("Row", bound=Model)
_expected: ContextVar[tuple[str, int, int] | None] = ContextVar("expected_version", default=None)


@contextmanager
def expecting(row: Model, version: int | None) -> Iterator[None]:
    """Refuse when the row's version is not the one its reader saw: at once, and again under the first lock.

    From then on nobody else can change the row; the act itself may, and lock it once more.
    """
    token = _expected.set(None if version is None else (row._meta.label, row.pk, version))
    try:
        _compare(row)
        yield
    finally:
        _expected.reset(token)


def lock_rows(model: type[Row], ids: Iterable[int], *, beside: Iterable[str] = ()) -> list[Row]:
    """Lock the rows in the order of their primary keys and return them; missing ids are simply not returned.

    What they point to by the names ``beside`` is read with them, and not locked.
    """
    wanted = sorted(set(ids))
    if not wanted:
        return []
    locked = model._default_manager.select_for_update(no_key=True, of=("self",)).filter(pk__in=wanted)
    names = list(beside)
    rows = list((locked.select_related(*names) if names else locked).order_by("pk"))
    for row in rows:
        if _compare(row):
            _expected.set(None)
    return rows


def lock_free(rows: "QuerySet[Row]", limit: int) -> list[Row]:
    """Lock the first rows of a queryset that nobody else holds, and return them."""
    return list(rows.select_for_update(skip_locked=True, no_key=True, of=("self",))[:limit])


def lock_row(model: type[Row], pk: int) -> Row:
    """Lock one row and return it.

    :raises NotFound: when there is none.
    :raises StaleVersion: when the asker saw another version.
    """
    rows = lock_rows(model, [pk])
    if not rows:
        raise NotFound(f"There is no {model._meta.verbose_name} with this number.")
    return rows[0]


def _compare(row: Model) -> bool:
    """Return whether it is the row that the asker saw; raises when its version is another one."""
    expected = _expected.get()
    if expected is None or expected[:2] != (row._meta.label, row.pk):
        return False
    version = getattr(row, "version", None)
    if version != expected[2]:
        raise StaleVersion(
            f"This {row._meta.verbose_name} was changed by someone else since you opened it "
            f"(you saw version {expected[2]}, it is now {version}). Reload and try again."
        )
    return True
