"""Pick-up in store: parcels lie ready, the customer comes with a code, or nobody comes and the pieces go back."""

import hmac
from datetime import datetime, timedelta
from secrets import randbelow

from django.db import transaction
from django.db.models import Case, DateTimeField, F, PositiveSmallIntegerField, Q, Value, When

from fulfillment.conditions import (
    COLLECTED_IN_STORE,
    NO_PICKUP_WAITS,
    ORDER_RELEASED,
    PICKUP_WAITS,
    SHIP_NOT_HELD,
    WITHOUT_LABELS,
    in_state,
)
from fulfillment.events import PickupCodeRenewed, PickupCollected, PickupReady
from fulfillment.locks import lock_pickup, lock_shipment
from fulfillment.models import Package, Pickup, Shipment
from fulfillment.services.shipping import hand_over
from fulfillment.services.tracking import Told, record_events
from fulfillment.states import PickupState, ShipmentState, TrackingStatus
from oms.foundation.actions import Condition, refuse_unless
from oms.foundation.actor import Actor
from oms.foundation.aggregate import save_many
from oms.foundation.audit import Act, record_many
from oms.foundation.facts import publish
from oms.foundation.numbers import random_code
from oms.foundation.refusals import Invalid, Refused

WRONG_CODE = "This is not the code of this order. Ask for the mail that told it."
DIGITS, MOST_TRIES, PAUSE = 6, 5, timedelta(minutes=15)
CAN_MAKE_READY = (
    in_state([ShipmentState.PACKED], "laid ready"),
    COLLECTED_IN_STORE,
    NO_PICKUP_WAITS,
    WITHOUT_LABELS,
    ORDER_RELEASED,
    SHIP_NOT_HELD,
)
IS_RELEASED = Condition("order_not_released", lambda row: ORDER_RELEASED.check(row.shipment))
MAY_LEAVE = Condition("order_held", lambda row: SHIP_NOT_HELD.check(row.shipment))
CAN_COLLECT = (PICKUP_WAITS, IS_RELEASED, MAY_LEAVE)
CAN_CHANGE = (PICKUP_WAITS,)


class TooMany(Refused):
    """Too many wrong codes were tried; nobody can guess on."""

    code = "too_many_codes"
    status = 429


def _new_code() -> str:
    """Return six digits that nobody can foresee."""
    return f"{randbelow(10**DIGITS):0{DIGITS}d}"


@transaction.atomic
def make_ready(*, shipment_id: int, shelf: str = "", actor: Actor) -> Pickup:
    """Lay a packed shipment ready for its customer, who is told a code and until when it waits.

    :raises Refused: unless it is packed, for an order that is collected in a store.
    """
    shipment = lock_shipment(shipment_id)
    refuse_unless(shipment, *CAN_MAKE_READY)
    pickup = Pickup(
        number=random_code(8, prefix="C"),
        shipment=shipment,
        code=_new_code(),
        shelf=shelf,
        ready_at=actor.now,
        expires_at=actor.now + timedelta(days=shipment.location.pickup_days),
        created_at=actor.now,
    )
    pickup.save()
    _set_tracking(shipment, TrackingStatus.AVAILABLE_FOR_PICKUP)
    until = _day(pickup.expires_at, shipment)
    where = f" It lies at {shelf}." if shelf else ""
    note = f"{pickup.told} It waits until {until}.{where}"
    record_many(actor, [Act("fulfillment.make_ready", pickup, note, created=True)])
    publish(PickupReady(at=actor.now, order_id=shipment.order_id, pickup_id=pickup.pk))
    return pickup


def _day(moment: datetime, shipment: Shipment) -> str:
    """Return a moment as a day on the store's calendar."""
    day = moment.astimezone(shipment.location.zone)
    return f"{day.day} {day:%B %Y}"


def _set_tracking(shipment: Shipment, status: str) -> None:
    """Bring the parcels of a locked shipment that has not left to a status that the store itself knows."""
    parcels = list(Package.objects.filter(shipment=shipment).order_by("pk"))
    for parcel in parcels:
        parcel.tracking_status = status
    save_many(parcels, ["tracking_status"])


def count_try(pickup_id: int, now: datetime) -> None:
    """Count a code that is about to be tried; five within a quarter of an hour, in all processes together.

    It is one UPDATE, so that no two tries count as one, and stands outside the transaction that a wrong code ends. The
    version stays: a form that is open would be stale after the first slip.

    :raises TooMany: when five were tried; the pick-up must wait, or have a new code.
    """
    over = now - PAUSE
    rested = Q(tries_since=None) | Q(tries_since__lte=over)
    free = Pickup.objects.filter(rested | Q(tries__lt=MOST_TRIES) | ~Q(state=PickupState.WAITING), pk=pickup_id)
    small, moment = PositiveSmallIntegerField(), DateTimeField()
    more = When(tries__lt=MOST_TRIES, then=F("tries") + 1)
    counted = free.update(
        tries=Case(When(rested, then=1), more, default=F("tries"), output_field=small),
        tries_since=Case(When(rested, then=Value(now)), default=F("tries_since"), output_field=moment),
    )
    if not counted and Pickup.objects.filter(pk=pickup_id).exists():
        raise TooMany("Too many codes were tried for this order. Wait a quarter of an hour, or send a new code.")


@transaction.atomic
def collect(*, pickup_id: int, code: str, name: str, actor: Actor) -> Pickup:
    """Hand the parcels to whoever shows the code; the name is kept as proof, and the order goes on as a delivered one.

    The code is compared under the lock; whoever calls counts the try first, see :func:`count_try`.

    :raises Invalid: for a wrong code. :raises Refused: when it does not wait, the order is not released, or a hold
        blocks it.
    """
    pickup = lock_pickup(pickup_id)
    refuse_unless(pickup, *CAN_COLLECT)
    if not hmac.compare_digest("".join(code.split()).encode(), pickup.code.encode()):
        raise Invalid(WRONG_CODE, code="wrong_code", field="code")
    shipment = pickup.shipment
    pickup.collect(at=actor.now, by=name)
    pickup.save(update_fields=["state", "collected_at", "collected_by"])
    hand_over(shipment, how=f"{shipment.number}: collected by the customer.", actor=actor)
    record_many(actor, [Act("fulfillment.collect", pickup, f"{pickup.told} Given to {name}.")])
    _deliver(pickup, name, actor)
    publish(PickupCollected(at=actor.now, order_id=shipment.order_id, pickup_id=pickup.pk))
    return pickup


def _deliver(pickup: Pickup, name: str, actor: Actor) -> None:
    """Note on every parcel that the customer has it."""
    parcels = Package.objects.filter(shipment=pickup.shipment).order_by("pk").values_list("pk", flat=True)
    told = Told(
        f"collected:{pickup.number}",
        TrackingStatus.DELIVERED,
        actor.now,
        description=f"Collected by {name}.",
        place=pickup.shipment.location.city or pickup.shipment.location.name,
    )
    record_events(told=[(pk, told) for pk in parcels], actor=actor)


@transaction.atomic
def send_code(*, pickup_id: int, actor: Actor) -> Pickup:
    """Make a new code and have it mailed to the customer; the old one opens nothing any more."""
    pickup = lock_pickup(pickup_id)
    refuse_unless(pickup, *CAN_CHANGE)
    pickup.code = _new_code()
    pickup.tries, pickup.tries_since = 0, None
    pickup.save(update_fields=["code", "tries", "tries_since"])
    record_many(actor, [Act("fulfillment.send_code", pickup, f"{pickup.told} The old code opens nothing any more.")])
    order_id = pickup.shipment.order_id
    publish(PickupCodeRenewed(at=actor.now, order_id=order_id, pickup_id=pickup.pk, code_number=pickup.version))
    return pickup


@transaction.atomic
def keep_longer(*, pickup_id: int, days: int, reason: str = "", actor: Actor) -> Pickup:
    """Let the parcels wait some days more, from now or from when they would have gone back, whichever is later."""
    pickup = lock_pickup(pickup_id)
    refuse_unless(pickup, *CAN_CHANGE)
    pickup.expires_at = max(pickup.expires_at, actor.now) + timedelta(days=days)
    pickup.reminded_at, pickup.next_try_at, pickup.kept_why = None, None, ""
    pickup.save(update_fields=["expires_at", "reminded_at", "next_try_at", "kept_why"])
    note = f"{pickup.told} It waits until {_day(pickup.expires_at, pickup.shipment)}. {reason}".strip()
    record_many(actor, [Act("fulfillment.keep_longer", pickup, note)])
    return pickup


@transaction.atomic
def withdraw_pickup(*, pickup_id: int, reason: str, actor: Actor) -> Pickup:
    """Take the parcels from the shelf again: the code opens nothing, the shipment is packed and may be unpacked."""
    pickup = lock_pickup(pickup_id)
    refuse_unless(pickup, *CAN_CHANGE)
    pickup.withdraw()
    take_from_shelf(pickup)
    record_many(actor, [Act("fulfillment.withdraw_pickup", pickup, f"{pickup.told} {reason}".strip())])
    return pickup


def take_from_shelf(pickup: Pickup) -> None:
    """Save a locked pick-up that waits no more, and bring its parcels back to where they were; the caller tells why."""
    pickup.save(update_fields=["state"])
    _set_tracking(pickup.shipment, TrackingStatus.PRE_TRANSIT)
