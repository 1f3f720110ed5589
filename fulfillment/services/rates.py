"""Keeping the rate card: rows from files, and rows taken out of use."""

from collections.abc import Iterable, Sequence

from django.db import transaction

from fulfillment.conditions import IN_USE, OUT_OF_USE
from fulfillment.locks import lock_rates
from fulfillment.models import ShippingRate
from fulfillment.services.linked_shelf import LinkedShelf, switch
from inventory.services.catalogue import plan_rows, store_rows
from inventory.services.shelves import Entry
from inventory.services.switching import Switch
from inventory.services.undoing import Back, plan_back, take_back
from oms.foundation.actor import Actor
from oms.foundation.imports.kinds import Undo
from oms.foundation.imports.plans import Earlier, Plan, Seen
from oms.foundation.models import ImportRow
from oms.foundation.tables import RowFault

MOST_DAYS = 90
"""The longest that a parcel may be on its way."""


@transaction.atomic
def stop_using_rate(*, rate_id: int, note: str = "", actor: Actor) -> ShippingRate:
    """Ask a rate no more; raises :class:`Refused` when it is out of use already."""
    return _switch(rate_id, False, note, actor)


@transaction.atomic
def use_rate_again(*, rate_id: int, note: str = "", actor: Actor) -> ShippingRate:
    """Ask a rate again; raises :class:`Refused` when it is in use already."""
    return _switch(rate_id, True, note, actor)


def _switch(rate_id: int, on: bool, note: str, actor: Actor) -> ShippingRate:
    """Switch a locked rate on or off."""
    (rate,) = lock_rates([rate_id])
    act = "fulfillment.use_rate_again" if on else "fulfillment.stop_using_rate"
    switch(rate, on, [OUT_OF_USE if on else IN_USE], act, note, actor)
    return rate


STOP = Switch("fulfillment.stop_using_rate", stop_using_rate, "rate_id")
AGAIN = Switch("fulfillment.use_rate_again", use_rate_again, "rate_id")


def other_currency(currency: str, *, apart: Iterable[str] = ()) -> str:
    """Return the currency of the rates, those with the codes ``apart`` left out, where it is another one; else ""."""
    rows = ShippingRate.objects.exclude(code__in=list(apart)).exclude(currency=currency)
    return rows.values_list("currency", flat=True).first() or ""


class RateShelf(LinkedShelf[ShippingRate]):
    """Rates by code; the location by its code."""

    model = ShippingRate
    on, off = AGAIN, STOP

    def lock(self, ids: Iterable[int]) -> list[ShippingRate]:
        """Lock rates by primary key and return them."""
        return lock_rates(ids)

    def look_around(self, entries: Sequence[Entry], earlier: Earlier) -> None:
        """Read the locations that the entries name, and what currency the other rates are in."""
        super().look_around(entries, earlier)
        told = {str(entry.values["currency"]) for entry in entries if entry.values.get("currency")}
        keys = self.keys(entries)
        self.others = {one: other_currency(one, apart=keys) for one in told}

    def fault(self, entry: Entry) -> RowFault | None:
        """Return why a rate cannot be taken as things stand."""
        if other := self.others.get(entry.values.get("currency", "")):
            words = f"rates are compared with each other, and the others are in {other}: write this one in {other} too."
            return RowFault(entry.row, "currency", "other_currency", words)
        return super().fault(entry)


def plan_rates(*, entries: Sequence[Entry]) -> list[Plan]:
    """Return what :func:`store_rates` would do."""
    return plan_rows(RateShelf(), entries)


@transaction.atomic
def store_rates(*, entries: Sequence[Entry], actor: Actor, seen: Seen | None = None) -> list[Plan]:
    """Create or change rates by code; values that a file does not have stay as they are."""
    return store_rows(RateShelf(), entries, actor, seen)


def plan_undo_rates(*, rows: Sequence[ImportRow]) -> list[Undo]:
    """Return which imported rates can be taken back now."""
    return plan_back(Back(RateShelf(), rows))


@transaction.atomic
def undo_rates(*, rows: Sequence[ImportRow], actor: Actor) -> list[Undo]:
    """Put former values back where nobody changed them since, and take new rates out of use."""
    return take_back(Back(RateShelf(), rows), actor)
