"""The rate card, sourcing rules in every state, a decision, and a replay of the past days."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from fulfillment.models import (
    ScarcityFee,
    ScarcityRun,
    ShippingRate,
    SourcingDecision,
    SourcingRule,
    SourcingRuleSet,
)
from fulfillment.services.replaying.asking import ask_for_replay
from fulfillment.services.sourcing import rule_changes
from inventory.models import Location, Product
from tools.stages.desk import Desk

RULES: list[dict[str, Any]] = [
    {"name": "No stores for wholesale", "effect": "exclude", "kinds": ["store"], "channels": ["wholesale"]},
    {"name": "Gift wrap at the warehouse", "effect": "prefer", "kinds": ["warehouse"], "amount": 250, "tags": ["gift"]},
    {"name": "Dear orders insured", "effect": "only", "kinds": ["warehouse"], "total_from": 50_000},
]


def play(desk: Desk) -> None:
    """Play the scenes of sourcing."""
    rate = ShippingRate.objects.order_by("code")[0]
    desk.show("rate", rate)
    desk.show("rate-act-stop", rate, "act/stop_using_rate/")
    draft = _draft(desk, "Least freight", prefer="cheapest", split_penalty=0, distance_weight=0, late_day_fee=1500)
    replay = ask_for_replay(
        rule_set_id=draft.pk,
        begins=timezone.now() - timedelta(days=7),
        ends=timezone.now() + timedelta(days=1),
        user_id=desk.boss.pk,
        actor=desk.actor(),
    )
    desk.settle()
    desk.show("replay", replay)
    desk.show("rules-draft", draft)
    faulty = _draft(desk, "Written in a hurry", prefer="nearest")
    SourcingRule.objects.create(
        rule_set=faulty, position=9, name="Nobody ships", effect="exclude", kinds=["warehouse", "store", "supplier"]
    )
    desk.show("rules-with-faults", faulty)
    desk.show("rules-act-test-closed", faulty, "act/test/")
    decision = SourcingDecision.objects.order_by("-parcels", "pk")[0]
    desk.show("decision", decision)
    run = _fees(desk)
    desk.show("scarcity-fees", run)
    desk.show("scarcity-fees-act-cap", run, "act/cap/")


def _fees(desk: Desk) -> ScarcityRun:
    """Make a run of scarcity fees with what it learned, as a worker leaves it."""
    now, places = timezone.now(), list(Location.objects.order_by("code")[:3])
    sides = {"cost": 412_350, "parcels": 871, "late": 12, "short_orders": 3, "units_short": 5}
    run = ScarcityRun(
        begins=now - timedelta(days=2),
        ends=now - timedelta(days=1),
        currency="EUR",
        orders=803,
        caps={str(places[0].pk): 250},
        report={"without": sides, "with": {**sides, "cost": 389_420, "parcels": 868}, "decisions": 803},
        sentence="Learned from 803 orders of 24 Nov 2026 and the stock that is free now: 13 fees at 3 locations.",
    )
    run.learn(at=now, until=now + timedelta(hours=26))
    run.save()
    for at, product in enumerate([None, *Product.objects.order_by("sku")[:12]]):
        ScarcityFee.objects.create(run=run, location=places[at % 3], product=product, amount=640 - 47 * at)
    return run


def _draft(desk: Desk, name: str, **settings: Any) -> SourcingRuleSet:
    """Make a draft with some rules."""
    draft = rule_changes.create_draft(name=name, note="Tried before the season.", actor=desk.actor())
    for setting, value in settings.items():
        setattr(draft, setting, value)
    draft.save()
    for position, rule in enumerate(RULES, 1):
        SourcingRule.objects.create(rule_set=draft, position=position, **rule)
    return draft
