"""Home of the floor, a walk, and what is done on it."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import wraps
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from fulfillment.floor.waves import all_seen, ready_walks
from fulfillment.models import FulfillmentOrder, PickList
from fulfillment.services import walking
from fulfillment.states import ENDED_WALKS, FulfillmentOrderState, PickListState
from inventory.models import Location
from inventory.models.places import LocationKind
from oms.foundation.actor import Actor
from oms.foundation.console.errors import refused
from oms.foundation.refusals import NotFound, Refused
from oms.foundation.retrying import until_done
from oms.foundation.scope import scoped, scoped_row

PICK = "fulfillment.pick_fulfillmentorder"
SIZES = (1, 4, 8, 12)
MOST_PIECES = 100_000
LOTS_SHOWN = 4
HERE, A_YEAR = "floor_at", 365 * 86_400
"""The cookie by which a handheld knows where it is: it belongs to the device, not to its person."""
Page = Callable[..., HttpResponse]


def for_pickers(*methods: str, permission: str = PICK) -> Callable[[Page], Page]:
    """Open a page to those who may pick, or have another permission of the floor, for some methods."""

    def wrap(page: Page) -> Page:
        """Guard one page."""

        @wraps(page)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            """Answer, or refuse the person, the method or what cannot be shown."""
            user: Any = request.user
            if not user.has_perm(permission):
                raise PermissionDenied
            if request.method not in methods:
                return HttpResponseNotAllowed(methods)
            try:
                return page(request, *args, **kwargs)
            except Refused as refusal:
                return refused(request, refusal)

        return guarded

    return wrap


class Reading(forms.Form):
    """What a handheld sends of a stop."""

    key = forms.UUIDField()
    task = forms.IntegerField(min_value=1)
    code = forms.CharField(max_length=128, required=False)
    quantity = forms.IntegerField(min_value=1, max_value=MOST_PIECES, required=False)
    read_at = forms.IntegerField(min_value=0, max_value=4_102_444_800_000, required=False)

    def read(self) -> walking.Read:
        """Return it for the service; the handheld's clock tells milliseconds."""
        told = self.cleaned_data
        moment = told["read_at"] and datetime.fromtimestamp(told["read_at"] / 1000, UTC)
        return walking.Read(told["key"], told["task"], told["code"], told["quantity"] or 1, moment or None)


@for_pickers("GET", "HEAD")
def home(request: HttpRequest) -> HttpResponse:
    """Show where one is, what waits there, and the walk one is on."""
    user: Any = request.user
    places = _places(user)
    at = request.GET.get("at", "") or request.COOKIES.get(HERE, "")
    here = next((one for one in places if one.code == at), places[0] if len(places) == 1 else None)
    walks = scoped(user, PickList).select_related("picker", "location").order_by("pk")
    now = timezone.now()
    mine = walks.filter(picker=user, state=PickListState.IN_PROGRESS).first()
    left = walks.filter(location=here.pk).exclude(state__in=ENDED_WALKS) if here else walks.none()
    begun = left.exclude(state=PickListState.RELEASED, begun_at=None, wave__isnull=False)
    context = {
        "title": "Floor",
        "places": places,
        "here": here,
        "mine": mine,
        "free": all_seen(user, [one for one in begun if one.is_free(now) and one != mine]),
        "key": uuid.uuid4(),
        **(ready_walks(user, here.pk) if here and not mine else {}),
    }
    page = TemplateResponse(request, "floor/home.html", context)
    if here is not None and here.code != request.COOKIES.get(HERE):
        secure = bool(settings.SESSION_COOKIE_SECURE)
        page.set_cookie(HERE, here.code, max_age=A_YEAR, httponly=True, samesite="Lax", secure=secure)
    return page


@for_pickers("POST")
def claim(request: HttpRequest) -> HttpResponse:
    """Begin a walk."""
    user: Any = request.user
    place = next((one for one in _places(user) if one.code == request.POST.get("location")), None)
    size = request.POST.get("orders", "")
    if place is None or not (size.isascii() and size.isdigit() and len(size) < 3):
        return _home_with(request, "Choose where you are, and how many orders to take.")
    try:
        begun = until_done(
            lambda: walking.claim_work(
                work=scoped(user, FulfillmentOrder),
                location_id=place.pk,
                orders=int(size),
                picker_id=user.pk,
                actor=Actor.of(user, now=timezone.now()),
            )
        )
    except Refused as refusal:
        return _home_with(request, refusal.sentence)
    return redirect("floor-walk", number=begun.number)


@for_pickers("GET", "HEAD")
def walk(request: HttpRequest, number: str) -> HttpResponse:
    """Show the stop one stands at."""
    return _walk_page(request, _walk_of(request.user, number))


@for_pickers("POST")
def act(request: HttpRequest, number: str, act: str) -> HttpResponse:
    """Do what the handheld sent; a script gets the walk drawn anew, a plain form is led back to its page."""
    user: Any = request.user
    pick_list = _walk_of(user, number)
    told = {"pick_list_id": pick_list.pk, "picker_id": user.pk, "actor": Actor.of(user, now=timezone.now())}
    try:
        if act in WHOLE:
            until_done(lambda: WHOLE[act](**told))
            return redirect(reverse("floor") if act == "give-back" else reverse("floor-walk", args=[number]))
        answer = _at_stop(request, act, told)
    except Refused as refusal:
        answer = walking.Answer("wrong", refusal.sentence)
    return _walk_page(request, _walk_of(user, number), answer)


def _walk_of(user: Any, number: str) -> PickList:
    """Return a walk of which the person may see every stop.

    :raises NotFound: for one at another location, or with orders of channels that are not theirs
    """
    found = scoped_row(user, PickList, number=number)
    if not all_seen(user, [found]):
        raise NotFound("There is no walk with this number.")
    return found


WHOLE: dict[str, Callable[..., Any]] = {
    "end": walking.end_walk,
    "give-back": walking.give_back,
    "take-over": walking.take_over,
}
AT_STOP: dict[str, Callable[..., walking.Answer]] = {
    "scan": walking.scan,
    "short": walking.report_short,
    "skip": walking.skip,
}


def _at_stop(request: HttpRequest, act: str, told: dict[str, Any]) -> walking.Answer:
    """Do one thing at a stop.

    :raises Refused: when the form cannot be read or the person does not hold the walk
    """
    form = Reading(request.POST)
    if act not in AT_STOP or not form.is_valid():
        raise Refused("This could not be read. Scan again.", code="not_read")
    read = form.read()
    return until_done(lambda: AT_STOP[act](**told, read=read))


def _walk_page(request: HttpRequest, pick_list: PickList, answer: walking.Answer | None = None) -> HttpResponse:
    """Draw a walk; of one that is somebody else's only who has it and whether it may be taken over."""
    shown = walking.walk_of(pick_list)
    mine = pick_list.picker_id == request.user.pk
    way = walking.way_of(pick_list, shown.left) if mine and shown.now else None
    context = {
        "title": f"Walk {pick_list.number}",
        "walk": shown,
        "mine": mine and pick_list.state == PickListState.IN_PROGRESS,
        "free": pick_list.is_free(timezone.now()),
        "answer": answer,
        "key": uuid.uuid4(),
        "way": way,
        "lots": walking.lots_at(shown.now.task, timezone.now())[:LOTS_SHOWN] if shown.now and shown.now.asks else [],
        "hint": way.hints.get(shown.now.task.pk, "") if way and shown.now else "",
    }
    return TemplateResponse(request, "floor/walk.html", context)


def _home_with(request: HttpRequest, sentence: str) -> HttpResponse:
    """Lead back to the start with a sentence."""
    messages.error(request, sentence)
    return HttpResponseRedirect(reverse("floor"))


@dataclass(frozen=True, slots=True)
class Place:
    """A location and how many orders wait to be picked there, some of them beyond their cut-off."""

    pk: int
    code: str
    name: str
    waiting: int
    late: int

    @property
    def sizes(self) -> list[int]:
        """Return how many orders may be taken at once, as far as there are so many."""
        return [size for size, smaller in zip(SIZES, (0, *SIZES), strict=False) if smaller < self.waiting]


def _places(user: Any) -> list[Place]:
    """Return the locations of a person with what waits to be picked there."""
    work = scoped(user, FulfillmentOrder).filter(state=FulfillmentOrderState.OPEN)
    waiting = dict(work.values_list("location").annotate(Count("pk")).order_by())
    late = dict(work.filter(ship_by__lte=timezone.now()).values_list("location").annotate(Count("pk")).order_by())
    ours = scoped(user, Location).exclude(kind__in=[LocationKind.SUPPLIER, LocationKind.THIRD_PARTY])
    rows = ours.filter(Q(is_active=True) | Q(pk__in=waiting)).order_by("code")
    return [Place(one.pk, one.code, one.name, waiting.get(one.pk, 0), late.get(one.pk, 0)) for one in rows]
