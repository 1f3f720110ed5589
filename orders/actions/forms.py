"""The forms of the acts: what a person or a caller has to say."""

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from oms.foundation.money import minor_text
from orders.models import Order, OrderAddress, Payment
from orders.models.orders import AddressKind
from orders.queries import unsettled_intents
from orders.services.addresses import ADDRESS_FIELDS
from orders.services.held import blockable
from orders.states import MOST_PRIORITY, EventKind, GateName, HeldAct, HoldReason, ServiceLevel


class ReasonForm(forms.Form):
    """Asks why."""

    reason = forms.CharField(max_length=300, required=False, help_text="Shown on the timeline.")


class HoldForm(forms.Form):
    """Asks why the order is held, until when, and what must wait."""

    reason = forms.ChoiceField(choices=HoldReason.choices, initial=HoldReason.MANUAL, required=False)
    note = forms.CharField(max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3}))
    due_at = forms.DateTimeField(required=False, label="Look at it again", help_text="A date, and a time if you like.")
    blocks = forms.MultipleChoiceField(
        label="What must wait",
        choices=blockable,
        required=False,
        initial=[HeldAct.RELEASE.value],
        widget=forms.CheckboxSelectMultiple,
        help_text="On the floor, what comes after it waits too.",
    )

    @staticmethod
    def initial_for(order: Order) -> dict[str, Any]:
        """Propose to hold the refunds of an order that has ended, of which nothing else can wait."""
        return {} if order.is_live else {"blocks": [HeldAct.REFUND.value]}

    def clean_reason(self) -> str:
        """Return the reason, “held by staff” without one."""
        return self.cleaned_data["reason"] or HoldReason.MANUAL

    def clean_blocks(self) -> list[str]:
        """Return the acts that are blocked: releasing, without a choice."""
        return self.cleaned_data["blocks"] or [HeldAct.RELEASE.value]

    def clean_due_at(self) -> datetime | None:
        """Return the moment to look again."""
        due: datetime | None = self.cleaned_data["due_at"]
        return due


class EndHoldForm(forms.Form):
    """Asks which hold ends; without a number all that stand."""

    hold = forms.IntegerField(required=False, min_value=1, label="hold number", help_text="Blank: every hold.")
    note = forms.CharField(max_length=300, required=False)


class OverrideForm(EndHoldForm):
    """Asks which hold is overridden, and why."""

    note = forms.CharField(max_length=300, label="why")


class GateForm(forms.Form):
    """Asks which gate is meant."""

    gate = forms.ChoiceField(choices=GateName.choices)

    @staticmethod
    def initial_for(order: Order) -> dict[str, Any]:
        """Choose the first gate that is closed."""
        closed = [gate.name for gate in order.gates.all() if not gate.is_open]
        return {"gate": closed[0]} if closed else {}


class WaiveForm(GateForm):
    """Asks which gate is waived, and why."""

    reason = forms.CharField(max_length=300, label="why", help_text="No later check undoes this.")


class LineForm(forms.Form):
    """Asks which line, and how many pieces of it."""

    line = forms.IntegerField(min_value=1, help_text="The line's place on the order, from 1.")
    quantity = forms.IntegerField(min_value=1, required=False, help_text="Blank: every open piece.")
    reason = forms.CharField(max_length=300, required=False)


class AddressForm(forms.Form):
    """Asks for an address; only what is sent changes."""

    kind = forms.ChoiceField(choices=AddressKind.choices, initial=AddressKind.SHIPPING, required=False)
    name = forms.CharField(max_length=200, required=False)
    company = forms.CharField(max_length=200, required=False)
    line1 = forms.CharField(max_length=200, required=False, label="street and number")
    line2 = forms.CharField(max_length=200, required=False, label="more")
    city = forms.CharField(max_length=120, required=False, label="town")
    region = forms.CharField(max_length=80, required=False, label="region or state")
    postal_code = forms.CharField(max_length=20, required=False)
    country = forms.CharField(max_length=2, required=False, label="country code")
    phone = forms.CharField(max_length=40, required=False)

    @staticmethod
    def initial_for(order: Order) -> dict[str, Any]:
        """Open with the shipping address in force."""
        now = OrderAddress.objects.filter(order=order, kind=AddressKind.SHIPPING, replaced_at=None).first()
        return {name: getattr(now, name) for name in ADDRESS_FIELDS} if now else {}

    def clean(self) -> dict[str, Any]:
        """Return only the fields that were sent, so that a caller may send one."""
        data = super().clean() or {}
        sent = {name: data[name] for name in ADDRESS_FIELDS if name in self.data and name in data}
        if not sent and not self.errors:
            raise ValidationError("Send at least one field of the address.", code="no_fields")
        return {"kind": data.get("kind") or AddressKind.SHIPPING, **sent}


class ShippingForm(forms.Form):
    """Asks how the order travels, and where it is collected."""

    service_level = forms.ChoiceField(choices=ServiceLevel.choices, label="shipping method")
    pickup_location = forms.CharField(
        max_length=16, required=False, label="store", help_text="The code of the store, when it is collected."
    )
    reason = forms.CharField(max_length=300, required=False, help_text="Shown on the timeline.")

    @staticmethod
    def initial_for(order: Order) -> dict[str, Any]:
        """Open with how the order travels now."""
        return {"service_level": order.service_level, "pickup_location": order.pickup_location}


class ContactForm(forms.Form):
    """Asks for the customer's name, e-mail and phone on this order."""

    customer_name = forms.CharField(max_length=200, required=False, label="name")
    email = forms.CharField(max_length=254, required=False, label="e-mail")
    phone = forms.CharField(max_length=40, required=False)

    @staticmethod
    def initial_for(order: Order) -> dict[str, Any]:
        """Open with what the order has."""
        return {"customer_name": order.customer_name, "email": order.email, "phone": order.phone}


class NoteForm(forms.Form):
    """Asks for a note."""

    note = forms.CharField(max_length=2000, widget=forms.Textarea(attrs={"rows": 4}))


class Words(forms.CharField):
    """Takes words separated by commas, or a list of them."""

    def to_python(self, value: Any) -> Any:
        """Return the words as a list."""
        if isinstance(value, list):
            return [str(word) for word in value]
        return [word.strip() for word in (super().to_python(value) or "").split(",") if word.strip()]


class TagsForm(forms.Form):
    """Asks for all tags of the order."""

    tags = Words(required=False, help_text="Separated by commas; what is missing here is taken off.")

    @staticmethod
    def initial_for(order: Order) -> dict[str, Any]:
        """Open with the tags the order has."""
        return {"tags": ", ".join(str(tag) for tag in order.tags)}


class PriorityForm(forms.Form):
    """Asks for the order's priority."""

    priority = forms.IntegerField(
        min_value=0,
        max_value=MOST_PRIORITY,
        required=False,
        help_text=f"0 to {MOST_PRIORITY}, the highest first; blank: that of the customer.",
    )

    @staticmethod
    def initial_for(order: Order) -> dict[str, Any]:
        """Open with the order's own priority."""
        return {} if order.priority is None else {"priority": order.priority}


class LinesForm(forms.Form):
    """Asks for all lines of a draft: a SKU, the pieces and, if agreed, a price on each line of text."""

    lines = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 8}), help_text="On each line: SKU pieces price, such as TEE-M 2 19.90."
    )

    @staticmethod
    def initial_for(order: Order) -> dict[str, Any]:
        """Open with the lines of the draft."""
        rows = [f"{one.sku} {one.quantity} {minor_text(one.unit_price, order.currency)}" for one in order.lines.all()]
        return {"lines": "\n".join(rows)}

    def clean_lines(self) -> list[tuple[str, int, str]]:
        """Return (SKU, pieces, price text) of each line."""
        return [_typed_line(text) for text in self.cleaned_data["lines"].splitlines() if text.strip()]


def _typed_line(text: str) -> tuple[str, int, str]:
    """Return one typed line; raises ``ValidationError`` when it cannot be read."""
    parts = text.split()
    if len(parts) not in (2, 3) or not (parts[1].isascii() and parts[1].isdigit() and len(parts[1]) < 8):
        raise ValidationError(f"“{text[:60]}” is no line: write SKU pieces price.", code="bad_line")
    return parts[0], int(parts[1]), parts[2] if len(parts) == 3 else ""


class PlaceForm(forms.Form):
    """Asks how the customer pays."""

    method = forms.CharField(max_length=32, required=False, initial="bank transfer")
    token = forms.CharField(
        max_length=200, required=False, help_text="The gateway's token; blank: the money is waited for."
    )

    def clean_method(self) -> str:
        """Return the method, a bank transfer without one."""
        return self.cleaned_data["method"] or "bank transfer"


class AmountForm(forms.Form):
    """Asks for an amount such as 4.90; blank means all that can be."""

    amount = forms.CharField(max_length=20, required=False, help_text="Such as 4.90; blank: all of it.")


class ArrivedForm(AmountForm):
    """Asks how much has arrived, under which reference."""

    reference = forms.CharField(max_length=100, required=False, help_text="The bank's number of the transfer.")


class RetryForm(forms.Form):
    """Asks for another way to pay."""

    token = forms.CharField(max_length=200, label="payment token")
    method = forms.CharField(max_length=32, required=False, initial="card")

    def clean_method(self) -> str:
        """Return the method, a card without one."""
        return self.cleaned_data["method"] or "card"


class RefundForm(forms.Form):
    """Asks how much goes back, and why."""

    amount = forms.CharField(max_length=20, help_text="Such as 4.90.")
    reason = forms.CharField(max_length=300, required=False)


class SettleForm(forms.Form):
    """Asks what the gateway's own pages say about something it was asked."""

    kind = forms.ChoiceField(label="What was asked", choices=EventKind.choices)
    happened = forms.TypedChoiceField(
        label="What became of it",
        choices=[("yes", "it happened, with exactly this amount"), ("no", "it did not happen")],
        coerce=lambda word: word == "yes",
        widget=forms.RadioSelect,
    )
    reference = forms.CharField(
        max_length=120, required=False, label="Transaction", help_text="The gateway's number of it, if it happened."
    )
    reason = forms.CharField(max_length=200, label="How do you know?", help_text="Shown on the timeline.")

    @staticmethod
    def initial_for(payment: Payment) -> dict[str, Any]:
        """Open with the oldest thing of which nobody knows what became."""
        oldest = unsettled_intents().filter(payment=payment).order_by("pk").first()
        return {"kind": oldest.kind} if oldest else {}
