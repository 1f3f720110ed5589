"""The page “Slotting”: what moves most, how far it lies from packing, and which products should change places."""

from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpRequest, HttpResponseBase
from django.template.response import TemplateResponse
from django.utils import timezone

from fulfillment.admin.lateness import USUAL_DAYS, SpanForm, midnight
from fulfillment.services.slotting import Mover, Slotting, slotting_of
from inventory.models import Bin, BinMovement, BinStock, Location
from oms.foundation.console.reports import choose_among, csv_file
from oms.foundation.scope import scoped

MOST_SHOWN = 50
FILES = ("products", "bins", "days", "swaps")


class SlottingForm(SpanForm):
    """From which day to which, and where."""

    location = forms.ModelChoiceField(Location.objects.none(), empty_label=None)


def slotting_page(site: Any, request: HttpRequest) -> HttpResponseBase:
    """Show what moves in the bins of a location in the person's scope, or send one of the page's tables as CSV."""
    form, place, first, last = _asked(request)
    found = _slotting(request.user, place, first, last) if place else None
    if found and (wanted := request.GET.get("as")):
        return _file(wanted, found)
    query = {"since": first, "until": last, "location": place.pk if place else ""}
    context = {
        **site.each_context(request),
        "title": "Slotting",
        "form": form,
        "place": place,
        "found": found,
        "days": (last - first).days + 1,
        "products": found.products[:MOST_SHOWN] if found else [],
        "bins": found.bins[:MOST_SHOWN] if found else [],
        "files": {name: f"?{urlencode(query | {'as': name})}" for name in FILES},
    }
    return TemplateResponse(request, "fulfillment/slotting.html", context)


def _asked(request: HttpRequest) -> tuple[SlottingForm, Location | None, date, date]:
    """Return the form and what was asked; without anything the last ninety days where there are bins."""
    today = timezone.localdate()
    first = today - timedelta(days=USUAL_DAYS - 1)
    with_bins = scoped(request.user, Bin).order_by().values("location")
    places = scoped(request.user, Location).filter(pk__in=with_bins).order_by("code")
    usual = places.first()
    told = {"since": request.GET.get("since") or first, "until": request.GET.get("until") or today}
    form = SlottingForm({**told, "location": request.GET.get("location") or (usual.pk if usual else "")})
    choose_among(form, "location", places)
    if not form.is_valid():
        return form, usual, first, today
    values = form.cleaned_data
    return form, values["location"], values["since"], values["until"]


def _slotting(user: Any, place: Location, first: date, last: date) -> Slotting:
    """Return what moved at a location in some days of the desk's calendar."""
    stock, movements = scoped(user, BinStock), scoped(user, BinMovement)
    return slotting_of(place.pk, stock, movements, midnight(first), midnight(last + timedelta(days=1)))


def _file(wanted: str, found: Slotting) -> HttpResponseBase:
    """Return one of the page's tables as a file by its name; for an unknown one, the products."""
    picked = ["class", "picks", "pieces", "metres_from_packing"]
    if wanted == "bins":
        return csv_file(
            "slotting-bins", ["bin", "zone", *picked], ([one.name, one.zone, *_told(one)] for one in found.bins)
        )
    if wanted == "days":
        rows = ([one.day, one.picks, one.came, one.went] for one in found.days)
        return csv_file("slotting-days", ["day", "picks", "pieces_in", "pieces_out"], rows)
    if wanted == "swaps":
        swaps = ([one.far.sku, one.far.bin, one.near.sku, one.near.bin, one.saved_metres] for one in found.swaps)
        return csv_file("slotting-swaps", ["product", "bin", "with_product", "with_bin", "metres_saved"], swaps)
    products = ([one.name, *_told(one), " + ".join(one.bins)] for one in found.products)
    return csv_file("slotting-products", ["product", *picked, "bins"], products)


def _told(one: Mover) -> list[Any]:
    """Return the columns that products and bins have in common."""
    return [one.pace, one.picks, one.pieces, one.metres]
