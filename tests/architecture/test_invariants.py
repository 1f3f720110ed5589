"""Every invariant has a corruption that it must see, says what it means and what to do, and every state is watched."""

import re

import pytest
from django.apps import apps

from oms.foundation.aggregate import Aggregate
from oms.foundation.invariants import INVARIANTS, Invariant
from tests.foundation.corruptions import CORRUPTIONS as FLOOR
from tests.fulfillment.corruptions import CORRUPTIONS as MATCHING
from tests.inventory.corruptions import CORRUPTIONS as SUPPLY
from tests.orders.corruptions import CORRUPTIONS as DEMAND
from tests.outlets.corruptions import CORRUPTIONS as MESSAGES
from tests.returns.corruptions import CORRUPTIONS as WAY_BACK

EVERY_ONE = pytest.mark.parametrize("one", INVARIANTS.values(), ids=[f"{id}" for id in INVARIANTS])
# the act on its fulfillment order tells what became of an allocation: one line for all of them
TOLD_BY_ANOTHER = {"fulfillment.allocation"}


def test_every_invariant_has_its_corruption() -> None:
    corrupted = [one.name for one in [*FLOOR, *SUPPLY, *DEMAND, *MATCHING, *WAY_BACK, *MESSAGES]]
    assert sorted(corrupted) == sorted(INVARIANTS)


@EVERY_ONE
def test_it_speaks_in_sentences(one: Invariant) -> None:
    for text in (one.meaning, one.remedy):
        assert re.fullmatch(r"[A-Z].{20,200}\.", text), text
        assert not re.search(r"_|\bid\b|select", text), text


@EVERY_ONE
def test_it_is_about_something_that_there_is(one: Invariant) -> None:
    if one.entity != "the database":
        assert apps.get_model(one.entity)._meta.label_lower == one.entity


def test_every_state_is_told() -> None:
    stateful = {model._meta.label_lower for model in apps.get_models() if issubclass(model, Aggregate)}
    watched = {one.entity for one in INVARIANTS.values() if one.id.startswith("I16.")}
    assert watched == stateful - TOLD_BY_ANOTHER


def test_only_derived_counters_have_a_repair() -> None:
    repaired = {one.id for one in INVARIANTS.values() if one.repair}
    assert repaired == {"I1", "I2", "I6a"}
    columns = [column for id in repaired for column in re.findall(r"set (\w+) =", INVARIANTS[id].repair.update)]
    assert sorted(columns) == ["allocated", "on_hand", "quantity_allocated"]
