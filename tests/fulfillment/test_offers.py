"""Substitutes are offered for what is missing; an accepted one is a swap, a declined one is remembered."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.db import IntegrityError, transaction
from django.test import Client

from fulfillment.models import SubstituteOffer
from fulfillment.services.following import end_work
from fulfillment.services.offering import accept_offer, decline_offer, expire_offers, offer_substitute
from fulfillment.services.sourcing import source_orders
from fulfillment.services.sourcing.backorders import serve_backorders
from inventory.models import Product, StockLevel, Substitute
from inventory.services.stock import adjust_stock
from oms.foundation.models import AuditLine
from oms.foundation.refusals import Refused
from oms.foundation.relay import relay
from oms.outlets.models import WebhookDelivery
from oms.outlets.notifications.sending import send_notifications
from orders.models import Order
from orders.services.cancel import cancel_order
from tests.factories import NOW, make_actor, make_location, make_product, make_stock
from tests.fulfillment.api import Api
from tests.fulfillment.shop import a_channel, an_order, sourced
from tests.outlets.world import listen

pytestmark = pytest.mark.django_db
CLERK = make_actor()


@pytest.fixture
def tees() -> dict[str, Product]:
    """Two red tees and ten each of two others; blue is sent instead of red first, then green."""
    made = {sku: make_product(sku) for sku in ("RED", "BLUE", "GREEN")}
    place = make_location("LON")
    for sku, pieces in (("RED", 2), ("BLUE", 10), ("GREEN", 10)):
        make_stock(made[sku], place, pieces)
    for rank, sku in enumerate(("BLUE", "GREEN"), start=1):
        Substitute.objects.create(product=made["RED"], substitute=made[sku], rank=rank)
    return made


@pytest.fixture
def order(tees) -> Order:
    """An order of five red tees, whose channel waits."""
    return order_of(tees)


def order_of(tees: dict[str, Product], policy: str = "wait") -> Order:
    """Return a sourced order of five red tees."""
    one = an_order([(tees["RED"], 5)], account=a_channel(policy, shortage_policy=policy), total=5000, lines_total=5000)
    sourced(one)
    return Order.objects.get(pk=one.pk)


def offers(order: Order) -> list[tuple[str, int, str]]:
    """Return SKU, pieces and state of an order's offers."""
    rows = SubstituteOffer.objects.filter(order=order).order_by("pk")
    return list(rows.values_list("product__sku", "quantity", "state"))


def pieces(order: Order) -> list[tuple[str, int, int]]:
    """Return SKU, open and allocated pieces of its lines."""
    return list(order.lines.order_by("position").values_list("sku", "quantity_open", "quantity_allocated"))


def test_an_accepted_offer_is_a_swap_at_the_promised_price(order):
    offer_substitute(order_id=order.pk, line=1, sku="BLUE", actor=CLERK)
    assert (offers(order), pieces(order)) == ([("BLUE", 3, "open")], [("RED", 5, 2)])

    accept_offer(order_id=order.pk, line=1, reason="phone", actor=CLERK)

    assert offers(order) == [("BLUE", 3, "accepted")]
    assert pieces(order) == [("RED", 2, 2), ("BLUE", 3, 3)]
    assert order.lines.get(sku="BLUE").unit_price == 1000
    acts = AuditLine.objects.filter(subject=order.stream, act__in=["orders.swap", "fulfillment.accept_offer"])
    assert [one.note for one in acts.order_by("pk")] == [
        "3 × BLUE instead of RED (line 1), until 25 Nov 2026. phone",
        "3 × RED (line 1) swapped for 3 × BLUE (line 2) at the promised price of €10.00. Offered and accepted. phone",
    ]


def test_only_what_is_missing_free_and_declared_is_offered_and_once(order):
    for told, words in (
        ({"sku": "RED"}, "is no substitute of RED"),
        ({"sku": "BLUE", "quantity": 4}, "3 pieces are missing, not 4"),
        ({"sku": "BLUE", "line": 2}, "has no line 2"),
    ):
        with pytest.raises(Refused, match=words):
            offer_substitute(**{"order_id": order.pk, "line": 1, "actor": CLERK} | told)
    StockLevel.objects.filter(product__sku="BLUE").update(on_hand=2)
    with pytest.raises(Refused, match="Only 2 of BLUE are free now"):
        offer_substitute(order_id=order.pk, line=1, sku="BLUE", actor=CLERK)
    assert offers(order) == []

    offer_substitute(order_id=order.pk, line=1, sku="GREEN", actor=CLERK)
    with pytest.raises(Refused, match="Offered already: 3 × GREEN instead of RED"):
        offer_substitute(order_id=order.pk, line=1, sku="BLUE", quantity=1, actor=CLERK)
    (open_offer,) = SubstituteOffer.objects.all()
    open_offer.pk, open_offer._state.adding = None, True
    with pytest.raises(IntegrityError), transaction.atomic():
        open_offer.save()


def test_an_offer_is_no_promise_what_is_gone_is_refused_and_changes_nothing(order):
    offer_substitute(order_id=order.pk, line=1, sku="BLUE", actor=CLERK)
    StockLevel.objects.filter(product__sku="BLUE").update(on_hand=1)
    with pytest.raises(Refused, match="Only 1 of 3 × BLUE can be promised"):
        accept_offer(order_id=order.pk, line=1, actor=CLERK)
    assert (offers(order), pieces(order)) == ([("BLUE", 3, "open")], [("RED", 5, 2)])


def test_it_runs_out_and_cannot_be_accepted_from_that_moment_on(order):
    offer_substitute(order_id=order.pk, line=1, sku="BLUE", hours=2, actor=CLERK)
    late = make_actor(now=NOW + timedelta(hours=2))
    with pytest.raises(Refused, match="The offer ran out"):
        accept_offer(order_id=order.pk, line=1, actor=late)
    assert expire_offers(actor=make_actor(now=late.now - timedelta(seconds=1))) == 0
    assert (expire_offers(actor=late), offers(order)) == (1, [("BLUE", 3, "expired")])
    with pytest.raises(Refused, match=r"Nothing is offered for line 1 \(RED\)"):
        decline_offer(order_id=order.pk, line=1, actor=late)


def test_the_policy_offers_the_best_that_is_there_and_remembers_what_was_declined(tees):
    order = order_of(tees, "offer")
    assert offers(order) == [("BLUE", 3, "open")]
    again = {"order_ids": [order.pk], "trigger": "asked_by_staff", "actor": CLERK}
    source_orders(**again)
    assert offers(order) == [("BLUE", 3, "open")]

    decline_offer(order_id=order.pk, line=1, reason="no blue", actor=CLERK)
    source_orders(**again)
    assert offers(order) == [("BLUE", 3, "declined"), ("GREEN", 3, "open")]
    decline_offer(order_id=order.pk, line=1, actor=CLERK)
    source_orders(**again)
    assert len(offers(order)) == 2


def test_two_orders_are_not_offered_the_same_last_pieces(tees):
    StockLevel.objects.filter(product__sku="BLUE").update(on_hand=3)
    account = a_channel("offer", shortage_policy="offer")
    StockLevel.objects.filter(product__sku="RED").update(on_hand=0)
    both = [an_order([(tees["RED"], 3)], account=account) for _ in range(2)]
    source_orders(order_ids=[one.pk for one in both], trigger="placed", actor=CLERK)
    assert [offers(one) for one in both] == [[("BLUE", 3, "open")], [("GREEN", 3, "open")]]


def test_it_is_withdrawn_when_the_goods_come_in_or_the_order_is_cancelled(tees):
    served, cancelled = order_of(tees, "offer"), order_of(tees, "offer")
    cancel_order(order_id=cancelled.pk, actor=CLERK)
    end_work(order_ids=[cancelled.pk], actor=CLERK)
    assert offers(cancelled) == [("BLUE", 5, "withdrawn")]

    adjust_stock(sku="RED", location="LON", quantity=3, reason="receipt", actor=CLERK)
    serve_backorders(product_ids=[tees["RED"].pk], actor=CLERK)
    assert offers(served) == [("BLUE", 3, "withdrawn")]


def test_customer_and_channel_are_told_of_it(tees):
    endpoint = listen(code="other")
    account = a_channel("offer", shortage_policy="offer")
    endpoint.account = account
    endpoint.save()
    order = order_of(tees, "offer")
    Order.objects.filter(pk=order.pk).update(email="ada@example.com")
    while relay(CLERK, 50):
        pass
    send_notifications(CLERK, 20)

    text = next(one.body for one in mail.outbox if "something else instead?" in one.subject)
    assert "  3 × Title of BLUE\n  instead of 3 × RED\n" in text
    assert "please answer this mail by 25 November 2026" in text
    told = WebhookDelivery.objects.get(kind="SubstituteOffered").payload["data"]["offer"]
    assert (told["line"], told["sku"], told["instead_of"], told["quantity"]) == (1, "BLUE", "RED", 3)


def test_the_page_offers_and_takes_the_answer_with_the_version_it_showed(order):
    client = Client()
    client.force_login(User.objects.create_superuser("root"))
    address = f"/orders/order/{order.pk}/"
    assert (
        "act/offer_substitute/?line=1&amp;sku=BLUE&amp;quantity=3" in client.get(f"{address}change/").content.decode()
    )

    for act, form in (
        ("offer_substitute", {"line": 1, "sku": "BLUE", "quantity": 3}),
        ("accept_offer", {"line": 1}),
    ):
        seen = client.get(f"{address}act/{act}/").context["row"].version
        answer = client.post(f"{address}act/{act}/", form | {"version": seen})
        assert answer.status_code == 302, (act, answer.content)

    assert pieces(order) == [("RED", 2, 2), ("BLUE", 3, 3)]
    assert "offer accepted" not in client.get(f"{address}change/").content.decode()
    assert "instead of RED" in client.get("/fulfillment/substituteoffer/").content.decode()


def test_the_api_answers_an_offer_and_says_why_it_cannot(order):
    api = Api(order.channel_account)
    acts = {one["name"]: one for one in api.get(f"orders/{order.number}/").json()["actions"]}
    assert acts["accept_offer"]["reasons"][0]["detail"] == "No substitute is offered; offer one first."

    told = api.post(f"orders/{order.number}/offer_substitute/", line=1, sku="BLUE").json()
    assert [(one["sku"], one["quantity"], one["state"]) for one in told["shortage"]["offers"]] == [("BLUE", 3, "open")]
    told = api.post(f"orders/{order.number}/decline_offer/", line=1, reason="no blue").json()
    assert told["shortage"]["offers"][0]["state"] == "declined"
