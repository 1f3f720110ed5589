"""The forms of acts on supply."""

from typing import Any

from django import forms

from inventory.models.stock import MovementReason
from inventory.services.bin_room import suggest_bins
from inventory.services.stock import MAX_PIECES

BY_HAND = [
    MovementReason.ADJUSTMENT,
    MovementReason.RECEIPT,
    MovementReason.DAMAGE,
    MovementReason.RETURN,
    MovementReason.TRANSFER,
]


class AdjustForm(forms.Form):
    """How many pieces come or go, and why."""

    quantity = forms.IntegerField(
        label="Pieces",
        min_value=-MAX_PIECES,
        max_value=MAX_PIECES,
        help_text="3 adds three pieces, -3 takes three away.",
    )
    reason = forms.ChoiceField(choices=[(reason.value, reason.label) for reason in BY_HAND])
    note = forms.CharField(max_length=300, required=False)


class CountForm(forms.Form):
    """How many pieces were found."""

    on_hand = forms.IntegerField(label="Pieces found", min_value=0, max_value=MAX_PIECES)
    note = forms.CharField(max_length=300, required=False)

    @staticmethod
    def initial_for(level: Any) -> dict[str, Any]:
        """Begin with the pieces on the books."""
        return {"on_hand": level.on_hand}


class KeepForm(forms.Form):
    """Where the pieces lie, and how many are never promised."""

    bin = forms.CharField(max_length=32, required=False)
    safety_stock = forms.IntegerField(
        min_value=0, max_value=MAX_PIECES, help_text="Pieces never promised to a channel's order."
    )

    @staticmethod
    def initial_for(level: Any) -> dict[str, Any]:
        """Begin with what is kept now."""
        return {"bin": level.bin, "safety_stock": level.safety_stock}


class ReceiveForm(forms.Form):
    """How many pieces have come."""

    quantity = forms.IntegerField(label="Pieces", min_value=1, max_value=MAX_PIECES)
    note = forms.CharField(max_length=200, required=False)

    @staticmethod
    def initial_for(row: Any) -> dict[str, Any]:
        """Begin with all that is missing."""
        return {"quantity": row.missing}


class RescheduleForm(forms.Form):
    """How many pieces are expected in all, and when."""

    quantity = forms.IntegerField(label="Expected pieces, in all", min_value=1, max_value=MAX_PIECES)
    expected_on = forms.DateField(label="Expected on", widget=forms.DateInput(attrs={"type": "date"}))
    note = forms.CharField(max_length=200, required=False)

    @staticmethod
    def initial_for(row: Any) -> dict[str, Any]:
        """Begin with what is expected now."""
        return {"quantity": row.quantity, "expected_on": row.expected_on.isoformat()}


class LotField(forms.CharField):
    """Which lot or serial number pieces are of; asked for where the product is followed by one."""

    def __init__(self, **told: Any) -> None:
        words = {"label": "Lot or serial number", "help_text": "Only for products that are followed by one."}
        super().__init__(max_length=32, required=False, **(words | told))


class PutAwayForm(forms.Form):
    """Into which bin, and how many of the pieces that lie in none."""

    bin = forms.CharField(max_length=32)
    quantity = forms.IntegerField(label="Pieces", min_value=1, max_value=MAX_PIECES)
    lot = LotField()
    note = forms.CharField(max_length=200, required=False)

    @staticmethod
    def initial_for(level: Any) -> dict[str, Any]:
        """Begin with the best bin and all pieces that go in there."""
        best = next(iter(suggest_bins(level)), None)
        if best is None or not level.without_bin:
            return {"quantity": max(1, level.without_bin)}
        most = level.without_bin if best.room is None else min(level.without_bin, best.room)
        return {"bin": best.bin.code, "quantity": most}


class MoveInBinsForm(forms.Form):
    """From which bin to which, and how many pieces."""

    source = forms.CharField(label="From bin", max_length=32)
    target = forms.CharField(label="To bin", max_length=32)
    quantity = forms.IntegerField(label="Pieces", min_value=1, max_value=MAX_PIECES)
    lot = LotField()
    note = forms.CharField(max_length=200, required=False)


class TakeOutForm(forms.Form):
    """Out of which bin, and how many pieces."""

    bin = forms.CharField(max_length=32)
    quantity = forms.IntegerField(label="Pieces", min_value=1, max_value=MAX_PIECES)
    lot = LotField()
    note = forms.CharField(max_length=200, required=False)


class BlockLotForm(forms.Form):
    """Why nothing of a lot may go."""

    note = forms.CharField(label="Why", max_length=300, help_text="Pickers are told it: recalled by the maker …")


class DateLotForm(forms.Form):
    """Until when a lot is good."""

    expires_on = forms.DateField(
        label="Best before", required=False, widget=forms.DateInput(attrs={"type": "date"}), help_text="Empty: no date."
    )
    note = forms.CharField(max_length=200, required=False)

    @staticmethod
    def initial_for(lot: Any) -> dict[str, Any]:
        """Begin with the date that it has."""
        return {"expires_on": lot.expires_on.isoformat() if lot.expires_on else ""}


class NoteForm(forms.Form):
    """A word for those who wonder later."""

    note = forms.CharField(max_length=300, required=False)
