"""The forms of master data: prices as people write them, capabilities as boxes to tick."""

import zoneinfo
from collections.abc import Mapping
from typing import Any, ClassVar, TypeVar

from django import forms
from django.db.models import Model
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelect2Widget,
    UnfoldAdminTextInputWidget,
)

from inventory.attributes import attributes_in, attributes_text
from inventory.calendars import ClosedDaysField, WorkingDaysField
from inventory.models import Location, Product
from inventory.models.places import (
    CAPABILITIES_BY_KIND,
    EVERY_DAY,
    MOST_COURIER_KM,
    MOST_HANDLING_DAYS,
    MOST_PICKUP_DAYS,
)
from inventory.services.following import against_following, against_kinds, fault_of
from oms.foundation.money import minor_text, parse_minor
from oms.foundation.refusals import Invalid
from oms.foundation.tables import BadCell

Row = TypeVar("Row", bound=Model)
CAPABILITIES = sorted({word for known in CAPABILITIES_BY_KIND.values() for word in known})


class AmountForm(forms.ModelForm[Row]):
    """A row whose amounts are typed as decimals of its own currency; ``amounts`` gives the column of each field."""

    amounts: ClassVar[Mapping[str, str]] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        row = kwargs.get("instance")
        if row is not None:
            shown = {name: minor_text(getattr(row, column), row.currency) for name, column in self.amounts.items()}
            kwargs["initial"] = shown | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        """Read the amounts in the currency of the form."""
        values = super().clean() or self.cleaned_data
        for name, column in self.amounts.items():
            if name in values and "currency" in values:
                self._read_amount(name, column, values)
        return values

    def _read_amount(self, name: str, column: str, values: dict[str, Any]) -> None:
        """Put minor units on the row, or the reason on the field."""
        try:
            amount = parse_minor(values[name].strip(), values["currency"])
        except Invalid as refusal:
            self.add_error("currency" if refusal.code == "unknown_currency" else name, refusal.sentence)
            return
        if amount < 0:
            self.add_error(name, "Write an amount of 0 or more.")
        setattr(self.instance, column, max(0, amount))


class ProductForm(AmountForm[Product]):
    """A product with its price and cost as decimals in its own currency."""

    amounts: ClassVar[Mapping[str, str]] = {"price": "unit_price", "cost": "unit_cost"}

    price = forms.CharField(max_length=20, initial="0.00", widget=UnfoldAdminTextInputWidget)
    cost = forms.CharField(max_length=20, initial="0.00", widget=UnfoldAdminTextInputWidget)
    attributes = forms.CharField(
        required=False,
        max_length=2000,
        widget=UnfoldAdminTextInputWidget,
        help_text="What tells variants apart: size=M; colour=red",
    )

    class Meta:
        model = Product
        fields = [
            "sku", "barcode", "title", "parent", "attributes", "currency",
            "weight_g", "length_mm", "width_mm", "height_mm", "capability",
            "fragile", "this_side_up", "ships_alone", "packing_note", "followed_by", "expires",
        ]  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        product = kwargs.get("instance")
        if product is not None:
            kwargs["initial"] = {"attributes": attributes_text(product.attributes)} | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)
        if "followed_by" in self.fields:  # who may only look has no fields
            self.fields["followed_by"].required = False

    def clean_followed_by(self) -> str:
        """Keep what it is followed by when nothing is sent."""
        return str(self.cleaned_data["followed_by"] or self.instance.followed_by)

    def clean_attributes(self) -> dict[str, str]:
        """Read attributes as a file has them."""
        try:
            return attributes_in(self.cleaned_data["attributes"])
        except BadCell as fault:
            sentence = fault.sentence[:1].upper() + fault.sentence[1:]
            raise forms.ValidationError(sentence, code=fault.code) from fault

    def clean(self) -> dict[str, Any]:
        """Keep an article from being its own variant."""
        values = super().clean()
        parent = values.get("parent")
        if parent is not None and (parent.pk == self.instance.pk or parent.parent_id is not None):
            self.add_error("parent", "Choose an article that is no variant itself.")
        if fault := fault_of(values.get("followed_by", ""), values.get("expires", False)):
            self.add_error("expires", fault)
        if self.instance.pk and values.get("followed_by") != self.initial.get("followed_by"):
            against = against_following([self.instance.pk])
            self.add_error("followed_by", against[self.instance.pk]) if against else None
        return values


class LocationForm(forms.ModelForm[Location]):
    """A location with boxes for what it can do and when it works, and a list of time zones."""

    capabilities = forms.MultipleChoiceField(
        choices=[(word, word.replace("_", " ")) for word in CAPABILITIES],
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )
    timezone = forms.ChoiceField(
        choices=[(name, name) for name in sorted(zoneinfo.available_timezones())],
        initial="Europe/London",
        widget=UnfoldAdminSelect2Widget,
    )
    handling_days = forms.IntegerField(
        min_value=0,
        max_value=MOST_HANDLING_DAYS,
        initial=0,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text="Working days from the day an order comes in to the day it leaves.",
    )
    working_days = WorkingDaysField(
        initial=EVERY_DAY, help_text="Parcels leave on these days; an order of another day waits for the next of them."
    )
    closed_on = ClosedDaysField(
        required=False, max_length=6000, help_text="Holidays and other days without parcels: 2026-12-25; 2026-12-26"
    )

    same_day_km = forms.IntegerField(
        label="Same-day radius (km)",
        min_value=0,
        max_value=MOST_COURIER_KM,
        initial=30,
        required=False,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text="How far a courier brings parcels on the same day; 0 is not at all.",
    )
    pickup_days = forms.IntegerField(
        label="Days to collect",
        min_value=1,
        max_value=MOST_PICKUP_DAYS,
        initial=7,
        required=False,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text="So long an order waits to be collected; then it goes back to stock.",
    )

    class Meta:
        model = Location
        fields = [
            "code", "name", "kind", "line1", "city", "postal_code", "country", "latitude", "longitude",
            "capabilities", "daily_capacity", "cutoff", "timezone", "handling_days", "working_days", "closed_on",
            "same_day_km", "pickup_days", "email",
        ]  # fmt: skip

    def clean_kind(self) -> str:
        """Refuse a kind under which the lots of what lies here would not be known any more."""
        kind = str(self.cleaned_data["kind"])
        against = against_kinds({self.instance.pk: kind}) if self.instance.pk else {}
        if against:
            raise forms.ValidationError(against[self.instance.pk], code="followed")
        return kind

    def clean_same_day_km(self) -> int:
        """Keep the radius that is there when none is sent."""
        told = self.cleaned_data["same_day_km"]
        return self.instance.same_day_km if told is None else int(told)

    def clean_pickup_days(self) -> int:
        """Keep the days that are there when none are sent."""
        return int(self.cleaned_data["pickup_days"] or self.instance.pickup_days)

    def clean_country(self) -> str:
        """Keep country codes in capitals."""
        country = str(self.cleaned_data["country"]).upper()
        if len(country) != 2 or not country.isascii() or not country.isalpha():
            raise forms.ValidationError("Write the country's two letters, like GB.", code="bad_country")
        return country
