"""What every carrier's adapter must do, whoever the carrier is."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest

from fulfillment.carriers.account import Account
from fulfillment.carriers.checking import fault_in
from fulfillment.carriers.choosing import SPEED, choose, total_rates
from fulfillment.carriers.gateway import (
    BoughtLabel,
    CarrierCannotTell,
    CarrierGateway,
    CarrierRefused,
    Goods,
    Parcel,
    Rate,
)
from fulfillment.carriers.kinds import KINDS
from fulfillment.carriers.registry import CARRIERS, carrier
from fulfillment.documents.papers import Address
from fulfillment.models import ShippingRate
from fulfillment.states import CarrierAdapter, TrackingStatus
from tests.contracts.carriers.more_fakes import COMPANIES, an_account

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
FROM = Address("Shop", "1 Dock Road", "Barking", "IG11 0HZ", "GB")
TO = Address("Ada Lovelace", "12 The Headrow", "Leeds", "LS1 4AP", "GB")
BONN = Address("Shop", "Charles-de-Gaulle-Str. 20", "Bonn", "53113", "DE")
COLOGNE = Address("Käthe Müller", "Hauptstraße 5a", "Köln", "50667", "DE")
DELHI = Address("Shop", "5 MG Road", "Delhi", "110001", "IN")
WAYS = {"dhl_parcel_de": (BONN, COLOGNE), "shipglobal": (DELHI, TO)}
FINDS, KEEPS, NO_DRIVERS, REPEATS = {"sandbox", "ups"}, {"dhl_express"}, {"shipglobal", "file"}, {"file"}
"""Who finds a label by our reference, who takes none back, who orders no driver, who gives the same label again."""
TEA = Goods("Tea", 2, 995, "GBP", weight_g=900, sku="TEA")


@dataclass
class Case:
    """One carrier and the way that it serves."""

    gateway: CarrierGateway

    def parcel(self, reference: str = "label:1:1", **fields: object) -> Parcel:
        """Return a parcel of two kilograms on a way of the carrier."""
        start, end = WAYS.get(self.gateway.code, (FROM, TO))
        values = {"reference": reference, "ship_from": start, "ship_to": end, "weight_g": 2000, "distance_km": 270}
        return Parcel(**values | {"order_number": "T1", "goods": (TEA,)} | fields)  # type: ignore[arg-type]

    def rate(self) -> Rate:
        """Return the cheapest rate."""
        return self.gateway.rates(self.parcel(), now=NOW)[0]

    def buy(self, reference: str = "label:1:1") -> BoughtLabel:
        """Buy a label with the cheapest service."""
        return self.gateway.buy_label(self.parcel(reference), self.rate().service, now=NOW)


@pytest.fixture(params=[*CARRIERS, *KINDS])
def case(request) -> Case:
    """Every carrier: the sandbox, and each adapter with a company of paper behind it."""
    if request.param == "file":
        return Case(a_carrier_by_file())
    return Case(CARRIERS[request.param] if request.param in CARRIERS else an_account(request.param)[0])


def a_carrier_by_file(**entered: str) -> CarrierGateway:
    """Return a carrier that works by file, with two services on the rate card."""
    for service, level, price in (("parcel", "standard", 395), ("overnight", "express", 995)):
        ShippingRate.objects.create(
            code=f"file-{service}", carrier="file", service=service, level=level, price=price, per_started_kg=60
        )
    values = {"name": "Pelican Parcels", "numbers": "PX 0000001 0000099"} | entered
    return KINDS["file"].make(Account("file", values))


def test_every_adapter_is_here() -> None:
    assert {*COMPANIES, "file"} == set(KINDS) == set(CarrierAdapter.values)


def test_rates_are_positive_and_name_their_carrier(case) -> None:
    rates = case.gateway.rates(case.parcel(), now=NOW)
    assert rates
    assert all(rate.amount > 0 and rate.days >= 0 and rate.carrier == case.gateway.code for rate in rates)
    assert all(rate.level in SPEED and len(rate.service) <= 40 for rate in rates)
    assert len({rate.service for rate in rates}) == len(rates)


def test_more_weight_never_costs_less(case) -> None:
    light = {rate.service: rate.amount for rate in case.gateway.rates(case.parcel(weight_g=500), now=NOW)}
    heavy = {rate.service: rate.amount for rate in case.gateway.rates(case.parcel(weight_g=20_000), now=NOW)}
    assert all(heavy[service] >= light[service] for service in heavy)
    assert max(heavy.values()) > min(light.values())


def test_a_bought_label_is_what_was_asked_for(case) -> None:
    rate = case.rate()
    bought = case.buy()
    assert fault_in(bought, parcel=case.parcel(), currency=rate.currency) is None
    assert bought.amount in (rate.amount, None)


def test_a_lost_answer_is_settled_by_our_reference_or_by_a_person(case) -> None:
    bought = case.buy()
    if case.gateway.code in REPEATS:
        assert case.gateway.find_by_reference("label:1:1", now=NOW) is None
        assert case.buy() == bought
        return
    if case.gateway.code not in FINDS:
        with pytest.raises(CarrierCannotTell, match="give the label up here and buy a new one") as why:
            case.gateway.find_by_reference("label:1:1", now=NOW)
        assert len(str(why.value)) <= 300
        return
    found = case.gateway.find_by_reference("label:1:1", now=NOW)
    assert found is not None
    assert (found.tracking_number, found.carrier_reference) == (bought.tracking_number, bought.carrier_reference)
    assert fault_in(found, parcel=case.parcel(), currency=bought.currency) is None
    case.gateway.void_label(bought.carrier_reference, now=NOW)
    assert found_again(case.gateway) is None


def found_again(gateway: CarrierGateway) -> BoughtLabel | None:
    """Return what is found by the reference, None also where the carrier cannot tell."""
    try:
        return gateway.find_by_reference("label:1:1", now=NOW)
    except CarrierCannotTell:
        return None


def test_a_label_is_given_back_once_however_often_it_is_asked_or_never(case) -> None:
    bought = case.buy()
    if case.gateway.code in KEEPS:
        with pytest.raises(CarrierRefused, match="takes no label back"):
            case.gateway.void_label(bought.carrier_reference, now=NOW)
        return
    case.gateway.void_label(bought.carrier_reference, now=NOW)
    case.gateway.void_label(bought.carrier_reference, now=NOW)


def test_tracking_numbers_are_unique(case) -> None:
    numbers = {case.buy(f"label:{number}:1").tracking_number for number in range(20)}
    assert len(numbers) == 20


def test_what_is_unknown_is_refused(case) -> None:
    with pytest.raises(CarrierRefused):
        case.gateway.void_label("nothing", now=NOW)
    with pytest.raises(CarrierRefused):
        case.gateway.track("nothing")
    with pytest.raises(CarrierRefused):
        case.gateway.buy_label(case.parcel(), "carrier_pigeon", now=NOW)


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"\xff", b'{"code": "??"}'])
def test_messages_without_sense_are_refused_by_a_plain_error(case, body: bytes) -> None:
    with pytest.raises((ValueError, KeyError)):
        case.gateway.parse_events(body)


def test_our_words_are_used_for_their_events(case) -> None:
    events = case.gateway.track(case.buy().tracking_number)
    assert all(event.status in TrackingStatus.values and event.occurred_at.tzinfo for event in events)
    assert bool(events) == (case.gateway.code not in ("sandbox", "file"))


def test_a_driver_can_be_ordered_and_told_what_to_take(case) -> None:
    start = case.parcel().ship_from
    if case.gateway.code in NO_DRIVERS:
        with pytest.raises(CarrierRefused, match="in its own pages only"):
            case.gateway.pickup(start, date(2026, 11, 23), parcels=2)
    else:
        assert case.gateway.pickup(start, date(2026, 11, 23), parcels=2).number


def test_what_is_on_the_list_of_the_day_is_found_there_again(case) -> None:
    numbers = [case.buy(f"label:{number}:1").tracking_number for number in range(3)]
    if case.gateway.closes_day:
        assert case.gateway.manifested(numbers, now=NOW) is None
    told = case.gateway.manifest(numbers[:2], now=NOW)
    assert told.tracking_numbers == tuple(numbers[:2])
    listed = case.gateway.manifested(numbers if case.gateway.closes_day else numbers[:2], now=NOW)
    assert listed is not None
    assert (listed.number, listed.tracking_numbers) == (told.number, tuple(numbers[:2]))


def test_an_unknown_carrier_names_the_known_ones() -> None:
    with pytest.raises(LookupError, match="known: sandbox"):
        carrier("pigeon")


def rate(service: str, level: str, amount: int, days: int = 2) -> Rate:
    """Return a rate of a carrier of paper."""
    return Rate("paper", service, service.title(), level, amount, "EUR", days)


RATES = [rate("slow", "standard", 500), rate("fast", "express", 900, 1), rate("cheap", "standard", 400, 5)]


@pytest.mark.parametrize(
    ("level", "service", "taken", "why"),
    [
        ("standard", "", "cheap", "Cheap for €4.00: cheapest of 2 services for “standard”."),
        ("express", "", "fast", "Fast for €9.00: the only service for “express”."),
        ("pickup", "", "cheap", "Cheap for €4.00: cheapest of 2 services for “pickup”."),
        ("same_day", "", "fast", "Fast for €9.00: no service does “same day” to this address, this is the fastest."),
        ("standard", "slow", "slow", "Slow for €5.00, chosen by hand."),
    ],
)
def test_the_cheapest_service_that_is_fast_enough_is_taken(level: str, service: str, taken: str, why: str) -> None:
    choice = choose(RATES, level=level, service=service)
    assert choice is not None
    assert (choice.rate.service, choice.reason) == (taken, why)


def test_nothing_is_chosen_from_nothing() -> None:
    assert choose([], level="standard") is None
    assert choose(RATES, level="standard", service="pigeon") is None


def test_a_service_must_take_every_parcel() -> None:
    both = total_rates([[rate("a", "standard", 100), rate("b", "standard", 50)], [rate("a", "standard", 30, 4)]])
    assert [(one.service, one.amount, one.days) for one in both] == [("a", 130, 4)]
