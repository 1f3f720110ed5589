"""Stock work on the handheld: put away, move, count and receive, each by scans alone."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone

from fulfillment.floor.pages import HERE, MOST_PIECES, for_pickers
from fulfillment.floor.stock_lists import LISTS
from fulfillment.services.counted import again_scan, finish_scan
from fulfillment.services.walking.missing import pieces_in_hands
from inventory.models import Location, Product
from inventory.models.scans import StockWork
from inventory.services import scanning
from inventory.services.scanning import Answer, Read
from inventory.services.scanning.receiving import without_delivery
from oms.foundation.actor import Actor
from oms.foundation.refusals import NotFound, Refused
from oms.foundation.retrying import until_done
from oms.foundation.scope import scoped

ADJUST = "inventory.adjust_stocklevel"
Act = Callable[[Any], Answer]


@dataclass(frozen=True, slots=True)
class Work:
    """One kind of stock work: its words, what a scan does, and what its buttons do."""

    title: str
    told: str
    scan: Act
    buttons: dict[str, tuple[str, Act]]


KINDS = {
    StockWork.PUT_AWAY: Work(
        "Put away", "Scan the bin, then what goes in; or a product first.", scanning.put_away_scan, {}
    ),
    StockWork.MOVE: Work("Move", "Scan the bin, what you take, and the bin it goes to.", scanning.move_scan, {}),
    StockWork.COUNT: Work(
        "Count",
        "Scan a bin, then each piece in it.",
        scanning.count_scan,
        {"done": ("Nothing more here", finish_scan), "again": ("Count it anew", again_scan)},
    ),
    StockWork.RECEIVE: Work(
        "Receive", "Scan what has come.", scanning.receive_scan, {"loose": ("Not announced", without_delivery)}
    ),
}


class Reading(forms.Form):
    """What a handheld sends of stock work."""

    key = forms.UUIDField()
    location = forms.CharField(max_length=16)
    code = forms.CharField(max_length=128, required=False)
    quantity = forms.IntegerField(min_value=1, max_value=MOST_PIECES, required=False)
    read_at = forms.IntegerField(min_value=0, max_value=4_102_444_800_000, required=False)


@for_pickers("GET", "HEAD", permission=ADJUST)
def show(request: HttpRequest, work: str) -> HttpResponse:
    """Show what is in hand, and what waits for this work."""
    place = _place(request.user, request.COOKIES.get(HERE, ""))
    return _page(request, work, place) if place else redirect("floor")


@for_pickers("POST", permission=ADJUST)
def act(request: HttpRequest, work: str, act: str) -> HttpResponse:
    """Do what the handheld sent, and show the page anew."""
    user: Any = request.user
    form = Reading(request.POST)
    told = form.data.get("location", "").replace("\x00", "")
    place = _place(user, told)
    if place is None:
        raise NotFound("This place is not one of yours. Say on the floor’s first page where you are.")
    try:
        answer = _done(KINDS[StockWork(work)], act, form, place, user)
    except Refused as refusal:
        answer = Answer("wrong", refusal.sentence)
    return _page(request, work, place, answer)


def _done(kind: Work, act: str, form: Reading, place: Location, user: Any) -> Answer:
    """Do one reading; raises :class:`Refused` when it cannot be read."""
    acts = {"scan": kind.scan, "clear": scanning.drop_hand} | {name: each for name, (_, each) in kind.buttons.items()}
    if act not in acts or not form.is_valid():
        raise Refused("This could not be read. Scan again.", code="not_read")
    value = form.cleaned_data
    moment = value["read_at"] and datetime.fromtimestamp(value["read_at"] / 1000, UTC)
    work = next(name for name, one in KINDS.items() if one is kind)
    read = Read(value["key"], work, value["code"], value["quantity"] or 1, moment or None)
    return until_done(
        lambda: scanning.once(
            location_id=place.pk,
            person_id=user.pk,
            read=read,
            act=acts[act],
            in_hands=pieces_in_hands,
            actor=Actor.of(user, now=timezone.now()),
        )
    )


def _place(user: Any, code: str) -> Location | None:
    """Return one of a person's locations by its code."""
    found: Location | None = scoped(user, Location).filter(code=code).first() if code else None
    return found


def _asked(hand: scanning.Hand) -> str:
    """Return what the page asks for instead of a bin or product, in words; blank where nothing is asked."""
    if not hand.asks:
        return ""
    product = Product.objects.get(sku=hand.sku)
    return f"best-before date of {hand.lot}" if hand.asks == "date" else f"{product.followed_word} of {hand.sku}"


def _page(request: HttpRequest, work: str, place: Location, answer: Answer | None = None) -> HttpResponse:
    """Draw the page of one kind of work."""
    user: Any = request.user
    kind, now = KINDS[StockWork(work)], timezone.now()
    hand = scanning.hand_of(person_id=user.pk, location_id=place.pk, work=work, now=now)
    context = {
        "title": kind.title,
        "kind": kind,
        "work": work,
        "act_address": f"floor-{work}-act",
        "place": place,
        "hand": hand,
        "asks": _asked(hand),
        "answer": answer,
        "key": uuid.uuid4(),
        "buttons": [(name, words) for name, (words, _) in kind.buttons.items()],
        "rows": None if hand.sku or hand.count else LISTS[StockWork(work)](place, hand, user, now),
    }
    return TemplateResponse(request, "floor/stock.html", context)
