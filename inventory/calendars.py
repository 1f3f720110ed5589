"""A location's calendar as cells of a file and fields of a form: ``12345`` and ``2026-12-25; 2026-12-26``."""

import re
from collections.abc import Iterable
from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminTextInputWidget

from inventory.models.places import EVERY_DAY, MOST_CLOSED_DAYS
from oms.foundation.tables import BadCell
from oms.foundation.tables.cells import iso_day, shown

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def closed_days_text(days: Iterable[str]) -> str:
    """Return closed days as a cell that reads back."""
    return "; ".join(days)


def working_days_in(cell: str) -> str:
    """Return the working days of a cell in the week's order; an empty cell is every day."""
    if len(set(cell)) != len(cell) or set(cell) - set(EVERY_DAY):
        sentence = f"“{shown(cell)}” are no working days; write each once as a digit, 1 Monday to 7 Sunday, like 12345."
        raise BadCell(sentence, code="bad_working_days")
    return "".join(sorted(cell)) or EVERY_DAY


def closed_days_in(cell: str) -> list[str]:
    """Return the days of a cell in their order, each once."""
    found = (iso_day(word) for word in re.split(r"[;,\s]+", cell))
    days = sorted({day.isoformat() for day in found if day})
    if len(days) > MOST_CLOSED_DAYS:
        raise BadCell(f"there are {len(days)} closed days; {MOST_CLOSED_DAYS} are allowed.", code="too_many_days")
    return days


class WorkingDaysField(forms.MultipleChoiceField):
    """Boxes for the days of the week; at least one."""

    widget = UnfoldAdminCheckboxSelectMultipleWidget

    def __init__(self, **kwargs: Any) -> None:
        choices = [(str(digit), name) for digit, name in enumerate(WEEKDAYS, start=1)]
        super().__init__(choices=choices, **kwargs)

    def prepare_value(self, value: Any) -> list[str]:
        """Return the ticked boxes of the digits that a location keeps."""
        return list(value or ())

    def clean(self, value: Any) -> Any:
        """Return the digits that a location keeps."""
        return "".join(sorted(super().clean(value)))

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Tell whether other boxes are ticked."""
        return set(initial or ()) != set(data or ())


class ClosedDaysField(forms.CharField):
    """Days as ISO dates with semicolons between."""

    widget = UnfoldAdminTextInputWidget

    def prepare_value(self, value: Any) -> Any:
        """Return the days as they are typed."""
        return closed_days_text(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        """Return the days in their order, or the reason why they are none."""
        try:
            return closed_days_in(super().to_python(value) or "")
        except BadCell as fault:
            sentence = fault.sentence[:1].upper() + fault.sentence[1:]
            raise forms.ValidationError(sentence, code=fault.code) from fault

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Tell whether other days are meant."""
        return super().has_changed(self.prepare_value(initial), data)
