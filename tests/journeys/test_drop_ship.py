"""Drop-ship: a supplier is asked by mail, says no or yes, and sends it straight to the customer with its tracking."""

import csv
import io
from datetime import timedelta

import pytest
from django.core import mail

from fulfillment.handlers import ask_unasked
from fulfillment.models import FulfillmentOrder, Package, Shipment, SourcingDecision, SupplierRequest
from fulfillment.services.drop_shipping import accept, cancel, reject, send
from fulfillment.services.picking import start_picking
from fulfillment.services.reallocating import reallocate
from fulfillment.services.rerouting import hold_fulfillment, resume_fulfillment
from fulfillment.services.tracking import Told, record_event
from inventory.models import StockLevel
from oms.foundation import invariants
from oms.foundation.refusals import Invalid, Refused
from oms.outlets.notifications.sending import send_notifications
from orders.models import Order
from orders.services.cancel import cancel_order
from tests.books import rest
from tests.factories import NOW, make_actor, make_location, make_product, make_stock, take_order

pytestmark = pytest.mark.django_db
NEAR, FAR = {"latitude": 52.5, "longitude": 13.4}, {"latitude": 48.1, "longitude": 11.6}


@pytest.fixture
def order() -> Order:
    """A paid order of two, asked of the nearest supplier; another supplier and a warehouse have it too."""
    tea = make_product("TEA")
    make_stock(tea, make_location("ACME", kind="supplier", email="orders@acme.example", **NEAR), 5)
    make_stock(tea, make_location("BOLT", kind="supplier", email="desk@bolt.example", **FAR), 5)
    make_stock(tea, make_location("EDI", latitude=55.9, longitude=-3.2), 5)
    order = take_order([(tea, 2, 1000)])
    rest()
    return Order.objects.get(pk=order.pk)


def asked() -> SupplierRequest:
    """Return the request that is open."""
    return SupplierRequest.objects.get(state__in=["requested", "accepted"])


def sent() -> list[tuple[str, str]]:
    """Let the workers run, send the mails, and return to whom which went."""
    rest()
    before = len(mail.outbox)
    while send_notifications(make_actor("mail"), 50):
        pass
    return [(one.to[0], one.subject) for one in mail.outbox[before:]]


def unbroken() -> None:
    """Assert that every invariant of every moment holds."""
    found = invariants.check(NOW, classes=["A"])
    assert [(one.invariant.id, one.ids) for one in found if one.count] == []


def test_one_supplier_rejects_and_the_next_sends_it_straight_to_the_customer(order: Order) -> None:
    first = asked()
    assert (first.fulfillment_order.location.code, first.fulfillment_order.request_status) == ("ACME", "requested")
    assert ("orders@acme.example", f"Purchase order {first.number} for our order {order.number}") in sent()
    name, text, _ = next(one for one in mail.outbox if one.to == ["orders@acme.example"]).attachments[0]
    (row,) = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    assert (name, row["sku"], row["quantity"], row["to_city"]) == (f"{first.number}.csv", "TEA", "2", "Berlin")
    with pytest.raises(Refused, match="sends it itself"):
        start_picking(fulfillment_order_id=first.fulfillment_order_id, actor=make_actor())
    unbroken()

    reject(request_id=first.pk, reason="out of stock until May", actor=make_actor())
    second = asked()
    assert second.fulfillment_order.location.code == "BOLT"
    why = {one["code"]: one["sentence"] for one in SourcingDecision.objects.latest("pk").outcome["rejections"]}
    assert why["ACME"] == "ACME warehouse lost: it has rejected the order: out of stock until May."
    assert StockLevel.objects.get(location__code="ACME").allocated == 0
    assert ("desk@bolt.example", f"Purchase order {second.number} for our order {order.number}") in sent()

    accept(request_id=second.pk, reference="B-77", actor=make_actor())
    with pytest.raises(Refused, match="cancel the request there first"):
        cancel_order(order_id=order.pk, actor=make_actor())
    with pytest.raises(Invalid, match="2 pieces go into 1 to 2 parcels"):
        send(request_id=second.pk, carrier="dhl", tracking=["1", "2", "3"], actor=make_actor())
    shipment = send(request_id=second.pk, carrier="dhl", tracking=["JD1", "JD2"], actor=make_actor())
    assert (shipment.state, shipment.location.code) == ("shipped", "BOLT")
    assert StockLevel.objects.get(location__code="BOLT").on_hand == 3
    assert ("erika@example.com", f"Your order {order.number} is on its way") in sent()
    assert "JD1" in mail.outbox[-1].body
    for parcel in Package.objects.all():
        told = Told(f"x{parcel.pk}", "delivered", NOW + timedelta(days=1))
        record_event(package_id=parcel.pk, told=told, actor=make_actor())
    order.refresh_from_db()
    assert (order.state, FulfillmentOrder.objects.get(location__code="BOLT").state) == ("completed", "fulfilled")
    with pytest.raises(Refused, match="was sent already"):
        cancel(request_id=second.pk, reason="too late", actor=make_actor())
    unbroken()


def test_what_we_take_back_is_told_to_the_supplier_and_comes_from_elsewhere(order: Order) -> None:
    first = asked()
    accept(request_id=first.pk, actor=make_actor())
    cancel(request_id=first.pk, reason="too slow", actor=make_actor())
    assert asked().fulfillment_order.location.code == "BOLT"
    assert ("orders@acme.example", f"Purchase order {first.number} for our order {order.number} is cancelled") in sent()
    cancel_order(order_id=order.pk, reason="changed my mind", actor=make_actor())
    assert ("desk@bolt.example", "cancelled") in [(to, subject.rsplit(" ", 1)[-1]) for to, subject in sent()]
    assert set(SupplierRequest.objects.values_list("state", flat=True)) == {"cancelled"}
    assert not Shipment.objects.exists()
    unbroken()


def test_work_that_waits_is_asked_for_anew_and_a_known_tracking_number_is_refused(order: Order) -> None:
    first = asked()
    hold_fulfillment(fulfillment_order_id=first.fulfillment_order_id, actor=make_actor())
    assert SupplierRequest.objects.get().state == "cancelled"
    assert ask_unasked(make_actor()) == 0
    resume_fulfillment(fulfillment_order_id=first.fulfillment_order_id, actor=make_actor())
    assert ask_unasked(make_actor()) == 1
    unbroken()
    send(request_id=asked().pk, carrier="ups", tracking=["1Z"], actor=make_actor())
    other = take_order([(StockLevel.objects.all()[0].product, 1, 1000)])
    rest()
    request = SupplierRequest.objects.get(fulfillment_order__order=other)
    with pytest.raises(Invalid, match="1Z stands on a parcel already"):
        send(request_id=request.pk, carrier="ups", tracking=["1Z"], actor=make_actor())


def test_what_a_person_moves_away_is_taken_back_from_its_supplier_until_it_has_accepted(order: Order) -> None:
    first = asked()
    work = first.fulfillment_order_id
    edi = StockLevel.objects.get(location__code="EDI").location
    moved = {"sku": "TEA", "quantity": 1, "location": edi, "reason": "sooner"}
    reallocate(fulfillment_order_id=work, **moved, actor=make_actor())
    assert SupplierRequest.objects.get().state == "cancelled"
    assert ask_unasked(make_actor()) == 1, "one piece is still to be asked for"
    accept(request_id=asked().pk, actor=make_actor())
    with pytest.raises(Refused, match="cancel the request to it first"):
        reallocate(fulfillment_order_id=work, location=edi, reason="all of it", actor=make_actor())
    unbroken()
