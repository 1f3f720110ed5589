"""The forms of the floor's acts."""

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

from django import forms

from fulfillment.carriers.registry import services_by_hand
from fulfillment.models import SubstituteOffer
from fulfillment.services.offering import MOST_HOURS
from fulfillment.services.packing import MAX_PARCELS, MAX_WEIGHT_G
from fulfillment.states import OfferState, TrackingStatus
from inventory.models.places import MOST_PICKUP_DAYS
from inventory.queries import substitutes_of
from orders.models import Order

HOW = 'Write one product a line with the missing pieces, such as "TEE-RED-M 2"; empty when everything was there.'


class MissingPieces(forms.CharField):
    """Missing pieces by SKU: lines of text from a page, ``{sku: pieces}`` or a list of both from the API."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            required=False,
            label="Missing pieces",
            help_text=HOW,
            widget=forms.Textarea(attrs={"rows": 3}),
            max_length=10_000,
            **kwargs,
        )

    def clean(self, value: Any) -> dict[str, int]:
        """Return pieces by SKU.

        :raises ValidationError: for anything that is not a SKU with a whole number above zero.
        """
        pairs = list(_pairs(value))
        pieces: Counter[str] = Counter()
        for sku, quantity in pairs:
            pieces[sku] += _whole(sku, quantity)
        return dict(pieces)


def _pairs(value: Any) -> list[tuple[str, Any]]:
    """Return (SKU, pieces) of any of the shapes."""
    if value in (None, "", [], {}):
        return []
    if isinstance(value, str) and value.lstrip()[:1] in ("{", "["):
        try:
            value = json.loads(value)
        except ValueError:
            raise forms.ValidationError(HOW, code="bad_missing") from None
    if isinstance(value, Mapping):
        return [(str(sku), quantity) for sku, quantity in value.items()]
    if isinstance(value, list) and all(isinstance(one, Mapping) for one in value):
        return [(str(one.get("sku", "")), one.get("quantity")) for one in value]
    if isinstance(value, str):
        lines = (line.strip() for line in value.splitlines())
        return [_parted(line) for line in lines if line]
    raise forms.ValidationError(HOW, code="bad_missing")


def _parted(line: str) -> tuple[str, str]:
    """Return the SKU and the number of a line of text."""
    sku, _, quantity = line.replace("=", " ").replace(",", " ").rpartition(" ")
    return sku.strip(), quantity


def _whole(sku: str, quantity: Any) -> int:
    """Return a number of pieces; raises ValidationError for anything that is none."""
    plain = str(quantity) if isinstance(quantity, int | str) and not isinstance(quantity, bool) else ""
    if not sku or not (plain.isascii() and plain.isdigit()) or not 0 < int(plain[:9]) <= 1_000_000:
        raise forms.ValidationError(f"“{sku} {quantity}”: {HOW}", code="bad_missing")
    return int(plain)


class ConfirmPicked(forms.Form):
    """What was not on the shelf."""

    short = MissingPieces()


class Pack(forms.Form):
    """How many parcels, how heavy, in what."""

    parcels = forms.IntegerField(
        min_value=1,
        max_value=MAX_PARCELS,
        required=False,
        help_text="Empty makes as many as it takes for none to be heavier than 25 kg.",
    )
    weight_g = forms.IntegerField(
        label="Weight of all parcels (g)",
        min_value=1,
        max_value=MAX_WEIGHT_G,
        required=False,
        help_text="Empty takes the products' own weights.",
    )
    material = forms.CharField(label="Packaging", max_length=60, required=False)


class BuyLabels(forms.Form):
    """Which service, when not the cheapest that fits."""

    service = forms.ChoiceField(
        required=False,
        choices=lambda: [("", "cheapest for the shipping method"), *services_by_hand()],
    )


class Note(forms.Form):
    """A word about it."""

    note = forms.CharField(max_length=300, required=False)


class Reason(forms.Form):
    """Why."""

    reason = forms.CharField(max_length=300)


class Shelf(forms.Form):
    """Where the parcels lie."""

    shelf = forms.CharField(
        label="Where it lies", max_length=40, required=False, help_text="Such as: shelf 3; for whoever hands it out."
    )


class Collect(forms.Form):
    """What the customer shows, and who it is."""

    code = forms.CharField(max_length=20, help_text="Six digits, from the customer's mail.")
    name = forms.CharField(
        label="Who takes it", max_length=120, help_text="As on the card or paper that was shown; kept as proof."
    )


class KeepLonger(forms.Form):
    """How many days more."""

    days = forms.IntegerField(label="Days more", min_value=1, max_value=MOST_PICKUP_DAYS, initial=3)
    reason = forms.CharField(max_length=300, required=False)


class Accepted(forms.Form):
    """What a supplier says when it takes an order."""

    reference = forms.CharField(label="Their number", max_length=64, required=False)
    sends_on = forms.DateField(
        label="Will be sent on", required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


class TrackingNumbers(forms.CharField):
    """Tracking numbers, one a line or divided by commas; a list of them from the API."""

    def clean(self, value: Any) -> list[str]:
        """Return the numbers; raises ValidationError for none, too many, or one that is too long."""
        text = "\n".join(map(str, value)) if isinstance(value, list) else str(super().clean(value))
        numbers = [word.strip() for word in text.replace(",", "\n").splitlines() if word.strip()]
        if not 0 < len(numbers) <= MAX_PARCELS or any(len(word) > 64 or "\x00" in word for word in numbers):
            raise forms.ValidationError("Write one tracking number a line, each up to 64 signs.", code="bad_tracking")
        return numbers


class SentBySupplier(forms.Form):
    """How a supplier has sent an order."""

    carrier = forms.CharField(max_length=24, help_text="Such as dhl, ups.")
    tracking = TrackingNumbers(
        label="Tracking numbers",
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="One a line; each is a parcel.",
    )
    reference = forms.CharField(label="Their number", max_length=64, required=False)
    weight_g = forms.IntegerField(
        label="Weight of all parcels (g)",
        min_value=1,
        max_value=MAX_WEIGHT_G,
        required=False,
        help_text="Empty takes the products' own weights.",
    )


class Told(forms.Form):
    """What somebody was told about a parcel."""

    status = forms.ChoiceField(choices=TrackingStatus.choices[1:])
    place = forms.CharField(max_length=120, required=False)
    note = forms.CharField(max_length=300, required=False)
    occurred_at = forms.DateTimeField(label="When", required=False, help_text="Empty means now.")


class Delivered(forms.Form):
    """Why a parcel counts as delivered without the carrier's word."""

    reason = forms.CharField(max_length=300, help_text="Such as: the customer confirmed it on the phone.")
    occurred_at = forms.DateTimeField(label="When", required=False, help_text="Empty means now.")


class Swap(forms.Form):
    """Which pieces are swapped, and for what."""

    line = forms.IntegerField(min_value=1, help_text="The line's place on the order, from 1.")
    sku = forms.CharField(label="Substitute", max_length=64, help_text="The SKU of the product that is sent instead.")
    quantity = forms.IntegerField(min_value=1, required=False, help_text="Blank: all pieces that are missing.")
    reason = forms.CharField(max_length=300, required=False, help_text="Such as: the customer agreed on the phone.")
    tell_customer = forms.BooleanField(label="Write the customer an e-mail", required=False)

    @staticmethod
    def initial_for(order: Order) -> dict[str, Any]:
        """Propose the first missing line and its best substitute."""
        missing = [line for line in order.lines.all() if line.quantity_short]
        known = substitutes_of([line.product_id for line in missing if line.product_id is not None])
        for line in missing:
            for product in known.get(line.product_id or 0, []):
                return {"line": line.position, "sku": product.sku, "quantity": line.quantity_short}
        return {"line": missing[0].position} if missing else {}


class OfferSubstitute(Swap):
    """What is offered instead of which pieces, and for how long."""

    quantity = forms.IntegerField(min_value=1, required=False, help_text="Blank: all pieces that are missing.")
    hours = forms.IntegerField(
        label="Hours to answer",
        min_value=1,
        max_value=MOST_HOURS,
        required=False,
        help_text="Blank: as the shop has it, three days unless set otherwise.",
    )
    reason = None  # type: ignore[assignment]


class DeclineOffer(forms.Form):
    """Of which line the offer was answered."""

    line = forms.IntegerField(min_value=1, help_text="The line's place on the order, from 1.")
    reason = forms.CharField(max_length=300, required=False, help_text="What the customer said.")

    @staticmethod
    def initial_for(order: Order) -> dict[str, Any]:
        """Propose the line of the oldest open offer."""
        rows = SubstituteOffer.objects.filter(order=order, state=OfferState.OPEN).order_by("pk")
        first = rows.values_list("order_line__position", flat=True).first()
        return {"line": first} if first else {}


class AcceptOffer(DeclineOffer):
    """Of which line the offer was accepted."""

    tell_customer = forms.BooleanField(label="Write the customer an e-mail", required=False)


class SwapBack(forms.Form):
    """Which pieces are what was ordered first again."""

    line = forms.IntegerField(min_value=1, help_text="The place of the substitute's line on the order, from 1.")
    quantity = forms.IntegerField(min_value=1, required=False, help_text="Blank: every open piece.")
    reason = forms.CharField(max_length=300, required=False)

    @staticmethod
    def initial_for(order: Order) -> dict[str, Any]:
        """Propose the first open line of a substitute."""
        swapped = [line.position for line in order.lines.all() if line.replaces_id is not None and line.quantity_open]
        return {"line": swapped[0]} if swapped else {}
