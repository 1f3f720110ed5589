"""``manage.py decide carton`` reads orders with boxes and answers where everything lies."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from fulfillment.packing.instances import decide_cartons

SMALL = {"items_mm": [[90, 40, 20]], "boxes_mm": [[50, 100, 30], [200, 200, 200]], "box_cost": [7, 9]}


def answer_of(data, folder):
    """Return what the command prints."""
    file = folder / "orders.json"
    file.write_text(json.dumps(data))
    out = StringIO()
    call_command("decide", "carton", str(file), stdout=out)
    return json.loads(out.getvalue())


def order(**changes):
    """Return a file of one order, changed."""
    return {"doc": "any words", "orders": [{**SMALL, **changes}]}


def test_answers_with_box_corner_and_sides(tmp_path) -> None:
    assert answer_of(order(), tmp_path) == [{"box": 0, "pos": [[0, 0, 0]], "dim": [[40, 90, 20]]}]


def test_says_null_where_no_box_holds_an_order_and_goes_on(tmp_path) -> None:
    changes = ({"items_mm": [[201, 1, 1]]}, {"items_mm": []}, {"boxes_mm": [], "box_cost": []})
    data = {"orders": [{**SMALL, **change} for change in changes]}

    nothing = {"box": None, "pos": [], "dim": []}
    assert answer_of(data, tmp_path) == [nothing, {"box": 0, "pos": [], "dim": []}, nothing]


@pytest.mark.parametrize(
    ("facts", "box"),
    [
        ({"item_g": [900], "box_max_g": [899, 900]}, 1),
        ({"items_mm": [[20, 40, 90]], "upright": [True]}, 1),
        ({"items_mm": [[90, 40, 15]] * 2}, 0),
        ({"items_mm": [[90, 40, 15]] * 2, "upright": [True, True], "fragile": [True, True]}, 1),
    ],
)
def test_weighs_stands_and_spares_where_the_file_says_so(facts, box: int) -> None:
    """Each column by itself changes the box."""
    assert decide_cartons(order(**facts))[0]["box"] == box


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ([], "the file: an object with named fields is expected."),
        ({}, "the file: “orders” is missing."),
        ({"orders": {}}, "orders: a list is expected."),
        ({"orders": [7]}, "orders[0]: an object with named fields is expected."),
        ({"orders": [{}]}, "orders[0]: “items_mm” is missing."),
        (order(items_mm=[[1, 2]]), "orders[0].items_mm[0]: three whole numbers from 1 to 100000 are expected"),
        (order(items_mm=[[1, 2, 0]]), "orders[0].items_mm[0]: three whole numbers"),
        (order(items_mm=[[1, 2, 1.5]]), "orders[0].items_mm[0]: three whole numbers"),
        (order(items_mm=[[1, 2, True]]), "orders[0].items_mm[0]: three whole numbers"),
        (order(items_mm=["abc"]), "orders[0].items_mm[0]: a list is expected."),
        (order(items_mm=[[1, 1, 1]] * 2001), "orders[0].items_mm: an order has at most 2000 pieces, there are 2001."),
        (order(boxes_mm=[[1, 2, 100001]]), "orders[0].boxes_mm[0]: three whole numbers"),
        (order(box_cost=[1]), "orders[0].box_cost: 2 items are expected, there are 1."),
        (order(box_cost=[1, -1]), "orders[0].box_cost[1]: a whole number from 0 to 1000000000 is expected."),
        ({"orders": [{"items_mm": [], "boxes_mm": []}]}, "orders[0]: “box_cost” is missing."),
        (order(fragile=[1]), "orders[0].fragile[0]: true or false is expected."),
        (order(item_g=None), "orders[0].item_g: a list is expected."),
    ],
)
def test_refuses_in_one_sentence_with_the_place(data, words: str, tmp_path) -> None:
    """Exit code 2, and where in the file it is."""
    with pytest.raises(CommandError) as refusal:
        answer_of(data, tmp_path)

    assert refusal.value.returncode == 2
    assert words in str(refusal.value)
