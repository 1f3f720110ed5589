"""Which shipments of a list can go: loaded whole, not held, their labels as they were loaded."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from fulfillment.conditions import ORDER_RELEASED, SHIP_NOT_HELD
from fulfillment.locks import lock_shipments
from fulfillment.models import Manifest, ManifestParcel, Package, Shipment
from fulfillment.services.lots_kept import kept_here
from fulfillment.states import ShipmentState
from oms.foundation.actions import unmet
from oms.foundation.actor import Actor
from oms.foundation.aggregate import save_many
from oms.foundation.audit import Act, record_many
from oms.foundation.refusals import Refused
from oms.foundation.updates import update_each
from oms.foundation.wording import count

S = ShipmentState
MAY_GO = (ORDER_RELEASED, SHIP_NOT_HELD)
MOST_NAMED = 8


@dataclass(frozen=True, slots=True)
class Load:
    """The shipments of a list with what of them is loaded: those that go, and of the others the reason in words."""

    shipments: Sequence[Shipment]
    going: Sequence[Shipment]
    staying: Mapping[int, str]
    rows: Mapping[int, Sequence[ManifestParcel]]
    """By shipment."""

    @property
    def loaded(self) -> list[ManifestParcel]:
        """Return the rows of what goes."""
        return [row for one in self.going for row in self.rows[one.pk]]

    @property
    def weight_g(self) -> int:
        """Return what goes weighs together."""
        return sum(row.package.weight_g for row in self.loaded)

    @property
    def told(self) -> str:
        """Return how much goes, in words."""
        parcels, shipments = count(len(self.loaded), "parcel"), count(len(self.going), "shipment")
        return f"{parcels} of {shipments}, {self.weight_g / 1000:.2f} kg"


def rows_of(manifest: Manifest) -> "QuerySet[ManifestParcel]":
    """Return what is on a list, in the order in which it was loaded."""
    return ManifestParcel.objects.filter(manifest=manifest, left_at=None).order_by("pk")


def lock_load(manifest: Manifest, states: Collection[str], within: "QuerySet[Shipment]") -> Load:
    """Lock the shipments on a locked list and tell which of them can go from one of the states.

    :raises Refused: when one of them is not among those that the person may see.
    """
    rows = list(rows_of(manifest).select_related("package"))
    ids = {row.package.shipment_id for row in rows}
    hidden = ids - set(within.filter(pk__in=ids).values_list("pk", flat=True))
    if hidden:
        raise Refused("Parcels of channels that are not yours are on this list.", code="not_yours")
    shipments = lock_shipments(ids)
    # what was loaded anew onto another list since it was read has left this one, under the lock of its shipment
    rows = list(rows_of(manifest).select_related("package"))
    return sort_load(shipments, rows, states)


def sort_load(shipments: Sequence[Shipment], rows: Iterable[ManifestParcel], states: Collection[str]) -> Load:
    """Tell which shipments can go from one of the states with what of them is loaded."""
    loaded: dict[int, list[ManifestParcel]] = defaultdict(list)
    for row in rows:
        loaded[row.package.shipment_id].append(row)
    parcels: dict[int, int] = defaultdict(int)
    for shipment_id in Package.objects.filter(shipment__in=list(loaded)).values_list("shipment", flat=True):
        parcels[shipment_id] += 1
    why = {one.pk: _why_not(one, loaded[one.pk], parcels[one.pk], states) for one in shipments if one.pk in loaded}
    why |= {pk: sentence for pk, sentence in kept_sentences(shipments).items() if why.get(pk) == ""}
    going = [one for one in shipments if why.get(one.pk) == ""]
    return Load(shipments, going, {pk: sentence for pk, sentence in why.items() if sentence}, loaded)


def _why_not(shipment: Shipment, rows: Sequence[ManifestParcel], parcels: int, states: Collection[str]) -> str:
    """Return why a shipment stays, or nothing when it can go."""
    number = shipment.number
    if shipment.state not in states:
        return f"{number} is {shipment.get_state_display()}."
    valid = [row for row in rows if row.package.tracking_number == row.tracking_number]
    if len(valid) < len(rows):
        return f"{number} has other labels now than it was loaded with."
    if len(valid) < parcels:
        return f"{number}: {len(valid)} of {parcels} parcels are loaded."
    return f"{number}: {' '.join(one.sentence for one in reasons)}" if (reasons := unmet(shipment, MAY_GO)) else ""


def kept_sentences(shipments: Sequence[Shipment]) -> dict[int, str]:
    """Return why shipments that have not left stay here, pieces of a blocked lot being in them; one statement."""
    here = [one for one in shipments if one.state != S.SHIPPED]
    kept = kept_here([one.fulfillment_order_id for one in here])
    named = ((one, kept.get(one.fulfillment_order_id)) for one in here)
    return {one.pk: f"{one.number}: {refusal.sentence}" for one, refusal in named if refusal is not None}


def take_rows_off(rows: Sequence[ManifestParcel], why: str, actor: Actor) -> None:
    """Take parcels off their list; their shipments are locked."""
    for row in rows:
        row.left_at, row.left_why = actor.now, why[:300]
    update_each(rows, ["left_at", "left_why"])


def leave_behind(load: Load, actor: Actor) -> str:
    """Take off what cannot go, and return which that is, in words."""
    for pk, why in load.staying.items():
        take_rows_off(load.rows[pk], why, actor)
    return named(list(load.staying.values()))


def named(sentences: Sequence[str]) -> str:
    """Return what stays behind in words; of very much the first only."""
    if not sentences:
        return ""
    more = f" And {len(sentences) - MOST_NAMED} more." if len(sentences) > MOST_NAMED else ""
    return f"Left behind: {' '.join(sentences[:MOST_NAMED])}{more}"


def put_on_list(shipments: Sequence[Shipment], manifest: Manifest, actor: Actor) -> None:
    """Note that locked shipments leave with a list."""
    for one in shipments:
        one.manifest()
    save_many(shipments, ["state"])
    record_many(
        actor, [Act("fulfillment.put_on_list", one, f"{one.number} on {manifest.number}.") for one in shipments]
    )


def take_from_list(shipments: Sequence[Shipment], manifest: Manifest, why: str, actor: Actor) -> None:
    """Note that locked shipments do not leave with a list; those that are not on it any more stay as they are."""
    listed = [one for one in shipments if one.state == S.MANIFESTED]
    for one in listed:
        one.leave_manifest()
    save_many(listed, ["state"])
    notes = {one.pk: f"{one.number} not with {manifest.number}. {why}".strip() for one in listed}
    record_many(actor, [Act("fulfillment.take_from_list", one, notes[one.pk]) for one in listed])
