"""Shipments that wait for carriers which refuse or are silent, for tests of those that stand in."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from fulfillment.models import Shipment
from fulfillment.services.finding_stand_ins import find_stand_ins
from fulfillment.services.label_buying import work_labels
from fulfillment.services.labels import buy_labels
from inventory.models import Product
from oms.foundation.http import NotConnected
from orders.models import Order
from tests.contracts.carriers.fakes import Company
from tests.factories import NOW, make_actor, make_location, make_product, make_stock
from tests.fulfillment.accounts import open_account
from tests.fulfillment.shop import an_order, packed, sourced

BARKING = {"line1": "1 Dock Road", "city": "Barking", "postal_code": "IG11 0HZ", "country": "GB"}
SALE = {"fedex": "/ship/v1/shipments", "ups": "/ship", "dhl_express": "/mydhlapi/shipments"}
SUSPENDED = "The account is suspended."


def some_shipment(order: Callable[[Product], Order] = lambda tea: an_order([(tea, 1)])) -> Shipment:
    """Return a packed shipment from Barking whose label was asked for; FedEx is the cheapest, then UPS."""
    tea = make_product("TEA")
    make_stock(tea, make_location("LON", **BARKING), 10)
    row = packed(sourced(order(tea))[0])
    buy_labels(shipment_id=row.pk, actor=make_actor())
    return row


def at(minutes: float):
    """Return the worker so many minutes later."""
    return make_actor("worker", now=NOW + timedelta(minutes=minutes))


def work(minutes: float = 0) -> None:
    """Let the workers of the queue run so many minutes later: buy, look for others, buy."""
    work_labels(at(minutes), 20)
    find_stand_ins(at(minutes), 20)
    work_labels(at(minutes), 20)


def selling(company: Company, kind: str, how: Any) -> Company:
    """Let a carrier do something else when it is asked for what costs money: return its answer, or raise."""
    plain = company.answer

    def answer(method: str, path: str, whole: str, body: bytes) -> Any:
        return how() if path.endswith(SALE[kind]) else plain(method, path, whole, body)

    company.answer = answer
    return company


def dead(kind: str, **fields: Any) -> Company:
    """Open an account whose carrier tells prices and cannot be reached when it is to sell."""

    def gone() -> None:
        raise NotConnected("ConnectError")

    return selling(open_account(kind, **fields), kind, gone)


def refusing(kind: str, words: str = SUSPENDED, **fields: Any) -> Company:
    """Open an account whose carrier tells prices and refuses to sell."""
    company = open_account(kind, **fields)
    return selling(company, kind, lambda: company.refuse("111", words))


def again(shipment: Shipment) -> Shipment:
    """Return the shipment as it is stored."""
    return Shipment.objects.select_related("order", "location").get(pk=shipment.pk)


def gone(*told: Any) -> None:
    """Give no answer to anything."""
    raise NotConnected("ConnectError")


def while_asked(company: Company, act: Callable[[], Any]) -> Company:
    """Let something happen while a carrier is asked for the first time."""
    plain = company.answer

    def answer(*told: Any) -> Any:
        company.answer = plain
        act()
        return plain(*told)

    company.answer = answer
    return company


def another_shipment() -> Shipment:
    """Return another such shipment of the same product and location."""
    row = packed(sourced(an_order([(Product.objects.get(sku="TEA"), 1)]))[0])
    buy_labels(shipment_id=row.pk, actor=make_actor())
    return row


def look(minutes: float) -> None:
    """Let only those look who search for others, so many minutes later."""
    find_stand_ins(at(minutes), 20)
