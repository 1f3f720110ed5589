"""A third party (3PL) is asked by EDI, answers by EDI, and is asked to cancel what it holds."""

import pytest
from django.core import mail

from fulfillment.models import FulfillmentOrder, FulfillmentPartner, Package, PartnerMessage, SupplierRequest
from fulfillment.partners.x12.reading import read_interchanges
from fulfillment.partners.x12.warehouse_order import read_warehouse_order
from fulfillment.services.drop_shipping import accept, reject
from fulfillment.services.picking import start_picking
from fulfillment.services.reallocating import reallocate
from fulfillment.services.rerouting import hold_fulfillment, reroute
from fulfillment.services.third_party.answering import accept_cancel, ask_order_to_cancel, ask_to_cancel, refuse_cancel
from inventory.models import StockLevel
from inventory.services.stock import adjust_stock
from oms.foundation import invariants
from oms.foundation.audit import AuditLine
from oms.foundation.refusals import Refused
from oms.outlets.notifications.sending import send_notifications
from orders.models import Order
from orders.services.cancel import cancel_line, cancel_order
from tests.books import rest
from tests.factories import NOW, make_actor, make_location, make_product, make_stock, take_order
from tests.fulfillment.partners.edi import acknowledged, advice, came, edi_partner, file_of, newest, written

pytestmark = pytest.mark.django_db
NEAR, FAR = {"latitude": 52.5, "longitude": 13.4}, {"latitude": 48.1, "longitude": 11.6}


@pytest.fixture
def partner() -> FulfillmentPartner:
    """A third party near the customer with five of each; a warehouse far away has them too."""
    place = make_location("LEEDS", kind="3pl", **NEAR)
    other = make_location("EDI", **FAR)
    for sku in ("TEA", "CUP"):
        product = make_product(sku, barcode=f"400638133393{len(sku)}")
        make_stock(product, place, 5)
        make_stock(product, other, 5)
    return edi_partner(place)


@pytest.fixture
def order(partner: FulfillmentPartner) -> Order:
    """A paid order of two TEA and one CUP, asked of the third party."""
    products = {level.product.sku: level.product for level in StockLevel.objects.select_related("product")}
    order = take_order([(products["TEA"], 2, 1000), (products["CUP"], 1, 1000)])
    rest()
    return Order.objects.get(pk=order.pk)


def asked() -> SupplierRequest:
    """Return the newest request."""
    return SupplierRequest.objects.latest("pk")


def stock_of(code: str, sku: str = "TEA") -> tuple[int, int]:
    """Return pieces on hand and promised at a location."""
    level = StockLevel.objects.get(location__code=code, product__sku=sku)
    return level.on_hand, level.allocated


def unbroken() -> None:
    """Assert that every invariant of every moment holds."""
    found = invariants.check(NOW, classes=["A"])
    assert [(one.invariant.id, one.ids) for one in found if one.count] == []


def test_an_order_goes_out_by_940_and_leaves_by_945_with_acknowledgments_both_ways(
    partner: FulfillmentPartner, order: Order
) -> None:
    request = asked()
    assert (request.state, request.fulfillment_order.request_status) == ("requested", "requested")
    (out,) = written(partner, "940")
    assert (out.state, out.request) == ("waiting", request)
    told = read_warehouse_order(read_interchanges(bytes(out.body))[0].groups[0].sets[0])
    assert (told.status, told.number, told.order, told.to.city) == ("N", request.number, order.number, "Berlin")
    assert [(one.sku, one.quantity, one.barcode) for one in told.lines] == [
        ("TEA", 2, "4006381333933"),
        ("CUP", 1, "4006381333933"),
    ]
    with pytest.raises(Refused, match="sends it itself"):
        start_picking(fulfillment_order_id=request.fulfillment_order_id, actor=make_actor())

    came(partner, acknowledged(out))
    out.refresh_from_db()
    assert out.state == "acknowledged"
    came(partner, file_of(advice(request.number, {"TEA": 2, "4006381333933": 0, "CUP": 1}, ("1ZA", "1ZB"), "LOT7")))
    assert newest(partner).state == "taken", newest(partner).sentence
    request.refresh_from_db()
    assert (request.state, request.fulfillment_order.state, request.reference) == ("fulfilled", "fulfilled", "REF-9")
    assert [(one.carrier, one.tracking_number) for one in Package.objects.order_by("pk")] == [
        ("upsn", "1ZA"),
        ("upsn", "1ZB"),
    ]
    assert (stock_of("LEEDS"), stock_of("LEEDS", "CUP")) == ((3, 0), (4, 0))
    assert "Lots: LOT7." in AuditLine.objects.get(act="fulfillment.ship").note
    (ours,) = written(partner, "997")
    assert (ours.state, b"AK5*A~" in bytes(ours.body)) == ("sent", True)
    rest()
    while send_notifications(make_actor("mail"), 50):
        pass
    sent = next(one for one in mail.outbox if one.subject == f"Your order {order.number} is on its way")
    assert "1ZA" in sent.body
    unbroken()


def test_a_partial_945_sends_what_there_is_and_the_rest_comes_from_elsewhere(
    partner: FulfillmentPartner, order: Order
) -> None:
    adjust_stock(sku="TEA", location="LEEDS", quantity=-3, reason="damage", actor=make_actor())
    came(partner, file_of(advice(asked().number, {"TEA": 1, "CUP": 1}, ("1ZA",))))
    assert newest(partner).sentence.endswith("2 pieces sent.")
    rest()
    assert stock_of("LEEDS") == (0, 0), "one was sent and one is missing there"
    work = FulfillmentOrder.objects.get(order=order, location__code="EDI")
    assert [(one.order_line.sku, one.quantity) for one in work.allocations.all()] == [("TEA", 1)]
    unbroken()


def test_what_the_third_party_rejects_is_sent_by_the_next_location(partner: FulfillmentPartner, order: Order) -> None:
    came(partner, file_of(advice(asked().number, {"TEA": 0})))
    assert (asked().state, asked().answer) == ("rejected", "The warehouse says that nothing was sent.")
    assert FulfillmentOrder.objects.get(order=order, state="open").location.code == "EDI"
    assert stock_of("LEEDS") == (5, 0)
    unbroken()


def test_nothing_is_taken_from_a_third_party_that_was_not_asked_and_has_not_agreed(
    partner: FulfillmentPartner, order: Order
) -> None:
    request = asked()
    work = request.fulfillment_order_id
    edi = StockLevel.objects.filter(location__code="EDI")[0].location
    for closed in (
        lambda: cancel_order(order_id=order.pk, actor=make_actor()),
        lambda: cancel_line(order_id=order.pk, line=1, quantity=1, actor=make_actor()),
        lambda: reroute(fulfillment_order_id=work, actor=make_actor()),
        lambda: hold_fulfillment(fulfillment_order_id=work, actor=make_actor()),
        lambda: reallocate(fulfillment_order_id=work, location=edi, reason="sooner", actor=make_actor()),
    ):
        with pytest.raises(Refused, match=r"LEEDS warehouse has .* since 10:00 on 22 November: ask it to cancel first"):
            closed()
    ask_to_cancel(request_id=request.pk, reason="too slow", actor=make_actor())
    with pytest.raises(Refused, match=r"LEEDS warehouse was asked to cancel .* at 10:00 on 22 November; no answer yet"):
        cancel_order(order_id=order.pk, actor=make_actor())
    rest()
    _, cancel = written(partner, "940")
    assert read_warehouse_order(read_interchanges(bytes(cancel.body))[0].groups[0].sets[0]).status == "F"
    assert stock_of("LEEDS") == (5, 2), "the pieces stay promised until it has answered"
    unbroken()


def test_a_refused_cancellation_keeps_the_pieces_and_an_accepted_one_sends_them_from_elsewhere(
    partner: FulfillmentPartner, order: Order
) -> None:
    request = asked()
    ask_to_cancel(request_id=request.pk, reason="too slow", actor=make_actor())
    refuse_cancel(request_id=request.pk, reason="it is on the truck", actor=make_actor())
    request.refresh_from_db()
    assert (request.state, request.fulfillment_order.state) == ("accepted", "in_progress")
    assert stock_of("LEEDS") == (5, 2)
    unbroken()
    ask_to_cancel(request_id=request.pk, reason="please", actor=make_actor())
    accept_cancel(request_id=request.pk, actor=make_actor())
    assert stock_of("LEEDS") == (5, 0)
    assert FulfillmentOrder.objects.get(order=order, state="open").location.code == "EDI"
    unbroken()


def test_an_order_is_cancelled_as_soon_as_its_third_party_agrees(partner: FulfillmentPartner, order: Order) -> None:
    accept(request_id=asked().pk, actor=make_actor())
    ask_order_to_cancel(order_id=order.pk, reason="changed my mind", actor=make_actor())
    with pytest.raises(Refused, match="not asked already"):
        ask_order_to_cancel(order_id=order.pk, reason="again", actor=make_actor())
    came(partner, file_of(advice(asked().number, {"TEA": 0})))
    rest()
    order.refresh_from_db()
    assert (order.state, asked().state) == ("cancelled", "cancelled")
    assert stock_of("LEEDS") == (5, 0)
    unbroken()


def test_what_was_sent_though_it_was_cancelled_is_kept_and_shown_to_a_person(
    partner: FulfillmentPartner, order: Order
) -> None:
    request = asked()
    ask_to_cancel(request_id=request.pk, reason="too slow", actor=make_actor())
    accept_cancel(request_id=request.pk, actor=make_actor())
    came(partner, file_of(advice(request.number, {"TEA": 2, "CUP": 1}, ("1ZA",))))
    row = newest(partner)
    assert (row.state, row.request) == ("person", request)
    assert row.sentence.endswith(f"It says that 3 pieces of {request.number} were sent under 1ZA.")
    assert stock_of("LEEDS") == (5, 0)
    unbroken()


def test_what_was_sent_before_the_cancellation_was_answered_counts_as_sent(
    partner: FulfillmentPartner, order: Order
) -> None:
    request = asked()
    ask_to_cancel(request_id=request.pk, reason="too slow", actor=make_actor())
    came(partner, file_of(advice(request.number, {"TEA": 2, "CUP": 1}, ("1ZA",))))
    request.refresh_from_db()
    assert (request.state, newest(partner).state) == ("fulfilled", "taken")
    with pytest.raises(Refused, match="is sent; only what is “asked to cancel” can be answered"):
        accept_cancel(request_id=request.pk, actor=make_actor())
    with pytest.raises(Refused, match="was sent already"):
        reject(request_id=request.pk, reason="late", actor=make_actor())
    unbroken()


def test_more_than_was_asked_an_unknown_order_and_an_unknown_product_wait_for_a_person(
    partner: FulfillmentPartner, order: Order
) -> None:
    number = asked().number
    for body, sentence in (
        (advice(number, {"TEA": 3}), "3 × TEA were confirmed, but 2 were asked for; nothing was noted."),
        (advice("Q9999999", {"TEA": 1}), "Nothing was asked under the number Q9999999"),
        (advice(number, {"POT": 1}), f"{number} does not ask for POT (segment"),
    ):
        came(partner, file_of(body))
        assert newest(partner).state == "person"
        assert sentence in newest(partner).sentence
    assert (asked().state, stock_of("LEEDS")) == ("requested", (5, 2))
    assert PartnerMessage.objects.filter(state="person").count() == 3
    unbroken()


def test_what_comes_twice_counts_once_and_the_same_again_under_new_numbers_changes_nothing(
    partner: FulfillmentPartner, order: Order
) -> None:
    said = advice(asked().number, {"TEA": 2, "CUP": 1}, ("1ZA",))
    body = file_of(said, control=77)
    assert len(came(partner, body).new) == 1
    again = came(partner, body)
    assert (len(again.new), again.known, len(written(partner, "997"))) == (0, 1, 1)
    came(partner, file_of(said))
    assert (newest(partner).state, newest(partner).sentence.endswith("nothing was changed.")) == ("taken", True)
    other = advice(asked().number, {"TEA": 1}, ("1ZB",))
    came(partner, file_of(other, control=77))
    assert newest(partner).state == "person"
    assert "came before with another content" in newest(partner).sentence
    assert (Package.objects.count(), stock_of("LEEDS")) == (1, (3, 0))
    unbroken()
