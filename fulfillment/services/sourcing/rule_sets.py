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


def rules_named(word: str) -> Rules:
    """Return the rules of a version given by its number, or of the newest draft by the word DRAFT.

    :raises NotFound: when there is none.
    """
    if word.strip().lower() == "draft":
        draft = SourcingRuleSet.objects.prefetch_related("rows").filter(state=RuleSetState.DRAFT).order_by("-number")
        row = draft.first()
        if row is None:
            raise NotFound("There is no draft of the sourcing rules.")
        return row.as_rules()
    if not (word.isascii() and word.isdigit()) or len(word) > 9:
        raise NotFound(f"“{word[:40]}” is no version of the sourcing rules; give its number, or DRAFT.")
    return rules_of(int(word))
