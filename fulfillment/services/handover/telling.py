"""The worker that tells carriers what their driver takes: once, and asked what became of it when an answer was lost."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from fulfillment.carriers.gateway import CarrierCannotTell, CarrierNotAsked, CarrierRefused, CarrierUnreachable
from fulfillment.carriers.registry import carrier
from fulfillment.conditions import in_state
from fulfillment.locks import lock_manifest, lock_shipments
from fulfillment.models import Manifest, ManifestParcel
from fulfillment.services.handover.going import rows_of, take_from_list, take_rows_off
from fulfillment.states import WAITING_LISTS, ManifestState
from oms.foundation.actions import refuse_unless
from oms.foundation.actor import Actor
from oms.foundation.audit import record
from oms.foundation.claims import claim, worn_out
from oms.foundation.questions import next_due_of
from oms.foundation.updates import update_each
from oms.foundation.wording import count
from oms.foundation.work import Apart, drainer, ring

M = ManifestState
IS_WAITING = Q(state__in=WAITING_LISTS)
CAN_ASK = (in_state([M.UNKNOWN], "asked for"),)
TOGETHER = 5
WORN_OUT = "The worker stopped three times while it told the carrier. Look at the carrier's own pages."
SETTLED = ["state", "carrier_number", "failure", "next_try_at", "lease_until", "last_error", "crashes"]


@drainer("carriers", next_due=next_due_of(Manifest, IS_WAITING))
def work_manifests(actor: Actor, limit: int) -> int:
    """Tell the carriers of the lists that wait for it."""
    claimed = claim(Manifest.objects.filter(IS_WAITING), now=actor.now, limit=min(limit, TOGETHER))
    with Apart() as apart:
        for manifest in claimed:
            apart.run(f"manifest {manifest.pk}", _tell, manifest, actor)
    return len(claimed)


def _tell(manifest: Manifest, actor: Actor) -> None:
    """Tell the carrier of one list, outside of any transaction, and write down what came of it."""
    if worn_out(manifest):
        _settle_for_a_person(manifest, WORN_OUT, actor)
        return
    numbers = list(rows_of(manifest).filter(told_at=None).values_list("tracking_number", flat=True))
    asked_before = manifest.state == M.UNKNOWN or manifest.attempts > 1
    at = (manifest.closed_at or actor.now).astimezone(manifest.location.zone)
    try:
        number, listed = _listed(manifest.carrier, numbers, asked_before, at)
    except CarrierNotAsked as pause:
        _put_off(manifest, str(pause), pause.retry_after, actor)
    except CarrierCannotTell as silence:
        _settle_for_a_person(manifest, str(silence), actor)
    except CarrierUnreachable as silence:
        _settle_silence(manifest, str(silence), actor)
    except CarrierRefused as refusal:
        _settle_refusal(manifest, str(refusal), actor)
    else:
        _settle_listed(manifest, number, listed, actor)


def _listed(code: str, numbers: Sequence[str], asked_before: bool, at: datetime) -> tuple[str, set[str]]:
    """Return the carrier's number and which parcels are on its list; of those there already it is not told again."""
    gateway = carrier(code)
    known = gateway.manifested(numbers, now=at) if asked_before and numbers else None
    listed = set(known.tracking_numbers) if known else set()
    rest = [one for one in numbers if one not in listed]
    fresh = gateway.manifest(rest, now=at) if rest else None
    number = (fresh and fresh.tracking_numbers and fresh.number) or (known and known.number) or ""
    return number, listed | set(fresh.tracking_numbers if fresh else ())


def _lock(manifest: Manifest) -> Manifest | None:
    """Lock a list that was told of; None when another worker has taken it over, or somebody has settled it."""
    fresh = lock_manifest(manifest.pk)
    return fresh if fresh.lease_token == manifest.lease_token and fresh.state in WAITING_LISTS else None


@transaction.atomic
def _settle_listed(manifest: Manifest, number: str, listed: Collection[str], actor: Actor) -> None:
    """Close a list with what the carrier took; what it did not take is left behind and named."""
    fresh = _lock(manifest)
    if fresh is None:
        return
    rows = list(rows_of(fresh).select_related("package__shipment"))
    refused = [row for row in rows if row.told_at is None and row.tracking_number not in listed]
    for row in rows:
        if row.told_at is None and row.tracking_number in listed:
            row.told_at = actor.now
    update_each(rows, ["told_at"])
    if len(refused) == len(rows):
        _fail(fresh, "The carrier has taken none of the parcels onto its list.", actor)
        return
    left = _leave(fresh, rows, refused, actor)
    fresh.confirm(number=number[:64])
    _save(fresh)
    told = f"{fresh.told} The carrier's number is {number}." if number else f"{fresh.told} The carrier knows of it."
    record(actor, "fulfillment.list_confirmed", fresh, note=f"{told} {left}".strip())


def _leave(manifest: Manifest, rows: Sequence[ManifestParcel], refused: Sequence[ManifestParcel], actor: Actor) -> str:
    """Take the shipments of parcels off a list that its carrier did not take, and return which, in words."""
    if not refused:
        return ""
    ids = {row.package.shipment_id for row in refused}
    shipments = lock_shipments(ids)
    why = "The carrier did not take it onto its list."
    take_from_list(shipments, manifest, why, actor)
    take_rows_off([row for row in rows if row.package.shipment_id in ids], why, actor)
    return f"Left behind, as the carrier did not take them: {', '.join(one.number for one in shipments)}."


@transaction.atomic
def _settle_refusal(manifest: Manifest, why: str, actor: Actor) -> None:
    """The carrier refuses the whole list."""
    fresh = _lock(manifest)
    if fresh is not None:
        _fail(fresh, why, actor)


def _fail(manifest: Manifest, why: str, actor: Actor) -> None:
    """Give a locked list back to its people: nothing of it is on the manifest."""
    rows = rows_of(manifest).values_list("package__shipment", flat=True)
    take_from_list(lock_shipments(rows), manifest, why, actor)
    manifest.fail(why=why[:300])
    _save(manifest)
    record(actor, "fulfillment.list_refused", manifest, note=f"{manifest.number}: {why}")


@transaction.atomic
def _settle_silence(manifest: Manifest, why: str, actor: Actor) -> None:
    """Note that the answer was lost; the carrier's list is looked at before it is told again."""
    fresh = _lock(manifest)
    if fresh is None:
        return
    if fresh.state == M.CLOSING:
        fresh.lose_answer()
    waits = settings.UNKNOWN_ASK_SECONDS
    wait = waits[min(max(fresh.attempts, 1), len(waits)) - 1]
    fresh.next_try_at, fresh.lease_until, fresh.crashes = actor.now + timedelta(seconds=wait), None, 0
    fresh.last_error = why[:500]
    fresh.save(update_fields=["state", "next_try_at", "lease_until", "crashes", "last_error"])
    if fresh.last_move:
        record(actor, "fulfillment.list_unknown", fresh, note=why)


@transaction.atomic
def _put_off(manifest: Manifest, why: str, seconds: float, actor: Actor) -> None:
    """Put a list off whose carrier was not asked: nothing has changed, and this try counts for none."""
    fresh = _lock(manifest)
    if fresh is None:
        return
    fresh.next_try_at, fresh.lease_until = actor.now + timedelta(seconds=max(seconds, 1.0)), None
    fresh.attempts, fresh.crashes, fresh.last_error = max(fresh.attempts - 1, 0), 0, why[:500]
    fresh.save(update_fields=["next_try_at", "lease_until", "attempts", "crashes", "last_error"])


@transaction.atomic
def _settle_for_a_person(manifest: Manifest, why: str, actor: Actor) -> None:
    """Leave a list unknown until a person says what became of it."""
    fresh = _lock(manifest)
    if fresh is None:
        return
    if fresh.state == M.CLOSING:
        fresh.lose_answer()
    fresh.failure, fresh.next_try_at, fresh.lease_until, fresh.crashes = why[:300], None, None, 0
    fresh.save(update_fields=["state", "failure", "next_try_at", "lease_until", "crashes"])
    record(actor, "fulfillment.list_stuck", fresh, note=why)


def _save(manifest: Manifest) -> None:
    """Save what came of a list; nothing of it waits any more."""
    manifest.next_try_at, manifest.lease_until, manifest.last_error, manifest.crashes = None, None, "", 0
    manifest.save(update_fields=SETTLED)


@transaction.atomic
def ask_again(*, manifest_id: int, actor: Actor) -> Manifest:
    """Have the carrier's list of the day looked at again; it is told only of what is not on it."""
    manifest = lock_manifest(manifest_id)
    refuse_unless(manifest, *CAN_ASK)
    manifest.failure, manifest.attempts, manifest.crashes = "", 0, 0
    manifest.next_try_at, manifest.lease_until = actor.now, None
    manifest.save(update_fields=["failure", "attempts", "crashes", "next_try_at", "lease_until"])
    record(actor, "fulfillment.ask_list_again", manifest, note=manifest.told)
    ring("carriers")
    return manifest


@transaction.atomic
def say_closed(*, manifest_id: int, number: str = "", actor: Actor) -> Manifest:
    """Close a list by the word of a person who has looked: the carrier knows of all its parcels."""
    manifest = lock_manifest(manifest_id)
    refuse_unless(manifest, *CAN_ASK)
    rows = list(rows_of(manifest).filter(told_at=None))
    for row in rows:
        row.told_at = actor.now
    update_each(rows, ["told_at"])
    manifest.confirm(number=number.strip()[:64])
    _save(manifest)
    note = f"{manifest.number}: {count(len(rows), 'parcel')} known to the carrier, by the word of {actor.label}."
    record(actor, "fulfillment.list_confirmed", manifest, note=note)
    return manifest


@transaction.atomic
def say_not_closed(*, manifest_id: int, reason: str, actor: Actor) -> Manifest:
    """Give a list back by the word of a person who has looked: the carrier knows of none of its parcels."""
    manifest = lock_manifest(manifest_id)
    refuse_unless(manifest, *CAN_ASK)
    _fail(manifest, reason, actor)
    return manifest
