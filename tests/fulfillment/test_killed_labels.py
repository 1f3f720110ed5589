"""A worker dies at every step of buying a label, at every carrier: one label, one charge, one tracking number."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from fulfillment.carriers import registry
from fulfillment.models import CarrierAccount, Label, Package, Shipment
from fulfillment.queries import unsettled_labels
from fulfillment.services import label_buying, label_settling
from fulfillment.services.label_buying import work_labels
from fulfillment.services.label_clearing import give_labels_up
from fulfillment.services.labels import buy_labels
from oms.foundation.refusals import Refused
from tests.contracts.carriers.fakes import Company
from tests.contracts.carriers.more_fakes import COMPANIES
from tests.factories import NOW, make_actor, make_location, make_product, make_stock
from tests.fulfillment.accounts import gateway_to, open_account
from tests.fulfillment.shop import an_order, label_of, packed, sourced

pytestmark = pytest.mark.django_db
PAYING = {
    "fedex": "/ship/v1/shipments",
    "ups": "/ship",
    "dhl_express": "/mydhlapi/shipments",
    "dhl_parcel_de": "/shipping/v2/orders",
    "shipglobal": "/order/getLabel",
}
"""How the path of the call ends that costs money."""
FROM = {
    "dhl_parcel_de": {"line1": "Charles-de-Gaulle-Str. 20", "city": "Bonn", "postal_code": "53113", "country": "DE"},
    "shipglobal": {"line1": "5 MG Road", "city": "Delhi", "postal_code": "110001", "country": "IN"},
}
BARKING = {"line1": "1 Dock Road", "city": "Barking", "postal_code": "IG11 0HZ", "country": "GB"}
FINDS = {"ups"}
"""Who hands a label out again by our reference; everywhere else a person looks."""
HOURS = (1, 2, 3, 24, 240)


class Killed(BaseException):
    """The worker's process ends here."""


@pytest.fixture(params=list(COMPANIES))
def company(request) -> Company:
    """Every carrier with an account in use, and a packed shipment whose label was asked for."""
    tea = make_product("TEA")
    make_stock(tea, make_location("LON", **FROM.get(request.param, BARKING)), 10)
    company = open_account(request.param)
    shipment = packed(sourced(an_order([(tea, 1)]))[0])
    buy_labels(shipment_id=shipment.pk, actor=make_actor())
    return company


def kind() -> str:
    """Return whose account is in use."""
    return CarrierAccount.objects.get().code


def before_the_call(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    """Die when the label is about to be asked for."""

    def die(*_: Any, **__: Any) -> None:
        raise Killed

    monkeypatch.setattr(type(registry.carrier(kind())), "buy_label", die)


def during_the_call(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    """Die when the carrier has taken the money and its answer is on its way."""

    def die() -> None:
        raise Killed

    after_paying(company, die, monkeypatch)


def before_the_commit(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    """Die when the label is written down and nothing is committed."""

    def die(*_: Any) -> None:
        raise Killed

    monkeypatch.setattr(label_settling, "_label_when_complete", die)


def after_the_commit(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    """Die when everything is committed."""
    plain = label_buying.settle_purchases

    def die(*told: Any) -> None:
        plain(*told)
        raise Killed

    monkeypatch.setattr(label_buying, "settle_purchases", die)


def after_paying(company: Company, act: Callable[[], None], monkeypatch: pytest.MonkeyPatch) -> None:
    """Act when the carrier has done what costs money."""
    plain = company.answer

    def answer(method: str, path: str, whole: str, body: bytes) -> Any:
        told = plain(method, path, whole, body)
        if path.endswith(PAYING[kind()]):
            act()
        return told

    monkeypatch.setattr(company, "answer", answer)


STEPS = {"before": before_the_call, "during": during_the_call, "commit": before_the_commit, "after": after_the_commit}


def work(hours: float = 0) -> None:
    """Let the worker run some hours later."""
    work_labels(make_actor("worker", now=NOW + timedelta(hours=hours)), 20)


def paid(company: Company) -> int:
    """Return how often the carrier was asked for what costs money."""
    return sum(one.path.split("?")[0].endswith(PAYING[kind()]) for one in company.heard if one.method == "POST")


def sold(company: Company) -> list[str]:
    """Return the numbers that were sold and not taken back."""
    return [number for number, row in company.book.items() if not row["voided"]]


def numbers() -> list[str]:
    """Return the tracking numbers that stand on parcels."""
    return list(Package.objects.exclude(tracking_number="").values_list("tracking_number", flat=True))


@pytest.mark.parametrize("step", list(STEPS))
def test_F47_a_worker_that_dies_with_a_label_buys_one(step: str, company, monkeypatch) -> None:
    with monkeypatch.context() as dying:
        STEPS[step](company, dying)
        with pytest.raises(Killed):
            work()
    label = label_of(Shipment.objects.get())
    assert (label.state, label.attempts) == (("purchased" if step == "after" else "requested"), 1)

    gateway_to(company, CarrierAccount.objects.get())
    for hours in HOURS:
        work(hours)

    done = step == "after" or (step != "before" and kind() in FINDS)
    assert paid(company) == len(sold(company)) == (step != "before")
    assert numbers() == (sold(company) if done else [])
    if not done:
        a_person_ends_it(company)
    assert paid(company) - (step != "before" and not done) == len(sold(company)) == 1
    assert numbers() == sold(company)
    bought = Label.objects.filter(state="purchased").values_list("tracking_number", flat=True)
    assert list(bought) == sold(company)


def a_person_ends_it(company: Company) -> None:
    """Do what the label's words say: cancel at the carrier what exists there, give the label up, buy another."""
    shipment = Shipment.objects.get()
    [label] = unsettled_labels()
    assert "give the label up here and buy a new one" in label.failure
    for row in company.book.values():
        row["voided"] = True
    late = make_actor(now=NOW + timedelta(hours=HOURS[-1] + 1))
    give_labels_up(shipment_id=shipment.pk, reason="cancelled at the carrier", actor=late)
    buy_labels(shipment_id=shipment.pk, actor=late)
    work(HOURS[-1] + 2)


def test_F47_an_answer_that_is_lost_after_the_sale_buys_one(company, monkeypatch) -> None:
    def lose() -> None:
        company.lost = 1

    with monkeypatch.context() as losing:
        after_paying(company, lose, losing)
        work()
    for hours in HOURS:
        work(hours)

    assert (paid(company), len(sold(company))) == (1, 1)
    assert numbers() == (sold(company) if kind() in FINDS else [])
    if kind() not in FINDS:
        a_person_ends_it(company)
    assert numbers() == sold(company)


@pytest.mark.parametrize("company", ["shipglobal"], indirect=True)  # everywhere else one call does both
def test_a_worker_that_dies_between_order_and_label_leaves_the_order_to_a_person(company, monkeypatch) -> None:
    plain = company.answer

    def answer(method: str, path: str, whole: str, body: bytes) -> Any:
        if path.endswith("/order/getLabel"):
            raise Killed
        return plain(method, path, whole, body)

    with monkeypatch.context() as dying:
        dying.setattr(company, "answer", answer)
        with pytest.raises(Killed):
            work()
    for hours in HOURS:
        work(hours)
    assert (len(company.book), numbers()) == (1, [])
    a_person_ends_it(company)
    assert numbers() == sold(company)


def test_a_second_click_and_a_second_worker_buy_nothing_more(company, monkeypatch) -> None:
    shipment = Shipment.objects.get()
    with pytest.raises(Refused):
        buy_labels(shipment_id=shipment.pk, actor=make_actor())
    after_paying(company, work, monkeypatch)  # another worker comes while the first one waits for the answer
    work()
    with pytest.raises(Refused):
        buy_labels(shipment_id=shipment.pk, actor=make_actor())
    work(1)
    assert (paid(company), Label.objects.count()) == (1, 1)
    assert numbers() == sold(company)
    assert len(numbers()) == 1
