"""Turns: back-orders are served by priority, then by age, in one order for good, and nobody waits for ever."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from fulfillment.sourcing.turns import Claim, Turn, day_of, days_of, left_for, turn_of

START = datetime(2026, 11, 1, tzinfo=UTC)
STEP = timedelta(days=3)
waits = st.tuples(st.integers(0, 60 * 24), st.integers(0, 9), st.integers(1, 50))
"""(hours after the start, priority, order id)"""


def turn(wait: tuple[int, int, int]) -> Turn:
    """Return the turn of an order."""
    hours, priority, pk = wait
    return turn_of(START + timedelta(hours=hours), priority, pk, STEP)


@given(st.lists(waits, max_size=12, unique_by=lambda one: one[2]), st.randoms())
def test_every_crowd_has_one_queue_however_it_is_asked(crowd, dice):
    queue = sorted(crowd, key=turn)
    dice.shuffle(crowd)
    assert sorted(crowd, key=turn) == queue
    assert len({turn(one) for one in crowd}) == len(crowd)


@given(waits, waits)
def test_an_order_is_passed_only_by_higher_ones_within_their_days(mine, other):
    later, above = timedelta(hours=other[0] - mine[0]), other[1] - mine[1]
    if turn(other) < turn(mine) and later > timedelta():
        assert above > 0
        assert later <= above * STEP


@given(waits, st.integers(1, 9))
def test_nobody_who_begins_to_wait_nine_steps_later_goes_before(mine, pk):
    last = START + timedelta(hours=mine[0]) + 9 * STEP + timedelta(seconds=1)
    assert turn(mine) < turn_of(last, 9, pk, STEP)


def test_at_the_same_moment_the_higher_priority_goes_first_and_then_the_older_order():
    at_once = [(0, 0, 1), (0, 5, 3), (0, 5, 2)]
    assert [one[2] for one in sorted(at_once, key=turn)] == [2, 3, 1]


def claims(*told: tuple[int, int, int]) -> list[Claim]:
    """Return claims of (order, hours after the start, pieces) on product 7; the line is ten times the order."""
    return [Claim(turn((hours, 0, pk)), pk * 10, 7, pieces) for pk, hours, pieces in told]


COMING = {7: [("2026-12-01", 4), ("2026-12-05", 3)]}


def test_what_comes_is_expected_in_turn():
    assert days_of(claims((2, 5, 3), (1, 9, 2), (3, 1, 2)), COMING) == {
        30: "2026-12-01", 20: "2026-12-05", 10: "2026-12-05",
    }  # fmt: skip


def test_who_wants_more_than_is_left_has_no_day_and_neither_has_anybody_behind():
    assert days_of(claims((1, 1, 3), (2, 2, 9), (3, 3, 1)), COMING) == {10: "2026-12-01"}


def test_what_is_left_for_a_turn_is_beyond_those_before_it():
    before, behind = claims((1, 1, 5), (3, 9, 2))
    assert left_for(turn((5, 0, 2)), [before, behind], COMING) == {7: [("2026-12-05", 2)]}
    assert left_for(before.turn, [before, behind], COMING) == COMING
    assert (day_of(COMING[7], 4), day_of(COMING[7], 7), day_of(COMING[7], 8)) == ("2026-12-01", "2026-12-05", "")
