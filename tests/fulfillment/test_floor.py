"""The floor picks, packs, labels and ships; every act says why when it may not."""

import pytest

from fulfillment.events import PiecesMissed
from fulfillment.handlers import source_missed
from fulfillment.models import Allocation, FulfillmentOrder, Label, Package, PackageItem, Shipment
from fulfillment.services.label_buying import work_labels
from fulfillment.services.labels import buy_labels, print_labels, void_labels
from fulfillment.services.opening import recall_fulfillment_orders
from fulfillment.services.packing import pack, unpack
from fulfillment.services.picking import confirm_picked, start_picking, stop_picking
from fulfillment.services.rerouting import (
    cancel_fulfillment,
    hold_fulfillment,
    reject,
    reroute,
    resume_fulfillment,
    source_again,
)
from fulfillment.services.shipping import ship
from inventory.models import Product, StockLevel, StockMovement
from oms.foundation.models import OutboxEvent
from oms.foundation.refusals import Invalid, Refused
from orders.models import Order, OrderLine
from tests.factories import NOW, make_actor, make_location, make_product, make_stock
from tests.fulfillment.shop import an_order, label_of, labelled, packed, shipped, sourced, stock_gate

pytestmark = pytest.mark.django_db


@pytest.fixture
def work() -> FulfillmentOrder:
    """An open fulfillment order for three pieces of TEA and one CUP in London."""
    place = make_location("LON")
    tea, cup = make_product("TEA"), make_product("CUP", weight_g=300)
    make_stock(tea, place, 10)
    make_stock(cup, place, 10)
    (row,) = sourced(an_order([(tea, 3), (cup, 1)]))
    return row


def fresh(row):
    """Read a row again."""
    return type(row).objects.get(pk=row.pk)


def test_a_released_order_is_open_with_its_next_cut_off(work) -> None:
    assert work.state == "open"
    assert work.ship_by.isoformat() == "2026-11-22T16:00:00+00:00"


def test_a_location_that_is_closed_on_sundays_sends_on_monday() -> None:
    tea = make_product("TEA")
    make_stock(tea, make_location("LON", working_days="12345", closed_on=["2026-11-23"], handling_days=1), 10)

    (row,) = sourced(an_order([(tea, 3)]))

    assert row.ship_by.isoformat() == "2026-11-25T16:00:00+00:00"


def test_picking_starts_and_stops(work) -> None:
    start_picking(fulfillment_order_id=work.pk, actor=make_actor())
    assert fresh(work).state == "in_progress"
    confirm_picked(fulfillment_order_id=work.pk, actor=make_actor())

    stop_picking(fulfillment_order_id=work.pk, actor=make_actor())

    assert fresh(work).state == "open"
    assert set(Allocation.objects.values_list("state", flat=True)) == {"allocated"}


def test_a_second_picker_is_refused(work) -> None:
    start_picking(fulfillment_order_id=work.pk, actor=make_actor())
    with pytest.raises(Refused, match="being picked"):
        start_picking(fulfillment_order_id=work.pk, actor=make_actor("other"))


def test_F53_short_pick(work) -> None:
    tea = Product.objects.get(sku="TEA")
    make_stock(tea, make_location("MAN"), 5)
    start_picking(fulfillment_order_id=work.pk, actor=make_actor())

    confirm_picked(fulfillment_order_id=work.pk, short={"TEA": 2}, actor=make_actor())

    rows = sorted(Allocation.objects.filter(order_line__sku="TEA").values_list("quantity", "state"))
    assert rows == [(1, "picked"), (2, "short")]
    level = StockLevel.objects.get(product=tea, location__code="LON")
    assert (level.on_hand, level.allocated) == (8, 1)
    assert StockMovement.objects.get(reference__startswith="short:").quantity == -2
    assert OrderLine.objects.get(sku="TEA").quantity_allocated == 1

    source_missed([PiecesMissed(at=NOW, order_id=work.order_id)], make_actor())
    other = FulfillmentOrder.objects.exclude(pk=work.pk).get()
    assert (other.location.code, other.state) == ("LON", "open")
    assert OrderLine.objects.get(sku="TEA").quantity_allocated == 3


def test_an_empty_shelf_cancels_the_work(work) -> None:
    start_picking(fulfillment_order_id=work.pk, actor=make_actor())
    confirm_picked(fulfillment_order_id=work.pk, short={"TEA": 3, "CUP": 1}, actor=make_actor())
    assert fresh(work).state == "cancelled"
    assert OutboxEvent.objects.filter(kind="PiecesMissed").count() == 1


def test_more_missing_than_wanted_is_refused(work) -> None:
    start_picking(fulfillment_order_id=work.pk, actor=make_actor())
    with pytest.raises(Invalid, match="TEA is not to be picked here in that number"):
        confirm_picked(fulfillment_order_id=work.pk, short={"TEA": 4}, actor=make_actor())
    assert StockLevel.objects.filter(allocated=3).exists()


def test_packing_weighs_by_the_products_and_fills_every_parcel(work) -> None:
    shipment = packed(work, parcels=2)
    assert fresh(work).state == "ready"
    parcels = Package.objects.filter(shipment=shipment).order_by("position")
    assert [parcel.weight_g for parcel in parcels] == [900, 900]
    pieces = PackageItem.objects.filter(package=parcels[0]).values_list("quantity", flat=True)
    assert sum(pieces) == 2


def test_packing_before_picking_is_refused(work) -> None:
    start_picking(fulfillment_order_id=work.pk, actor=make_actor())
    with pytest.raises(Refused, match="2 lines are not picked yet"):
        pack(fulfillment_order_id=work.pk, actor=make_actor())
    assert not Shipment.objects.exists()


@pytest.mark.parametrize(("parcels", "weight"), [(0, None), (5, None), (2, 1), (1, 30_000_000)])
def test_absurd_parcels_are_refused(work, parcels, weight) -> None:
    with pytest.raises(Invalid):
        packed(work, parcels=parcels, weight_g=weight)
    assert not Shipment.objects.exists()


def test_products_without_weight_ask_for_one() -> None:
    feather = make_product("FEATHER", weight_g=0)
    make_stock(feather, make_location("LON"), 1)
    (row,) = sourced(an_order([(feather, 1)]))
    with pytest.raises(Invalid, match="weigh the parcel"):
        packed(row)


def test_unpacking_cancels_the_shipment(work) -> None:
    shipment = packed(work)
    unpack(fulfillment_order_id=work.pk, actor=make_actor())
    assert fresh(shipment).state == "cancelled"
    assert fresh(work).state == "in_progress"
    again = pack(fulfillment_order_id=work.pk, actor=make_actor())
    assert again.pk != shipment.pk


def test_a_label_is_bought_by_the_worker_with_the_cheapest_fitting_rate(work) -> None:
    shipment = labelled(work)
    assert shipment.state == "labelled"
    assert (shipment.carrier, shipment.service) == ("sandbox", "standard")
    assert [rate["service"] for rate in shipment.rates] == ["standard", "express"]
    assert "the only service for “standard”" in shipment.rate_reason
    label = label_of(shipment)
    assert (label.state, label.currency) == ("purchased", "EUR")
    assert bytes(label.document or b"").startswith(b"%PDF-")
    parcel = Package.objects.get()
    assert parcel.tracking_number == label.tracking_number != ""


def test_every_parcel_of_a_shipment_goes_with_the_same_service(work) -> None:
    shipment = labelled(work, parcels=3)
    labels = Label.objects.all()
    assert {(label.carrier, label.service, label.state) for label in labels} == {("sandbox", "standard", "purchased")}
    assert len({label.tracking_number for label in labels}) == 3
    assert sum(label.cost or 0 for label in labels) == shipment.rates[0]["amount"]


def test_packed_work_with_labels_cannot_be_unpacked(work) -> None:
    labelled(work)
    with pytest.raises(Refused, match="void them first"):
        unpack(fulfillment_order_id=work.pk, actor=make_actor())


def test_a_voided_label_makes_room_for_a_new_one(work) -> None:
    shipment = labelled(work)
    old = label_of(shipment)
    void_labels(shipment_id=shipment.pk, actor=make_actor())
    with pytest.raises(Refused, match="still being voided"):
        buy_labels(shipment_id=shipment.pk, actor=make_actor())
    work_labels(make_actor(), 20)
    assert fresh(old).state == "voided"
    assert Package.objects.get().tracking_number == ""

    buy_labels(shipment_id=shipment.pk, service="express", actor=make_actor())
    work_labels(make_actor(), 20)

    new = label_of(shipment)
    assert (new.state, new.service, new.key) == ("purchased", "express", f"label:{new.package_id}:2")
    assert fresh(shipment).state == "labelled"


def test_every_print_is_counted(work) -> None:
    shipment = labelled(work)
    print_labels(shipment_id=shipment.pk, actor=make_actor())
    print_labels(shipment_id=shipment.pk, actor=make_actor())
    assert (label_of(shipment).state, label_of(shipment).prints) == ("printed", 2)


def test_shipping_moves_stock_order_and_work(work) -> None:
    shipment = shipped(work)
    assert (shipment.state, fresh(work).state) == ("shipped", "fulfilled")
    assert set(Allocation.objects.values_list("state", flat=True)) == {"shipped"}
    tea = StockLevel.objects.get(product__sku="TEA")
    assert (tea.on_hand, tea.allocated) == (7, 0)
    references = {f"ship:{pk}" for pk in Allocation.objects.values_list("pk", flat=True)}
    assert set(StockMovement.objects.filter(reason="shipment").values_list("reference", flat=True)) == references
    assert Order.objects.get().fulfillment_status == "shipped"
    assert OutboxEvent.objects.filter(kind="ShipmentShipped").count() == 1
    assert Package.objects.get().expected_on is not None


def test_shipping_twice_is_refused_and_changes_nothing(work) -> None:
    shipment = shipped(work)
    with pytest.raises(Refused, match="is shipped"):
        ship(shipment_id=shipment.pk, actor=make_actor())
    assert StockMovement.objects.filter(reason="shipment").count() == 2


def test_shipping_without_a_label_is_refused(work) -> None:
    shipment = packed(work)
    with pytest.raises(Refused, match="is packed"):
        ship(shipment_id=shipment.pk, actor=make_actor())
    assert fresh(work).state == "ready"


def test_rerouting_finds_another_location(work) -> None:
    man = make_location("MAN")
    for sku in ("TEA", "CUP"):
        make_stock(Product.objects.get(sku=sku), man, 5)
    reroute(fulfillment_order_id=work.pk, note="strike", actor=make_actor())
    other = FulfillmentOrder.objects.exclude(pk=work.pk).get()
    assert (fresh(work).state, other.location.code, other.state) == ("rejected", "MAN", "open")
    assert StockLevel.objects.get(product__sku="TEA", location__code="LON").allocated == 0
    assert Order.objects.get().state == "released"


def test_rejecting_without_another_location_leaves_the_order_short(work) -> None:
    reject(fulfillment_order_id=work.pk, reason="flooded", actor=make_actor())
    assert fresh(work).state == "rejected"
    assert stock_gate(work.order)[0] == "closed"
    assert Order.objects.get().short_since is not None
    assert sum(StockLevel.objects.values_list("allocated", flat=True)) == 0

    source_again(order_id=work.order_id, actor=make_actor())

    assert FulfillmentOrder.objects.exclude(pk=work.pk).get().location.code == "LON"


def test_cancelled_work_frees_its_pieces_and_closes_the_gate(work) -> None:
    packed(work)
    cancel_fulfillment(fulfillment_order_id=work.pk, actor=make_actor())
    assert fresh(work).state == "cancelled"
    assert set(Allocation.objects.values_list("state", flat=True)) == {"released"}
    assert stock_gate(work.order)[:2] == ("closed", "fulfillment_cancelled")
    assert Shipment.objects.get().state == "cancelled"
    assert OrderLine.objects.filter(quantity_allocated__gt=0).count() == 0


def test_work_on_hold_comes_back_to_the_floor(work) -> None:
    hold_fulfillment(fulfillment_order_id=work.pk, actor=make_actor())
    assert fresh(work).state == "on_hold"
    resume_fulfillment(fulfillment_order_id=work.pk, actor=make_actor())
    assert fresh(work).state == "open"


def test_recalled_orders_leave_the_floor(work) -> None:
    order = Order.objects.get()
    order.recall()
    order.save()
    recall_fulfillment_orders(order_ids=[order.pk], actor=make_actor())
    assert fresh(work).state == "planned"


def test_no_label_is_left_without_an_intent(work) -> None:
    shipment = packed(work, parcels=3)
    buy_labels(shipment_id=shipment.pk, actor=make_actor())
    assert Label.objects.filter(state="requested", next_try_at=NOW).count() == 3
