"""Rows kept on a row as if they had been prefetched, so that answering a fresh order asks nothing."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Model


def remember(owner: Model, name: str, model: type[Model], rows: list[Any]) -> None:
    """Keep the rows as what ``owner.<name>.all()`` returns."""
    known: Any = model._default_manager.all()
    known._result_cache, known._prefetch_done = rows, True
    owner.__dict__.setdefault("_prefetched_objects_cache", {})[name] = known


def remember_parts(
    owners: Iterable[Model], name: str, model: type[Model], rows: Sequence[Any], *, key: str = "order_id"
) -> None:
    """Keep each owner's part of the rows, which name it under ``key``."""
    parts: dict[int, list[Any]] = {}
    for row in rows:
        parts.setdefault(getattr(row, key), []).append(row)
    for owner in owners:
        remember(owner, name, model, parts.get(owner.pk, []))
