"""The rate card in the console."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from unfold.widgets import UnfoldAdminTextInputWidget

from fulfillment.models import ShippingRate
from fulfillment.services.rates import MOST_DAYS, other_currency
from inventory.master_forms import AmountForm
from inventory.master_pages import MasterData
from oms.foundation.look.cells import two_lines
from oms.foundation.money import Money, minor_text

USED = "A rate holds for orders once a sourcing rule set that prefers the least freight is in force."


class RateForm(AmountForm[ShippingRate]):
    """A rate with its amounts as decimals."""

    amounts: ClassVar[Mapping[str, str]] = {"parcel": "price", "kilogram": "per_started_kg"}
    parcel = forms.CharField(max_length=20, initial="0.00", widget=UnfoldAdminTextInputWidget, label="A parcel costs")
    kilogram = forms.CharField(
        max_length=20, initial="0.00", widget=UnfoldAdminTextInputWidget, label="Each started kilogram costs"
    )

    class Meta:
        model = ShippingRate
        fields = [
            "code", "carrier", "service", "level", "location", "country", "postal_prefix", "up_to_g", "currency",
            "usual_days", "transit_days",
        ]  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Keep countries in capitals, days in their order, and all rates in one currency."""
        values = super().clean()
        country = str(values.get("country") or "").upper()
        self.instance.country = values["country"] = country
        if country and (len(country) != 2 or not country.isascii() or not country.isalpha()):
            self.add_error("country", "Write the country's two letters, like GB, or leave it empty.")
        if values.get("postal_prefix") and not country:
            self.add_error("postal_prefix", "A postcode needs its country.")
        usual, most = values.get("usual_days"), values.get("transit_days")
        if usual is not None and most is not None and usual > most:
            self.add_error("usual_days", "At most the days of nine of ten parcels.")
        if most is not None and most > MOST_DAYS:
            self.add_error("transit_days", f"At most {MOST_DAYS} days.")
        other = other_currency(values.get("currency", ""), apart=[self.instance.code, values.get("code", "")])
        if other and "currency" in values:
            self.add_error("currency", f"Rates are compared with each other, and the others are in {other}.")
        return values


@admin.register(ShippingRate)
class ShippingRateAdmin(MasterData):
    """Rates: what a carrier's service costs from a location to a destination, by weight."""

    page = "fulfillment.shippingrate"
    form = RateForm
    list_display = ["code", "service_shown", "level", "origin", "destination", "heaviest", "asks", "days", "is_active"]
    list_filter = ["is_active", "carrier", "level", "country", "location"]
    list_select_related = ["location"]
    search_fields = ["^code", "carrier", "service"]
    search_help_text = "Code, carrier or service"
    empty_words = f"Add your carriers' prices here, or load a file of them. {USED}"
    ordering = ["code"]
    fieldsets = [
        (None, {"fields": ["code", ("carrier", "service"), "level"]}),
        ("From and to", {"fields": ["location", ("country", "postal_prefix")]}),
        (
            "Price",
            {"fields": [("parcel", "kilogram", "currency"), "up_to_g"], "description": USED},
        ),
        ("Days", {"fields": [("usual_days", "transit_days")]}),
    ]
    export_columns: ClassVar[list[Any]] = [
        ("code", "code"),
        ("carrier", "carrier"),
        ("service", "service"),
        ("level", "level"),
        ("location", "location.code"),
        ("country", "country"),
        ("postal_prefix", "postal_prefix"),
        ("up_to_g", "up_to_g"),
        ("price", lambda rate: minor_text(rate.price, rate.currency)),
        ("per_started_kg", lambda rate: minor_text(rate.per_started_kg, rate.currency)),
        ("currency", "currency"),
        ("usual_days", "usual_days"),
        ("transit_days", "transit_days"),
        ("is_active", "is_active"),
    ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Keep the code of a rate that exists: files know it by that."""
        return ["code"] if obj else []

    @admin.display(description="service", ordering="carrier")
    def service_shown(self, rate: ShippingRate) -> str:
        """Return the service over its carrier."""
        return two_lines(rate.service, rate.carrier)

    @admin.display(description="from", ordering="location__code")
    def origin(self, rate: ShippingRate) -> str:
        """Return where it is sent from."""
        return rate.location.code if rate.location else "everywhere"

    @admin.display(description="to", ordering="country")
    def destination(self, rate: ShippingRate) -> str:
        """Return where it goes."""
        return f"{rate.country} {rate.postal_prefix}…".replace(" …", "") if rate.country else "everywhere"

    @admin.display(description="heaviest", ordering="up_to_g")
    def heaviest(self, rate: ShippingRate) -> str:
        """Return the heaviest parcel."""
        return f"{rate.up_to_g / 1000:g} kg" if rate.up_to_g else "any"

    @admin.display(description="costs", ordering="price")
    def asks(self, rate: ShippingRate) -> str:
        """Return the price, and what each kilogram adds."""
        more = f"and {minor_text(rate.per_started_kg, rate.currency)} a kg" if rate.per_started_kg else ""
        return two_lines(Money(rate.price, rate.currency).format(), more)

    @admin.display(description="days", ordering="transit_days")
    def days(self, rate: ShippingRate) -> str:
        """Return the usual days and those of nine of ten parcels."""
        same = rate.usual_days == rate.transit_days
        return str(rate.transit_days) if same else f"{rate.usual_days}–{rate.transit_days}"
