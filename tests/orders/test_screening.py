"""The checks say what is wrong, in which field, and what to do; the same facts give the same verdict."""

from types import SimpleNamespace

import pytest

from orders.screening import CheckedLine, DataFacts, FraudFacts, FraudRules, check_address, check_data, check_fraud

GOOD = {
    "name": "Ann Lee",
    "company": "",
    "line1": "1 High Street",
    "city": "Leeds",
    "region": "",
    "postal_code": "LS1 4AP",
    "country": "GB",
}


def address(**fields: str) -> SimpleNamespace:
    """Return a valid British address with some fields changed."""
    return SimpleNamespace(**GOOD | fields)


def facts(**changes: object) -> DataFacts:
    """Return facts without a fault, with some changed."""
    lines = [CheckedLine(1, "TEE", is_known=True)]
    whole = {
        "requires_email": True,
        "requires_phone": True,
        "name": "Ann",
        "email": "a@b.de",
        "phone": "+49",
        "lines": lines,
    }
    return DataFacts(**whole | changes)


def test_a_complete_order_is_open():
    verdict = check_data(facts())
    assert (verdict.state, verdict.reason, verdict.evidence["result"]) == ("open", "", "valid")


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"name": " "}, "missing_name", "customer_name"),
        ({"email": ""}, "missing_email", "email"),
        ({"email": "ann@"}, "bad_email", "email"),
        ({"phone": ""}, "missing_phone", "phone"),
        ({"lines": []}, "no_lines", "lines"),
        ({"lines": [CheckedLine(2, "X", is_known=False)]}, "unknown_sku", "lines[2].sku"),
        ({"lines": [CheckedLine(3, "X", is_known=True, is_sold=False)]}, "discontinued_sku", "lines[3].sku"),
        ({"difference": "0.01 EUR"}, "total_difference", "total"),
    ],
)
def test_each_fault_of_the_data_is_named(changes, code, field):
    verdict = check_data(facts(**changes))
    assert (verdict.state, verdict.code) == ("closed", code)
    assert [(one["code"], one["field"]) for one in verdict.evidence["faults"]] == [(code, field)]


def test_what_the_channel_does_not_demand_may_be_missing():
    assert check_data(facts(requires_email=False, requires_phone=False, email="", phone="")).state == "open"


def test_several_faults_stand_together():
    verdict = check_data(facts(email="", phone=""))
    assert verdict.code == "data_faults"
    assert verdict.reason.count("is missing: add it.") == 2


@pytest.mark.parametrize(
    ("fields", "code", "field"),
    [
        ({"country": ""}, "missing_country", "country"),
        ({"country": "XX"}, "unknown_country", "country"),
        ({"line1": ""}, "missing_street", "line1"),
        ({"city": ""}, "missing_city", "city"),
        ({"postal_code": ""}, "missing_postal_code", "postal_code"),
        ({"postal_code": "XX-1"}, "bad_postal_code", "postal_code"),
        ({"name": ""}, "missing_recipient", "name"),
        ({"country": "US", "region": "", "postal_code": "95014"}, "missing_region", "region"),
        ({"country": "US", "region": "Wien", "postal_code": "95014"}, "bad_region", "region"),
        ({"country": "US", "region": "NY", "postal_code": "95014"}, "postal_code_region", "postal_code"),
        ({"country": "DE", "postal_code": "1011"}, "bad_postal_code", "postal_code"),
    ],
)
def test_each_fault_of_an_address_is_named(fields, code, field):
    verdict = check_address(address(**fields))
    assert (verdict.state, verdict.code, verdict.evidence["faults"][0]["field"]) == ("closed", code, field)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"postal_code": "ls1 4ap"},
        {"country": "US", "region": "CA", "postal_code": "95014"},
        {"country": "US", "region": "california", "postal_code": "95014"},
        {"country": "IE", "postal_code": ""},
        {"country": "HK", "region": "Kowloon", "city": "Mong Kok", "postal_code": ""},
    ],
)
def test_what_the_country_accepts_is_valid(fields):
    verdict = check_address(address(**fields))
    assert (verdict.state, verdict.evidence["result"]) == ("open", "valid")


def test_no_address_at_all_is_closed():
    assert check_address(None).code == "missing_address"


def test_a_quiet_order_is_open_with_its_score():
    verdict = check_fraud(FraudFacts(billing_country="GB", shipping_country="GB"))
    assert (verdict.state, verdict.evidence["score"]) == ("open", 0)


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"risk_stated": "High"}, "risk_stated"),
        ({"risk_stated": "medium"}, "risk_stated"),
        ({"billing_country": "US", "shipping_country": "GB"}, "country_mismatch"),
        ({"is_first_order": True, "total": 100_000, "has_contact": False}, "first_order_large"),
    ],
)
def test_a_person_looks_at(told, code):
    verdict = check_fraud(FraudFacts(**told))
    assert (verdict.state, verdict.code) == ("closed", code)
    assert "Look at it" in verdict.reason


@pytest.mark.parametrize(
    "told", [{"risk_stated": "low"}, {"is_first_order": True, "total": 100_000}, {"has_contact": False}]
)
def test_one_weak_sign_is_not_enough(told):
    assert check_fraud(FraudFacts(**told)).state == "open"


def test_a_rule_without_weight_is_off():
    rules = FraudRules(country_mismatch=0)
    verdict = check_fraud(FraudFacts(billing_country="US", shipping_country="GB"), rules)
    assert (verdict.state, verdict.evidence["rules"]) == ("open", [])
