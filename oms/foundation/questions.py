"""What is due now, asked of many tables in one statement whose text is made once: workers ask many times a second."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import connection
from django.db.models import Min, Model, Q, QuerySet
from django.db.models.functions import Greatest

from oms.foundation.claims import due

NextDue = Callable[[], datetime | None]
Rows = Callable[[datetime], QuerySet[Model, Any]]
# stands for the moment in a statement's values, whose other values never change
THEN = datetime(2000, 1, 1, tzinfo=UTC)
_texts: dict[tuple[str, Rows], tuple[str, list[Any]]] = {}


def any_of(rows: Sequence[Rows], now: datetime) -> list[bool]:
    """Tell of each function of a moment whether the rows it returns for this one are any."""
    if not rows:
        return []
    texts = [_text(one) for one in rows]
    then, moment = (connection.ops.adapt_datetimefield_value(one) for one in (THEN, now))
    values = [moment if value == then else value for _, values in texts for value in values]
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(f"EXISTS ({sql})" for sql, _ in texts), values)
        return [bool(found) for found in cursor.fetchone()]


def _text(rows: Rows) -> tuple[str, list[Any]]:
    """Return statement and values that ask for rows of the moment ``THEN``, made once for an engine."""
    key = (connection.vendor, rows)
    if key not in _texts:
        sql, values = rows(THEN).order_by().query.exists().get_compiler(connection=connection).as_sql()
        _texts[key] = (sql, list(values))
    return _texts[key]


@dataclass(frozen=True, slots=True)
class Waiting:
    """The rows of a claimable model that wait; called, it tells when the earliest of them can be taken."""

    model: type[Model]
    condition: Q

    def __call__(self) -> datetime | None:
        """Ask the database for the earliest moment among free and leased rows."""
        rows = self.model._default_manager.filter(self.condition)
        free = rows.filter(lease_until=None).aggregate(at=Min("next_try_at"))["at"]
        held = rows.exclude(lease_until=None).aggregate(at=Min(Greatest("next_try_at", "lease_until")))["at"]
        moments = [moment for moment in (free, held) if moment is not None]
        return min(moments) if moments else None

    def due(self, now: datetime) -> "QuerySet[Model]":
        """Return those that can be taken."""
        return self.model._default_manager.filter(self.condition, due(now))


def next_due_of(model: type[Model], waiting: Q) -> Waiting:
    """Return what tells when the earliest waiting row of a claimable model can be taken, and which can be now."""
    return Waiting(model, waiting)
