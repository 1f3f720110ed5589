"""What every carrier's adapter must do, whoever the carrier is."""

from datetime import UTC, date, datetime

import pytest

from fulfillment.carriers.checking import fault_in
from fulfillment.carriers.choosing import choose, total_rates
from fulfillment.carriers.gateway import CarrierGateway, CarrierRefused, Parcel, Rate
from fulfillment.carriers.registry import CARRIERS, carrier
from fulfillment.documents.papers import Address
from fulfillment.states import TrackingStatus

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
FROM = Address("Shop", "1 Dock Road", "Barking", "IG11 0HZ", "GB")
TO = Address("Ada Lovelace", "12 The Headrow", "Leeds", "LS1 4AP", "GB")
EVERY_CARRIER = pytest.mark.parametrize("gateway", CARRIERS.values(), ids=list(CARRIERS))


def a_parcel(reference: str = "label:1:1", **fields: object) -> Parcel:
    """Return a parcel of two kilograms from Barking to Leeds."""
    values = {"reference": reference, "ship_from": FROM, "ship_to": TO, "weight_g": 2000, "distance_km": 270}
    return Parcel(**values | {"order_number": "T1"} | fields)  # type: ignore[arg-type]


@EVERY_CARRIER
def test_rates_are_positive_and_name_their_carrier(gateway: CarrierGateway) -> None:
    rates = gateway.rates(a_parcel())
    assert rates
    assert all(rate.amount > 0 and rate.days >= 0 and rate.carrier == gateway.code for rate in rates)


@EVERY_CARRIER
def test_more_weight_never_costs_less(gateway: CarrierGateway) -> None:
    light = {rate.service: rate.amount for rate in gateway.rates(a_parcel(weight_g=500))}
    heavy = {rate.service: rate.amount for rate in gateway.rates(a_parcel(weight_g=20_000))}
    assert all(heavy[service] >= light[service] for service in heavy)


@EVERY_CARRIER
def test_a_bought_label_is_what_was_asked_for(gateway: CarrierGateway) -> None:
    rate = gateway.rates(a_parcel())[0]
    bought = gateway.buy_label(a_parcel(), rate.service, now=NOW)
    assert fault_in(bought, parcel=a_parcel(), currency=rate.currency) is None
    assert bought.amount == rate.amount


@EVERY_CARRIER
def test_a_label_is_found_by_our_reference_until_it_is_given_back(gateway: CarrierGateway) -> None:
    assert gateway.find_by_reference("label:1:1") is None
    service = gateway.rates(a_parcel())[0].service
    bought = gateway.buy_label(a_parcel(), service, now=NOW)
    found = gateway.find_by_reference("label:1:1")
    assert found is not None
    assert (found.tracking_number, found.carrier_reference) == (bought.tracking_number, bought.carrier_reference)
    gateway.void_label(bought.carrier_reference, now=NOW)
    gateway.void_label(bought.carrier_reference, now=NOW)
    assert gateway.find_by_reference("label:1:1") is None


@EVERY_CARRIER
def test_tracking_numbers_are_unique(gateway: CarrierGateway) -> None:
    service = gateway.rates(a_parcel())[0].service
    numbers = {gateway.buy_label(a_parcel(f"label:{i}:1"), service, now=NOW).tracking_number for i in range(20)}
    assert len(numbers) == 20


@EVERY_CARRIER
def test_what_is_unknown_is_refused(gateway: CarrierGateway) -> None:
    with pytest.raises(CarrierRefused):
        gateway.void_label("nothing", now=NOW)
    with pytest.raises(CarrierRefused):
        gateway.track("nothing")
    with pytest.raises(CarrierRefused):
        gateway.buy_label(a_parcel(), "carrier_pigeon", now=NOW)


@EVERY_CARRIER
@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"\xff", b'{"code": "??"}'])
def test_messages_without_sense_are_refused_by_a_plain_error(gateway: CarrierGateway, body: bytes) -> None:
    with pytest.raises((ValueError, KeyError)):
        gateway.parse_event(body)


@EVERY_CARRIER
def test_our_words_are_used_for_their_events(gateway: CarrierGateway) -> None:
    service = gateway.rates(a_parcel())[0].service
    bought = gateway.buy_label(a_parcel(), service, now=NOW)
    assert all(event.status in TrackingStatus.values for event in gateway.track(bought.tracking_number))


@EVERY_CARRIER
def test_a_driver_can_be_ordered_and_told_what_to_take(gateway: CarrierGateway) -> None:
    assert gateway.pickup(FROM, date(2026, 11, 23), parcels=2).number
    assert gateway.manifest(["A", "B"], now=NOW).tracking_numbers == ("A", "B")


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
