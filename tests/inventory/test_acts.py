"""Declared acts on supply, who may see it, and what must hold."""

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection

from inventory.models import Location, LocationMembership, Product, StockLevel, StockMovement
from oms.foundation.actions import action_named, run_action
from oms.foundation.invariants import check
from oms.foundation.models import AuditLine, OutboxEvent
from oms.foundation.refusals import Denied, Invalid, NotFound, Refused, StaleVersion
from oms.foundation.scope import scoped
from tests.factories import NOW, make_location, make_product, make_stock

pytestmark = pytest.mark.django_db


def clerk(*permissions: str, at: tuple[Location, ...] = ()) -> User:
    """Make a member of staff with permissions, limited to some locations if any are given."""
    user = User.objects.create_user(f"clerk{User.objects.count()}", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    for location in at:
        LocationMembership.objects.create(user=user, location=location)
    return user


def act(user: User, row, name: str, version: int | None = None, **data):
    """Run a declared action as its button does."""
    action = action_named(type(row), name)
    return run_action(action, principal=user, lookup={"pk": row.pk}, data=data, now=NOW, version=version)


def test_adjusting_moves_pieces_and_says_who():
    level = make_stock(make_product(), make_location(), 10)
    user = clerk("adjust_stocklevel")

    act(user, level, "adjust", version=level.version, quantity="-3", reason="damage", note="wet")

    assert StockLevel.objects.get().on_hand == 7
    movement = StockMovement.objects.get(reason="damage")
    assert (movement.quantity, movement.note, movement.actor_label) == (-3, "wet", user.username)
    assert AuditLine.objects.get().act == "inventory.adjust_stock"


def test_adjusting_a_level_that_changed_meanwhile_is_refused():
    level = make_stock(make_product(), make_location(), 10)
    user = clerk("adjust_stocklevel")
    act(user, level, "adjust", quantity="-3", reason="damage")

    with pytest.raises(StaleVersion):
        act(user, level, "adjust", version=level.version, quantity="-3", reason="damage")

    assert StockLevel.objects.get().on_hand == 7


def test_adjusting_needs_its_permission():
    level = make_stock(make_product(), make_location(), 10)

    with pytest.raises(Denied):
        act(clerk("change_stocklevel"), level, "adjust", quantity="-3", reason="damage")

    assert StockLevel.objects.get().on_hand == 10


def test_stock_of_another_location_is_not_there():
    ours, theirs = make_location("OUR"), make_location("THR")
    level = make_stock(make_product(), theirs, 10)
    user = clerk("adjust_stocklevel", at=(ours,))

    with pytest.raises(NotFound):
        act(user, level, "adjust", quantity="-3", reason="damage")

    assert StockLevel.objects.get().on_hand == 10


@pytest.mark.parametrize("quantity", ["", "0.5", "1e3", "x", "-1000001"])
def test_an_absurd_quantity_is_refused_by_the_form(quantity):
    level = make_stock(make_product(), make_location(), 10)

    with pytest.raises(Invalid):
        act(clerk("adjust_stocklevel"), level, "adjust", quantity=quantity, reason="damage")

    assert StockLevel.objects.get().on_hand == 10


def test_counting_brings_the_level_to_what_was_found():
    level = make_stock(make_product(), make_location(), 10)

    act(clerk("adjust_stocklevel"), level, "count", on_hand="12")

    assert StockLevel.objects.get().on_hand == 12
    assert AuditLine.objects.get().data == {"on_hand": [10, 12]}


def test_less_safety_stock_is_told_to_those_who_wait():
    level = make_stock(make_product(), make_location(), 10, safety_stock=5)

    act(clerk("adjust_stocklevel"), level, "keep", bin="B-7", safety_stock="1")

    assert StockLevel.objects.values_list("bin", "safety_stock", "version").get() == ("B-7", 1, level.version + 1)
    assert OutboxEvent.objects.get().kind == "StockGrew"


def test_a_product_is_sold_no_more_and_again():
    product = make_product()
    user = clerk("change_product")

    act(user, product, "stop_selling", note="discontinued")
    assert Product.objects.get().is_active is False
    with pytest.raises(Refused, match="It is not sold at the moment"):
        act(user, product, "stop_selling")
    act(user, product, "sell_again")

    assert Product.objects.get().is_active is True
    assert [line.act for line in AuditLine.objects.order_by("pk")] == ["inventory.stop_selling", "inventory.sell_again"]


def test_a_location_that_opens_again_tells_what_is_free_there():
    place = make_location()
    free = make_stock(make_product(), place, 10)
    make_stock(make_product(), place, 2, allocated=1, safety_stock=1)
    user = clerk("change_location")
    act(user, place, "close_location")

    act(user, place, "reopen_location")

    assert Location.objects.get().is_active is True
    assert OutboxEvent.objects.get().payload == {"location_id": place.pk, "product_ids": [free.product_id]}


def test_people_see_the_stock_of_their_locations_and_all_without_any():
    ours, theirs = make_location("OUR"), make_location("THR")
    for place in (ours, theirs):
        make_stock(make_product(), place, 1)

    limited, free = clerk(at=(ours,)), clerk()

    assert [level.location.code for level in scoped(limited, StockLevel)] == ["OUR"]
    assert [movement.stock_level.location.code for movement in scoped(limited, StockMovement)] == ["OUR"]
    assert [place.code for place in scoped(limited, Location)] == ["OUR"]
    assert scoped(limited, Product).count() == 2
    assert scoped(free, StockLevel).count() == 2


def breaches() -> dict[str, int]:
    """Return how many rows break each invariant of stock."""
    return {one.invariant.id: one.count for one in check(NOW, only=["I1", "I3", "I4"])}


def test_sound_stock_breaks_nothing():
    make_stock(make_product(), make_location(), 10, allocated=4)

    assert breaches() == {"I1": 0, "I3": 0, "I4": 0}


def test_F23_counter_drift_is_found():
    level = make_stock(make_product(), make_location(), 10)
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE inventory_stocklevel SET on_hand = 11 WHERE id = {level.pk}")

    [found] = check(NOW, only=["I1"])

    assert (found.count, found.ids) == (1, (level.pk,))
