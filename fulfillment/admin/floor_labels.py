"""The page “Labels”: those of bins and totes, as a PDF to print."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponseBase
from django.template.response import TemplateResponse

from fulfillment.admin.papers import document
from fulfillment.documents.floor_labels import A4_OF_24, ROLL, FloorLabel, render_floor_labels
from inventory.models import Bin, Location
from oms.foundation.console.reports import choose_among
from oms.foundation.scope import scoped

MOST_LABELS = 2_000
BINS, TOTES = "bins", "totes"
SHEETS = {"a4": A4_OF_24, "roll": ROLL}


class LabelsForm(forms.Form):
    """What is to be printed, and on what."""

    what = forms.ChoiceField(choices=[(BINS, "bins of a location"), (TOTES, "totes")], label="labels for")
    paper = forms.ChoiceField(choices=[("a4", "A4, 24 of 70 × 37 mm"), ("roll", "a roll of 100 × 50 mm")])
    location = forms.ModelChoiceField(Location.objects.none(), required=False, help_text="Of the bins.")
    begins = forms.CharField(
        max_length=24,
        required=False,
        label="codes that begin with",
        help_text="Such as A- for one aisle; empty takes all.",
    )
    first = forms.IntegerField(
        min_value=1, max_value=999_999, required=False, label="first tote", help_text="The number after TOTE-."
    )
    totes = forms.IntegerField(min_value=1, max_value=MOST_LABELS, required=False, label="how many totes")

    def clean(self) -> dict[str, Any]:
        """Ask for what the kind of label needs."""
        values: dict[str, Any] = super().clean() or {}
        needed = ("location",) if values.get("what") == BINS else ("first", "totes")
        for name in needed:
            if values.get(name) is None and name not in self.errors:
                self.add_error(name, "Choose a location." if name == "location" else "Enter a number.")
        return values


def floor_labels_page(site: Any, request: HttpRequest) -> HttpResponseBase:
    """Ask what is to be printed (GET without values), or send it."""
    asked = "what" in request.GET
    form = LabelsForm(request.GET if asked else None, initial={"what": BINS, "first": 1, "totes": 24})
    choose_among(form, "location", scoped(request.user, Location).order_by("code"))
    if asked and form.is_valid():
        labels = _labels(request.user, form.cleaned_data)
        if 0 < len(labels) <= MOST_LABELS:
            sheet = SHEETS[form.cleaned_data["paper"]]
            return document(render_floor_labels(labels, sheet), f"labels-{form.cleaned_data['what']}.pdf")
        many = f"These are more than {MOST_LABELS:,} labels; narrow them by what their codes begin with."
        form.add_error("begins", many if labels else "No bin in use there has such a code.")
    whole = {**site.each_context(request), "title": "Labels", "form": form}
    return TemplateResponse(request, "fulfillment/floor_labels.html", whole, status=422 if form.errors else 200)


def _labels(user: Any, told: dict[str, Any]) -> Sequence[FloorLabel]:
    """Return the labels, at most one more than are printed at once."""
    if told["what"] == TOTES:
        numbers = range(told["first"], told["first"] + told["totes"])
        return [FloorLabel(f"TOTE-{number:04}") for number in numbers]
    bins = scoped(user, Bin).filter(location=told["location"], is_active=True, code__istartswith=told["begins"])
    rows = bins.order_by("sequence", "code").values_list("code", "zone", "aisle")[: MOST_LABELS + 1]
    place = told["location"].name
    return [FloorLabel(code, " · ".join(filter(None, (place, zone and f"zone {zone}")))) for code, zone, _ in rows]
