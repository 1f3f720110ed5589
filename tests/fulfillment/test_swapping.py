"""A back-ordered line is swapped for a substitute that is there, at the promised price, and back again."""

import pytest
from django.contrib.auth.models import Permission, User
from django.core import mail
from django.test import Client

from fulfillment.models import Allocation, FulfillmentOrder, SourcingDecision
from fulfillment.services.picking import start_picking
from fulfillment.services.swapping import swap, swap_back
from inventory.models import Product, StockLevel, Substitute
from oms.foundation.invariants import check
from oms.foundation.models import AuditLine
from oms.foundation.refusals import NotFound, Refused
from oms.foundation.relay import relay
from oms.outlets.models import WebhookDelivery
from oms.outlets.notifications.sending import send_notifications
from orders.models import Order, OrderLine, Payment
from tests.factories import NOW, make_actor, make_location, make_product, make_stock
from tests.fulfillment.api import Api
from tests.fulfillment.shop import a_channel, an_order, packed, sourced, stock_gate
from tests.outlets.world import listen

pytestmark = pytest.mark.django_db
CLERK = make_actor()
MONEY = ("total", "lines_total", "discount_total", "tax_total", "cancelled_total", "payment_status")


class Shop:
    """A shop with two red tees, ten blue ones and four mugs; blue may be sent instead of red."""

    def __init__(self) -> None:
        self.place = make_location("LON")
        self.red, self.blue, self.mug = (make_product(sku) for sku in ("TEE-RED", "TEE-BLUE", "MUG"))
        for product, pieces in ((self.red, 2), (self.blue, 10), (self.mug, 4)):
            make_stock(product, self.place, pieces)
        Substitute.objects.create(product=self.red, substitute=self.blue)


@pytest.fixture
def shop() -> Shop:
    """Return the shop."""
    return Shop()


@pytest.fixture
def order(shop) -> Order:
    """An order of five red tees, of which two are there, and a mug; its channel waits for everything."""
    one = an_order([(shop.red, 5), (shop.mug, 1)], account=a_channel("whole", shortage_policy="wait"))
    Order.objects.filter(pk=one.pk).update(total=6000, lines_total=6000)
    Payment.objects.create(
        order=one, gateway="sandbox", method="card", currency="EUR", amount=6000, authorized=6000, state="authorized"
    )
    sourced(one)
    return Order.objects.get(pk=one.pk)


def lines(order: Order) -> list[tuple[str, int, int, int, int]]:
    """Return SKU, pieces, open, allocated and swapped pieces of each line."""
    rows = OrderLine.objects.filter(order=order).order_by("position")
    return list(rows.values_list("sku", "quantity", "quantity_open", "quantity_allocated", "quantity_swapped"))


def money(order: Order) -> tuple[object, ...]:
    """Return the sums and the payment status of an order."""
    return Order.objects.values_list(*MONEY).get(pk=order.pk)


def broken() -> list[str]:
    """Return the invariants that do not hold."""
    return [one.invariant.id for one in check(NOW, only=["I1", "I2", "I6", "I6a", "I13", "I30", "I31"]) if one.count]


def blue_allocated() -> int:
    """Return how many blue tees are promised."""
    return StockLevel.objects.get(product__sku="TEE-BLUE").allocated


def test_the_missing_pieces_are_swapped_and_the_order_goes(order):
    assert (lines(order), stock_gate(order)[0]) == ([("TEE-RED", 5, 5, 2, 0), ("MUG", 1, 1, 1, 0)], "closed")
    before = money(order)

    swap(order_id=order.pk, line=1, sku="TEE-BLUE", reason="agreed on the phone", actor=CLERK)

    assert lines(order) == [("TEE-RED", 5, 2, 2, 3), ("MUG", 1, 1, 1, 0), ("TEE-BLUE", 3, 3, 3, 0)]
    assert money(order) == before
    order = Order.objects.get(pk=order.pk)
    assert (stock_gate(order)[0], order.state, order.short_since, order.fulfillment_status) == (
        "open",
        "released",
        None,
        "allocated",
    )
    assert (blue_allocated(), broken()) == (3, [])


def test_it_stands_on_the_timeline_in_words(order):
    swap(order_id=order.pk, line=1, sku="TEE-BLUE", reason="Agreed on the phone.", actor=CLERK)
    line = AuditLine.objects.get(subject=order.stream, act="orders.swap")
    assert line.note == (
        "3 × TEE-RED (line 1) swapped for 3 × TEE-BLUE (line 3) at the promised price of €10.00. Agreed on the phone."
    )
    assert line.data == {"line": 1, "sku": "TEE-RED", "quantity": 3, "new_line": 3, "new_sku": "TEE-BLUE"}
    assert SourcingDecision.objects.order_by("-pk")[0].trigger == "pieces_swapped"


def test_the_promised_price_stays_whatever_the_substitute_costs(order, shop):
    Product.objects.filter(pk=shop.blue.pk).update(unit_price=9900)
    swap(order_id=order.pk, line=1, sku="TEE-BLUE", actor=CLERK)
    new = OrderLine.objects.get(order=order, sku="TEE-BLUE")
    assert (new.unit_price, new.replaces.sku, new.position) == (1000, "TEE-RED", 3)


def test_pieces_that_are_allocated_can_be_swapped_too_and_are_free_again(order):
    swap(order_id=order.pk, line=1, sku="TEE-BLUE", quantity=5, actor=CLERK)
    assert lines(order)[0] == ("TEE-RED", 5, 0, 0, 5)
    assert (StockLevel.objects.get(product__sku="TEE-RED").allocated, blue_allocated(), broken()) == (0, 5, [])


def test_what_cannot_be_promised_is_not_swapped(order, shop):
    StockLevel.objects.filter(product=shop.blue).update(on_hand=2)
    before = (lines(order), money(order))
    with pytest.raises(Refused, match="Only 2 of 3 × TEE-BLUE can be promised") as refused:
        swap(order_id=order.pk, line=1, sku="TEE-BLUE", actor=CLERK)
    assert refused.value.code == "substitute_short"
    assert (lines(order), money(order)) == before
    assert AuditLine.objects.filter(act="orders.swap").count() == 0


def test_only_a_declared_substitute_is_sent(order):
    with pytest.raises(Refused, match=r"“MUG” is no substitute of TEE-RED\. Its substitutes are: TEE-BLUE\."):
        swap(order_id=order.pk, line=1, sku="MUG", actor=CLERK)
    with pytest.raises(Refused, match=r"“TEE-RED” is no substitute of MUG\. It has none; add one on the"):
        swap(order_id=order.pk, line=2, sku="TEE-RED", actor=CLERK)
    assert len(lines(order)) == 2


@pytest.mark.parametrize("quantity", [0, 6])
def test_an_absurd_number_of_pieces_is_refused(order, quantity):
    with pytest.raises(Refused) as refused:
        swap(order_id=order.pk, line=1, sku="TEE-BLUE", quantity=quantity, actor=CLERK)
    assert refused.value.reasons[0].field == "quantity"
    assert len(lines(order)) == 2


def test_a_line_that_is_not_there_is_refused(order):
    with pytest.raises(NotFound, match="has no line 9"):
        swap(order_id=order.pk, line=9, sku="TEE-BLUE", actor=CLERK)


@pytest.fixture
def begun(shop) -> FulfillmentOrder:
    """The work on an order that ships what is there: two of five red tees are being picked."""
    order = an_order([(shop.red, 5)], account=a_channel("parts", shortage_policy="split"))
    Order.objects.filter(pk=order.pk).update(total=5000, lines_total=5000)
    (work,) = sourced(order)
    return start_picking(fulfillment_order_id=work.pk, actor=CLERK)


def test_the_rest_is_swapped_while_a_part_is_being_picked(begun):
    swap(order_id=begun.order_id, line=1, sku="TEE-BLUE", actor=CLERK)
    assert lines(begun.order) == [("TEE-RED", 5, 2, 2, 3), ("TEE-BLUE", 3, 3, 3, 0)]
    states = FulfillmentOrder.objects.filter(order=begun.order_id).order_by("pk").values_list("state", flat=True)
    assert (list(states), broken()) == (["in_progress", "open"], [])


def test_what_is_in_a_pickers_hands_is_not_swapped(begun):
    with pytest.raises(Refused, match="2 of the 5 open pieces of TEE-RED are being picked or packed") as refused:
        swap(order_id=begun.order_id, line=1, sku="TEE-BLUE", quantity=4, actor=CLERK)
    assert refused.value.code == "being_fulfilled"
    assert lines(begun.order) == [("TEE-RED", 5, 5, 2, 0)]


def test_work_that_nobody_has_begun_gives_its_pieces_first(shop, begun):
    make_stock(shop.red, make_location("MAN"), 3)
    sourced(begun.order)
    assert lines(begun.order) == [("TEE-RED", 5, 5, 5, 0)]

    swap(order_id=begun.order_id, line=1, sku="TEE-BLUE", quantity=3, actor=CLERK)

    kept = Allocation.objects.filter(order_line__sku="TEE-RED", state="allocated")
    assert list(kept.values_list("fulfillment_order", "quantity")) == [(begun.pk, 2)]
    assert broken() == []


def test_it_is_swapped_back_while_nobody_picks(order):
    before = (lines(order), money(order))
    swap(order_id=order.pk, line=1, sku="TEE-BLUE", actor=CLERK)

    swap_back(order_id=order.pk, line=3, reason="changed her mind", actor=CLERK)

    assert lines(order) == [*before[0], ("TEE-BLUE", 3, 0, 0, 3)]
    assert money(order) == before[1]
    assert (stock_gate(order)[0], blue_allocated(), broken()) == ("closed", 0, [])
    line = AuditLine.objects.get(subject=order.stream, act="orders.swap_back")
    assert line.note == "3 × TEE-BLUE (line 3) swapped back to TEE-RED (line 1). changed her mind"


def test_it_is_not_swapped_back_once_somebody_picks(order):
    swap(order_id=order.pk, line=1, sku="TEE-BLUE", actor=CLERK)
    (work,) = FulfillmentOrder.objects.filter(order=order, state__in=["planned", "open"])
    if work.state == "planned":
        work.open(at=NOW, ship_by=NOW)
        work.save()
    start_picking(fulfillment_order_id=work.pk, actor=CLERK)
    before = lines(order)

    with pytest.raises(Refused, match="3 of the 3 open pieces of TEE-BLUE are being picked or packed"):
        swap_back(order_id=order.pk, line=3, actor=CLERK)

    assert lines(order) == before


def test_a_line_that_replaces_nothing_is_not_swapped_back(order):
    with pytest.raises(Refused, match="No open piece of this order was swapped"):
        swap_back(order_id=order.pk, line=1, actor=CLERK)
    swap(order_id=order.pk, line=1, sku="TEE-BLUE", actor=CLERK)
    with pytest.raises(Refused, match=r"Line 2 \(MUG\) replaces no other line"):
        swap_back(order_id=order.pk, line=2, actor=CLERK)


def test_the_substitute_is_picked_packed_and_counted(begun):
    swap(order_id=begun.order_id, line=1, sku="TEE-BLUE", actor=CLERK)
    work = FulfillmentOrder.objects.get(order=begun.order_id, state="open")
    assert packed(work).packages.get().items.get().allocation.order_line.sku == "TEE-BLUE"


def test_the_customer_hears_of_it_when_that_is_wanted(order):
    Order.objects.filter(pk=order.pk).update(email="ada@example.com")
    endpoint = listen(code="other")
    endpoint.account = order.channel_account
    endpoint.save()
    swap(order_id=order.pk, line=1, sku="TEE-BLUE", tell_customer=True, actor=CLERK)
    while relay(CLERK, 50):
        pass
    send_notifications(CLERK, 20)

    text = next(one.body for one in mail.outbox if "something else instead" in one.subject)
    assert "  3 × Title of TEE-BLUE\n  instead of 3 × TEE-RED\n" in text
    told = WebhookDelivery.objects.get(kind="PiecesSwapped").payload["data"]["line"]
    assert told == {"sku": "TEE-BLUE", "quantity": 3, "replaces": "TEE-RED"}


def test_nobody_is_written_to_unasked(order):
    Order.objects.filter(pk=order.pk).update(email="ada@example.com")
    swap(order_id=order.pk, line=1, sku="TEE-BLUE", actor=CLERK)
    while relay(CLERK, 50):
        pass
    send_notifications(CLERK, 20)
    assert [one for one in mail.outbox if "instead" in one.subject] == []


def test_the_stock_panel_offers_what_is_free(order):
    client = Client()
    client.force_login(User.objects.create_superuser("root"))
    page = client.get(f"/orders/order/{order.pk}/change/").content.decode()
    assert "3 of TEE-RED missing." in page
    assert "10 free, LON 10" in page
    address = f"/orders/order/{order.pk}/act/swap/?line=1&sku=TEE-BLUE&quantity=3"
    assert address.replace("&", "&amp;") in page
    assert client.get(address).context["form"].initial == {"line": "1", "sku": "TEE-BLUE", "quantity": "3"}

    answer = client.post(f"/orders/order/{order.pk}/act/swap/", {"line": 1, "sku": "TEE-BLUE", "quantity": 3})

    assert answer.status_code == 302
    page = client.get(f"/orders/order/{order.pk}/change/").content.decode()
    assert "instead of TEE-RED" in page
    assert "missing." not in page


def test_the_panel_says_where_a_substitute_is_declared(order):
    Substitute.objects.all().delete()
    client = Client()
    client.force_login(User.objects.create_superuser("root"))
    assert "No substitute is known" in client.get(f"/orders/order/{order.pk}/change/").content.decode()


def test_a_person_without_the_permission_sees_the_offer_but_no_button(order):
    user = User.objects.create_user("kim", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=["view_order"]))
    client = Client()
    client.force_login(user)
    page = client.get(f"/orders/order/{order.pk}/change/").content.decode()
    assert "10 free" in page
    assert "act/swap/" not in page


def test_the_api_swaps_and_swaps_back(order):
    api = Api(order.channel_account)
    answer = api.post(f"orders/{order.number}/swap/", line=1, sku="TEE-BLUE", quantity=2)
    assert answer.status_code == 200, answer.json()
    told = [(one["sku"], one["open"], one["swapped"], one["replaces"]) for one in answer.json()["lines"]]
    assert told == [("TEE-RED", 3, 2, None), ("MUG", 1, 0, None), ("TEE-BLUE", 2, 0, 1)]
    assert answer.json()["total"] == "60.00"

    back = api.post(f"orders/{order.number}/swap_back/", line=3)

    assert [one["open"] for one in back.json()["lines"]] == [5, 1, 0]
    refused = api.post(f"orders/{order.number}/swap/", line=1, sku="NO-SUCH")
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (409, "sku")
