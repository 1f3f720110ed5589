"""What handhelds send of stock work, for tests: a hall with bins, somebody at work, and one scan after the other."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from django.contrib.auth.models import User

from fulfillment.services.counted import again_scan, finish_scan
from fulfillment.services.walking.missing import pieces_in_hands
from inventory.models import Bin, BinStock, IncomingStock, Location, Product, StockLevel
from inventory.services import scanning
from inventory.services.scanning import Answer, Read
from inventory.services.scanning.receiving import without_delivery
from oms.foundation.invariants import check
from tests.factories import NOW, make_actor, make_location, make_product, make_stock

SCANS = {
    "put-away": scanning.put_away_scan,
    "move": scanning.move_scan,
    "count": scanning.count_scan,
    "receive": scanning.receive_scan,
    "done": finish_scan,
    "again": again_scan,
    "loose": without_delivery,
    "clear put-away": scanning.drop_hand,
    "clear move": scanning.drop_hand,
    "clear count": scanning.drop_hand,
}
BUTTONS = {
    "done": "count",
    "again": "count",
    "loose": "receive",
    "clear put-away": "put-away",
    "clear move": "move",
    "clear count": "count",
}


@dataclass
class Hall:
    """A location with bins, one product in it, and a person at work."""

    place: Location
    tea: Product
    level: StockLevel
    ann: User
    now: datetime = field(default=NOW)

    def scan(
        self, work: str, code: str = "", quantity: int = 1, *, key: UUID | None = None, person: User | None = None
    ) -> Answer:
        """Send one reading, or press a button."""
        read = Read(key or uuid4(), BUTTONS.get(work, work), code, quantity)
        return scanning.once(
            location_id=self.place.pk,
            person_id=(person or self.ann).pk,
            read=read,
            act=SCANS[work],
            in_hands=pieces_in_hands,
            actor=make_actor(now=self.now),
        )

    def bins(self, product: Product | None = None) -> dict[str, int]:
        """Return the pieces by bin; those in none under an empty code."""
        level = StockLevel.objects.get(product=product or self.tea, location=self.place)
        rows = BinStock.objects.filter(stock_level=level, quantity__gt=0).values_list("bin__code", "quantity")
        return {"": level.without_bin, **dict(rows)}

    def announced(self, quantity: int = 5, reference: str = "PO-1", **fields: Any) -> IncomingStock:
        """Announce pieces."""
        told = {"expected_on": date(2026, 11, 23), "product": self.tea, "location": self.place} | fields
        return IncomingStock.objects.create(quantity=quantity, reference=reference, **told)


def a_hall(on_hand: int = 20) -> Hall:
    """Return a hall with a dock, two pick faces and a reserve."""
    place = make_location("LON", name="London")
    tea = make_product("TEA", barcode="4001", title="Green tea", weight_g=100, unit_cost=250)
    level = make_stock(tea, place, on_hand)
    kinds = [("DOCK", "receiving"), ("A-01", "pick"), ("A-02", "pick"), ("R-01", "reserve")]
    Bin.objects.bulk_create(
        Bin(location=place, code=code, kind=kind, sequence=turn) for turn, (code, kind) in enumerate(kinds)
    )
    return Hall(place, tea, level, User.objects.create_user("ann"))


def books_hold() -> bool:
    """Say whether the books of levels, bins and counts agree."""
    return [
        one.invariant.id for one in check(NOW, only=["I1", "I3", "I4", "I38", "I39", "I40", "I41"]) if not one.holds
    ] == []
