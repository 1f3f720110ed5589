"""Who packs: a scanned tote, order or work number becomes a session, held by one person while they go on."""

import re
from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet, prefetch_related_objects

from fulfillment.locks import lock_fulfillment_order, lock_pack_session
from fulfillment.models import FulfillmentOrder, LabelledTote, PackSession, PickTask
from fulfillment.services.lots_kept import refuse_kept
from fulfillment.services.pack_sessions import drop, open_session_of
from fulfillment.services.packing import CAN_PACK
from fulfillment.services.scan_packing.bench import Bench
from fulfillment.services.walking.totes import label_in
from fulfillment.states import FulfillmentOrderState, PackSessionState
from oms.foundation.actions import refuse_unless
from oms.foundation.actor import Actor
from oms.foundation.audit import Act, record, record_many
from oms.foundation.refusals import NotFound, Refused

LEASE = timedelta(minutes=15)
NO_SIGN = re.compile(r"[^A-Z0-9]")
LIVE = (FulfillmentOrderState.IN_PROGRESS, FulfillmentOrderState.READY)


def find_work(*, code: str, work: "QuerySet[FulfillmentOrder]") -> FulfillmentOrder:
    """Return the work that a code names: its own, its order's, or a tote by label or walk and letter (``PABC123-B``).

    Of orders that share a tote it is the most urgent one that is not packed yet; then the tote names the next.

    :raises NotFound: for a code that names none of somebody's ``work``.
    :raises Refused: for an order of which several locations' work could be meant.
    """
    told = code.strip().upper()
    named = work.filter(number=told) | work.filter(order__number__in=[told, code.strip()])
    found = list(named.select_related("order", "location").order_by("pk")[:20])
    if not found:
        found = _in_tote(told, work)
        unpacked = [one for one in found if one.state == FulfillmentOrderState.IN_PROGRESS]
        found = unpacked[:1] or found[-1:]
    if not found:
        raise NotFound(f"“{code.strip()[:64]}” is no tote, order or pick list that is known here.", code="unknown_code")
    live = [one for one in found if one.state in LIVE] or found[-1:]
    if len(live) > 1:
        names = " or ".join(f"{one.number} ({one.location.name})" for one in live)
        raise Refused(f"Order {live[0].order.number} is in several places: scan {names}.", code="several")
    return live[0]


def _in_tote(told: str, work: "QuerySet[FulfillmentOrder]") -> list[FulfillmentOrder]:
    """Return whose pieces lie in a tote."""
    plain = NO_SIGN.sub("", told)
    labelled = LabelledTote.objects.filter(code=label_in(told), freed_at=None).first()
    if labelled is None:
        stops = PickTask.objects.filter(pick_list__number=plain[:-1], tote=plain[-1:])
    else:
        stops = PickTask.objects.filter(pick_list=labelled.pick_list_id, tote=labelled.tote)
    stops = stops.filter(picked__gt=0, put_back_at=None)
    rows = work.filter(pk__in=stops.values("fulfillment_order")) if len(plain) > 1 else work.none()
    return list(rows.select_related("order", "location").order_by("ship_by", "pk"))


@transaction.atomic
def begin(*, fulfillment_order_id: int, packer_id: int, actor: Actor) -> PackSession:
    """Begin to pack work, or go on where its session stands.

    :raises Refused: while somebody else packs it, or unless it may be packed.
    """
    work = lock_fulfillment_order(fulfillment_order_id)
    _refuse_what_may_not_go(work, actor)
    session = open_session_of(work)
    if session is not None and Bench(session).is_stale:
        drop(session, "The work was changed since.", actor)
        session = None
    if session is None:
        return _begun(work, packer_id, actor)
    if session.packer_id != packer_id:
        _take_over(session, packer_id, actor)
    return session


def _refuse_what_may_not_go(work: FulfillmentOrder, actor: Actor) -> None:
    """Raise :class:`Refused` unless locked work may be packed, and each lot that was picked for it may go."""
    prefetch_related_objects([work], "allocations")
    refuse_unless(work, *CAN_PACK)
    refuse_kept(work, actor.now)


def _begun(work: FulfillmentOrder, packer_id: int, actor: Actor) -> PackSession:
    """Make the session of locked work, with what is advised."""
    session = PackSession(fulfillment_order=work, packer_id=packer_id, leased_until=actor.now + LEASE)
    session.created_at = max(actor.now, work.picked_at or actor.now)  # who waited for the last pick was asked before it
    session.save()
    session.advice = Bench(session).plan()
    session.save(update_fields=["advice"])
    note = f"{work.number}: {_advised(session)}."
    record_many(actor, [Act("floor.pack_begin", session, note, created=True)])
    return session


def _advised(session: PackSession) -> str:
    """Return the advised boxes in words."""
    codes = [one["box"] or "no box" for one in session.advice["parcels"]]
    return f"advised {', '.join(codes)}"


def _take_over(session: PackSession, packer_id: int, actor: Actor) -> None:
    """Go on with a session that its person put aside, or did not touch for as long as a lease lasts."""
    if not session.is_free(actor.now):
        sentence = f"{session.packer} is packing {session.fulfillment_order.number}; scan another tote."
        raise Refused(sentence, code="not_free")
    session.packer_id, session.leased_until = packer_id, actor.now + LEASE
    session.save(update_fields=["packer", "leased_until"])
    record(actor, "floor.pack_take_over", session, note=f"{session.fulfillment_order.number}.")


@transaction.atomic
def put_aside(*, session_id: int, packer_id: int, actor: Actor) -> PackSession:
    """Leave a session where it stands, for whoever scans its tote next."""
    session = lock_held(session_id, packer_id)
    session.packer, session.leased_until = None, None
    session.save(update_fields=["packer", "leased_until"])
    record(actor, "floor.pack_leave", session, note=f"{session.fulfillment_order.number} stands where it was left.")
    return session


@transaction.atomic
def start_over(*, session_id: int, packer_id: int, actor: Actor) -> PackSession:
    """Drop what was scanned and begin anew: the boxes were emptied."""
    session = lock_held(session_id, packer_id)
    work = session.fulfillment_order
    _refuse_what_may_not_go(work, actor)
    drop(session, "The boxes were emptied.", actor)
    return _begun(work, packer_id, actor)


def lock_held(session_id: int, packer_id: int) -> PackSession:
    """Lock a session after its work, and return it; raises :class:`Refused` unless the person holds it."""
    session = lock_session(session_id)
    refuse_stranger(session, packer_id)
    return session


def lock_session(session_id: int) -> PackSession:
    """Lock the order and the work of a session, then the session; return that with both."""
    work_id = PackSession.objects.filter(pk=session_id).values_list("fulfillment_order", flat=True).first()
    if work_id is None:
        raise NotFound("Nobody packs this; scan its tote.")
    return lock_pack_session(session_id, lock_fulfillment_order(work_id))


def refuse_stranger(session: PackSession, packer_id: int) -> None:
    """Raise :class:`Refused` unless the person holds the session; a lapsed lease that nobody took is still theirs."""
    number = session.fulfillment_order.number
    if session.state != PackSessionState.OPEN:
        raise Refused(f"{number} is {session.get_state_display()}; scan the next tote.", code="not_yours")
    if session.packer_id is None:
        raise Refused(f"{number} was put aside; scan its tote to go on.", code="not_yours")
    if session.packer_id != packer_id:
        raise Refused(f"{session.packer} has taken {number} over; scan the next tote.", code="not_yours")
