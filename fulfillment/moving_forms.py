"""The forms of moving pieces by hand: to where, which, and why."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from fulfillment.models import FulfillmentOrder
from fulfillment.services.hands import TAKE_BACK
from fulfillment.services.sourcing.bars import INSIST
from fulfillment.states import AllocationState
from inventory.models import Location
from orders.models import Order

MOST_IDS = 2**63
WHY = "It stands on the order's timeline and in the decision, such as: the customer collects in Leeds."


class NamedField(forms.ModelChoiceField[Any]):
    """A row by the name that pages and systems know it by; a bulk act keeps it by its id."""

    def to_python(self, value: Any) -> Any:
        """Return the row; raises ValidationError where none of that name or id is in sight."""
        if isinstance(value, int) and self.queryset is not None:
            found = self.queryset.filter(pk=value).first() if 0 < value < MOST_IDS else None
        else:
            found = super().to_python(value) if "\x00" not in str(value) else None
        if found is None and value not in self.empty_values:
            raise ValidationError(self.error_messages["invalid_choice"], code="invalid_choice", params={"value": value})
        return found


def location_field(**how: Any) -> NamedField:
    """Return the choice of a location by its code."""
    return NamedField(Location.objects.order_by("code"), to_field_name="code", **how)


def insist_field() -> forms.BooleanField:
    """Return the tick with which a person insists."""
    help_text = "Also when the location is full today, or a rule keeps it out."
    return forms.BooleanField(label=INSIST, required=False, help_text=help_text)


class Reallocate(forms.Form):
    """Where the work goes, or a part of it."""

    location = location_field(label="To location")
    sku = forms.CharField(label="SKU", max_length=64, required=False, help_text="Blank: everything.")
    quantity = forms.IntegerField(label="Pieces", min_value=1, required=False, help_text="Blank: all of the SKU.")
    take_back = forms.BooleanField(
        label=TAKE_BACK, required=False, help_text="For what is picked or packed: parcels are opened, labels voided."
    )
    insist = insist_field()
    reason = forms.CharField(max_length=300, help_text=WHY)


class ReallocateLine(forms.Form):
    """Which line's pieces go where."""

    line = forms.IntegerField(min_value=1, help_text="The line's place on the order, from 1.")
    source = location_field(label="From location", required=False, help_text="Blank: where its pieces are.")
    location = location_field(label="To location")
    quantity = forms.IntegerField(label="Pieces", min_value=1, required=False, help_text="Blank: all that are there.")
    insist = insist_field()
    reason = forms.CharField(max_length=300, help_text=WHY)

    @staticmethod
    def initial_for(order: Order) -> dict[str, Any]:
        """Propose the first line with promised pieces."""
        return {"line": next((one.position for one in order.lines.all() if one.quantity_allocated), None)}


class MoveBack(forms.Form):
    """Why moved pieces come back."""

    insist = insist_field()
    reason = forms.CharField(max_length=300, required=False, help_text="It stands on the order's timeline.")


def taken_back(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the form for moving back opens with, after a move with some values."""
    return {"reason": f"Taken back: {values.get('reason', '')}"[:300]}


class Trade(forms.Form):
    """With which order what is traded, and why."""

    order = NamedField(
        Order.objects.order_by("pk"),
        to_field_name="number",
        label="Other order",
        widget=forms.TextInput,
        help_text="Its number.",
        error_messages={"invalid_choice": "There is no order with this number."},
    )
    sku = forms.CharField(label="SKU", max_length=64)
    quantity = forms.IntegerField(
        label="Pieces", min_value=1, required=False, help_text="Blank: all that the other order can take."
    )
    insist = insist_field()
    reason = forms.CharField(max_length=300, help_text="It stands on the timelines of both orders.")

    @staticmethod
    def initial_for(row: FulfillmentOrder) -> dict[str, Any]:
        """Propose the work's first SKU."""
        lines = (one.order_line.sku for one in row.allocations.filter(state=AllocationState.ALLOCATED).order_by("pk"))
        return {"sku": next(lines, "")}
