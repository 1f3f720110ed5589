"""The timeline speaks: every act has a name, and every line says what happened."""

import ast

import pytest
from django.contrib.auth.models import User
from django.test import Client

from fulfillment.services.sourcing import Trigger
from oms.foundation.look.words import ACT_WORDS, changes_told, detail_of_line, words_of_line
from oms.foundation.models import AuditLine
from orders.models import Order
from orders.services.addresses import edit_address
from orders.services.holds import override_hold, place_hold
from orders.services.notes import edit_contact, set_tags
from orders.services.release import reinstate_gate, waive_gate
from orders.states import EventKind
from tests.architecture.tree import Source, sources
from tests.books import CLERK, Books
from tests.factories import take_order

pytestmark = pytest.mark.django_db
ROOMS = ("orders.", "fulfillment.", "returns.", "inventory.", "outlets.", "bulk.", "inbox.", "outbox.")
# put together from two words where they are written
PUT_TOGETHER = {
    *(f"orders.request_{kind}" for kind in EventKind.values if kind != "authorize"),
    *(f"orders.{verb}_{what}" for verb in ("create", "change") for what in ("channel", "channelaccount")),
    *(f"inventory.{verb}_{what}" for verb in ("create", "change") for what in ("product", "location")),
    *(f"fulfillment.{verb}_{what}" for verb in ("create", "change") for what in ("shippingrate", "carrieraccount")),
    *(f"fulfillment.{verb}_box" for verb in ("create", "change")),
    *(f"fulfillment.{word}" for word in (Trigger.REROUTE, Trigger.REJECTED)),
}
# their names leave nothing to say
SELF_EXPLAINING = {"orders.stop_mails", "orders.resume_mails", "bulk.previewed", "bulk.started", "bulk.finished"}


def acts_in(source: Source) -> set[str]:
    """Return the names of acts that a file writes on the timeline."""
    texts = {text for call in source.calls("record", "Act") for text in texts_in(call)}
    texts |= {f"orders.{text}" for call in source.calls("tell") for text in texts_in(*call.args[:1])}
    return {text for text in texts if text.startswith(ROOMS) and text[-1] not in " ._"}


def texts_in(*nodes: ast.AST) -> set[str]:
    """Return every text that stands in a part of a file."""
    constants = (one.value for node in nodes for one in ast.walk(node) if isinstance(one, ast.Constant))
    return {one for one in constants if isinstance(one, str)}


def test_every_act_has_a_name():
    written = set().union(*(acts_in(source) for source in sources() if source.is_product))
    assert len(written) > 80
    assert sorted((written | PUT_TOGETHER) - ACT_WORDS.keys()) == []


def test_every_line_of_a_shops_day_says_what_happened(books: Books):
    silent = [
        (line.act, words_of_line(line), line.data)
        for line in AuditLine.objects.order_by("pk")
        if line.act not in ACT_WORDS or (line.act not in SELF_EXPLAINING and not detail_of_line(line).strip(" ."))
    ]
    assert silent == []


def told(order: Order, act: str) -> list[str]:
    """Return name and detail of every line of an act on an order's timeline, oldest first."""
    lines = AuditLine.objects.filter(subject=order.stream, act=act).order_by("pk")
    return [f"{words_of_line(line)}: {detail_of_line(line)}" for line in lines]


def test_gates_say_which_way_they_went_and_why(books: Books):
    assert told(books.home, "orders.gate") == [
        "Stock gate opened: LON warehouse ships all 3 units from 878 km away.",
        "Payment gate opened: The money is there or promised.",
    ]
    assert told(books.short, "orders.gate")[0] == (
        "Stock gate closed: Missing: 1 of SKU RARE. It is tried again as soon as stock comes in; or receive stock, or"
        " cancel the missing pieces."
    )


def test_the_floor_says_what_it_did_where(books: Books):
    work = books.home.fulfillment_orders.get()
    shipment = books.home.shipments.get()
    number = shipment.packages.get().tracking_number
    assert told(books.home, "fulfillment.plan") == [f"Planned at a location: {work.number} at LON warehouse."]
    assert told(books.home, "fulfillment.confirm_picked") == [
        f"Picked: {work.number} at LON warehouse. Everything was there."
    ]
    made = f"{shipment.number}: 1 parcel, 1500 g, in 1 × BOX."
    assert told(books.home, "fulfillment.make_shipment") == [f"Shipment made: {made}"]
    assert told(books.home, "fulfillment.ship") == [
        f"Handed to the carrier: {shipment.number} with sandbox standard: {number}."
    ]
    assert told(books.home, "orders.ship") == [f"Pieces shipped: 3 pieces in shipment {shipment.number}."]


def test_money_says_how_much_how(books: Books):
    assert told(books.home, "orders.add_payment") == ["Payment noted: €25.00 by card"]
    assert told(books.home, "orders.capture_payment") == ["Payment collected: €25.00"]


def test_people_say_what_they_changed():
    order = take_order(risk_stated="high")
    place_hold(order_id=order.pk, note="calls back", actor=CLERK)
    override_hold(order_id=order.pk, note="spoke to her", actor=CLERK)
    waive_gate(order_id=order.pk, gate="fraud", reason="known customer", actor=CLERK)
    Order.objects.filter(pk=order.pk).update(state="placed")
    reinstate_gate(order_id=order.pk, gate="fraud", actor=CLERK)
    edit_contact(order_id=order.pk, customer_name=order.customer_name, email="new@example.com", actor=CLERK)
    edit_address(order_id=order.pk, city="Bonn", postal_code="53111", actor=CLERK)
    set_tags(order_id=order.pk, tags=["vip"], actor=CLERK)
    set_tags(order_id=order.pk, tags=[], actor=CLERK)
    assert told(order, "orders.override_hold") == ["Hold overridden: held by staff (calls back). spoke to her"]
    assert told(order, "orders.waive_gate") == ["Fraud gate waived: known customer"]
    assert told(order, "orders.reinstate_gate") == ["Fraud gate: waiver taken back: The check decides again."]
    assert told(order, "orders.edit_contact") == ["Contact changed: e-mail, phone"]
    assert told(order, "orders.edit_address") == ["Address changed: Shipping: city, postal code."]
    assert told(order, "orders.set_tags") == ["Tags set: vip", "Tags set: No tags any more."]


def test_the_page_shows_them(books: Books):
    client = Client()
    client.force_login(User.objects.create_superuser("root"))
    page = client.get(f"/orders/order/{books.home.pk}/change/").content.decode()
    assert "Payment gate opened" in page
    assert "The money is there or promised." in page


def test_a_changed_product_says_what_changed():
    data = {"unit_price": ["10.00", "12.00"], "attributes": [{"size": "M"}, {}], "is_active": [True, False], "x": 1}
    assert changes_told(data) == "unit price: 10.00 → 12.00; attributes: size=M → nothing; is active: yes → no"
