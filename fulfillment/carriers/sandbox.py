"""The sandbox carrier: behaves like a real one, with its own book, and misbehaves when it is told to."""

import json
import random
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from fulfillment.carriers.gateway import (
    BoughtLabel,
    CarrierEvent,
    CarrierRefused,
    CarrierUnreachable,
    Manifest,
    Parcel,
    Pickup,
    Rate,
)
from fulfillment.carriers.sandbox_rates import CURRENCY, HEAVIEST_G, rates_for
from fulfillment.documents.label import render_label
from fulfillment.documents.papers import Address, LabelPaper
from fulfillment.documents.zpl import render_label_zpl
from fulfillment.models import SandboxParcel
from oms.foundation.numbers import random_code

CODE = "sandbox"
JOURNEY = (
    ("PU", "picked_up", "Picked up"),
    ("IT", "in_transit", "At the sorting centre"),
    ("OD", "out_for_delivery", "On the delivery van"),
    ("DL", "delivered", "Delivered"),
)
STATUS_OF = {code: status for code, status, _ in JOURNEY} | {
    "DE": "delayed",
    "EX": "exception",
    "RT": "returning",
    "RS": "returned",
    "LO": "lost",
}


def tracking_number() -> str:
    """Return a new number such as ``SB4821990473051`` whose last digit checks the others (Luhn, ISO/IEC 7812-1)."""
    digits = "".join(str(random.SystemRandom().randrange(10)) for _ in range(12))
    return f"SB{digits}{check_digit(digits)}"


def check_digit(digits: str) -> int:
    """Return the Luhn digit that makes the whole number's sum divisible by ten."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return -total % 10


def misbehaves(how: str) -> bool:
    """Tell whether the carrier misbehaves now in one of its ways, by the chance the settings give it."""
    chance = float(settings.SANDBOX_CARRIER_FAULTS.get(how, 0))
    return chance > 0 and random.random() < chance  # noqa: S311  a fault, no secret


class SandboxCarrier:
    """A carrier with three services that knows our references but no idempotency keys."""

    code = CODE
    closes_day = True

    def rates(self, parcel: Parcel, *, now: datetime) -> Sequence[Rate]:
        """Return the price list's rates for the parcel."""
        if parcel.weight_g > HEAVIEST_G:
            raise CarrierRefused(f"A parcel may weigh at most {HEAVIEST_G / 1000:.1f} kg; pack it into more parcels.")
        return rates_for(parcel, self.code)

    def buy_label(self, parcel: Parcel, service: str, *, now: datetime) -> BoughtLabel:
        """Sell a label every time it is asked, as carriers do."""
        if misbehaves("error"):
            raise CarrierUnreachable("sandbox: no answer, nothing done")
        rate = next((one for one in self.rates(parcel, now=now) if one.service == service), None)
        if rate is None:
            raise CarrierRefused(f"The service {service} does not reach this address.", about="carrier")
        if not parcel.ship_to.postal_code and not parcel.ship_to.city:
            raise CarrierRefused("The address has neither a town nor a postcode.")
        with transaction.atomic():
            row = SandboxParcel.objects.create(
                carrier_reference=random_code(12, prefix="SBX"),
                reference=parcel.reference,
                tracking_number=tracking_number(),
                service=service,
                cost=rate.amount,
                currency=CURRENCY,
                request=asdict(replace(parcel, goods=(), email="")),
                bought_at=now,
            )
        if misbehaves("answer_lost"):
            raise CarrierUnreachable("sandbox: done, answer lost")
        return self._label(row)

    def void_label(self, carrier_reference: str, *, now: datetime) -> None:
        """Take a label back as long as the parcel was not handed over."""
        if misbehaves("error"):
            raise CarrierUnreachable("sandbox: no answer, nothing done")
        row = SandboxParcel.objects.filter(carrier_reference=carrier_reference).first()
        if row is None:
            raise CarrierRefused("The carrier knows no such label.")
        if row.event_due_at is not None or row.next_event:
            raise CarrierRefused("The parcel is on its way; its label cannot be voided.")
        SandboxParcel.objects.filter(pk=row.pk, voided_at=None).update(voided_at=now)
        if misbehaves("answer_lost"):
            raise CarrierUnreachable("sandbox: done, answer lost")

    def find_by_reference(self, reference: str, *, now: datetime) -> BoughtLabel | None:
        """Look the reference up in the book."""
        if misbehaves("error"):
            raise CarrierUnreachable("sandbox: no answer")
        row = SandboxParcel.objects.filter(reference=reference, voided_at=None).order_by("pk").first()
        return self._label(row) if row else None

    def track(self, tracking_number: str) -> Sequence[CarrierEvent]:
        """Return the events that have happened so far."""
        row = SandboxParcel.objects.filter(tracking_number=tracking_number).first()
        if row is None:
            raise CarrierRefused("The carrier knows no such parcel.")
        happened = range(min(row.next_event, len(JOURNEY)))
        return [self._event(event_body(row, index, row.bought_at)) for index in happened]

    def parse_events(self, body: bytes) -> Sequence[CarrierEvent]:
        """Read the sandbox's own JSON, one step of a journey."""
        return [self._event(body)]

    @staticmethod
    def _event(body: bytes) -> CarrierEvent:
        """Return the step that a message tells."""
        data: Any = json.loads(body)
        if not isinstance(data, dict) or data.get("code") not in STATUS_OF:
            raise ValueError("not an event of the sandbox")
        occurred_at = datetime.fromisoformat(str(data["at"]))
        if occurred_at.tzinfo is None:
            raise ValueError("the event's moment has no time zone")
        expected = data.get("expected_on")
        return CarrierEvent(
            event_id=str(data["id"]),
            tracking_number=str(data["tracking_number"]),
            status=STATUS_OF[data["code"]],
            raw_code=str(data["code"]),
            description=str(data.get("text", ""))[:300],
            place=str(data.get("place", ""))[:120],
            occurred_at=occurred_at,
            expected_on=date.fromisoformat(expected) if expected else None,
        )

    def manifest(self, tracking_numbers: Sequence[str], *, now: datetime) -> Manifest:
        """Enter the parcels on a list in the book; what is not in it, or was taken back, is left out."""
        if misbehaves("error"):
            raise CarrierUnreachable("sandbox: no answer, nothing done")
        number = random_code(10, prefix="MF")
        SandboxParcel.objects.filter(
            tracking_number__in=list(tracking_numbers), voided_at=None, manifest_number=""
        ).update(manifest_number=number)
        if misbehaves("answer_lost"):
            raise CarrierUnreachable("sandbox: done, answer lost")
        return self.manifested(tracking_numbers, now=now) or Manifest(number, ())

    def manifested(self, tracking_numbers: Sequence[str], *, now: datetime) -> Manifest | None:
        """Look the parcels up in the book."""
        rows = SandboxParcel.objects.filter(tracking_number__in=list(tracking_numbers), voided_at=None)
        found = dict(rows.exclude(manifest_number="").values_list("tracking_number", "manifest_number"))
        listed = tuple(one for one in tracking_numbers if one in found)
        return Manifest(found[listed[0]], listed) if listed else None

    def pickup(self, ship_from: Address, day: date, *, parcels: int, weight_g: int = 1000) -> Pickup:
        """Confirm a driver between four and six; it keeps no book of drivers."""
        if misbehaves("error"):
            raise CarrierUnreachable("sandbox: no answer, nothing done")
        if misbehaves("answer_lost"):
            raise CarrierUnreachable("sandbox: done, answer lost")
        return Pickup(random_code(10, prefix="PK"), day, "16:00–18:00")

    def _label(self, row: SandboxParcel) -> BoughtLabel:
        """Draw the label of a parcel in the book."""
        asked = row.request
        paper = LabelPaper(
            ship_from=Address(**asked["ship_from"]),
            ship_to=Address(**asked["ship_to"]),
            carrier="Sandbox",
            service=row.service.replace("_", " ").title(),
            tracking_number=row.tracking_number,
            weight_g=asked["weight_g"],
            reference=asked["order_number"],
            package_of=(asked["position"][0], asked["position"][1]),
        )
        document = b"<html>502 Bad Gateway</html>" if misbehaves("wrong_document") else render_label(paper)
        return BoughtLabel(
            carrier_reference=row.carrier_reference,
            reference=row.reference,
            tracking_number=row.tracking_number,
            service=row.service,
            amount=row.cost,
            currency=row.currency,
            weight_g=asked["weight_g"],
            postal_code=asked["ship_to"]["postal_code"],
            country=asked["ship_to"]["country"],
            document=document,
            zpl=render_label_zpl(paper),
        )


def event_body(row: SandboxParcel, index: int, at: datetime) -> bytes:
    """Return the message about one step of a parcel's journey."""
    code, _, text = JOURNEY[index]
    place = row.request["ship_from" if index < 2 else "ship_to"]["city"]
    data = {
        "id": f"{row.tracking_number}-{index + 1}",
        "tracking_number": row.tracking_number,
        "code": code,
        "text": text,
        "place": place,
        "at": (at + timedelta(seconds=index)).isoformat(),
    }
    return json.dumps(data).encode()


def hand_over(tracking_numbers: Sequence[str], *, now: datetime) -> None:
    """The driver has taken the parcels: their journeys begin. A real carrier learns it from its own scanner."""
    first = now + timedelta(seconds=settings.SANDBOX_TRACKING_SECONDS)
    waiting = SandboxParcel.objects.filter(tracking_number__in=list(tracking_numbers), voided_at=None, next_event=0)
    waiting.filter(event_due_at=None).update(event_due_at=first)


def take_step(row: SandboxParcel, *, now: datetime) -> None:
    """Move a parcel one step on, in memory."""
    row.next_event += 1
    last = row.next_event >= len(JOURNEY)
    row.event_due_at = None if last else now + timedelta(seconds=settings.SANDBOX_TRACKING_SECONDS)
