"""The line to a carrier: silence, busy signs, refused keys, and a dead carrier that is left alone."""

from datetime import UTC, datetime

import pytest

from fulfillment.carriers.account import Account
from fulfillment.carriers.circuit import Circuit
from fulfillment.carriers.dhl_parcel_de.contract import read_contract
from fulfillment.carriers.dhl_parcel_de.places import street_and_house, three_letters
from fulfillment.carriers.fedex.asking import ship
from fulfillment.carriers.gateway import (
    CarrierCannotTell,
    CarrierNotAsked,
    CarrierRefused,
    CarrierUnreachable,
    Goods,
    Parcel,
)
from fulfillment.carriers.line import Line, Request, TokenLine
from fulfillment.carriers.measures import centimetres, inches, kilograms, lines_of, minor_units, pounds
from fulfillment.carriers.ups.asking import mark_of
from fulfillment.documents.papers import Address
from oms.foundation.http import NotConnected, Unreachable
from tests.contracts.carriers.more_fakes import ENTERED, an_account

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
LEEDS = Address("Ada Lovelace", "12 The Headrow", "Leeds", "LS1 4AP", "GB")
LONDON = Address("Shop", "148 Long Lane", "London", "SE1 4BJ", "GB")
DELHI = Address("Shop", "5 MG Road", "Delhi", "110001", "IN")
TEA = Goods("Tea", 2, 995, "GBP", weight_g=900, sku="TEA")
ASK = Request("GET", "/x")


class Clock:
    """A clock that is set by hand."""

    now = 0.0

    def __call__(self) -> float:
        """Return the moment."""
        return self.now


def a_line(*told) -> tuple[Line, Clock, list[str]]:
    """Return a line whose server gives the answers one by one, then is silent, its clock, and the paths asked."""
    answers, clock, heard = list(told), Clock(), []

    def send(method, url, *, body=b"", headers=None):
        heard.append(url)
        answer = answers.pop(0) if answers else Unreachable("ReadTimeout")
        if isinstance(answer, Exception):
            raise answer
        return answer

    return Line("Acme", "https://acme.example", send=send, circuit=Circuit("Acme", clock)), clock, heard


def test_a_dead_carrier_is_left_alone_and_asked_again_later() -> None:
    line, clock, heard = a_line()
    for _ in range(3):
        with pytest.raises(CarrierUnreachable, match="Acme did not answer"):
            line.ask(ASK)
    with pytest.raises(CarrierNotAsked, match="asked again in 30 seconds") as pause:
        line.ask(ASK)
    assert (len(heard), pause.value.retry_after) == (3, 30.0)
    clock.now = 31.0
    with pytest.raises(CarrierUnreachable):
        line.ask(ASK)
    with pytest.raises(CarrierNotAsked) as pause:
        line.ask(ASK)
    assert (len(heard), pause.value.retry_after) == (4, 60.0)


def test_one_answer_makes_up_for_all_silence() -> None:
    line, clock, heard = a_line(*[Unreachable("ReadTimeout")] * 3, (200, b"{}"))
    for _ in range(3):
        with pytest.raises(CarrierUnreachable):
            line.ask(ASK)
    clock.now = 31.0
    assert line.ask(ASK).is_good
    for _ in range(2):
        with pytest.raises(CarrierUnreachable):
            line.ask(ASK)
    assert len(heard) == 6


def test_only_what_surely_was_not_done_is_said_to_be_so() -> None:
    with pytest.raises(CarrierNotAsked, match="cannot be reached"):
        a_line(NotConnected("ConnectTimeout"))[0].ask(ASK)
    with pytest.raises(CarrierNotAsked) as busy:
        a_line((429, b""))[0].ask(ASK)
    assert busy.value.retry_after == 60.0
    with pytest.raises(CarrierUnreachable, match="in trouble") as trouble:
        a_line((503, b""))[0].ask(ASK)
    assert not isinstance(trouble.value, CarrierNotAsked)


def a_token(seconds: int, text: str = "t1") -> tuple[int, bytes]:
    """Return the answer to a login."""
    return 200, f'{{"access_token": "{text}", "expires_in": {seconds}}}'.encode()


def test_a_token_is_kept_until_it_ends_and_fetched_anew_when_refused() -> None:
    line, clock, heard = a_line(
        a_token(3600), (200, b"{}"), (200, b"{}"), a_token(3600), (200, b"{}"), (401, b""), a_token(3600), (200, b"{}")
    )
    signed = TokenLine(line, Request("POST", "/token"), clock)
    assert signed.ask(ASK).is_good
    assert signed.ask(ASK).is_good
    clock.now = 3541.0
    assert signed.ask(ASK).is_good
    assert signed.ask(ASK).is_good
    assert [url.rpartition("/")[2] for url in heard] == ["token", "x", "x", "token", "x", "x", "token", "x"]


def test_a_login_that_fails_has_bought_nothing() -> None:
    silent = TokenLine(a_line()[0], Request("POST", "/token"))
    with pytest.raises(CarrierNotAsked):
        silent.ask(ASK)
    refused = TokenLine(a_line((401, b"{}"))[0], Request("POST", "/token"))
    with pytest.raises(CarrierRefused, match="does not accept the key of this account"):
        refused.ask(ASK)


@pytest.mark.parametrize("kind", ["fedex", "ups", "dhl_express"])
def test_an_answer_lost_after_the_sale_is_never_taken_for_nothing_done(kind: str) -> None:
    gateway, company = an_account(kind)
    parcel = Parcel("label:1:1", LONDON, LEEDS, 2000)
    service = gateway.rates(parcel, now=NOW)[0].service
    company.lost = 1
    with pytest.raises(CarrierUnreachable) as lost:
        gateway.buy_label(parcel, service, now=NOW)
    assert not isinstance(lost.value, CarrierNotAsked)
    assert len(company.book) == 1
    if kind == "ups":
        found = gateway.find_by_reference("label:1:1", now=NOW)
        assert found is not None
        assert found.tracking_number in company.book
    else:
        with pytest.raises(CarrierCannotTell, match=next(iter(company.book))):
            gateway.find_by_reference("label:1:1", now=NOW)


def test_a_wallet_that_may_have_paid_is_a_persons_business() -> None:
    gateway, company = an_account("shipglobal")
    parcel = Parcel("label:1:1", DELHI, LEEDS, 2000, goods=(TEA,))
    company.next_answers = [(200, {"success": True, "data": {"tracking": "SG1"}}), (503, {})]
    with pytest.raises(CarrierCannotTell, match="No label came for ShipGlobal's order SG1"):
        gateway.buy_label(parcel, "ShipGlobal Direct", now=NOW)


def test_customs_want_to_know_what_is_inside() -> None:
    plain = Account("fedex-uk", {**ENTERED, "origin": ""})
    parcel = Parcel("label:1:1", LONDON, Address("A", "1 Main St", "Austin", "73301", "US"), 2000, goods=(TEA,))
    with pytest.raises(CarrierRefused, match="country where the goods were made of TEA; an administrator enters it"):
        ship(parcel, "FEDEX_GROUND", plain, now=NOW)


def test_a_label_never_says_less_than_the_scales() -> None:
    assert [str(kilograms(grams)) for grams in (1, 100, 101, 2000, 2001)] == ["0.1", "0.1", "0.2", "2.0", "2.1"]
    assert [str(pounds(grams)) for grams in (1, 454, 2000)] == ["0.1", "1.1", "4.5"]
    assert (centimetres(301), inches(254), inches(255)) == (31, 10, 11)
    assert (minor_units("38.545", "EUR"), minor_units("1200.4", "JPY"), minor_units("1.2345", "KWD")) == (
        3855,
        1200,
        1235,
    )


def test_long_lines_are_broken_between_words() -> None:
    address = Address("A", "The Old Brewery, Unit 17, 148 Long Lane", "London", "SE1", "GB", line2="x" * 50)
    assert lines_of(address, width=35, most=3) == ["The Old Brewery, Unit 17, 148 Long", "Lane", "x" * 35]


@pytest.mark.parametrize(
    ("line", "street", "house"),
    [
        ("Hauptstraße 5a", "Hauptstraße", "5a"),
        ("Charles-de-Gaulle-Str. 20", "Charles-de-Gaulle-Str.", "20"),
        ("12 The Headrow", "The Headrow", "12"),
        ("Am Markt 3-5", "Am Markt", "3-5"),
    ],
)
def test_a_house_is_told_apart_from_its_street(line: str, street: str, house: str) -> None:
    assert street_and_house(Address("A", line, "Bonn", "53113", "DE")) == (street, house)


def test_what_german_parcels_need_is_asked_for_in_a_sentence() -> None:
    with pytest.raises(CarrierRefused, match="shows none"):
        street_and_house(Address("A", "Im Hof", "Bonn", "53113", "DE"))
    with pytest.raises(CarrierRefused, match="does not know the country"):
        three_letters("??")
    with pytest.raises(ValueError, match="does not name one of V01PAK"):
        read_contract("V99 123 2=4.19")
    with pytest.raises(ValueError, match="are no prices up to kilograms"):
        read_contract("V01PAK 33333333330102 cheap")
    assert read_contract("V01PAK 33333333330102 5=5.39 2=4.19")[0].steps == ((2000, 419), (5000, 539))


def test_a_country_is_written_as_it_is_called_today() -> None:
    now = {"FR": "FRA", "DE": "DEU", "CD": "COD", "MM": "MMR", "TL": "TLS", "YE": "YEM", "GB": "GBR"}
    assert {two: three_letters(two) for two in now} == now


def test_two_references_never_have_the_same_mark_at_ups() -> None:
    assert len({mark_of(f"label:{pk}:{count}") for pk in range(30) for count in range(30)}) == 900
