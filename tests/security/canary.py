"""Somebody whose every word is unmistakable, a life of theirs in the shop, and a search for what is left of them."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import time_machine
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client

from fulfillment.models import FulfillmentOrder, Shipment
from fulfillment.services.labels import buy_labels
from fulfillment.services.packing import pack
from fulfillment.services.picking import confirm_picked, start_picking
from fulfillment.services.shipping import ship
from oms.foundation.audit import record
from oms.foundation.inbox import receive
from oms.foundation.models import InboxMessage
from orders.models import Order
from orders.services.api_keys import issue_api_key
from returns.services.inspecting import inspect_return
from returns.services.receiving import receive_return
from tests.books import EVENING, rest, send_messages
from tests.factories import NOW, make_actor, make_channel, make_location, make_product, make_stock
from tests.foundation.rows import make_import
from tests.orders.api.conftest import Caller
from tests.outlets.world import listen
from tests.returns.world import announced, approved_return, inspected

NAME, EMAIL, PHONE = "Zelda Ärmelcanary", "zelda.canary@example.org", "+4915799887766"
STREET, SECOND, NOTE = "Canarygasse 17", "hinterm canarykäfig", "canarynotiz"
CARD = "4111111111111111"
PERSONAL = (
    NAME,
    "Zelda",
    "rmelcanary",
    EMAIL,
    "zelda.canary",
    PHONE,
    "15799887766",
    STREET,
    "canarygasse",
    SECOND,
    NOTE,
)


@time_machine.travel(NOW, tick=False)
def home_and_back() -> Order:
    """Let the canary order by API, be edited, picked, shipped, delivered, written to, and send a piece back."""
    tea = make_product("TEA")
    place = make_location("LON")
    make_stock(tea, place, 20)
    account = make_channel("canary")
    listen(code="canary")
    key = issue_api_key(account_id=account.pk, name="shop", scopes=["*"], actor=make_actor())
    caller = Caller(key)
    order = _ordered(caller)
    desk = Client()
    desk.force_login(User.objects.create_superuser("desk"))
    _handled(caller, desk, order)
    rest()
    _sent(order)
    for minute in range(2, 12, 2):
        rest(NOW + timedelta(minutes=minute))
    evening = make_actor(now=EVENING)
    back = approved_return(order, announced("TEA", 1), actor=evening)
    receive_return(return_id=back.pk, location=place, actor=evening)
    inspect_return(return_id=back.pk, lines=[inspected("TEA")], actor=evening)
    _mentioned(order)
    rest(EVENING)
    send_messages()
    return Order.objects.get(pk=order.pk)


def _ordered(caller: Caller) -> Order:
    """Order two pieces with every personal field filled in."""
    address = {
        "name": NAME, "line1": STREET, "line2": SECOND, "city": "Berlin", "region": "", "postal_code": "10115",
        "country": "DE", "phone": PHONE,
    }  # fmt: skip
    body = {
        "external_id": "C-1",
        "placed_at": "2026-11-22T10:00:00Z",
        "currency": "EUR",
        "prices_include_tax": True,
        "customer": {"name": NAME, "email": EMAIL, "phone": PHONE},
        "shipping_address": address,
        "billing_address": address,
        "shipping": {},
        "lines": [{"external_id": "1", "sku": "TEA", "quantity": 2, "unit_price": "10.00", "customization": NOTE}],
        "payments": [{"method": "card", "gateway": "sandbox", "token": "tok_ok", "amount": "20.00"}],
        "total": "20.00",
        "instructions": NOTE,
        "tags": [NOTE],
    }
    answer = caller.post("/orders/", body)
    assert answer.status_code == 201, answer.content
    rest()
    return Order.objects.get(number=answer.json()["number"])


def _handled(caller: Caller, desk: Client, order: Order) -> None:
    """Note, tag, hold, edit: everything that people type."""
    acts = [
        ("add_note", {"note": f"{NAME} called: {NOTE}"}),
        ("set_tags", {"tags": NOTE}),
        ("edit_contact", {"customer_name": NAME, "email": EMAIL, "phone": PHONE}),
        ("hold", {"reason": "customer_request", "note": NOTE}),
        ("release_hold", {"note": NOTE}),
    ]
    for act, values in acts:
        answer = caller.post(f"/orders/{order.number}/{act}/", values)
        assert answer.status_code == 200, (act, answer.content)
    form = {"name": NAME, "phone": PHONE, "language": "de", "note": NOTE, "version": "0"}
    assert desk.post(f"/orders/customer/{order.customer_id}/change/", form).status_code in (200, 302)
    desk.get(f"/search/?q={EMAIL}")


def _sent(order: Order) -> None:
    """Pick, pack, label and ship."""
    clerk = make_actor()
    work = FulfillmentOrder.objects.get(order=order)
    start_picking(fulfillment_order_id=work.pk, actor=clerk)
    confirm_picked(fulfillment_order_id=work.pk, actor=clerk)
    shipment = pack(fulfillment_order_id=work.pk, actor=clerk)
    buy_labels(shipment_id=shipment.pk, actor=clerk)
    rest()
    ship(shipment_id=Shipment.objects.get(order=order).pk, actor=clerk)


def _mentioned(order: Order) -> None:
    """Let a vendor's message and a row of a file mention the canary."""
    body = f'{{"email": "{EMAIL}", "name": "Zelda \\u00c4rmelcanary", "street": "{STREET}"}}'.encode()
    receive(source="x", kind="nobody", account="x", message_id="c", body=body, headers={}, actor=make_actor())
    InboxMessage.objects.filter(source="x").update(state="ignored", done_at=EVENING)
    session = make_import()
    record(make_actor(), "imports.sent", session, note="orders.csv")
    session.rows.create(
        row=2, key="C-1", verb="create", outcome="done", changes={"email": ["", EMAIL]}, object_id=order.pk
    )


def left_of(words: Iterable[str]) -> list[str]:
    """Return every column of every table in which one of the words stands, as ``table.column``."""
    found: set[str] = set()
    wanted = [word.lower() for word in words]
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"select * from {connection.ops.quote_name(table)}")
            names = [column.name if hasattr(column, "name") else column[0] for column in cursor.description]
            for row in cursor.fetchall():
                for name, value in zip(names, row, strict=True):
                    if any(word in text_of(value) for word in wanted):
                        found.add(f"{table}.{name}")
    return sorted(found)


def text_of(value: Any) -> str:
    """Return a stored value as lower-case text, its escapes undone."""
    raw = bytes(value).decode("utf-8", "ignore") if isinstance(value, bytes | memoryview) else str(value)
    if "\\u" in raw:
        raw += raw.encode("ascii", "ignore").decode("unicode_escape", "ignore")
    return raw.lower()
