"""``manage.py decide routing`` and ``batching`` …"""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

FLOOR = {
    "aisles": 4,
    "blocks": 2,
    "aisle_spacing": 2.5,
    "cross_aisle_y": [1.5, 10.0, 20.5],
    "depot_aisle": 1,
}


def answer_of(kind: str, problem, folder):
    """Return what the command prints for a problem."""
    file = folder / "problem.json"
    file.write_text(json.dumps(problem))
    out = StringIO()
    call_command("decide", kind, str(file), stdout=out)
    return json.loads(out.getvalue())


def walks(*picks, **changes):
    """Return pick lists on one floor, changed."""
    return {"instances": [{**FLOOR, "picks": list(one), **changes} for one in picks]}


def wave(*orders, capacity: object = 2, **changes):
    """Return one wave, changed."""
    return {"instances": [{**FLOOR, "capacity_items": capacity, "orders": list(orders), **changes}]}


def test_answers_pick_lists_with_the_order_of_the_walk(tmp_path) -> None:
    """None, one, two of which the farther is passed on the way back at no cost, and one spot twice."""
    problem = walks([], [[3, 20.5]], [[1, 9.5], [1, 3.0], [1, 9.5]], [[0, 1.5], [0, 1.5]])

    empty, one, three, same = answer_of("routing", problem, tmp_path)

    assert (empty, one, sorted(three), sorted(same)) == ([], [0], [0, 1, 2], [0, 1])
    assert three[1] != 1


def test_answers_waves_with_orders_by_cart(tmp_path) -> None:
    """Neighbours share a cart; the longer kind's name is known, too."""
    problem = wave([[0, 20]], [[3, 20]], [[0, 19]], [[3, 19]])

    assert answer_of("batching_evening", problem, tmp_path) == [[[0, 2], [1, 3]]]
    assert answer_of("batching", {"instances": []}, tmp_path) == []


@pytest.mark.parametrize(
    ("kind", "problem", "words"),
    [
        ("routing", [], "the file: an object with named fields is expected."),
        ("routing", {}, "the file: “instances” is missing."),
        ("routing", {"instances": [7]}, "instances[0]: an object with named fields"),
        ("routing", {"instances": [FLOOR]}, "instances[0]: “picks” is missing."),
        ("routing", walks([], aisles=0), "instances[0].aisles: a whole number from 1 to 1000"),
        ("routing", walks([], aisles=True), "instances[0].aisles: a whole number"),
        ("routing", walks([], depot_aisle=4), "instances[0].depot_aisle: a whole number from 0 to 3"),
        ("routing", walks([], blocks=1), "instances[0].blocks: there is one block fewer than cross aisles."),
        ("routing", walks([], blocks=None), "instances[0].blocks: a whole number"),
        ("routing", walks([], aisle_spacing=-1), "instances[0].aisle_spacing: no length is negative."),
        ("routing", walks([], aisle_spacing="5"), "instances[0].aisle_spacing: a number up to 1000000"),
        ("routing", walks([], aisle_spacing=10**400), "instances[0].aisle_spacing: a number up to"),
        ("routing", walks([], cross_aisle_y=[0, float("nan")]), "instances[0].cross_aisle_y[1]: a number up to"),
        ("routing", walks([], cross_aisle_y=[0]), "instances[0].cross_aisle_y: 2 to 50 ascending numbers"),
        ("routing", walks([], cross_aisle_y=[0, 9, 3]), "instances[0].cross_aisle_y: 2 to 50 ascending numbers"),
        ("routing", walks([[0, 5], [1]]), "instances[0].picks[1]: 2 items are expected, there are 1."),
        ("routing", walks([[0.5, 5]]), "instances[0].picks[0][0]: a whole number from 0 to 3"),
        ("routing", walks([[4, 5]]), "instances[0].picks[0][0]: a whole number from 0 to 3"),
        (
            "routing",
            walks([[0, 1]]),
            "instances[0].picks[0][1]: a pick lies between the first and the last cross aisle.",
        ),
        ("batching", {"instances": [FLOOR]}, "instances[0]: “capacity_items” is missing."),
        ("batching", wave([], capacity=-1), "instances[0].capacity_items: a whole number"),
        ("batching", wave(7), "instances[0].orders[0]: a list is expected."),
        ("batching", wave([], [[0, 2]] * 3), "instances[0].orders[1]: 3 items do not fit a cart of 2."),
    ],
)
def test_refuses_in_one_sentence_with_the_place(kind: str, problem, words: str, tmp_path) -> None:
    """Exit code 2, and where in the file it is."""
    with pytest.raises(CommandError) as refusal:
        answer_of(kind, problem, tmp_path)

    assert refusal.value.returncode == 2
    assert words in str(refusal.value)
    assert "\n" not in str(refusal.value)
