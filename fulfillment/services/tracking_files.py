"""What carriers tell by file: each row one thing that happened to one parcel, kept once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from fulfillment.carriers.by_file.contract import read_codes
from fulfillment.models import CarrierAccount, Package, TrackingEvent
from fulfillment.services.tracking import Told, record_events
from fulfillment.states import ShipmentState, TrackingStatus
from oms.foundation.actor import Actor
from oms.foundation.imports.plans import Plan, Seen, Verb, as_seen, refused
from oms.foundation.tables import RowFault


@dataclass(frozen=True, slots=True)
class News:
    """What one row tells: of which parcel, the carrier's code, and when; a moment without a zone is the location's."""

    row: int
    tracking_number: str
    code: str
    occurred_at: datetime
    description: str = ""
    place: str = ""
    expected_on: date | None = None
    faults: tuple[RowFault, ...] = ()

    @property
    def rows(self) -> tuple[int, ...]:
        """Return its one row."""
        return (self.row,)

    @property
    def key(self) -> str:
        """Return what makes it one thing that happened."""
        return f"{self.tracking_number} {self.code} {self.occurred_at:%Y-%m-%d %H:%M:%S}"


@dataclass(frozen=True, slots=True)
class _Known:
    """The parcels that rows name, what is kept of them already, and what the accounts' codes mean."""

    packages: Mapping[str, Package]
    doubled: frozenset[str]
    kept: frozenset[tuple[int, str]]
    codes: Mapping[str, Mapping[str, str]]


def plan_news(*, news: Sequence[News], parcels: "QuerySet[Package]") -> list[Plan]:
    """Return what keeping rows of some parcels would do."""
    known = _look(news, parcels)
    return [_plan(one, known) for one in news]


@transaction.atomic
def store_news(
    *, news: Sequence[News], parcels: "QuerySet[Package]", actor: Actor, seen: Seen | None = None
) -> list[Plan]:
    """Keep what rows tell of some parcels and move those on for which it is news; what is known changes nothing."""
    known = _look(news, parcels)
    plans = [as_seen(_plan(one, known), seen) for one in news]
    told = [
        (known.packages[one.tracking_number].pk, _told(one, known))
        for one, plan in zip(news, plans, strict=True)
        if plan.verb == Verb.CREATE
    ]
    if told:
        record_events(told=told, actor=actor)
    return [plan.made(known.packages[one.tracking_number].pk) if plan.verb == Verb.CREATE else plan
            for one, plan in zip(news, plans, strict=True)]  # fmt: skip


def _look(news: Sequence[News], parcels: "QuerySet[Package]") -> _Known:
    """Read the parcels that rows name and what is kept of them."""
    named = {one.tracking_number for one in news}
    rows = list(parcels.filter(tracking_number__in=named).select_related("shipment__location").order_by("pk"))
    packages = {row.tracking_number: row for row in rows}
    doubled = frozenset(number for number in packages if sum(row.tracking_number == number for row in rows) > 1)
    events = TrackingEvent.objects.filter(package__in=[row.pk for row in rows])
    accounts = CarrierAccount.objects.filter(code__in={row.carrier for row in rows})
    codes = {one.code: _codes(one) for one in accounts}
    return _Known(packages, doubled, frozenset(events.values_list("package", "source_id")), codes)


def _codes(account: CarrierAccount) -> Mapping[str, str]:
    """Return what the codes of an account mean; nothing where nobody wrote it down."""
    try:
        return read_codes(account.values.get("codes", ""))
    except ValueError:
        return {}


def _status(one: News, known: _Known) -> str:
    """Return our word for a row's code, or nothing."""
    codes = known.codes.get(known.packages[one.tracking_number].carrier, {})
    word = codes.get(one.code.upper(), one.code.casefold())
    return word if word in TrackingStatus.values else ""


def _plan(one: News, known: _Known) -> Plan:
    """Return what keeping one row would do."""
    package = known.packages.get(one.tracking_number)
    if package is None:
        return _refuse(one, "tracking_number", "unknown", f"there is no parcel “{one.tracking_number}”.")
    if one.tracking_number in known.doubled:
        return _refuse(one, "tracking_number", "doubled", "two carriers gave this number to parcels of yours.")
    if package.shipment.state != ShipmentState.SHIPPED:
        return _refuse(one, "tracking_number", "not_shipped", "this parcel has not left yet.")
    status = _status(one, known)
    if not status:
        sentence = f"nobody wrote down what “{one.code}” means; add it to the account {package.carrier}."
        return _refuse(one, "code", "unknown_code", sentence)
    if (package.pk, _mark(one)) in known.kept:
        return Plan(one.row, one.key, Verb.SAME, object_id=package.pk)
    changes = {
        "tracking_number": [None, one.tracking_number],
        "status": [None, status],
        "occurred_at": [None, _mark(one)],
    }
    return Plan(one.row, one.key, Verb.CREATE, changes)


def _refuse(one: News, column: str, code: str, sentence: str) -> Plan:
    """Return that a row is not kept."""
    return refused(one, RowFault(one.row, column, code, sentence))


def _mark(one: News) -> str:
    """Return what a row is known by at its parcel."""
    return f"file:{one.code.upper()}:{one.occurred_at.isoformat()}"[:160]


def _told(one: News, known: _Known) -> Told:
    """Return a row as a parcel's own event."""
    zone = known.packages[one.tracking_number].shipment.location.zone
    at = one.occurred_at if one.occurred_at.tzinfo else one.occurred_at.replace(tzinfo=zone)
    words: dict[str, Any] = {"description": one.description, "place": one.place, "expected_on": one.expected_on}
    return Told(_mark(one), _status(one, known), at.astimezone(UTC), one.code[:40], **words)
