"""An import whose worker is killed again and again: every row once, and taken back once."""

import random
from pathlib import Path

import pytest

from tests.concurrency.own_shop import OwnShop, own_shop

pytestmark = [pytest.mark.kill, pytest.mark.django_db]

ROWS = 900
DONE = "select count(*) from foundation_importrow where outcome in ('done', 'undone')"
READ = "select count(*) from foundation_importrow"
BACK = "select count(*) from foundation_importrow where outcome = 'undone'"
STATE = "select state from foundation_importsession"


def test_F79_import_survives_kill(tmp_path: Path) -> None:
    """Reading, applying and taking back each survive two kills."""
    dice = random.Random(20261123)
    with own_shop(tmp_path, LEASE_SECONDS="2") as shop:
        shop.run("-m", "tests.concurrency.big_import", "send", str(ROWS))
        kills = _with_kills(shop, READ, dice)
        assert shop.rows(STATE) == [("previewed",)]
        shop.run("-m", "tests.concurrency.big_import", "apply")
        kills += _with_kills(shop, DONE, dice)
        assert shop.rows(STATE) == [("applied",)]
        _each_once(shop, on_hand=5)
        shop.run("-m", "tests.concurrency.big_import", "undo")
        kills += _with_kills(shop, BACK, dice)
        assert shop.rows(STATE) == [("undone",)]
        _each_once(shop, on_hand=0)
        assert kills == 6
        shop.manage("verify")


def _with_kills(shop: OwnShop, count: str, dice: random.Random) -> int:
    """Kill a fresh worker at two moments, then let one work to the end; return how many were running when killed."""
    moments = sorted(dice.sample(range(75, ROWS - 300), 2))
    killed = sum(shop.kill_when(shop.start_worker(), count, moment) for moment in moments)
    shop.manage("work", "--until-idle")
    return killed


def _each_once(shop: OwnShop, *, on_hand: int) -> None:
    """Compare levels with movements: each row has moved its pieces once, and back once."""
    assert shop.number("select count(*) from inventory_stocklevel") == ROWS
    assert shop.rows("select distinct on_hand from inventory_stocklevel") == [(on_hand,)]
    moves = "select count(*) from inventory_stockmovement"
    assert shop.number(moves) == (ROWS if on_hand else 2 * ROWS)
