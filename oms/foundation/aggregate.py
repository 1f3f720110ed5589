"""The base of every row with a state: protected FSM field, version, and safe set-based saves."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import reduce
from operator import or_
from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django_fsm import ConcurrentTransition, ConcurrentTransitionMixin

from oms.foundation.refusals import StaleVersion
from oms.foundation.updates import update_each

FEW_GROUPS = 3


class Versioned(models.Model):
    """A row with a version that every save checks and increments, and the moments of its making and last change."""

    version = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True, editable=False)

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save with the version one higher; raises :class:`StaleVersion` when the row changed meanwhile."""
        adding, loaded = self._state.adding, self.version
        if not adding:
            self.version = loaded + 1
            if kwargs.get("update_fields") is not None:
                kwargs["update_fields"] = {*kwargs["update_fields"], "version", "updated_at"}
        try:
            super().save(*args, **kwargs)
        except BaseException:
            self.version = loaded
            raise

    def _do_update(self, base_qs: Any, using: Any, pk_val: Any, *args: Any, **kwargs: Any) -> Any:
        """Update only the row of the version that was read."""
        fresh = base_qs.filter(version=self.version - 1)
        updated = super()._do_update(fresh, using, pk_val, *args, **kwargs)
        if not updated and base_qs.filter(pk=pk_val).exists():
            raise StaleVersion("Somebody else changed this meanwhile; reload the page and try again.")
        return updated


class Guarded(ConcurrentTransitionMixin, models.Model):
    """A row whose save demands the state it was read with.

    The mixin alone is no model: without this class its ``save`` and ``_do_update`` would stand behind Django's own and
    never run.
    """

    class Meta:
        abstract = True


class Aggregate(Versioned, Guarded):
    """A versioned row with one protected FSM field named ``state``.

    A stale copy is refused by its version; the state it was read with guards against changes that left the version
    alone. ``last_move`` holds (from, to) of the saved state changes until the audit line is written.
    """

    STATE: ClassVar[str] = "state"
    last_move: tuple[str, str] | None = None

    class Meta:
        abstract = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.__dict__["_read_state"] = self.__dict__.get(self.STATE)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save and remember the state change for the audit line."""
        before = "" if self._state.adding else self.__dict__.get("_read_state", "")
        super().save(*args, **kwargs)
        self._remember(before)

    def _remember(self, before: str) -> None:
        """Keep (from, to) when the state changed; a move that no audit line has told yet is carried on."""
        after = getattr(self, self.STATE)
        if before != after:
            self.last_move = (self.last_move[0] if self.last_move else before, after)
        self.__dict__["_read_state"] = after

    def refresh_from_db(
        self, using: str | None = None, fields: Iterable[str] | None = None, from_queryset: Any = None
    ) -> None:
        """Re-read through a fresh row, so that the protection of the state is never switched off."""
        rows = from_queryset if from_queryset is not None else type(self)._base_manager.using(using or self._state.db)
        fresh = rows.get(pk=self.pk)
        named = set(fields) if fields is not None else None
        for field in self._meta.concrete_fields:
            if named is None or field.name in named or field.attname in named:
                self.__dict__[field.attname] = getattr(fresh, field.attname)
                self._state.fields_cache.pop(field.name, None)
        self.__dict__["_read_state"] = self.__dict__.get(self.STATE)
        self._update_initial_state()


def save_many(rows: Iterable[Any], fields: Sequence[str]) -> None:
    """Save the named fields of many locked rows: an UPDATE per group of equal values, or one for many groups.

    The only sanctioned set-based way to change a state: the rows went through their transitions in memory, and the
    UPDATE still demands the state and version they were read with.

    :raises ConcurrentTransition: when a row was changed since; the caller's transaction rolls back.
    """
    everything = list(rows)
    groups: dict[tuple[Any, ...], list[Any]] = defaultdict(list)
    alike = all(_is_plain(_value(row, name)) for row in everything for name in fields)
    for row in everything if alike else ():
        groups[(row.__dict__.get("_read_state", ""), *(_value(row, name) for name in fields))].append(row)
    if len(groups) > FEW_GROUPS or not alike:
        _save_each(everything, fields)
        return
    for (before, *values), members in groups.items():
        _save_group(before, dict(zip(fields, values, strict=True)), members)


def _value(row: Any, name: str) -> Any:
    """Return the value of a field in the form the UPDATE takes."""
    return getattr(row, row._meta.get_field(name).attname)


def _is_plain(value: Any) -> bool:
    """Return whether rows can be grouped by the value; they cannot by the lists and objects of JSON."""
    return not isinstance(value, list | dict)


def _save_group(before: str, values: dict[str, Any], members: list[Any]) -> None:
    """Write equal values to the members that are still as they were read."""
    model = type(members[0])
    by_version: dict[int, list[int]] = defaultdict(list)
    for row in members:
        by_version[row.version].append(row.pk)
    guard = reduce(or_, (Q(version=version, pk__in=keys) for version, keys in by_version.items()))
    stateful = issubclass(model, Aggregate)
    if stateful:
        guard &= Q(**{model.STATE: before})
    changed = model._base_manager.filter(guard).update(**values, version=F("version") + 1, updated_at=timezone.now())
    _note_saved(members, changed)


def _save_each(rows: list[Any], fields: Sequence[str]) -> None:
    """Write each row's own values to those that are still as they were read."""
    _note_saved(rows, update_each(rows, fields, only_as_read=True))


def _note_saved(rows: list[Any], changed: int) -> None:
    """Bring the rows' version and remembered state to what was written; raises when some were not."""
    if changed != len(rows):
        raise ConcurrentTransition(f"{len(rows) - changed} rows of {type(rows[0]).__name__} changed meanwhile")
    for row in rows:
        row.version += 1
        if isinstance(row, Aggregate):
            row._remember(row.__dict__.get("_read_state", ""))
            row._update_initial_state()


def words_check(field: str, words: Iterable[str], name: str) -> models.CheckConstraint:
    """Return a CHECK that a column holds one of the words."""
    return models.CheckConstraint(condition=Q(**{f"{field}__in": sorted(words)}), name=name)
