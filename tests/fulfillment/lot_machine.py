"""The floor of the stock machine with tea that is followed by lot, of which some are blocked now and then."""

from uuid import uuid4

from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from fulfillment.models import PickList, PickTask
from fulfillment.services import walking
from fulfillment.services.walking import Read
from inventory.models import Lot, Product
from inventory.services.lots import block_lot, release_lot
from tests.factories import make_location, make_stock
from tests.fulfillment.floor_machine import CLERK, Floor
from tests.inventory.scans import a_hall

LOTS = ("L1", "L2")


class FollowedFloor(Floor):
    """One product by lot at our place, and without at a third party's, and whatever may happen to it."""

    turn = 0

    @initialize()
    def open_hall(self) -> None:
        """Begin with twelve pieces of two lots in bins, and three orders."""
        self.hall = a_hall(0)
        Product.objects.filter(sku="TEA").update(followed_by="lot")
        for bin_, pieces in (("A-01", 8), ("A-02", 4)):
            self.hall.scan("receive", bin_)
            self.hall.scan("loose")
            for code in self.thing():
                self.hall.scan("receive", code, pieces)
        make_stock(self.hall.tea, make_location("MAN", kind="3pl"), 6)
        for pieces in (3, 2, 4):
            self.order(pieces)

    @rule(number=st.sampled_from(LOTS))
    def block_or_release(self, number: str) -> None:
        """The desk blocks a lot, or lets it go."""
        lot = Lot.objects.get(number=number)
        if lot.blocked_at is None:
            block_lot(lot_id=lot.pk, note="looked at", actor=CLERK)
        else:
            release_lot(lot_id=lot.pk, actor=CLERK)

    def thing(self) -> list[str]:
        """Return what is scanned: the product, then the lots in turn."""
        self.turn += 1
        return ["4001", LOTS[self.turn % 2]]

    def before_the_scan(self, task: PickTask, walk: PickList) -> None:
        """Scan the product, whose lot is wanted then."""
        read = Read(uuid4(), task.pk, "4001")
        walking.scan(pick_list_id=walk.pk, picker_id=self.hall.ann.pk, read=read, actor=CLERK)
