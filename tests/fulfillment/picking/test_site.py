"""Bins become a floor: aisles, cross aisles, the start of walks; what is no rectangle, and what nobody measured."""

import random
from dataclasses import replace
from itertools import permutations

import pytest

from fulfillment.picking.codes import bin_order
from fulfillment.picking.drawing import drawn
from fulfillment.picking.grid import Spot
from fulfillment.picking.layout import Place
from fulfillment.picking.routing import shortest_walk
from fulfillment.picking.site import Leg, Site, site_of


def floor(aisles: int = 3, bays: int = 4, *, gap_after: int = 0) -> list[Spot]:
    """Return aisles A, B, C … 3 m apart with bays 1 m apart, after one of them 3 m, and a bench before the second."""
    spots = []
    for aisle in range(aisles):
        name = chr(ord("A") + aisle)
        for bay in range(1, bays + 1):
            deep = 1000 * bay + (2000 if gap_after and bay > gap_after else 0)
            spots.append(Spot(f"{name}-{bay}", 3000 * aisle, deep, name, zone="Z1" if aisle < 2 else "Z2"))
    return [*spots, Spot("PACK", 3100, 100, packing=True, shelf=False)]


def test_aisles_and_cross_aisles_are_read_from_the_bins() -> None:
    site = site_of(floor(gap_after=2))

    assert site.grid is not None
    assert site.grid.columns == (0, 3000, 6000)
    assert site.grid.depths == (0, 3500, 7000)
    assert site.grid.names == ("A", "B", "C")
    assert site.grid.layout.heights == ((3500, 3500),) * 3
    assert (site.depot, site.grid.layout.depot_aisle) == ((3000, 0), 1)
    assert site.place("B-3") == Place(1, 1, 1500)
    assert site.zones["C-1"] == "Z2"


def test_both_sides_of_an_aisle_are_one_aisle_and_a_missing_bay_is_no_cross_aisle() -> None:
    spots = [replace(one, x=(one.x or 0) + side) for one in floor() for side in (-400, 400) if one.shelf]
    spots = [one for at, one in enumerate(spots) if one.y != 2000]

    site = site_of(replace(one, code=f"{one.code}{at}") for at, one in enumerate(spots))

    assert site.grid is not None
    assert (site.grid.columns, site.grid.depths) == ((0, 3000, 6000), (0, 5000))


def test_a_floor_whose_aisles_run_across_is_the_same_floor_turned() -> None:
    upright = site_of(floor())
    turned = site_of(replace(one, x=one.y, y=one.x) for one in floor())
    codes = ["A-4", "C-2", "B-1", "A-1"]

    assert turned.grid is not None
    assert turned.grid.turned
    assert turned.tour(codes) == upright.tour(codes)


def test_without_a_bench_walks_begin_at_the_front_of_the_first_aisle() -> None:
    assert site_of(one for one in floor() if one.shelf).depot == (0, 0)


@pytest.mark.parametrize("bays", [3, 8])
def test_the_length_of_a_tour_is_the_sum_of_its_legs_and_the_proven_shortest(bays: int) -> None:
    site, dice = site_of(floor(6, bays, gap_after=bays // 2)), random.Random(1)
    assert site.grid is not None
    for _ in range(40):
        codes = dice.sample([code for code in site.spots if code != "PACK"], dice.randint(1, 9))
        walked = site.tour(codes)

        assert sorted(walked.order) == list(range(len(codes)))
        assert walked.length == sum(leg.length for leg in site.legs([codes[at] for at in walked.order]))
        assert walked.length == shortest_walk(site.grid.layout, [site.place(code) for code in codes]).length
        assert (site.by_code(codes).length or 0) >= (walked.length or 0)


def test_a_floor_that_is_no_rectangle_is_walked_by_its_distances() -> None:
    crooked = [Spot(str(at), x, y, aisle) for at, (x, y, aisle) in enumerate(CROOKED)]
    site = site_of(crooked)
    codes = ["0", "1", "2", "3", "4"]

    assert site.grid is None
    walked = site.tour(codes)
    best = min(site.length(list(order)) or 0 for order in permutations(codes))
    assert (walked.length, sorted(walked.order)) == (best, [0, 1, 2, 3, 4])


CROOKED = [(0, 0, "A"), (5000, 0, "A"), (2000, 3000, "B"), (2000, 9000, "B"), (4000, 0, "C")]


def test_unmeasured_bins_come_last_by_their_codes() -> None:
    site = site_of(floor())

    walked = site.tour(["X-10", "A-4", "X-2", "", "A-1"])

    assert [["X-10", "A-4", "X-2", "", "A-1"][at] for at in walked.order][2:] == ["X-2", "X-10", ""]
    assert walked.length == 14_000
    assert site_of([Spot("X-1"), Spot("X-2")]).tour(["X-2", "X-1"]).length is None
    assert site_of([]).tour(["X-2", "X-1"]).order == (1, 0)


def test_a_leg_tells_the_aisle_and_from_which_end_one_comes() -> None:
    site = site_of(floor())

    first, again, back, home = site.legs(["A-1", "A-4", "B-4"])

    assert [(leg.aisle, leg.side, leg.length) for leg in (first, again, back, home)] == [
        ("A", "front", 4000), ("A", "same", 3000), ("B", "back", 5000), ("B", "same", 4000),
    ]  # fmt: skip
    assert first.points == ((3000, 0), (3000, 0), (0, 0), (0, 1000))


def test_bins_at_one_spot_are_one_stop_of_the_picture() -> None:
    site = site_of([*floor(), Spot("A-1-2", 0, 1000, "A")])

    drawing = drawn(site, {1: ["A-1", "A-1-2", "A-4"], 14: ["B-1"]})

    assert drawing is not None
    assert [mark.word for mark in drawing.lines[0].stops] == ["1·2", "3"]
    assert [line.colour for line in drawing.lines] == [0, 1]
    assert [mark.word for mark in drawing.aisles] == ["A", "B", "C"]
    assert all(mark.y > drawing.depot.y for mark in drawing.aisles), "the bench lies on a name"
    assert drawing.bins.count("M") == 13
    assert drawn(site_of([Spot("X-1")]), {1: ["X-1"]}) is None


def test_a_site_without_a_grid_goes_straight_across_and_along() -> None:
    assert Site({}, None, (0, 0)).leg((0, 0), (3, 4)) == Leg(7, ((0, 0), (3, 0), (3, 4)))


def test_codes_are_ordered_as_people_count() -> None:
    assert sorted(["A-10", "", "A-2", "a-1"], key=bin_order) == ["a-1", "A-2", "A-10", ""]
