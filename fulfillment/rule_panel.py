"""The box of a set of sourcing rules: what it says in sentences, and what is odd about it."""

from typing import Any

from fulfillment.models import ScarcityRun, SourcingReplay, SourcingRuleSet
from fulfillment.services.sourcing.rule_checks import check_rules
from fulfillment.sourcing.rule_words import rule_words, settings_words
from fulfillment.states import ScarcityState
from oms.foundation.look.cells import moment
from oms.foundation.panels import Panel, add_panel
from oms.foundation.scope import scoped

PAGE = "fulfillment.sourcingruleset"


def rules_context(row: SourcingRuleSet, principal: Any) -> dict[str, Any]:
    """Return the weights and rules of a set as sentences, each rule with what the linter says of it."""
    rules = row.as_rules()
    found = check_rules(rules)
    first: dict[int, list[Any]] = {}
    for one in found:
        for number in one.rules:
            first.setdefault(number, []).append(one)
    told = [{"rule": rule, "sentence": rule_words(rule), "found": first.get(rule.number, [])} for rule in rules.ordered]
    return {
        "row": row,
        "weights": settings_words(rules),
        "rules": told,
        "general": [one for one in found if not one.rules],
        "faults": sum(one.fault for one in found),
        "looks": sum(not one.fault for one in found),
        "replayed": moment(row.replayed_at) if row.replayed_at else "",
        "replay": _last_replay(row, principal),
        "weighs_fees": rules.prefer == "cheapest",
        "fees": _fees_in_force(principal),
    }


def _last_replay(row: SourcingRuleSet, principal: Any) -> SourcingReplay | None:
    """Return the last replay under a set, for those who may see replays."""
    if not principal.has_perm("fulfillment.view_sourcingreplay"):
        return None
    return scoped(principal, SourcingReplay).filter(rule_set=row).order_by("-pk").first()


def _fees_in_force(principal: Any) -> ScarcityRun | None:
    """Return the run of scarcity fees in force, for those who may see such."""
    if not principal.has_perm("fulfillment.view_scarcityrun"):
        return None
    return ScarcityRun.objects.filter(state=ScarcityState.ACTIVE).first()


def rules_told(row: SourcingRuleSet) -> str:
    """Return the rules of a set as its timeline keeps them."""
    fresh = SourcingRuleSet.objects.get(pk=row.pk)
    return " ".join(f"{rule.number} “{rule.name}”: {rule_words(rule)}" for rule in fresh.as_rules().ordered)


add_panel(PAGE, Panel("What it says", "fulfillment/panels/rules.html", rules_context, position=10))
