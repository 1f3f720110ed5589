"""Which parcels an order makes, why no smaller box does, and the picture of how it fits."""

from hypothesis import given
from hypothesis import strategies as st

from fulfillment.packing.choosing import Objection
from fulfillment.packing.picture import picture
from fulfillment.packing.pieces import Box, Piece, Placed
from fulfillment.packing.several import MOST_PARCELS, MOST_PIECES, Advice, Wish, advise

BAG, SMALL, LARGE = Box((150, 100, 30), 5, 1000), Box((250, 200, 150), 40, 20_000), Box((400, 300, 300), 90, 20_000)
BOXES = (BAG, SMALL, LARGE)


def wish(x: int, y: int, z: int, grams: int = 100, *, alone: bool = False, **told: bool) -> Wish:
    """Return a wish for one piece."""
    return Wish(Piece((x, y, z), grams, **told), alone)


def test_one_box_that_holds_all_is_enough_and_says_why_no_smaller_one_does():
    (parcel,) = advise([wish(100, 80, 60)] * 4, BOXES)

    assert (parcel.pieces, parcel.box, parcel.instead) == ((0, 1, 2, 3), 1, (0, Objection.TOO_LARGE))
    assert len(parcel.packing) == 4


def test_what_fits_no_box_together_goes_into_as_few_as_are_found():
    parcels = advise([wish(300, 300, 200, 5000)] * 3, BOXES)

    assert [(one.pieces, one.box) for one in parcels] == [((0, 2), 2), ((1,), 2)]
    by_weight = advise([wish(10, 10, 10, 9000)] * 4, BOXES)
    assert [(len(one.pieces), one.box) for one in by_weight] == [(2, 1), (2, 1)]


def test_what_ships_alone_is_a_parcel_by_itself_without_a_box():
    parcels = advise([wish(100, 80, 20), wish(60, 60, 20, alone=True), wish(20, 20, 20)], BOXES)

    assert [(one.pieces, one.box) for one in parcels] == [((0, 2), 0), ((1,), None)]


def test_what_goes_into_no_box_does_not_keep_the_others_out_of_theirs():
    parcels = advise([wish(900, 20, 20), wish(100, 80, 20)], BOXES)

    assert [(one.pieces, one.box) for one in parcels] == [((1,), 0), ((0,), None)]


def test_pieces_that_nobody_has_measured_go_by_weight():
    (parcel,) = advise([wish(0, 0, 0, 3000), wish(100, 80, 20)], BOXES)

    assert (parcel.box, parcel.is_guess, parcel.packing) == (1, True, ())
    assert advise([wish(0, 0, 0, 90_000)], BOXES)[0].box is None


def test_without_boxes_or_pieces_nothing_is_advised():
    assert advise([wish(10, 10, 10)], ()) == (Advice((0,), None),)
    assert advise([], BOXES) == ()


def test_a_crowd_is_not_laid_out():
    (parcel,) = advise([wish(1, 1, 1, 1)] * (MOST_PIECES + 1), BOXES)

    assert (parcel.is_guess, parcel.box) == (True, 0)


@given(
    st.lists(
        st.builds(wish, *[st.integers(10, 320)] * 3, st.integers(1, 4000), alone=st.booleans(), fragile=st.booleans()),
        max_size=12,
    )
)
def test_every_piece_lies_in_exactly_one_parcel_and_no_box_is_overloaded(wishes):
    parcels = advise(wishes, BOXES)

    assert sorted(at for one in parcels for at in one.pieces) == list(range(len(wishes)))
    assert len(parcels) <= max(MOST_PARCELS + len(wishes), 1)
    for one in parcels:
        if one.box is None:
            continue
        box = BOXES[one.box]
        assert sum(wishes[at].piece.grams for at in one.pieces) <= (box.most_g or 0)
        for placed in one.packing:
            assert all(placed.at[axis] + placed.sides[axis] <= box.inner[axis] for axis in range(3))
    assert advise(wishes, BOXES) == parcels


def test_the_picture_draws_each_layer_and_what_reaches_into_it():
    packing = (Placed((0, 0, 0), (100, 80, 60)), Placed((100, 0, 0), (50, 80, 90)), Placed((0, 0, 60), (100, 80, 20)))

    drawn = picture((200, 100, 100), packing, (1, 2, 1))

    assert [(one.height, one.top) for one in drawn.layers] == [(0, 0), (60, 196)]
    assert [(one.number, one.is_below) for layer in drawn.layers for one in layer.shapes] == [
        (1, False), (2, False), (2, True), (1, False),
    ]  # fmt: skip
    second = drawn.layers[0].shapes[1]
    assert (second.x, second.y, second.wide, second.deep, second.middle) == (160, 22, 80, 128, (200, 86))
    assert (drawn.deep, drawn.high) == (160, 392)
