"""The bench of a packer: what of the work was scanned into which parcel, and what still lies there."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from fulfillment.models import Allocation, AllocationPart, Box, PackItem, PackParcel, PackSession, TracedPieces
from fulfillment.models.traces import Fate
from fulfillment.services.boxes import boxes_at
from fulfillment.services.scan_packing.advising import Plan, Want, plan_of
from fulfillment.states import OPEN_ALLOCATIONS, AllocationState, FulfillmentOrderState
from inventory.gs1 import read_label
from inventory.models import Product


@dataclass(slots=True)
class Article:
    """A product of the work: how many pieces it wants, and how many lie in parcels."""

    product: Product
    wanted: int = 0
    packed: int = 0

    @property
    def left(self) -> int:
        """Return how many pieces are not in a parcel yet."""
        return self.wanted - self.packed

    def is_named(self, code: str) -> bool:
        """Return whether a code is this product's SKU or bar code, in any case of letters, or a label of it."""
        mine = (self.product.sku.casefold(), self.product.barcode.casefold() or None)
        label = read_label(code)
        return code.casefold() in mine or (label is not None and self.product.barcode in label.barcodes)


class Bench:
    """A session read once, in three statements; those who change it hold the lock of its fulfillment order."""

    def __init__(self, session: PackSession) -> None:
        work = session.fulfillment_order
        self.session, self.work = session, work
        rows = Allocation.objects.filter(fulfillment_order=work, state__in=OPEN_ALLOCATIONS)
        self.pieces = list(rows.select_related("stock_level__product", "order_line").order_by("order_line__position"))
        self.parcels = list(session.parcels.select_related("box", "advised", "package").order_by("position"))
        self.items = list(PackItem.objects.filter(parcel__session=session).select_related("parcel"))
        self.packed = Counter[int]()
        for item in self.items:
            self.packed[item.allocation_id] += item.quantity
        followed = [one.pk for one in self.pieces if one.stock_level.product.is_followed and not one.is_assembled]
        self.traces = self._traces(followed) if followed else []

    @staticmethod
    def _traces(allocation_ids: Sequence[int]) -> list[TracedPieces]:
        """Return the lots and serial numbers that were picked."""
        rows = TracedPieces.objects.filter(allocation__in=allocation_ids, fate=Fate.HELD, package=None)
        return list(rows.select_related("lot").order_by("pk"))

    def unpacked(self, product: Product) -> list[TracedPieces]:
        """Return what was picked of a followed product and lies in no parcel yet."""
        return [one for one in self.traces if one.parcel_id is None and one.lot.product_id == product.pk]

    @property
    def is_stale(self) -> bool:
        """Return whether the desk has changed what is to be packed, or has let it be picked anew."""
        work = self.work
        wanted = {one.pk: one.quantity for one in self.pieces if one.state == AllocationState.PICKED}
        anew = work.picked_at is None or work.picked_at > self.session.created_at
        gone = work.state != FulfillmentOrderState.IN_PROGRESS or len(wanted) != len(self.pieces)
        return gone or anew or any(count > wanted.get(pk, 0) for pk, count in self.packed.items())

    @property
    def articles(self) -> list[Article]:
        """Return the products of the work in the order of its lines."""
        found: dict[int, Article] = {}
        for one in self.pieces:
            product = one.stock_level.product
            article = found.setdefault(product.pk, Article(product))
            article.wanted += one.quantity
            article.packed += self.packed[one.pk]
        return list(found.values())

    def kit_with(self, product: Product) -> str:
        """Return the SKU of a kit that is assembled here with pieces of a product; blank where none is."""
        made = {one.pk: one.stock_level.product.sku for one in self.pieces if one.is_assembled}
        parts = AllocationPart.objects.filter(allocation__in=list(made), stock_level__product=product)
        first = parts.order_by("pk").first() if made else None
        return made[first.allocation_id] if first else ""

    @property
    def left(self) -> int:
        """Return how many pieces are in no parcel yet."""
        return sum(one.quantity - self.packed[one.pk] for one in self.pieces)

    @property
    def open_parcel(self) -> PackParcel | None:
        """Return the parcel that is being filled."""
        return next((one for one in self.parcels if one.closed_at is None), None)

    @property
    def closed(self) -> list[PackParcel]:
        """Return the parcels that are closed."""
        return [one for one in self.parcels if one.closed_at is not None]

    def inside(self, parcel: PackParcel) -> list[tuple[Allocation, int]]:
        """Return what lies in a parcel."""
        mine = {item.allocation_id: item.quantity for item in self.items if item.parcel_id == parcel.pk}
        return [(one, mine[one.pk]) for one in self.pieces if mine.get(one.pk)]

    def count_in(self, parcel: PackParcel | None) -> int:
        """Return how many pieces lie in a parcel."""
        return sum(item.quantity for item in self.items if parcel is not None and item.parcel_id == parcel.pk)

    def grams_in(self, parcel: PackParcel) -> int:
        """Return what the pieces in a parcel weigh by their products, with the box's own weight."""
        pieces = sum(count * one.stock_level.product.weight_g for one, count in self.inside(parcel))
        return pieces + (parcel.box.own_g if parcel.box else 0) if pieces else 0

    @property
    def boxes(self) -> Sequence[Box]:
        """Return the boxes in use here."""
        return list(boxes_at(self.work.location_id))

    def plan_after(self, parcel: PackParcel) -> Plan:
        """Return what is advised once a parcel is closed: the rest of the plan where it was kept to, else a new one."""
        plan: Plan = self.session.advice
        inside = Counter[str]()
        for one, times in self.inside(parcel):
            inside[one.stock_level.product.sku] += times
        parcels = plan.get("parcels", [])
        if parcels[1:] and inside == Counter({sku: times for _, sku, times in parcels[0]["items"]}):
            return {"parcels": parcels[1:]}
        return self.plan()

    def plan(self) -> Plan:
        """Return what is advised for the pieces that are in no closed parcel."""
        closed = {parcel.pk for parcel in self.closed}
        gone = Counter[int]()
        for item in self.items:
            if item.parcel_id in closed:
                gone[item.allocation_id] += item.quantity
        wants = [Want(one.stock_level.product, one.quantity - gone[one.pk]) for one in self.pieces]
        return plan_of([one for one in wants if one.count], self.boxes)


def look_at(session: PackSession) -> Bench:
    """Return the bench of a session whose work is at hand."""
    return Bench(session)
