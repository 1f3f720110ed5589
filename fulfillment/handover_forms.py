"""The forms of handing over."""

from django import forms

from fulfillment.carriers.registry import CARRIERS
from fulfillment.forms import Reason
from fulfillment.models import CarrierAccount
from fulfillment.states import HandOverWay

__all__ = ["BookDriver", "CarrierNumber", "CloseDay", "HandOver", "Reason", "VisitFound"]


def carriers_by_hand() -> list[tuple[str, str]]:
    """Return code and name of every carrier there is."""
    return [(code, code) for code in sorted({*CARRIERS, *CarrierAccount.objects.values_list("code", flat=True)})]


class CloseDay(forms.Form):
    """Whose day is closed."""

    carrier = forms.ChoiceField(choices=carriers_by_hand)


class HandOver(forms.Form):
    """How the parcels came to the carrier, and who took them."""

    way = forms.ChoiceField(
        label="How they leave", choices=HandOverWay.choices, initial=HandOverWay.DRIVER, required=False
    )
    driver = forms.CharField(label="Who takes them", max_length=120, required=False, help_text="The driver's name.")

    def clean_way(self) -> str:
        """Return the driver where nothing is said."""
        return str(self.cleaned_data["way"] or HandOverWay.DRIVER)


class CarrierNumber(forms.Form):
    """The carrier's own number."""

    number = forms.CharField(label="Number at the carrier", max_length=64, required=False)


class BookDriver(forms.Form):
    """Which carrier's driver, when, and for how much."""

    carrier = forms.ChoiceField(choices=carriers_by_hand)
    day = forms.DateField(
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="Empty is today, by the location's calendar.",
    )
    parcels = forms.IntegerField(min_value=1, max_value=9_999, required=False, help_text="Empty counts what waits.")
    weight_g = forms.IntegerField(
        label="Weight of all parcels (g)", min_value=1, max_value=99_000_000, required=False,
        help_text="Empty weighs what waits.",
    )  # fmt: skip


class VisitFound(forms.Form):
    """What stands on the carrier's pages."""

    number = forms.CharField(label="Number at the carrier", max_length=64)
    window = forms.CharField(label="When", max_length=60, required=False, help_text="Such as 16:00–18:00.")
