"""The handheld at the truck: which carrier, each parcel scanned once, the list closed, the driver takes it."""

import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone

from fulfillment.floor.pages import HERE, for_pickers
from fulfillment.handover_forms import HandOver
from fulfillment.models import Manifest, Package, Shipment
from fulfillment.services import handover
from fulfillment.services.walking import Answer
from fulfillment.states import CLOSED_LISTS, ManifestState
from inventory.models import Location
from inventory.models.places import LocationKind
from oms.foundation.actor import Actor
from oms.foundation.refusals import NotFound, Refused
from oms.foundation.retrying import until_done
from oms.foundation.scope import scoped, scoped_row

LOAD = "fulfillment.load_manifest"


class Reading(forms.Form):
    """What a handheld sends at the truck."""

    key = forms.UUIDField()
    code = forms.CharField(max_length=200)
    read_at = forms.IntegerField(min_value=0, max_value=4_102_444_800_000, required=False)

    def scan(self) -> handover.Scan:
        """Return it for the service; the handheld's clock tells milliseconds."""
        told = self.cleaned_data
        moment = told["read_at"] and datetime.fromtimestamp(told["read_at"] / 1000, UTC)
        return handover.Scan(told["key"], told["code"], moment or None)


@for_pickers("GET", "HEAD", "POST", permission=LOAD)
def choose(request: HttpRequest) -> HttpResponse:
    """Show for which carriers parcels wait here, and begin or go on with loading one's truck."""
    user: Any = request.user
    places = list(scoped(user, Location).exclude(kind=LocationKind.SUPPLIER).order_by("code"))
    at = request.POST.get("location") or request.GET.get("at") or request.COOKIES.get(HERE, "")
    here = next((one for one in places if one.code == at), places[0] if len(places) == 1 else None)
    if request.method == "POST" and here is not None:
        try:
            return redirect("floor-truck", number=_begin(request, here).number)
        except Refused as refusal:
            messages.error(request, refusal.sentence)
    live = scoped(user, Manifest).filter(location=here).order_by("pk") if here else Manifest.objects.none()
    context = {
        "title": "Load the truck",
        "places": places,
        "here": here,
        "carriers": _carriers(here, live) if here else [],
        "closed": list(live.filter(state__in=[*CLOSED_LISTS, ManifestState.FAILED])),
    }
    return TemplateResponse(request, "floor/load.html", context)


def _carriers(here: Location, live: "QuerySet[Manifest]") -> list[dict[str, Any]]:
    """Return the carriers that take parcels at a location, those with most of them first."""
    loading = dict(live.filter(state=ManifestState.OPEN).values_list("carrier", "number"))
    waiting = handover.carriers_here(here.pk)
    rows = [{"code": code, "waiting": number, "open": loading.get(code, "")} for code, number in waiting.items()]
    return sorted(rows, key=lambda one: (not one["open"], -int(one["waiting"]), one["code"]))


def _begin(request: HttpRequest, here: Location) -> Manifest:
    """Return the list of the carrier that was chosen, or that a scanned parcel goes with.

    :raises Refused: when there is no such parcel or carrier here.
    """
    user: Any = request.user
    code, carrier = request.POST.get("code", "").strip(), request.POST.get("carrier", "")
    if code:
        parcels = scoped(user, Package).exclude(carrier="") if "\x00" not in code else Package.objects.none()
        found = parcels.filter(tracking_number__in=[code, code.upper()], shipment__location=here).first()
        if found is None:
            raise NotFound(f"“{code[:64]}” is no parcel that waits here. Choose the carrier.")
        carrier = found.carrier
    actor = Actor.of(user, now=timezone.now())
    return until_done(lambda: handover.open_list(location_id=here.pk, carrier=carrier, actor=actor))


@for_pickers("GET", "HEAD", permission=LOAD)
def truck(request: HttpRequest, number: str) -> HttpResponse:
    """Show what is on a truck and what is missing."""
    return _page(request, scoped_row(request.user, Manifest, number=number))


@for_pickers("POST", permission=LOAD)
def act(request: HttpRequest, number: str, act: str) -> HttpResponse:
    """Do what the handheld sent; a script gets the truck drawn anew, a plain form is led back to its page."""
    user: Any = request.user
    row = scoped_row(user, Manifest, number=number)
    actor = Actor.of(user, now=timezone.now())
    try:
        if act in AT_TRUCK:
            return _page(request, row, _at_truck(request, act, row, actor))
        if act not in WHOLE:
            raise NotFound("There is no such act.")
        told = _told(request) if act == "hand-over" else {}
        until_done(lambda: WHOLE[act](manifest_id=row.pk, within=scoped(user, Shipment), actor=actor, **told))
    except Refused as refusal:
        if act in AT_TRUCK:
            return _page(request, row, Answer("wrong", refusal.sentence))
        messages.error(request, refusal.sentence)
    return redirect("floor-truck", number=number)


AT_TRUCK: Mapping[str, Callable[..., Answer]] = {"scan": handover.load, "take-off": handover.take_off}
WHOLE: Mapping[str, Callable[..., Any]] = {
    "close": handover.close_list,
    "hand-over": handover.hand_over_list,
    "reopen": handover.reopen_list,
    "drop": handover.drop_list,
}


def _told(request: HttpRequest) -> dict[str, Any]:
    """Return who takes the parcels; raises :class:`Refused` for what cannot be read."""
    form = HandOver(request.POST)
    if not form.is_valid():
        raise Refused("This could not be read. Say again who takes them.", code="not_read")
    return form.cleaned_data


def _at_truck(request: HttpRequest, act: str, row: Manifest, actor: Actor) -> Answer:
    """Load or take off what was scanned; raises :class:`Refused` when it cannot be read."""
    user: Any = request.user
    form = Reading(request.POST)
    if not form.is_valid():
        raise Refused("This could not be read. Scan again.", code="not_read")
    told = {"manifest_id": row.pk, "person_id": user.pk, "scan": form.scan(), "parcels": scoped(user, Package)}
    return until_done(lambda: AT_TRUCK[act](**told, actor=actor))


def _page(request: HttpRequest, row: Manifest, answer: Answer | None = None) -> HttpResponse:
    """Draw a truck."""
    fresh = scoped_row(request.user, Manifest, pk=row.pk)
    shown = handover.truck_of(fresh, scoped(request.user, Package))
    context = {"title": f"Truck {fresh.number}", "truck": shown, "answer": answer, "key": uuid.uuid4()}
    return TemplateResponse(request, "floor/truck.html", context)
