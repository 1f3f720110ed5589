"""Sets of sourcing rules for tests."""

from typing import Any

from fulfillment.models import SourcingRule, SourcingRuleSet
from fulfillment.services.sourcing import rule_changes
from tests.factories import NOW, make_actor


def a_draft(*rules: dict[str, Any], name: str = "No stores", **settings: Any) -> SourcingRuleSet:
    """Make a draft with rules, by default one that keeps wholesale out of stores."""
    draft = rule_changes.create_draft(name=name, actor=make_actor())
    for setting, value in settings.items():
        setattr(draft, setting, value)
    draft.save()
    SourcingRule.objects.filter(rule_set=draft).delete()
    for position, rule in enumerate(rules or [{"name": "Wholesale", "kinds": ["store"], "tags": ["wholesale"]}], 1):
        SourcingRule.objects.create(rule_set=draft, position=position, **rule)
    return draft


def in_force(row: SourcingRuleSet) -> SourcingRuleSet:
    """Test a draft and put it into force instead of the present set."""
    actor = make_actor()
    rule_changes.test_rules(rule_set_id=row.pk, actor=actor)
    rule_changes.note_replay(version=row.number, at=NOW, actor=actor)
    return rule_changes.activate_rules(rule_set_id=row.pk, actor=actor)
