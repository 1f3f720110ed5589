"""The forms of what third parties are asked and answer."""

from typing import Any

from django import forms

from fulfillment.forms import MissingPieces, TrackingNumbers
from fulfillment.services.packing import MAX_PARCELS, MAX_WEIGHT_G
from fulfillment.states_partners import AfterCancel


class SentPieces(MissingPieces):
    """Pieces that were sent, by SKU; empty is all of them."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.label = "Pieces"
        self.help_text = "One product a line with the pieces that were sent, such as “TEA-RED-M 2”; empty: all of them."


class OptionalTracking(TrackingNumbers):
    """Tracking numbers, one a line; none is fine."""

    def clean(self, value: Any) -> list[str]:
        """Return the numbers."""
        return super().clean(value) if value else []


class ConfirmSent(forms.Form):
    """What a third party has sent."""

    carrier = forms.CharField(max_length=24, help_text="Such as dhl, ups.")
    pieces = SentPieces()
    tracking = OptionalTracking(
        label="Tracking numbers",
        required=False,
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="One a line; each is a parcel.",
    )
    parcels = forms.IntegerField(
        min_value=1, max_value=MAX_PARCELS, required=False, help_text="Where no tracking number tells; empty: one."
    )
    weight_g = forms.IntegerField(
        label="Weight of all parcels (g)",
        min_value=1,
        max_value=MAX_WEIGHT_G,
        required=False,
        help_text="Empty takes the products' own weights.",
    )
    lots = forms.CharField(max_length=200, required=False, help_text="Lot numbers, if there are any.")
    reference = forms.CharField(label="Their number", max_length=64, required=False)


class AskToCancel(forms.Form):
    """Why it is not wanted any more, and what follows."""

    reason = forms.CharField(max_length=300)
    then = forms.ChoiceField(label="Once they agree", choices=AfterCancel.choices, required=False)

    def clean_then(self) -> str:
        """Return what follows: the first choice of the form unless another is named."""
        return str(self.cleaned_data["then"] or self.fields["then"].initial or AfterCancel.ELSEWHERE)


class AskOrderToCancel(AskToCancel):
    """Why a whole order is not wanted any more."""

    then = forms.ChoiceField(
        label="Once they agree", choices=AfterCancel.choices, initial=AfterCancel.CANCEL_ORDER, required=False
    )


class Agreed(forms.Form):
    """What a third party says when it has stopped."""

    reason = forms.CharField(max_length=300, required=False, help_text="What they said.")


class Done(forms.Form):
    """What a person did about a message."""

    note = forms.CharField(max_length=200, help_text="Such as: agreed with the 3PL on the phone, stock was counted.")
