"""The floor for devices: a robot, cart or put-to-light claims work, reads its stops, reports each, and gives back."""

from collections.abc import Callable
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from fulfillment.models import FulfillmentOrder, PickList, PickTask
from fulfillment.services import walking
from fulfillment.states import PickListState, PickTaskState
from oms.foundation.actor import Actor
from oms.foundation.api.idempotent import key_of, once, owner_of
from oms.foundation.refusals import NotFound, Refused
from oms.foundation.scope import scoped, scoped_row

SEE, PICK = "fulfillment.view_fulfillmentorder", "fulfillment.pick_fulfillmentorder"
MOST_PIECES, LOTS_TOLD = 100_000, 20


class StopOut(serializers.Serializer[Any]):
    """Pieces of one order to be taken from one bin into one tote."""

    id = serializers.IntegerField()
    position = serializers.IntegerField()
    state = serializers.ChoiceField(PickTaskState.choices)
    wanted = serializers.BooleanField(help_text="False once the desk has stopped or changed the order.")
    bin = serializers.CharField(allow_blank=True)
    sku = serializers.CharField()
    barcode = serializers.CharField(allow_blank=True)
    title = serializers.CharField(allow_blank=True)
    quantity = serializers.IntegerField()
    picked = serializers.IntegerField()
    tote = serializers.CharField()
    order = serializers.CharField()
    note = serializers.CharField(allow_blank=True)
    asks = serializers.CharField(allow_blank=True, help_text="“lot” or “serial number” where a report has to name it.")
    lots = serializers.ListField(
        child=serializers.CharField(), help_text="Of the stop to stand at: the numbers that may go, the best first."
    )


class AnswerOut(serializers.Serializer[Any]):
    """What came of a report: ok goes on at this stop, done goes to the next, wrong and gone count nothing.

    A product without the lot or serial number that it is followed by counts nothing either; the sentence asks for that.
    """

    tone = serializers.ChoiceField(["ok", "done", "wrong", "gone"])
    sentence = serializers.CharField()


class WalkOut(serializers.Serializer[Any]):
    """One walk of a device."""

    number = serializers.CharField()
    location = serializers.CharField()
    state = serializers.ChoiceField(PickListState.choices)
    leased_until = serializers.DateTimeField(allow_null=True)
    now = serializers.IntegerField(allow_null=True, help_text="The stop to stand at; null when nothing is left.")
    stops = StopOut(many=True)
    answer = AnswerOut(allow_null=True)


class CurrentOut(serializers.Serializer[Any]):
    """The walk that a device is on, and how many orders wait."""

    walk = WalkOut(allow_null=True)
    waiting = serializers.IntegerField()


class ClaimIn(serializers.Serializer[Any]):
    """How many orders, each into a tote of its own."""

    orders = serializers.IntegerField(min_value=1, max_value=walking.MOST_ORDERS, default=1)


class ReportIn(serializers.Serializer[Any]):
    """What happened at a stop; give_back and end name none."""

    stop = serializers.IntegerField(min_value=1, required=False)
    quantity = serializers.IntegerField(min_value=1, max_value=MOST_PIECES, required=False)
    code = serializers.CharField(max_length=128, required=False, help_text="What was scanned; the stop's SKU without.")
    lot = serializers.CharField(
        max_length=32, required=False, help_text="Lot or serial number, where the product is followed by one."
    )


class DeviceView(APIView):
    """Answers devices alone: a key that was issued for one, at its location."""

    permissions = {"POST": PICK}

    def told(self, request: Request) -> dict[str, Any]:
        """Return who picks, for the services of walks.

        :raises Refused: for a key that belongs to no device
        """
        device = getattr(request.user, "device_id", None)
        if device is None:
            raise Refused("This key belongs to no device at a location; issue one that picks there.", code="no_device")
        return {"picker_id": device, "actor": Actor.of(request.user, now=timezone.now())}


class CurrentTasks(DeviceView):
    """Tells a device its walk."""

    permissions = {"GET": SEE}

    @extend_schema(responses={200: CurrentOut})
    def get(self, request: Request) -> Response:
        """Answer the walk that the device is on, null without one, and how many orders wait at its location."""
        mine = PickList.objects.filter(picker=self.told(request)["picker_id"], state=PickListState.IN_PROGRESS)
        walk = mine.select_related("location").first()
        waiting = scoped(request.user, FulfillmentOrder).filter(state="open").count()
        return Response({"walk": walk_answer(walk) if walk else None, "waiting": waiting})


class ClaimTasks(DeviceView):
    """Begins a walk of a device."""

    @extend_schema(request=ClaimIn, responses={201: WalkOut})
    def post(self, request: Request) -> HttpResponse:
        """Take the most urgent orders of the device's location, once for the idempotency key."""
        told = self.told(request)
        return once(request, lambda: self._claim(request, told))

    def _claim(self, request: Request, told: dict[str, Any]) -> tuple[int, Any]:
        """Claim and answer the walk."""
        form = ClaimIn(data=request.data)
        form.is_valid(raise_exception=True)
        user: Any = request.user
        walk = walking.claim_work(
            work=scoped(user, FulfillmentOrder),
            location_id=user.location_id,
            orders=form.validated_data["orders"],
            **told,
        )
        return 201, walk_answer(walk)


AT_STOP: dict[str, Callable[..., walking.Answer]] = {
    "pick": walking.scan,
    "short": walking.report_short,
    "skip": walking.skip,
}
WHOLE: dict[str, Callable[..., PickList]] = {"give_back": walking.give_back, "end": walking.end_walk}


class ReportTask(DeviceView):
    """Takes what a device reports: picked, short, skipped (blocked); given back or ended as a whole."""

    @extend_schema(request=ReportIn, responses={200: WalkOut})
    def post(self, request: Request, number: str, act: str) -> HttpResponse:
        """Note one report, once for the idempotency key, and answer the walk as it is then."""
        told = self.told(request)
        return once(request, lambda: self._note(request, number, act, told))

    def _note(self, request: Request, number: str, act: str, told: dict[str, Any]) -> tuple[int, Any]:
        """Note the report and answer."""
        form = ReportIn(data=request.data)
        form.is_valid(raise_exception=True)
        walk = scoped_row(request.user, PickList, number=number)
        told["pick_list_id"] = walk.pk
        answer = None
        if act in WHOLE:
            WHOLE[act](**told)
        elif act in AT_STOP:
            answer = AT_STOP[act](**told, read=_read(request, walk, form.validated_data))
        else:
            known = ", ".join([*AT_STOP, *WHOLE])
            raise NotFound(f"There is no report “{act}”. Known: {known}.", code="unknown_action")
        return 200, walk_answer(PickList.objects.select_related("location").get(pk=walk.pk), answer)


def _read(request: Request, walk: PickList, told: dict[str, Any]) -> walking.Read:
    """Return a report for the service: the request's key is the scan's, and a device that scans nothing names the SKU.

    :raises NotFound: for a stop of another walk
    """
    row = PickTask.objects.filter(pick_list=walk, pk=told.get("stop", 0))
    sku = row.values_list("allocation__stock_level__product__sku", flat=True).first()
    if sku is None:
        raise NotFound("This walk has no such stop.", code="no_stop", field="stop")
    code = told.get("code", "") or sku
    return walking.Read(_scan_key(request), told["stop"], code, told.get("quantity", 1), lot=told.get("lot", ""))


def _scan_key(request: Request) -> UUID:
    """Return the key of a scan that belongs to a request's idempotency key."""
    return uuid5(NAMESPACE_URL, f"{owner_of(request.user)}:{key_of(request)}")


def walk_answer(row: PickList, answer: walking.Answer | None = None) -> dict[str, Any]:
    """Return a walk with its stops, and what came of a report, as plain values."""
    walk = walking.walk_of(row)
    rows = walking.lots_at(walk.now.task, timezone.now())[:LOTS_TOLD] if walk.now and walk.now.asks else []
    lots = list(dict.fromkeys(one.lot.number for one in rows if one.lot is not None))
    return {
        "number": row.number,
        "location": row.location.code,
        "state": row.state,
        "leased_until": row.leased_until,
        "now": walk.now.task.pk if walk.now else None,
        "stops": [_stop(one, lots if one is walk.now else []) for one in walk.stops],
        "answer": {"tone": answer.tone, "sentence": answer.sentence} if answer else None,
    }


def _stop(one: walking.Stop, lots: list[str]) -> dict[str, Any]:
    """Return one stop as plain values, with the lots that may be taken there."""
    task = one.task
    same = {name: getattr(task, name) for name in ("position", "state", "bin", "quantity", "picked", "tote")}
    told = {"sku": one.sku, "barcode": one.barcode, "title": one.title, "order": one.order, "note": one.note}
    asked: dict[str, Any] = {"asks": one.asks, "lots": lots}
    return {"id": task.pk, "wanted": one.wanted, **same, **told, **asked}
