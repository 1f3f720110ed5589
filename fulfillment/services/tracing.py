"""Which lots and serial numbers were picked for an order, lie in which parcel, and leave with it."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from copy import copy
from datetime import date, datetime

from django.db.models import F
from django.db.models.base import ModelState

from fulfillment.models import Allocation, PackageItem, PackParcel, PackSession, PickTask, Shipment, TracedPieces
from fulfillment.models.traces import Fate
from fulfillment.states import ShipmentState
from inventory.models import Location, StockLevel
from inventory.models.catalogue import FollowedBy
from inventory.models.stock import OWN_KINDS
from oms.foundation.actor import Actor

Place = tuple[int, int]
"""(allocation, product): of kits that are assembled each part is a product of its own."""


def today_at(place: Location, now: datetime) -> date:
    """Return the day at a location, by which its lots are good or not."""
    return now.astimezone(place.zone).date()


def note_picked(task: PickTask, lots: Mapping[int, int], actor: Actor, *, fate: str = Fate.HELD) -> None:
    """Note pieces by lot that were picked at a stop, or that it lacked."""
    for lot_id, pieces in lots.items():
        told = {"task": task, "lot_id": lot_id, "fate": fate, "parcel": None, "package": None}
        if not TracedPieces.objects.filter(**told).update(quantity=F("quantity") + pieces):
            TracedPieces.objects.create(allocation=task.allocation, quantity=pieces, at=actor.now, **told)


def traced(allocation_ids: Collection[int]) -> dict[Place, Counter[int]]:
    """Return how many pieces of which lot were picked, by allocation and product; one statement."""
    found: dict[Place, Counter[int]] = defaultdict(Counter)
    rows = TracedPieces.objects.filter(allocation__in=list(allocation_ids), fate=Fate.HELD)
    for one, product, lot, pieces in rows.values_list("allocation", "lot__product", "lot", "quantity"):
        found[one, product][lot] += pieces
    return dict(found)


def followed_levels(level_ids: Iterable[int]) -> dict[int, StockLevel]:
    """Return the levels whose pieces have lots or serial numbers, with their products."""
    rows = StockLevel.objects.filter(pk__in=sorted(set(level_ids)), location__kind__in=OWN_KINDS)
    rows = rows.exclude(product__followed_by=FollowedBy.NOTHING)
    return {row.pk: row for row in rows.select_related("product", "location")}


def untraced(waiting: Sequence[Allocation], missing: Mapping[int, int]) -> dict[int, str]:
    """Return by work why its picking cannot be confirmed unscanned: pieces of which nobody said which they are.

    :param missing: units by allocation that were not there
    """
    levels = followed_levels(level for one in waiting for level in one.takes)
    named = traced([one.pk for one in waiting]) if levels else {}
    found: dict[int, str] = {}
    for one in waiting:
        for level, pieces in one.takes.items():
            here = pieces // one.quantity * (one.quantity - missing.get(one.pk, 0))
            if level not in levels or sum(named.get((one.pk, levels[level].product_id), {}).values()) >= here:
                continue
            product = levels[level].product
            found[one.fulfillment_order_id] = (
                f"{product.sku} is followed by {product.followed_word}: pick it on a walk, where each is scanned."
            )
    return found


def forget(allocation_ids: Collection[int]) -> None:
    """Note that what was picked was put back: the pieces lie at the location, in no bin, under their lots."""
    rows = TracedPieces.objects.filter(allocation__in=list(allocation_ids), fate=Fate.HELD)
    rows.update(fate=Fate.PUT_BACK, parcel=None, package=None)


def forget_stops(tasks: Iterable[PickTask]) -> None:
    """Note that what was picked at stops that count no more was put back."""
    ids = [one.pk for one in tasks if one.picked]
    if ids:
        TracedPieces.objects.filter(task__in=ids, fate=Fate.HELD).update(fate=Fate.PUT_BACK)


def keep_what_is_taken(pieces: Sequence[Allocation]) -> None:
    """Forget the parts of kits that are not made after all, the newest first."""
    rows: dict[Place, list[TracedPieces]] = defaultdict(list)
    ids = [one.pk for one in pieces if one.is_assembled]
    for row in TracedPieces.objects.filter(allocation__in=ids, fate=Fate.HELD).select_related("lot").order_by("-pk"):
        rows[row.allocation_id, row.lot.product_id].append(row)
    if not rows:
        return
    products = dict(StockLevel.objects.filter(product__in={at for _, at in rows}).values_list("pk", "product"))
    for one in pieces:
        for level, wanted in one.takes.items():
            own = rows.get((one.pk, products.get(level, 0)), [])
            _cut(own, sum(row.quantity for row in own) - wanted)


def _cut(rows: Sequence[TracedPieces], over: int) -> None:
    """Take so many pieces off some rows."""
    for row in rows:
        part = min(row.quantity, max(0, over))
        over -= part
        if part:
            _split(row, part, fate=Fate.PUT_BACK)


def put_into(rows: Sequence[TracedPieces], parcel: PackParcel, pieces: int) -> dict[int, int]:
    """Note that so many pieces of some rows lie in a parcel; return by allocation how many."""
    put: Counter[int] = Counter()
    for row in rows:
        part = min(row.quantity, pieces - sum(put.values()))
        if part:
            _split(row, part, parcel=parcel)
            put[row.allocation_id] += part
    return dict(put)


def _split(row: TracedPieces, pieces: int, **where: object) -> None:
    """Say of so many pieces of a row where they lie; the others stay."""
    part = row
    if pieces < row.quantity:
        row.quantity -= pieces
        row.save(update_fields=["quantity"])
        part = copy(row)
        part.pk, part.quantity, part._state = None, pieces, ModelState()
    for name, value in where.items():
        setattr(part, name, value)
    part.save()


def take_out_of_parcels(parcels: Iterable[PackParcel]) -> None:
    """Note that what was scanned into some parcels lies on the bench again."""
    TracedPieces.objects.filter(parcel__in=[one.pk for one in parcels]).update(parcel=None)


def take_out_of_session(session: PackSession) -> None:
    """Note that nothing of a session lies in a parcel any more."""
    TracedPieces.objects.filter(parcel__session=session, package=None).update(parcel=None)


def take_out_of_shipments(shipments: Sequence[Shipment]) -> None:
    """Note that what was in the parcels of cancelled shipments is in none."""
    TracedPieces.objects.filter(package__shipment__in=[one.pk for one in shipments]).update(package=None, parcel=None)


def leave_in(parcels: Iterable[PackParcel]) -> None:
    """Note that what was scanned into the parcels of a session leaves in the packages that they became."""
    for one in parcels:
        TracedPieces.objects.filter(parcel=one).update(package=one.package)


def place_in_parcels(work_ids: Collection[int]) -> None:
    """Say in which parcel of their packed work pieces leave that nobody scanned into one, parcel by parcel."""
    rows: dict[Place, list[TracedPieces]] = defaultdict(list)
    loose = TracedPieces.objects.filter(allocation__fulfillment_order__in=list(work_ids), package=None, fate=Fate.HELD)
    for row in loose.select_related("lot", "allocation").order_by("pk"):
        rows[row.allocation_id, row.lot.product_id].append(row)
    if not rows:
        return
    live = PackageItem.objects.filter(allocation__in={one for one, _ in rows})
    items = live.exclude(package__shipment__state=ShipmentState.CANCELLED).select_related("package")
    inside = list(items.order_by("package__position"))
    for (allocation, _), own in rows.items():
        per_unit = sum(row.quantity for row in own) // own[0].allocation.quantity
        for item in (item for item in inside if item.allocation_id == allocation):
            _fill(own, item, item.quantity * per_unit)


def _fill(rows: list[TracedPieces], item: PackageItem, wanted: int) -> None:
    """Put so many pieces of some rows into a parcel."""
    while rows and wanted > 0:
        row = rows[0]
        part = min(row.quantity, wanted)
        if part == row.quantity:
            rows.pop(0)
        _split(row, part, package=item.package)
        wanted -= part
