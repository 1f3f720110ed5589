"""What carriers push: proven at the door, stored, and kept here by the same code that keeps what is asked for."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from fulfillment.carriers.gateway import CarrierEvent
from fulfillment.carriers.pushing import PREFIX, PUSHES, SECRET
from fulfillment.carriers.registry import CARRIERS, carrier
from fulfillment.carriers.sandbox_journey import KIND as SANDBOX
from fulfillment.models import CarrierAccount, Package
from fulfillment.services.polling import refuse_senseless, told_of
from fulfillment.services.tracking import record_events
from fulfillment.states import ShipmentState
from oms.foundation.actor import Actor
from oms.foundation.inbox import Ignored, NotYet, Sender, consumes_many, knows_senders
from oms.foundation.models import InboxMessage

NOT_SENT_YET = "was not handed over yet; it is asked for then"
OF_SEVERAL = "is a number of several accounts here; they are asked for it"
TRIES = 8
"""About two minutes: a carrier may tell of a parcel before its label is written down here."""


@knows_senders
def carrier_named(code: str) -> Sender | None:
    """Return the account of a carrier that pushes, by its address such as carrier-ups-leeds, one out of use too."""
    account = CarrierAccount.objects.filter(code=code.removeprefix(PREFIX)).first() if code.startswith(PREFIX) else None
    if account is None or account.adapter not in PUSHES:
        return None
    secrets = account.values.get(SECRET, "").split()
    return Sender(code, PUSHES[account.adapter], secrets, f"carrier:{account.code}", str(account.pk))


def note_carrier_events(messages: Sequence[InboxMessage], actor: Actor) -> dict[int, Exception]:
    """Keep what one carrier told about its parcels; what is late or was told before changes nothing."""
    code = messages[0].account.removeprefix(PREFIX)
    outcomes: dict[int, Exception] = {}
    heard: dict[int, Sequence[CarrierEvent]] = {}
    for message in messages:
        try:
            heard[message.pk] = _parsed(message, code)
        except Ignored as why:
            outcomes[message.pk] = why
    ids, left = _parcels({event.tracking_number for events in heard.values() for event in events}, code)
    for message in messages:
        unheard = _unheard(message, heard.get(message.pk, ()), ids, left)
        if unheard is not None:
            outcomes[message.pk] = unheard
    told = [(ids[event.tracking_number], told_of(event)) for events in heard.values() for event in events
            if event.tracking_number in ids]  # fmt: skip
    record_events(told=told, actor=Actor.system(code, now=actor.now))
    return outcomes


for kind in (SANDBOX, *PUSHES.values()):
    consumes_many(kind)(note_carrier_events)


def _parsed(message: InboxMessage, code: str) -> Sequence[CarrierEvent]:
    """Return the events that a message tells; raises :class:`Ignored` for what means nothing to us."""
    try:
        gateway = carrier(code)
    except LookupError as nobody:
        raise Ignored(f"no carrier {code}") from nobody
    try:
        events = gateway.parse_events(bytes(message.body))
        for event in events:
            refuse_senseless(event)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError, OverflowError) as error:
        raise Ignored(f"not understood: {error}") from error
    if not events:
        raise Ignored("nothing is told of any parcel")
    return events


def _parcels(numbers: Iterable[str], code: str) -> tuple[dict[str, int], dict[str, str]]:
    """Return parcels by their numbers, and of other numbers that are known here why they are left alone.

    A number means the parcel of the account that is told; else that of another account at the same carrier, test or
    live alike, where only one has it. What is told of a parcel that was not handed over yet is asked for afterwards.
    """
    own = CarrierAccount.objects.filter(code=code).first()
    alike = CarrierAccount.objects.filter(adapter=own.adapter, is_test=own.is_test) if own else ()
    rows = Package.objects.filter(carrier__in=[code, *(one.code for one in alike)], tracking_number__in=list(numbers))
    known: dict[str, dict[str, tuple[int, str]]] = defaultdict(dict)
    for number, carrier_code, pk, state in rows.values_list("tracking_number", "carrier", "pk", "shipment__state"):
        known[number][carrier_code] = (pk, state)
    ids: dict[str, int] = {}
    left: dict[str, str] = {}
    for number, parcels in known.items():
        pk, state = parcels.get(code) or next(iter(parcels.values()))
        if code not in parcels and len(parcels) > 1:
            left[number] = OF_SEVERAL
        elif state != ShipmentState.SHIPPED and code not in CARRIERS:
            left[number] = NOT_SENT_YET
        else:
            ids[number] = pk
    return ids, left


def _unheard(
    message: InboxMessage, events: Iterable[CarrierEvent], ids: Mapping[str, int], left: Mapping[str, str]
) -> Exception | None:
    """Return why something of a message is not kept: nobody knows its parcel, or it is left alone."""
    numbers = sorted({event.tracking_number for event in events} - ids.keys())
    unknown = [number for number in numbers if number not in left]
    if unknown:
        words = f"no parcel {', '.join(unknown)}"
        is_last = message.attempts >= TRIES and message.kind != SANDBOX
        return Ignored(f"{words}: it was not sent from here") if is_last else NotYet(words)
    return Ignored("; ".join(f"{number} {left[number]}" for number in numbers)) if numbers else None
