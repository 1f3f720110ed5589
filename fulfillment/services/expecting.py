"""The days on which parcels are to arrive: what was promised, what the carrier says, and how late it was in the end."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from django.utils import timezone

from fulfillment.models import ExpectedDay, Package, Shipment
from fulfillment.states_parcels import DayKind
from oms.foundation.actor import Actor
from oms.foundation.aggregate import save_many
from oms.foundation.inserts import insert_rows


def expect_arrival(rows: Sequence[Shipment], parcels: Mapping[int, Sequence[Package]], actor: Actor) -> None:
    """Note on every parcel that leaves the day that the carrier gave, and the one that the customer was promised.

    Where the order has no promised day, the customer is told the carrier's: that is the promise then.
    """
    expected, days = [], []
    for row in rows:
        bought = _bought_for(row, actor)
        promised = row.order.deliver_by or bought
        for package in parcels[row.pk]:
            package.expected_on, package.promised_on = bought or package.expected_on, promised
            expected += [package] if promised or bought else []
            told = [(DayKind.PROMISED, promised), (DayKind.PURCHASE, bought)]
            days += [ExpectedDay(package=package, kind=kind, day=day, at=actor.now) for kind, day in told if day]
    save_many(expected, ["expected_on", "promised_on"])
    insert_rows(days)


def _bought_for(row: Shipment, actor: Actor) -> date | None:
    """Return the day on which the service that was bought delivers what leaves now."""
    days = next((rate["days"] for rate in row.rates if rate["service"] == row.service), None)
    leaves_on = actor.now.astimezone(row.location.zone).date()
    return leaves_on + timedelta(days=days) if days is not None else None


def keep_days(changes: Sequence[tuple[Package, date]], actor: Actor) -> None:
    """Write down each day that a carrier has told anew, in the order given."""
    insert_rows([ExpectedDay(package=one, kind=DayKind.CHANGE, day=day, at=actor.now) for one, day in changes])


def count_days_late(packages: Sequence[Package]) -> None:
    """Count on delivered parcels, in memory, how many days after the carrier's first day they came."""
    first = ExpectedDay.objects.filter(package__in=[one.pk for one in packages], kind=DayKind.PURCHASE)
    days = dict(first.values_list("package", "day")) if packages else {}
    zone = timezone.get_current_timezone()
    for package in packages:
        if package.pk in days and package.delivered_at is not None:
            package.days_late = (package.delivered_at.astimezone(zone).date() - days[package.pk]).days
