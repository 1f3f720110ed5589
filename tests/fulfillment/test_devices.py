"""Devices on the floor: a robot with a key of its location picks over the API as a person does with a handheld."""

from typing import Any

import pytest

from fulfillment.models import FulfillmentOrder, PickList, PickScan
from fulfillment.services.walking import LEASE, take_over
from inventory.models import Location, StockLevel
from tests.factories import make_actor, make_location, make_product, make_stock
from tests.foundation.rows import make_boss
from tests.fulfillment.partners.test_doors import Theirs
from tests.fulfillment.shop import an_order, sourced

pytestmark = pytest.mark.django_db
SEE, PICK = "fulfillment.view_fulfillmentorder", "fulfillment.pick_fulfillmentorder"


class Robot(Theirs):
    """A device with a key of its location."""

    device = True

    def claim(self, orders: int = 1) -> Any:
        """Take orders, and return the answer's values."""
        answer = self.post("floor/tasks/claim/", orders=orders)
        return answer.json() if answer.status_code == 201 else answer

    def report(self, walk: Any, act: str, **told: Any) -> Any:
        """Report something of a walk."""
        return self.post(f"floor/tasks/{walk['number']}/{act}/", **told)


@pytest.fixture
def place() -> Location:
    """A warehouse with ten TEA and three orders of two that wait there."""
    found = make_location("LEEDS")
    level = make_stock(make_product("TEA", barcode="4006381333931"), found, 10, bin="A-01")
    for _ in range(3):
        sourced(an_order([(level.product, 2)]))
    return found


@pytest.fixture
def robot(place: Location) -> Robot:
    """The robot of the warehouse."""
    return Robot(place, SEE, PICK)


def states() -> list[str]:
    """Return the states of all work, in the order of the orders."""
    return list(FulfillmentOrder.objects.order_by("pk").values_list("state", flat=True))


def test_a_device_picks_three_orders_with_a_short_and_a_skipped_stop(robot: Robot, place: Location) -> None:
    assert robot.get("floor/tasks/").json() == {"walk": None, "waiting": 3}
    walk = robot.claim(3)
    first, second, third = walk["stops"]
    assert (walk["location"], walk["now"], [one["tote"] for one in walk["stops"]]) == (
        "LEEDS",
        first["id"],
        ["A", "B", "C"],
    )
    assert (first["bin"], first["sku"], first["quantity"], first["wanted"]) == ("A-01", "TEA", 2, True)

    told = robot.report(walk, "skip", stop=first["id"]).json()
    assert (told["answer"]["tone"], told["now"]) == ("done", second["id"])
    told = robot.report(walk, "pick", stop=second["id"], quantity=1).json()
    assert (told["answer"]["tone"], told["now"]) == ("ok", second["id"])
    told = robot.report(walk, "pick", stop=second["id"], quantity=1, code="4006381333931").json()
    assert (told["answer"]["tone"], told["now"]) == ("done", third["id"])
    robot.report(walk, "pick", stop=third["id"], quantity=1)
    told = robot.report(walk, "short", stop=third["id"]).json()
    assert (told["answer"]["tone"], told["now"]) == ("done", first["id"])
    told = robot.report(walk, "pick", stop=first["id"], quantity=2).json()
    assert (told["state"], told["now"]) == ("completed", None)

    assert states()[:3] == ["in_progress"] * 3
    assert [one.picked_at is not None for one in FulfillmentOrder.objects.order_by("pk")[:3]] == [True] * 3
    assert StockLevel.objects.get(location=place).on_hand == 9, "one piece was not there"
    device = PickList.objects.get().picker
    assert device is not None
    assert (device.username, set(PickScan.objects.values_list("person", flat=True))) == ("wms", {device.pk})


def test_what_a_device_sends_again_counts_once_and_what_is_wrong_counts_nothing(robot: Robot) -> None:
    walk = robot.claim()
    stop = walk["stops"][0]["id"]
    robot.report(walk, "pick", stop=stop)
    robot.calls -= 1
    again = robot.report(walk, "pick", stop=stop)
    assert (again["Idempotent-Replayed"], again.json()["stops"][0]["picked"]) == ("true", 1)
    for wrong in ({"quantity": 5}, {"code": "CUP"}):
        told = robot.report(walk, "pick", stop=stop, **wrong).json()
        assert (told["answer"]["tone"], told["stops"][0]["picked"]) == ("wrong", 1)
    for act, values, status in (
        ("pick", {"stop": 999_999}, 404),
        ("pick", {}, 404),
        ("pick", {"stop": stop, "quantity": 0}, 422),
        ("fly", {"stop": stop}, 404),
    ):
        assert robot.report(walk, act, **values).status_code == status
    assert PickScan.objects.count() == 3


def test_a_device_has_one_walk_and_gives_it_back_for_whoever_goes_on(robot: Robot, place: Location) -> None:
    walk = robot.claim()
    refused = robot.post("floor/tasks/claim/", orders=1)
    assert (refused.status_code, refused.json()["code"]) == (409, "has_a_walk")
    assert robot.get("floor/tasks/").json()["walk"]["number"] == walk["number"]
    assert robot.report(walk, "give_back").json()["state"] == "released"
    assert robot.get("floor/tasks/").json()["walk"] is None
    other = robot.claim()
    row = PickList.objects.get(number=other["number"])
    late = make_actor(now=row.leased_until) if row.leased_until else make_actor()
    taken = take_over(pick_list_id=row.pk, picker_id=make_boss().pk, actor=late)
    assert taken.leased_until == late.now + LEASE
    gone = robot.report(other, "pick", stop=other["stops"][0]["id"])
    assert (gone.status_code, gone.json()["code"]) == (409, "not_yours")
    assert robot.report(other, "end").status_code == 409


def test_only_a_device_picks_over_the_api_and_only_at_its_location(place: Location, robot: Robot) -> None:
    walk = robot.claim()
    elsewhere = Robot(make_location("YORK"), SEE, PICK, name="york")
    assert elsewhere.get("floor/tasks/").json() == {"walk": None, "waiting": 0}
    assert elsewhere.report(walk, "pick", stop=walk["stops"][0]["id"]).status_code == 404
    assert elsewhere.post("floor/tasks/claim/").json()["code"] == "nothing_to_pick"
    system = Theirs(place, SEE, PICK)
    assert (system.get("floor/tasks/").status_code, system.get("floor/tasks/").json()["code"]) == (409, "no_device")
    may_not = Robot(place, "fulfillment.view_fulfillmentorder", name="looks")
    assert may_not.post("floor/tasks/claim/").status_code == 403
