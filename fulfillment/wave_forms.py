"""The form of a new wave: which orders it takes, and how they are picked."""

from datetime import datetime
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone

from fulfillment.carriers.registry import codes_in_use
from fulfillment.models.waves import MOST_TOTES
from fulfillment.picking.plan import Strategy
from fulfillment.services.waves import MOST_ORDERS, Size, Wanted
from fulfillment.states import PickingStrategy
from inventory.models import Location
from orders.states import ServiceLevel

MOST_PIECES, MOST_LITRES, USUAL_TOTES, USUAL_PIECES = 10_000, 1_000, 8, 20
MOMENT = "%Y-%m-%dT%H:%M"
SIZES = [("", "any"), ("one", "one piece"), ("small", "2 to 5 pieces"), ("large", "6 pieces or more")]


class WaveForm(forms.Form):
    """What a wave shall take."""

    location = forms.ModelChoiceField(queryset=Location.objects.none())
    leaves_by = forms.DateTimeField(
        required=False,
        label="leaves by",
        help_text="On the location's clock; empty takes whatever waits.",
        input_formats=[MOMENT],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT),
    )
    strategy = forms.ChoiceField(choices=PickingStrategy.choices, label="picked", initial=PickingStrategy.CLUSTER)
    service = forms.ChoiceField(choices=[("", "any"), *ServiceLevel.choices], required=False, label="shipping method")
    carrier = forms.ChoiceField(
        required=False,
        help_text="The one that most of the same method and country went with lately; chosen when it is packed.",
    )
    size = forms.ChoiceField(choices=SIZES, required=False, label="order size")
    zone = forms.CharField(max_length=16, required=False, help_text="Only orders that lie in it as a whole.")
    orders = forms.IntegerField(min_value=1, max_value=MOST_ORDERS, initial=100, label="orders at most")
    totes = forms.IntegerField(min_value=1, max_value=MOST_TOTES, initial=USUAL_TOTES, label="totes a cart")
    tote_pieces = forms.IntegerField(min_value=1, max_value=MOST_PIECES, initial=USUAL_PIECES, label="pieces a tote")
    tote_litres = forms.IntegerField(min_value=1, max_value=MOST_LITRES, required=False, label="litres a tote")

    def __init__(self, *args: Any, locations: "QuerySet[Location]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen: Any = self.fields["location"]
        chosen.queryset = locations
        carrier: Any = self.fields["carrier"]
        carrier.choices = [("", "any"), *((code, code) for code in codes_in_use())]

    def clean(self) -> dict[str, Any]:
        """Read the moment on the location's clock."""
        values: dict[str, Any] = super().clean() or {}
        by, place = values.get("leaves_by"), values.get("location")
        if by is not None and place is not None:
            local: datetime = timezone.make_naive(by)
            values["leaves_by"] = local.replace(tzinfo=place.zone)
        return values

    def wanted(self) -> Wanted:
        """Return it for the service."""
        told = self.cleaned_data
        same = ("leaves_by", "service", "carrier", "zone", "orders", "totes", "tote_pieces", "tote_litres")
        fields: dict[str, Any] = {name: told[name] for name in same}
        strategy, size = Strategy(told["strategy"]), Size(told["size"])
        return Wanted(location_id=told["location"].pk, strategy=strategy, size=size, **fields)
