"""An order gets the cheapest box that holds it, every piece in its place."""

from random import Random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fulfillment.packing.choosing import Objection, PassedOver, choose_box
from fulfillment.packing.pieces import Box, Piece
from tests.fulfillment.packing.referee import basket, cartons, cut_up, faults_of, goes_in

SIDE = st.integers(1, 3)
SIDES = st.tuples(SIDE, SIDE, SIDE)
STICKS = [(1, 1, 2)] * 3


@settings(max_examples=60, deadline=None)
@example(STICKS, (2, 2, 2))
@example([(2, 2, 1)] * 6 + [(1, 1, 1)] * 3, (3, 3, 3))
@given(st.lists(SIDES, max_size=4), SIDES)
def test_agrees_with_trying_every_place(sides, inner) -> None:
    """In small boxes both what is found and what is refused is known."""
    pieces, box = [Piece(one) for one in sides], Box(inner)

    choice = choose_box(pieces, [box])

    assert (choice.box == 0) is goes_in(sides, inner)
    assert choice.box is None or faults_of(pieces, box, choice.packing) == []


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6))
def test_keeps_every_rule_of_the_pieces(seed: int) -> None:
    """This side up, nothing above what is fragile, weight: whatever box it is, the packing keeps them."""
    dice = Random(seed)
    pieces = [
        Piece(piece.sides, dice.randint(1, 900), dice.random() < 0.3, dice.random() < 0.3) for piece in basket(dice, 12)
    ]
    boxes = [Box(box.inner, box.cost, dice.choice([None, 2000, 5000])) for box in cartons()]

    choice = choose_box(pieces, boxes)

    assert choice.box is None or faults_of(pieces, boxes[choice.box], choice.packing) == []
    assert choice == choose_box(pieces, boxes)


@pytest.mark.parametrize(("count", "slack", "least"), [(6, 0, 0.97), (8, 0, 0.95), (10, 0.12, 0.9)])
def test_puts_together_what_was_cut_from_one_box(count: int, slack: float, least: float) -> None:
    """The pieces fill the box to the last millimetre, or nearly."""
    box, dice, found = Box((400, 300, 200)), Random(7), 0
    for _ in range(40):
        pieces = cut_up(dice, box.inner, count, slack=slack)
        choice = choose_box(pieces, [box])
        if choice.box == 0:
            assert faults_of(pieces, box, choice.packing) == []
            found += 1

    assert found >= least * 40


def test_ten_times_the_search_finds_nothing_cheaper() -> None:
    """Baskets of a shop: what is passed over is passed over for good, with one exception at most."""
    boxes, dice = cartons(), Random(3)
    baskets = [basket(dice) for _ in range(60)]

    short, long = ([choose_box(pieces, boxes, steps=steps) for pieces in baskets] for steps in (120, 1200))

    assert sum(boxes[one.box].cost > boxes[other.box].cost for one, other in zip(short, long, strict=True)) <= 1
    for pieces, choice in zip(baskets, short, strict=True):
        assert faults_of(pieces, boxes[choice.box], choice.packing) == []


def test_an_empty_order_takes_the_cheapest_box() -> None:
    assert choose_box([], [Box((9, 9, 9), 5), Box((5, 5, 5), 3)]).box == 1


def test_without_boxes_nothing_is_chosen() -> None:
    assert choose_box([Piece((1, 1, 1))], []).box is None


def test_of_equally_cheap_boxes_the_smaller_is_taken_then_the_first() -> None:
    boxes = [Box((9, 9, 9), 5), Box((8, 8, 8), 5), Box((8, 8, 8), 5)]

    assert choose_box([Piece((7, 7, 7))], boxes).box == 1


def test_says_what_speaks_against_each_cheaper_box() -> None:
    """Cheapest first; a cheaper box that is too weak, too short, too small."""
    pieces = [Piece((100, 100, 60), grams=400), Piece((100, 100, 60), grams=400), Piece((200, 10, 10), grams=1)]
    boxes = [
        Box((400, 400, 400), 9),
        Box((100, 100, 400), 4),
        Box((150, 150, 150), 2),
        Box((300, 300, 300), 1, most_g=800),
        Box((210, 59, 110), 3),
    ]

    choice = choose_box(pieces, boxes)

    assert choice.box == 1
    assert choice.passed_over == (
        PassedOver(3, Objection.TOO_HEAVY),
        PassedOver(2, Objection.TOO_LONG),
        PassedOver(4, Objection.TOO_LONG),
    )
    assert choose_box([Piece((6, 6, 6))] * 2, [Box((11, 11, 11))]).passed_over == (PassedOver(0, Objection.TOO_LARGE),)


def test_a_weight_at_the_limit_goes() -> None:
    assert choose_box([Piece((1, 1, 1), grams=800)], [Box((1, 1, 1), most_g=800)]).box == 0


def test_what_must_stand_is_not_tipped_over() -> None:
    standing, box = (Piece((20, 20, 30), upright=upright) for upright in (True, False)), Box((30, 20, 20))

    assert [choose_box([piece], [box]).box for piece in standing] == [None, 0]


def test_what_is_fragile_carries_nothing() -> None:
    """A firm piece goes below, whichever was named first; two fragile ones do not share a floor for one."""
    firm, fragile = (Piece((20, 20, 10), upright=True, fragile=fragile) for fragile in (False, True))
    box = Box((20, 20, 39))

    choice = choose_box([fragile, firm], [box])

    assert faults_of([fragile, firm], box, choice.packing) == []
    assert choose_box([fragile, fragile], [box]).box is None


@pytest.mark.parametrize(
    ("pieces", "inner"),
    [
        pytest.param([(10, 10, 10)] * 27, (30, 30, 30), id="27 cubes"),
        pytest.param([(60, 50, 40)] * 500, (400, 300, 500), id="500 equal, to the last millimetre"),
        pytest.param([(60, 50, 40)] * 200 + [(33, 22, 11)] * 300, (400, 320, 260), id="two sorts"),
    ],
)
def test_many_equal_pieces_are_laid_in_blocks(pieces, inner) -> None:
    pieces, box = [Piece(sides) for sides in pieces], Box(inner)

    choice = choose_box(pieces, [box])

    assert choice.box == 0
    assert faults_of(pieces, box, choice.packing) == []


def test_many_different_pieces_are_laid_as_well() -> None:
    """Fragile ones on top of the others."""
    dice = Random(5)
    pieces = [
        Piece(tuple(dice.randint(20, 90) for _ in range(3)), fragile=number % 9 == 0, upright=number % 5 == 0)
        for number in range(40)
    ]
    box = Box((400, 300, 300))

    choice = choose_box(pieces, [box])

    assert choice.box == 0
    assert faults_of(pieces, box, choice.packing) == []
