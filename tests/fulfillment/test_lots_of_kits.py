"""Kits of which a part is followed by lot: it is named as it is picked, and leaves with the kit."""

import pytest
from django.contrib.auth.models import User

from fulfillment.models import FulfillmentOrder, PickList, Shipment, TracedPieces
from fulfillment.services import walking
from fulfillment.services.label_buying import work_labels
from fulfillment.services.labels import buy_labels
from fulfillment.services.packing import pack
from fulfillment.services.shipping import ship
from fulfillment.services.walking import walk_of
from inventory.models import Bin, Product
from inventory.services.bins import put_away
from inventory.services.lots import lot_that_came
from inventory.services.stock import Change, move_stock
from tests.factories import make_actor, make_stock
from tests.fulfillment.lamps import LampShop
from tests.fulfillment.lots import lots, traces
from tests.fulfillment.shop import sourced
from tests.fulfillment.walks import at_stop, broken, claim

pytestmark = pytest.mark.django_db
CLERK = make_actor()


@pytest.fixture
def walk() -> PickList:
    """A walk for two lamps, each of two bulbs by lot and a shade; three bulbs of L1 and three of L2 in a bin."""
    shop = LampShop()
    Product.objects.filter(pk=shop.bulb.pk).update(followed_by="lot")
    shop.bulb.refresh_from_db()
    for code in ("B-1", "S-2"):
        Bin.objects.create(location=shop.london, code=code)
    level = make_stock(shop.bulb, shop.london, 0)
    for number in ("L1", "L2"):
        lot = lot_that_came(product_id=shop.bulb.pk, number=number, expires_on=None, actor=CLERK)
        move_stock(changes=[Change(level.pk, 3, "receipt", f"came:{number}", "", lot.pk)], actor=CLERK)
        put_away(stock_level_id=level.pk, bin="B-1", quantity=3, lot=number, actor=CLERK)
    put_away(stock_level_id=make_stock(shop.shade, shop.london, 2).pk, bin="S-2", quantity=2, actor=CLERK)
    sourced(shop.order(2))
    return claim(shop.london, User.objects.create_user("ann"))


def scanned(walk: PickList, *codes: tuple[str, int]) -> None:
    """Scan at whatever stop the page shows."""
    for code, pieces in codes:
        assert at_stop(walking.scan, walk, walk.picker, code, pieces).tone in ("ok", "done")


def sent() -> None:
    """Pack everything into one parcel and hand it over."""
    pack(fulfillment_order_id=FulfillmentOrder.objects.get(picked_at__isnull=False).pk, actor=CLERK)
    buy_labels(shipment_id=Shipment.objects.get().pk, actor=CLERK)
    work_labels(CLERK, 20)
    ship(shipment_id=Shipment.objects.get().pk, actor=CLERK)


def test_the_lots_of_parts_leave_with_their_kits(walk) -> None:
    scanned(walk, ("BULB", 1), ("L1", 3), ("L2", 1), ("SHADE", 2))
    sent()

    left = TracedPieces.objects.values_list("lot__number", "quantity", "package__shipment__state")
    assert set(left) == {("L1", 3, "shipped"), ("L2", 1, "shipped")}
    assert lots("BULB") == {("B-1", "L2"): 2}
    assert broken() == []


def test_parts_of_a_kit_that_lacks_another_part_lie_free_under_their_lots(walk) -> None:
    scanned(walk, ("BULB", 1), ("L1", 3), ("L2", 1), ("SHADE", 1))
    at_stop(walking.report_short, walk, walk.picker, task=walk_of(walk).now.task.pk)
    assert traces() == {"L1": 2}
    sent()

    assert lots("BULB") == {("B-1", "L2"): 2, ("no bin", "L1"): 1, ("no bin", "L2"): 1}
    assert broken() == []
