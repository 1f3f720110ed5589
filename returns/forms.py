"""Forms of the acts on returns: tables with a row per line, prefilled for people, plain JSON lists for machines."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.forms.widgets import Input
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from inventory.models import Location
from oms.foundation.refusals import Invalid
from orders.models import Order, OrderLine
from returns.conditions import is_to_inspect
from returns.entries import read_announced, read_arrived, read_inspected
from returns.models import Return, ReturnLine
from returns.queries import returnable
from returns.states import Acceptance, Disposition, Reception, ReturnReason


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table of lines: a number, a text, or a choice of words."""

    name: str
    label: str
    kind: str = "text"
    choices: tuple[tuple[str, str], ...] = ()
    longest: int = 500


class LinesTable(Input):
    """Draws a row per line whose inputs all carry the field's name, so that the form works without a script.

    The posted values come back in the order of the inputs: line number, label, then the columns of each row.
    """

    allow_multiple_selected = True
    input_type = "text"

    def __init__(self, columns: Sequence[Column] = ()) -> None:
        self.columns = tuple(columns)
        super().__init__()

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """Return the posted values, or the list of an API caller."""
        return data.getlist(name) if hasattr(data, "getlist") else data.get(name)

    def rows_of(self, value: Any) -> list[dict[str, Any]]:
        """Return posted values or initial rows as dictionaries."""
        if not isinstance(value, Sequence) or isinstance(value, str):
            return []
        if all(isinstance(row, Mapping) for row in value):
            return [dict(row) for row in value]
        names = ["line", "label", *(column.name for column in self.columns)]
        if len(value) % len(names) or not all(isinstance(cell, str) for cell in value):
            return []
        return [
            dict(zip(names, value[start : start + len(names)], strict=True))
            for start in range(0, len(value), len(names))
        ]

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        """Return the table."""
        rows = [
            {**row, "cells": [(column, row.get(column.name, "")) for column in self.columns]}
            for row in self.rows_of(value)
        ]
        context = {"name": name, "columns": self.columns, "rows": rows, "id": (attrs or {}).get("id", name)}
        return render_to_string("returns/lines_table.html", context)


class LinesField(forms.Field):
    """Reads a list of lines: objects from the API, table rows from a page."""

    widget = LinesTable

    def __init__(self, *, columns: Sequence[Column], read: Callable[[Any], list[Any]], **kwargs: Any) -> None:
        self.read, self.numbers = read, {column.name for column in columns if column.kind == "number"}
        super().__init__(widget=LinesTable(columns), **kwargs)

    @property
    def table(self) -> LinesTable:
        """Return the widget of this field."""
        return cast("LinesTable", self.widget)

    def clean(self, value: Any) -> list[Any]:
        """Return the entries; faults become errors of this field."""
        if value in (None, "") and not self.required:
            return []
        posted = isinstance(value, list) and bool(value) and all(isinstance(cell, str) for cell in value)
        rows = [row for cells in self.table.rows_of(value) if (row := self._row(cells))] if posted else value
        try:
            return self.read(rows)
        except Invalid as invalid:
            raise ValidationError(
                [ValidationError(reason.sentence, code=reason.code) for reason in invalid.reasons]
            ) from None

    def _row(self, cells: Mapping[str, str]) -> dict[str, Any] | None:
        """Return a row of the table as the API would state it, or None for one left empty."""
        texts = {column.name: cells[column.name].strip() for column in self.table.columns}
        if all(text in ("", "0") for text in texts.values()):
            return None
        given = {name: _number(text) if name in self.numbers else text for name, text in texts.items() if text}
        return {"line": _number(cells["line"]), **({"quantity": 0} if "quantity" in texts else {}), **given}


def _number(text: str) -> Any:
    """Return a whole number, or the text itself for the reader to refuse."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else text


QUANTITY = Column("quantity", "Pieces", "number")
LOTS = Column("lots", "Lots or serial numbers", longest=2000)


class RequestForm(forms.Form):
    """What comes back, and why."""

    reason = forms.ChoiceField(choices=ReturnReason.choices, required=False, initial=ReturnReason.OTHER)
    lines = LinesField(columns=[QUANTITY], read=read_announced)
    note = forms.CharField(max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 2}))
    location = forms.ModelChoiceField(
        Location.objects.all(), to_field_name="code", required=False, help_text="Where the parcel is expected."
    )
    refund_shipping = forms.BooleanField(required=False, label="Refund the shipping as well")

    @staticmethod
    def initial_for(order: Order) -> dict[str, Any]:
        """Return a row for each line of which pieces can come back."""
        left = returnable([order.pk]).get(order.pk, {})
        lines = OrderLine.objects.filter(pk__in=list(left)).order_by("position")
        rows = [
            {"line": line.position, "label": f"{line.sku} {line.title} (up to {left[line.pk]})", "quantity": 0}
            for line in lines
        ]
        return {"lines": rows}

    def clean_reason(self) -> str:
        """Return the reason, “other” when none is given."""
        return self.cleaned_data["reason"] or ReturnReason.OTHER


class NoteForm(forms.Form):
    """A word about why."""

    note = forms.CharField(max_length=500, required=False)


RECEPTIONS = (("", "count it"), *((word.value, str(word.label)) for word in (Reception.WRONG_ITEM, Reception.LOST)))


class ReceiveForm(forms.Form):
    """What was found in the parcel; left as it is, everything announced has arrived."""

    location = forms.ModelChoiceField(Location.objects.all(), to_field_name="code", required=False)
    scan = forms.CharField(
        max_length=120,
        required=False,
        label="Scanned",
        help_text="The parcel's tracking number; the same scan is counted once. Empty: the return's own number.",
    )
    lines = LinesField(
        columns=[QUANTITY, Column("reception", "Found", "choice", RECEPTIONS), LOTS],
        read=read_arrived,
        required=False,
        help_text="Where a product is followed by one: P1; P2 or 2 x L1; 1 x L2. What was not sent is said.",
    )

    @staticmethod
    def initial_for(one: Return) -> dict[str, Any]:
        """Return a row for each line that is still expected, and where the parcel was sent."""
        lines = ReturnLine.objects.filter(return_order=one).select_related("order_line")
        rows = [
            {
                "line": line.order_line.position,
                "label": f"{line.order_line.sku} {line.order_line.title}",
                "quantity": line.quantity - line.quantity_received,
            }
            for line in lines.order_by("order_line__position")
            if line.quantity > line.quantity_received
        ]
        return {"lines": rows, "location": one.location.code if one.location else ""}


ACCEPTANCES = ((Acceptance.ACCEPTED.value, "refund"), (Acceptance.REJECTED.value, "no refund"))
DISPOSITIONS = tuple((word.value, str(word.label)) for word in Disposition if word)


class InspectForm(forms.Form):
    """The verdict on each line; prefilled with the usual one."""

    lines = LinesField(
        columns=[
            Column("acceptance", "Refund", "choice", ACCEPTANCES),
            Column("disposition", "What becomes of it", "choice", DISPOSITIONS),
            Column("restocked", "To restock (empty: all)", "number"),
            LOTS,
            Column("note", "Note"),
        ],
        read=read_inspected,
        help_text="Lots or serial numbers are those of the pieces to restock, instead of what was noted before.",
    )
    refund_later = forms.BooleanField(
        required=False, help_text="Otherwise the refund is paid as soon as the last line is decided."
    )

    @staticmethod
    def initial_for(one: Return) -> dict[str, Any]:
        """Return a row for each line with pieces that nobody has decided about."""
        lines = ReturnLine.objects.filter(return_order=one).select_related("order_line")
        rows = [
            {
                "line": line.order_line.position,
                "label": f"{line.quantity_received} × {line.order_line.sku} {line.order_line.title}",
                "acceptance": Acceptance.ACCEPTED.value,
                "disposition": Disposition.RESTOCK.value,
            }
            for line in lines.order_by("order_line__position")
            if is_to_inspect(line)
        ]
        return {"lines": rows}


class CompleteForm(forms.Form):
    """Whether the shipping is refunded as well."""

    refund_shipping = forms.BooleanField(required=False, label="Refund the shipping as well")
