"""ShipGlobal takes an order first and sells its label second: what is refused in between leaves nothing open there."""

from datetime import UTC, datetime
from typing import Any

import pytest

from fulfillment.carriers.account import Account
from fulfillment.carriers.gateway import CarrierCannotTell, CarrierRefused, Goods, Parcel
from fulfillment.carriers.shipglobal.gateway import ShipGlobalGateway
from fulfillment.documents.papers import Address
from oms.foundation.http import Unreachable
from tests.contracts.carriers.fakes import Company
from tests.contracts.carriers.more_fakes import COMPANIES, ENTERED

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
EMPTY = "Insufficient wallet balance"
PARCEL = Parcel(
    "label:1:1",
    Address("Shop", "5 MG Road", "Delhi", "110001", "IN"),
    Address("Ada Lovelace", "12 The Headrow", "Leeds", "LS1 4AP", "GB"),
    2000,
    order_number="T1",
    goods=(Goods("Tea", 2, 995, "GBP", weight_g=900, sku="TEA"),),
)


def answering(**how: Any) -> Company:
    """Return a ShipGlobal that refuses to print labels, and does something else when it is asked by another path."""
    company = COMPANIES["shipglobal"][0]("SG")
    plain = company.answer

    def answer(method: str, path: str, whole: str, body: bytes) -> Any:
        way = path.rsplit("/", 1)[1]
        if way == "getLabel":
            return 200, {"success": False, "msg": EMPTY}
        return how[way]() if way in how else plain(method, path, whole, body)

    company.answer = answer  # type: ignore[method-assign]
    return company


def buy(company: Company) -> None:
    """Buy a label of it."""
    gateway = ShipGlobalGateway(Account("shipglobal", ENTERED), send=company)
    gateway.buy_label(PARCEL, "ShipGlobal Direct", now=NOW)


def test_a_label_that_is_refused_after_the_order_was_taken_has_its_order_cancelled() -> None:
    company = answering()
    with pytest.raises(CarrierRefused, match=EMPTY):
        buy(company)
    assert [row["voided"] for row in company.book.values()] == [True]


def silent() -> None:
    """Give no answer."""
    raise Unreachable("ReadTimeout")


@pytest.mark.parametrize("cancel", [silent, lambda: (200, {"success": False, "msg": "Try later"})])
def test_an_order_that_cannot_be_cancelled_is_left_to_a_person(cancel) -> None:
    company = answering(cancelRefundOrder=cancel)
    with pytest.raises(CarrierCannotTell, match=f"{EMPTY}.*SG000001.*Look for the order label:1:1 .* cancel it there"):
        buy(company)
