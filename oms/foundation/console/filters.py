"""Filters of lists: short selects that offer only what the person may see, and one yes-or-all question."""

from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar

from django.contrib.admin.utils import get_fields_from_path
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.dateparse import parse_date
from unfold.contrib.filters.admin import (
    ChoicesDropdownFilter,
    DropdownFilter,
    RangeDateFilter,
    RelatedDropdownFilter,
)

from oms.foundation.scope import scoped


class ScopedFilter(RelatedDropdownFilter):
    """Narrows a list by a related row in the person's scope: ``list_filter = [("location", ScopedFilter)]``."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Return the related rows in scope."""
        return [(str(row.pk), str(row)) for row in scoped(request.user, field.remote_field.model)]


class YesFilter(DropdownFilter):
    """Narrows a list to the rows that answer one question with yes: ``?late=yes``."""

    word: ClassVar[str] = "yes"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the one choice."""
        return [("yes", self.word)]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        """Narrow the list when it was asked for."""
        return self.narrowed(queryset) if self.value() == "yes" else queryset

    def narrowed(self, rows: "QuerySet[Any]") -> "QuerySet[Any]":
        """Return the rows that answer yes."""
        raise NotImplementedError


FIRST_YEAR, LAST_YEAR = 1970, 9998
"""Days beyond have no midnight, or no day after them."""


class DaysFilter(RangeDateFilter):
    """Narrows a list of moments to whole days of the desk's calendar, the last one included: ``?placed_at_to=…``."""

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        """Narrow the list; what is no day is passed over."""
        first, last = self._day("from"), self._day("to")
        if first is not None:
            queryset = queryset.filter(**{f"{self.field_path}__gte": _midnight(first)})
        if last is not None:
            queryset = queryset.filter(**{f"{self.field_path}__lt": _midnight(last + timedelta(days=1))})
        return queryset

    def _day(self, end: str) -> date | None:
        """Return the day that was asked for at one end."""
        try:
            day = parse_date(str(self.used_parameters.get(f"{self.parameter_name}_{end}", "")))
        except ValueError:
            return None
        return day if day and FIRST_YEAR <= day.year <= LAST_YEAR else None


def _midnight(day: date) -> datetime:
    """Return the moment at which a day of the desk's calendar begins."""
    return timezone.make_aware(datetime.combine(day, time()))


class PersonFilter(YesFilter):
    """Rows that no worker goes on with, until a person has looked at them: ``?person=yes``."""

    title = "needs a person"
    parameter_name = "person"


def as_select(model: type[Model], wanted: Any) -> Any:
    """Return a filter named by its field as a select: of its words, or of the rows in scope."""
    if not isinstance(wanted, str):
        return wanted
    field = get_fields_from_path(model, wanted)[-1]
    if field.is_relation:
        return (wanted, ScopedFilter)
    return (wanted, ChoicesDropdownFilter) if getattr(field, "choices", None) else wanted
