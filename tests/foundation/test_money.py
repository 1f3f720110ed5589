"""Money in minor units."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oms.foundation.money import MAX_MINOR, Money, minor_text, parse_minor, split_amount
from oms.foundation.refusals import Invalid

AMOUNTS = st.integers(-MAX_MINOR, MAX_MINOR)
WEIGHTS = st.lists(st.integers(0, 10**9), min_size=1, max_size=40)


@given(AMOUNTS, WEIGHTS)
def test_the_parts_add_up_to_the_whole(total, weights):
    assert sum(split_amount(total, weights)) == total


@given(AMOUNTS, WEIGHTS)
def test_no_part_is_further_than_one_minor_unit_from_its_share(total, weights):
    whole = sum(weights) or len(weights)
    for part, weight in zip(split_amount(total, weights), weights, strict=True):
        share = weight if sum(weights) else 1
        assert abs(part * whole - total * share) < whole


@given(AMOUNTS, WEIGHTS)
def test_a_refund_is_split_as_the_payment_was(total, weights):
    assert split_amount(-total, weights) == [-part for part in split_amount(total, weights)]


@given(AMOUNTS, st.lists(st.integers(1, 1000), min_size=1, max_size=20))
def test_who_weighs_nothing_pays_nothing(total, weights):
    assert split_amount(total, [*weights, 0])[-1] == 0


def test_the_odd_cent_goes_to_the_largest_remainder_and_then_to_the_first():
    assert split_amount(100, [1, 1, 1]) == [34, 33, 33]
    assert split_amount(10, [3, 3, 1]) == [4, 4, 2]
    assert split_amount(-100, [0, 0, 0]) == [-34, -33, -33]
    assert split_amount(5, []) == []


@pytest.mark.parametrize(
    ("text", "currency", "amount"),
    [
        ("4.90", "EUR", 490),
        ("4.9", "EUR", 490),
        ("4.900", "EUR", 490),
        ("0", "EUR", 0),
        ("-0.01", "EUR", -1),
        ("500", "JPY", 500),
        ("500.0", "JPY", 500),
        ("1.234", "KWD", 1234),
        ("10000000000.00", "EUR", MAX_MINOR),
    ],
)
def test_a_plain_decimal_is_read(text, currency, amount):
    assert parse_minor(text, currency) == amount


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        *[(text, "EUR") for text in ["", " ", "4,90", "1e5", "+1", "1.", ".5", "1_000", "NaN", "Infinity", "-", "--1"]],
        *[(text, "EUR") for text in ["٤.٩٠", "4.90\n", " 4.90", "0x1F", "4.905", "10000000000.01", "1" * 13]],
        ("0.5", "JPY"),
        ("1.2345", "KWD"),
    ],
)
def test_F37_absurd_amount_refused(text, currency):
    with pytest.raises(Invalid) as refused:
        parse_minor(text, currency)
    assert refused.value.code == "bad_amount"


@pytest.mark.parametrize("code", ["", "eur", "EURO", "XXY", "€"])
def test_an_unknown_currency_is_refused(code):
    with pytest.raises(Invalid) as refused:
        parse_minor("1", code)
    assert refused.value.code == "unknown_currency"


@given(AMOUNTS, st.sampled_from(["EUR", "JPY", "KWD", "USD"]))
def test_what_is_written_is_read_back(amount, currency):
    assert parse_minor(minor_text(amount, currency), currency) == amount


def test_money_of_one_currency_adds_up():
    five = Money.parse("5.00", "EUR")
    assert (five + five - Money(1, "EUR")) * 2 == Money(1998, "EUR")
    assert five.split([2, 1]) == [Money(333, "EUR"), Money(167, "EUR")]


@pytest.mark.parametrize("act", [lambda a, b: a + b, lambda a, b: a - b])
def test_F36_currencies_do_not_mix(act):
    with pytest.raises(ValueError, match="cannot mix EUR with USD"):
        act(Money(1, "EUR"), Money(1, "USD"))


def test_people_read_it_as_they_write_it():
    assert str(Money(123456, "EUR")) == "€1,234.56"
    assert Money(-5, "USD").text() == "-0.05"
    assert Money(500, "JPY").text() == "500"
