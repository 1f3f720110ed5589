"""Changing the sourcing rules: a draft is made, tested, replayed, and put into force instead of the present set."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from fulfillment.conditions import IS_DRAFT, MAY_BE_ACTIVATED, MAY_BE_RETIRED, REPLAYED
from fulfillment.locks import lock_rule_sets
from fulfillment.models import SourcingRule, SourcingRuleSet
from fulfillment.models.rule_sets import BUILT_IN
from fulfillment.services.sourcing.rule_checks import check_rules
from fulfillment.sourcing.criteria import Rule
from fulfillment.sourcing.linting import faults
from fulfillment.states import RuleSetState
from oms.foundation.actions import Condition, refuse_unless
from oms.foundation.actor import Actor
from oms.foundation.audit import Act, record, record_many
from oms.foundation.refusals import NotFound


def _faults(row: SourcingRuleSet) -> str | None:
    """Say what the linter has against a draft."""
    found = faults(check_rules(row.as_rules(), orders=0)) if row.is_draft else []
    return " ".join(one.sentence for one in found) or None


WITHOUT_FAULTS = Condition("has_faults", _faults)
CAN_TEST = (IS_DRAFT, WITHOUT_FAULTS)
CAN_ACTIVATE = (MAY_BE_ACTIVATED, REPLAYED)
CAN_RETIRE = (MAY_BE_RETIRED,)
SETTINGS = (
    "prefer", "allow_partial", "max_parcels", "split_penalty", "distance_weight", "last_unit_fee", "late_day_fee",
    "move_saving",
    "young_stock_fee", "shallow_stock_fee",
)  # fmt: skip


@transaction.atomic
def create_draft(*, name: str, note: str = "", copied: int | None = None, actor: Actor) -> SourcingRuleSet:
    """Make a draft with the rules of a version, by default of the one in force.

    :raises NotFound: when there is no version ``copied``.
    """
    rows = _locked(actor)
    if copied is None:
        source = next((row for row in rows if row.state == RuleSetState.ACTIVE), rows[0])
    else:
        source = _one(rows, copied)
    rules = source.as_rules()
    draft = SourcingRuleSet.objects.create(
        number=max(row.number for row in rows) + 1,
        name=name,
        note=note,
        created_at=actor.now,
        created_by=actor.label[:150],
        **{setting: getattr(rules, setting) for setting in SETTINGS},
    )
    SourcingRule.objects.bulk_create(_row(draft, rule) for rule in rules.ordered)
    record_many(
        actor, [Act("fulfillment.draft_rules", draft, note=f"Made from version {source.number}.", created=True)]
    )
    return draft


def copy_to_draft(*, rule_set_id: int, name: str, actor: Actor) -> SourcingRuleSet:
    """Make a draft with the rules of another set; raises :class:`NotFound` when there is no such set."""
    version = SourcingRuleSet.objects.filter(pk=rule_set_id).values_list("number", flat=True).first()
    return create_draft(name=name, copied=version or 0, actor=actor)


@transaction.atomic
def change_draft(*, rule_set_id: int, actor: Actor) -> SourcingRuleSet:
    """Lock a draft that is about to be changed; raises :class:`Refused` for any other set."""
    row = _by_id(_locked(actor), rule_set_id)
    refuse_unless(row, IS_DRAFT)
    return row


@transaction.atomic
def test_rules(*, rule_set_id: int, actor: Actor) -> SourcingRuleSet:
    """Keep a draft as it is now for good, so that it can be replayed and put into force.

    :raises Refused: when it is no draft, or the linter finds faults: with every one of them.
    """
    row = _by_id(_locked(actor), rule_set_id)
    refuse_unless(row, *CAN_TEST)
    row.test(at=actor.now)
    row.save(update_fields=["state", "tested_at", "content"])
    record(actor, "fulfillment.test_rules", row, note=row.told)
    return row


@transaction.atomic
def activate_rules(*, rule_set_id: int, note: str = "", actor: Actor) -> SourcingRuleSet:
    """Source orders by a tested set from now on, and retire the one that was in force.

    :raises Refused: when it is not tested, or was not replayed.
    """
    rows = _locked(actor)
    row = _by_id(rows, rule_set_id)
    refuse_unless(row, *CAN_ACTIVATE)
    acts = []
    for present in rows:
        if present.state == RuleSetState.ACTIVE:
            present.retire(at=actor.now)
            present.save(update_fields=["state", "retired_at"])
            acts.append(Act("fulfillment.retire_rules", present, note=f"Replaced by version {row.number}."))
    row.activate(at=actor.now, by=actor.label[:150])
    row.save(update_fields=["state", "activated_at", "activated_by", "retired_at"])
    record_many(actor, [*acts, Act("fulfillment.activate_rules", row, note=f"{row.told} {note}".strip())])
    return row


@transaction.atomic
def retire_rules(*, rule_set_id: int, note: str = "", actor: Actor) -> SourcingRuleSet:
    """Put a set away that is not in force; raises :class:`Refused` for the one that is."""
    row = _by_id(_locked(actor), rule_set_id)
    refuse_unless(row, *CAN_RETIRE)
    row.retire(at=actor.now)
    row.save(update_fields=["state", "retired_at", "content"])
    record(actor, "fulfillment.retire_rules", row, note=f"{row.told} {note}".strip())
    return row


@transaction.atomic
def note_replay(
    *, version: int, at: datetime, actor: Actor, rules: Mapping[str, Any] | None = None
) -> SourcingRuleSet | None:
    """Keep that a version was replayed on past orders with a self-check that agreed: now it may be put into force.

    A draft that is changed afterwards has to be replayed anew. Raises :class:`NotFound` for an unknown version.

    :param rules: what was replayed; None is returned, and nothing kept, when the set says something else by now
    """
    row = _one(_locked(actor), version)
    if rules is not None and row.as_rules().to_json() != rules:
        return None
    row.replayed_at = at
    row.save(update_fields=["replayed_at"])
    record(actor, "fulfillment.replay_rules", row, note=row.told)
    return row


def _locked(actor: Actor) -> list[SourcingRuleSet]:
    """Lock every set; where there is none yet, write down first what is built in, as the active version 1."""
    rows = lock_rule_sets()
    if rows:
        return rows
    try:
        with transaction.atomic():
            _write_built_in(actor)
    except IntegrityError:  # somebody else has just written it
        pass
    return lock_rule_sets()


def _write_built_in(actor: Actor) -> None:
    """Write version 1, as it holds without any set."""
    note = "What is built in: fewest parcels, then the shortest way."
    name = "Fewest parcels, then nearest"
    row = SourcingRuleSet(number=BUILT_IN.version, name=name, note=note, content=BUILT_IN.to_json())
    row.created_at = row.replayed_at = actor.now
    row.test(at=actor.now)
    row.activate(at=actor.now, by="")
    row.save()
    record_many(Actor.system("rules", now=actor.now), [Act("fulfillment.draft_rules", row, note=note, created=True)])


def _by_id(rows: Sequence[SourcingRuleSet], pk: int) -> SourcingRuleSet:
    """Return the locked set with an id."""
    for row in rows:
        if row.pk == pk:
            return row
    raise NotFound("There is no such set of sourcing rules.")


def _one(rows: Sequence[SourcingRuleSet], version: int) -> SourcingRuleSet:
    """Return the locked set of a version."""
    for row in rows:
        if row.number == version:
            return row
    raise NotFound(f"There is no version {version} of the sourcing rules.")


def _row(rule_set: SourcingRuleSet, rule: Rule) -> SourcingRule:
    """Return a rule as a row of a set."""
    words = {name: list(getattr(rule, name)) for name in SourcingRule.WORDS}
    numbers = {name: getattr(rule, name) for name in SourcingRule.NUMBERS}
    return SourcingRule(
        rule_set=rule_set,
        position=rule.number,
        name=rule.name,
        effect=rule.effect,
        amount=rule.amount,
        **words,
        **numbers,
    )
