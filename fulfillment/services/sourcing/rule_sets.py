"""Which sourcing rules hold now, and which held when a decision was made."""

from fulfillment.models import SourcingRuleSet
from fulfillment.models.rule_sets import BUILT_IN
from fulfillment.sourcing.snapshot import Rules
from fulfillment.states import RuleSetState
from oms.foundation.refusals import NotFound


def active_rules() -> Rules:
    """Return the rules in force, in one statement; the built-in ones where no set is active."""
    rows = SourcingRuleSet.objects.filter(state=RuleSetState.ACTIVE).values_list("content", flat=True)
    content = rows.first()
    return BUILT_IN if content is None else Rules.from_json(content)


def rules_of(version: int) -> Rules:
    """Return the rules of a version, so that its decisions can be replayed; a draft's as they are now.

    :raises NotFound: when there is no such version.
    """
    row = SourcingRuleSet.objects.prefetch_related("rows").filter(number=version).first()
    if row is not None:
        return row.as_rules()
    if version == BUILT_IN.version:
        return BUILT_IN
    raise NotFound(f"There is no version {version} of the sourcing rules.")
