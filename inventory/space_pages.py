"""The page “Space”: how full the bins are, by location and zone, the fullest and the emptiest."""

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpRequest, HttpResponseBase
from django.template.response import TemplateResponse

from inventory.models import Bin, Location
from inventory.services.bin_space import Space, Used, Zone, space_of
from oms.foundation.console.reports import choose_among, csv_file
from oms.foundation.scope import scoped

ROOM = ["pieces", "used_litres", "room_litres", "used_kg", "load_kg"]
ZONES = ["location", "zone", "bins", "empty_bins", *ROOM, "room_percent", "load_percent"]
BINS = ["location", "zone", "bin", "kind", "pieces", "used_mm3", "capacity_mm3", "used_g", "capacity_g", "percent"]


class PlaceForm(forms.Form):
    """Where."""

    location = forms.ModelChoiceField(Location.objects.none(), required=False, empty_label="all locations")


def space_page(site: Any, request: HttpRequest) -> HttpResponseBase:
    """Show how the room of bins in the person's scope is used, or send one of its tables as CSV."""
    form = PlaceForm({"location": request.GET.get("location", "")})
    choose_among(form, "location", scoped(request.user, Location).order_by("code"))
    place = form.cleaned_data["location"] if form.is_valid() else None
    bins = scoped(request.user, Bin)
    space = space_of(bins.filter(location=place) if place else bins)
    if wanted := request.GET.get("as"):
        return _file(wanted, space)
    here = {"location": place.pk} if place else {}
    context = {
        **site.each_context(request),
        "title": "Space",
        "form": form,
        "space": space,
        "lists": [("Fullest bins", space.fullest), ("Emptiest bins that hold something", space.emptiest)],
        "files": {name: f"?{urlencode(here | {'as': name})}" for name in ("zones", "bins")},
    }
    return TemplateResponse(request, "inventory/space.html", context)


def _file(wanted: str, space: Space) -> HttpResponseBase:
    """Return the zones as a file, else the bins."""
    if wanted == "zones":
        return csv_file("space-zones", ZONES, (_zone(one) for one in space.zones))
    return csv_file("space-bins", BINS, (_bin(one) for one in space.bins))


def _zone(one: Zone) -> list[Any]:
    """Return a zone's row of the file."""
    room = [one.pieces, one.litres, one.capacity_litres, one.kilograms, one.capacity_kilograms]
    return [one.location, one.zone, one.bins, one.empty, *room, one.room_share, one.load_share]


def _bin(one: Used) -> list[Any]:
    """Return a bin's row of the file."""
    row, told = one.bin, one.contents
    used = [told.pieces, told.mm3, row.capacity_mm3, told.grams, row.capacity_g]
    return [row.location.code, row.zone, row.code, row.kind, *used, one.share]
