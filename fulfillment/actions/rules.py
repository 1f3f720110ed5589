"""The acts on sets of sourcing rules."""

from fulfillment import rule_forms
from fulfillment.models import SourcingRuleSet
from fulfillment.services.sourcing import rule_changes
from fulfillment.states import RuleSetState as S
from oms.foundation.actions import Action, register

register(
    Action(
        model=SourcingRuleSet,
        subject="rule_set_id",
        name="test",
        label="Test",
        permission="fulfillment.change_sourcingruleset",
        service=rule_changes.test_rules,
        conditions=rule_changes.CAN_TEST,
        shown=lambda row: row.state == S.DRAFT,
        irreversible="What was tested stays as it is; copy it to a draft to change it.",
        bulk=False,
        primary=True,
        icon="rule",
        help="Looks for faults and keeps the rules as they are, so that they can be replayed.",
    ),
    Action(
        model=SourcingRuleSet,
        subject="rule_set_id",
        name="activate",
        label="Activate",
        permission="fulfillment.activate_sourcingruleset",
        service=rule_changes.activate_rules,
        conditions=rule_changes.CAN_ACTIVATE,
        form=rule_forms.Note,
        shown=lambda row: row.state != S.ACTIVE,
        irreversible="Activate the former version to go back; orders sourced meanwhile keep their decisions.",
        bulk=False,
        primary=True,
        icon="play_arrow",
        help="Orders are sourced by it from now on; the set in force until now is retired.",
    ),
    Action(
        model=SourcingRuleSet,
        subject="rule_set_id",
        name="copy_to_draft",
        label="Copy to draft",
        permission="fulfillment.change_sourcingruleset",
        service=rule_changes.copy_to_draft,
        form=rule_forms.CopyName,
        irreversible="Retire the draft when nobody needs it.",
        bulk=False,
        icon="content_copy",
        help="The draft has the same rules and can be changed; it is the newest of the list.",
    ),
    Action(
        model=SourcingRuleSet,
        subject="rule_set_id",
        name="retire",
        label="Retire",
        permission="fulfillment.change_sourcingruleset",
        service=rule_changes.retire_rules,
        conditions=rule_changes.CAN_RETIRE,
        form=rule_forms.Note,
        shown=lambda row: row.state in (S.DRAFT, S.TESTED),
        irreversible="Copy it to a draft to go on with its rules.",
        bulk=False,
        danger=True,
        icon="archive",
    ),
)
