"""The packing station: a tote is scanned, each piece into its box, a box closed, and the label bought."""

import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone

from fulfillment.documents.photo import MOST_BYTES
from fulfillment.floor.pack_view import bench_context, packed_context, waiting_for
from fulfillment.floor.pages import HERE, MOST_PIECES, for_pickers
from fulfillment.models import FulfillmentOrder, PackSession, Shipment
from fulfillment.services import scan_packing
from fulfillment.services.packing import MAX_WEIGHT_G
from fulfillment.services.photographing import photograph
from fulfillment.services.walking import Answer
from fulfillment.states import PackSessionState, ShipmentState
from oms.foundation.actions import action_named, run_action
from oms.foundation.actor import Actor
from oms.foundation.refusals import NotFound, Refused
from oms.foundation.retrying import until_done
from oms.foundation.scope import scoped

PACK = "fulfillment.pack_fulfillmentorder"


class Sending(forms.Form):
    """What a packing station sends."""

    key = forms.UUIDField()
    code = forms.CharField(max_length=128, required=False)
    quantity = forms.IntegerField(min_value=1, max_value=MOST_PIECES, required=False)
    weight_g = forms.IntegerField(min_value=1, max_value=MAX_WEIGHT_G, required=False)
    read_at = forms.IntegerField(min_value=0, max_value=4_102_444_800_000, required=False)

    def sent(self) -> scan_packing.Sent:
        """Return it for the service; the handheld's clock tells milliseconds."""
        told = self.cleaned_data
        moment = told["read_at"] and datetime.fromtimestamp(told["read_at"] / 1000, UTC)
        return scan_packing.Sent(told["key"], told["code"], told["quantity"] or 1, told["weight_g"], moment or None)


@for_pickers("GET", "HEAD", "POST", permission=PACK)
def home(request: HttpRequest) -> HttpResponse:
    """Ask for a tote, and show what waits to be packed; a scanned code leads to its work."""
    user: Any = request.user
    work, answer = scoped(user, FulfillmentOrder), None
    if request.method == "POST":
        code = request.POST.get("code", "").replace("\x00", "")[:64]
        try:
            found = scan_packing.find_work(code=code, work=work)
            _begin(user, found, Actor.of(user, now=timezone.now()))
            return redirect("floor-pack-bench", number=found.number)
        except Refused as refusal:
            answer = Answer("wrong", refusal.sentence)
    waiting = waiting_for(user, request.COOKIES.get(HERE, ""))
    return TemplateResponse(request, "floor/pack.html", {"title": "Pack", "waiting": waiting, "answer": answer})


@for_pickers("GET", "HEAD", permission=PACK)
def bench(request: HttpRequest, number: str) -> HttpResponse:
    """Show what of some work is packed, and what goes where next."""
    return _page(request, _work_of(request.user, number))


@for_pickers("POST", permission=PACK)
def act(request: HttpRequest, number: str, act: str) -> HttpResponse:
    """Do what was sent; a script gets the bench drawn anew."""
    user: Any = request.user
    actor = Actor.of(user, now=timezone.now())
    work = _work_of(user, number)
    try:
        if act in WHOLE:
            WHOLE[act](user, work, actor)
            return redirect("floor-pack") if act == "leave" else redirect("floor-pack-bench", number=number)
        answer = _photo(request, work, actor) if act == "photo" else _sent(request, act, work, actor)
    except Refused as refusal:
        answer = Answer("wrong", refusal.sentence)
    return _page(request, work, answer)


def _work_of(user: Any, number: str) -> FulfillmentOrder:
    """Return work that the person may see, with its order and location."""
    work = scoped(user, FulfillmentOrder).filter(number=number).select_related("order", "location").first()
    if work is None:
        raise NotFound("There is no work with this number.")
    return work


def _begin(user: Any, work: FulfillmentOrder, actor: Actor) -> None:
    """Begin to pack, or go on; work that is packed already is only shown."""
    if _shipment_of(work) is None:
        until_done(lambda: scan_packing.begin(fulfillment_order_id=work.pk, packer_id=user.pk, actor=actor))


def _leave(user: Any, work: FulfillmentOrder, actor: Actor) -> None:
    """Leave it where it stands."""
    session = _session_of(work)
    until_done(lambda: scan_packing.put_aside(session_id=session.pk, packer_id=user.pk, actor=actor))


def _start_over(user: Any, work: FulfillmentOrder, actor: Actor) -> None:
    """Begin with empty boxes."""
    session = _session_of(work)
    until_done(lambda: scan_packing.start_over(session_id=session.pk, packer_id=user.pk, actor=actor))


def _label(user: Any, work: FulfillmentOrder, actor: Actor) -> None:
    """Ask for the labels of what was packed."""
    _run("buy_labels", user, work, actor)


def _print(user: Any, work: FulfillmentOrder, actor: Actor) -> None:
    """Note that the labels are printed."""
    _run("print_labels", user, work, actor)


def _run(name: str, user: Any, work: FulfillmentOrder, actor: Actor) -> None:
    """Do one of the declared acts of the work's shipment, with its own permission."""
    shipment = _shipment_of(work)
    if shipment is None:
        raise NotFound("This is not packed yet.")
    action = action_named(Shipment, name)
    run_action(action, principal=user, lookup={"pk": shipment.pk}, data={}, now=actor.now, actor=actor)


WHOLE: Mapping[str, Callable[[Any, FulfillmentOrder, Actor], None]] = {
    "begin": _begin,
    "leave": _leave,
    "start-over": _start_over,
    "label": _label,
    "print": _print,
}
SENDS: Mapping[str, Callable[..., Answer]] = {
    "scan": scan_packing.scan,
    "close": scan_packing.close_parcel,
    "empty": scan_packing.empty_parcel,
}


def _sent(request: HttpRequest, act: str, work: FulfillmentOrder, actor: Actor) -> Answer:
    """Do one thing at the bench; raises :class:`Refused` for what cannot be read."""
    form = Sending(request.POST)
    if act not in SENDS or not form.is_valid():
        raise Refused("This could not be read. Scan again.", code="not_read")
    sent, user = form.sent(), request.user
    answered = PackSession.objects.filter(fulfillment_order=work, scans__key=sent.key).first()
    session = answered or _session_of(work)
    return until_done(lambda: SENDS[act](session_id=session.pk, packer_id=user.pk, sent=sent, actor=actor))


def _photo(request: HttpRequest, work: FulfillmentOrder, actor: Actor) -> Answer:
    """Keep the photo of a parcel; raises :class:`Refused` for what is none."""
    shipment, sent, position = _shipment_of(work), request.FILES.get("photo"), request.POST.get("position", "")
    if shipment is None or sent is None or not (position.isascii() and position.isdigit() and len(position) < 5):
        raise Refused("There is no photo to keep. Take it again.", code="no_photo")
    if (sent.size or 0) > MOST_BYTES:
        raise Refused(f"The photo is too large; {MOST_BYTES // 1000} KB are kept.", code="bad_photo")
    told = {"position": int(position), "content": sent.read(), "person_id": request.user.pk, "actor": actor}
    photograph(shipment_id=shipment.pk, **told)
    return Answer("ok", f"The photo of parcel {int(position)} is kept.")


def _session_of(work: FulfillmentOrder) -> PackSession:
    """Return the open session of some work, else its newest; raises :class:`NotFound` where nobody has begun."""
    rows = PackSession.objects.filter(fulfillment_order=work)
    found = rows.filter(state=PackSessionState.OPEN).first() or rows.order_by("-pk").first()
    if found is None:
        raise NotFound("Nobody packs this; scan its tote.")
    return found


def _shipment_of(work: FulfillmentOrder) -> Shipment | None:
    """Return the shipment of packed work."""
    rows = Shipment.objects.filter(fulfillment_order=work).exclude(state=ShipmentState.CANCELLED)
    return rows.order_by("-pk").first()


def _page(request: HttpRequest, work: FulfillmentOrder, answer: Answer | None = None) -> HttpResponse:
    """Draw the bench, or what was made of it."""
    user: Any = request.user
    shipment = _shipment_of(work)
    if shipment is not None:
        told, template = packed_context(user, shipment), "floor/packed.html"
    else:
        told, template = bench_context(user, work), "floor/bench.html"
    context = {"title": f"Pack {work.number}", "work": work, "answer": answer, "key": uuid.uuid4(), **told}
    return TemplateResponse(request, template, context)
