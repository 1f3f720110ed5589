"""The fraud check: rules with weights add up to a score; at the threshold a person looks at the order."""

from collections.abc import Iterator
from dataclasses import dataclass

from orders.screening.verdict import CLOSED, OPEN, Fault, Verdict

RISKY = ("high", "medium")


@dataclass(frozen=True, slots=True)
class FraudRules:
    """The weight of each rule and the score from which a person looks; a weight of 0 switches a rule off."""

    stated_high: int = 100
    stated_medium: int = 60
    country_mismatch: int = 60
    postal_mismatch: int = 10
    first_order_large: int = 30
    large_total: int = 100_000
    no_contact: int = 20
    threshold: int = 50


@dataclass(frozen=True, slots=True)
class FraudFacts:
    """What the check looks at: the channel's own verdict, both addresses, the total in minor units, the customer."""

    risk_stated: str = ""
    billing_country: str = ""
    shipping_country: str = ""
    billing_postal_code: str = ""
    shipping_postal_code: str = ""
    total: int = 0
    is_first_order: bool = False
    has_contact: bool = True


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule that speaks against the order, with its weight."""

    weight: int
    fault: Fault


def check_fraud(facts: FraudFacts, rules: FraudRules = FraudRules()) -> Verdict:
    """Return the verdict of the fraud gate with its score and every rule that was hit."""
    hits = [hit for hit in _hits(facts, rules) if hit.weight > 0]
    score = min(100, sum(hit.weight for hit in hits))
    evidence = {
        "score": score,
        "threshold": rules.threshold,
        "rules": [{**hit.fault.as_data(), "weight": hit.weight} for hit in hits],
    }
    if score < rules.threshold:
        return Verdict("fraud", OPEN, "", "", evidence)
    sentences = " ".join(hit.fault.sentence for hit in sorted(hits, key=lambda hit: -hit.weight))
    code = max(hits, key=lambda hit: hit.weight).fault.code
    reason = f"{sentences} Look at it (risk {score} of 100), then waive this gate or cancel the order."
    return Verdict("fraud", CLOSED, code, reason, evidence)


def _hits(facts: FraudFacts, rules: FraudRules) -> Iterator[Hit]:
    """Yield each rule that the facts hit."""
    stated = facts.risk_stated.strip().lower()
    if stated in RISKY:
        weight = rules.stated_high if stated == "high" else rules.stated_medium
        yield Hit(weight, Fault("risk_stated", "risk_stated", f"The channel states a {stated} risk."))
    yield from _address_hits(facts, rules)
    if facts.is_first_order and facts.total >= rules.large_total:
        yield Hit(rules.first_order_large, Fault("first_order_large", "total", "A first order of an unusual size."))
    if not facts.has_contact:
        yield Hit(rules.no_contact, Fault("no_contact", "email", "The customer left neither e-mail nor phone."))


def _address_hits(facts: FraudFacts, rules: FraudRules) -> Iterator[Hit]:
    """Yield what a difference of billing and shipping address speaks against the order."""
    bill, ship = facts.billing_country.strip().upper(), facts.shipping_country.strip().upper()
    if bill and ship and bill != ship:
        sentence = f"Billing is in {bill}, shipping in {ship}."
        yield Hit(rules.country_mismatch, Fault("country_mismatch", "billing_address.country", sentence))
        return
    bill_code, ship_code = (
        code.replace(" ", "").upper() for code in (facts.billing_postal_code, facts.shipping_postal_code)
    )
    if bill_code and ship_code and bill_code != ship_code:
        sentence = "Billing and shipping have different postal codes."
        yield Hit(rules.postal_mismatch, Fault("postal_mismatch", "billing_address.postal_code", sentence))
