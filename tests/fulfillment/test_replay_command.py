"""``manage.py replay_sourcing`` checks, compares, and answers with its exit code."""

import json

import pytest
from django.core.management import CommandError, call_command

from fulfillment.models import SourcingDecision
from fulfillment.services.sourcing import rule_changes, source_orders
from tests.factories import make_actor, make_location, make_product, make_stock
from tests.fulfillment.shop import an_order

pytestmark = pytest.mark.django_db
PERIOD = ("--from=2026-11-22", "--to=2026-11-23")


@pytest.fixture(autouse=True)
def _shop():
    """One order between a near location and a deep one, and a draft that prefers the deep one."""
    tea = make_product("TEA")
    make_stock(tea, make_location("LDS", latitude=53.8, longitude=-1.55), 3)
    make_stock(tea, make_location("LON", latitude=51.5, longitude=0.1), 9)
    source_orders(order_ids=[an_order([(tea, 2)]).pk], trigger="placed", actor=make_actor())
    draft = rule_changes.create_draft(name="Deep stock first", actor=make_actor())
    draft.prefer = "most_stock"
    draft.save()


def run(capsys, *words: str) -> str:
    """Run the command and return what it prints."""
    call_command("replay_sourcing", *PERIOD, *words)
    return capsys.readouterr().out


def test_it_prints_the_self_check_and_that_nothing_changes(capsys) -> None:
    told = run(capsys)
    assert told.startswith("1 of 1 decisions reproduced.\n")
    assert "0 orders end otherwise." in told
    assert "Stock rebuilt as it was seen: 2 of 2." in told
    assert "the real shipments take nothing from it" in told


@pytest.mark.parametrize("rules", ["DRAFT", "2"])
def test_it_compares_with_a_draft(capsys, rules) -> None:
    told = run(capsys, f"--rules={rules}")
    assert "1 order ends otherwise:" in told
    assert "was:  LDS warehouse ships all 2 units" in told
    assert "now:  LON warehouse ships all 2 units" in told


def test_it_answers_in_json(capsys) -> None:
    told = json.loads(run(capsys, "--rules=DRAFT", "--json", "--limit=5"))
    assert len(told["changes"]) == 1
    assert told["report"]["self_check"]["reproduced"] == 1


def test_it_exits_1_when_a_decision_is_not_reproduced(capsys) -> None:
    SourcingDecision.objects.update(outcome_hash="0" * 64)
    with pytest.raises(SystemExit) as end:
        run(capsys)
    assert end.value.code == 1
    assert capsys.readouterr().out.startswith("0 of 1 decisions reproduced. Different: decisions ")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--rules=99",), "no version 99"),
        (("--rules=best",), "is no version"),
        (("--to=2026-11-22",), "must be later"),
        (("--from=yesterday",), "neither a day"),
        (("--limit=0",), "1 or more"),
    ],
)
def test_it_refuses_in_words(capsys, words, told) -> None:
    with pytest.raises(CommandError, match=told):
        run(capsys, *words)
