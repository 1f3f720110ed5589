"""Who is limited to some locations moves and trades no piece at another one, though the order is theirs to see."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission, User

from fulfillment.models import FulfillmentOrder
from fulfillment.services.reallocating import reallocate
from inventory.models import LocationMembership
from oms.foundation.actions import action_named, run_action
from oms.foundation.refusals import Refused
from orders.models import Order
from tests.factories import NOW, make_actor, make_location, make_stock
from tests.fulfillment.moving import Shop, promised
from tests.fulfillment.shop import an_order, sourced

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Shop:
    """Return a shop with three TEA in London and two in Leeds."""
    found = Shop()
    for place, pieces in ((found.london, 3), (found.leeds, 2)):
        found.free(found.tea, place, pieces)
    return found


@pytest.fixture
def pat(shop) -> User:
    """A clerk of London alone, who may move work."""
    user = User.objects.create_user("pat", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="reroute_fulfillmentorder"))
    LocationMembership.objects.create(user=user, location=shop.london)
    return user


def act(row: Order | FulfillmentOrder, name: str, user: User, **data: Any) -> Any:
    """Do an act as the pages and the API do it."""
    action, told = action_named(type(row), name), {"reason": "wedding", **data}
    return run_action(action, principal=user, lookup={"pk": row.pk}, data=told, now=NOW)


def test_a_trade_takes_no_pieces_at_a_location_out_of_sight(shop, pat) -> None:
    mine = shop.work((shop.tea, 3))
    (theirs,) = sourced(an_order([(shop.tea, 2)]))
    before = [promised(mine.order_id), promised(theirs.order_id)]
    assert before == [{"LON": {"TEA": 3}}, {"MAN": {"TEA": 2}}]

    with pytest.raises(Refused, match=r"lacks 0 and has 0 elsewhere.+not yours, somebody must trade who works there"):
        act(mine, "trade", pat, order=theirs.order.number, sku="TEA")

    assert [promised(mine.order_id), promised(theirs.order_id)] == before
    LocationMembership.objects.create(user=pat, location=shop.leeds)
    act(mine, "trade", User.objects.get(pk=pat.pk), order=theirs.order.number, sku="TEA")
    assert promised(theirs.order_id) == {"LON": {"TEA": 2}}


def test_a_line_is_not_moved_away_from_a_location_out_of_sight(shop, pat) -> None:
    order = an_order([(shop.tea, 4)])
    sourced(order)
    paris = make_location("PAR", name="Paris")
    make_stock(shop.tea, paris, 9)
    LocationMembership.objects.create(user=pat, location=paris)
    before = promised(order.pk)
    assert before == {"LON": {"TEA": 3}, "MAN": {"TEA": 1}}

    act(order, "reallocate", pat, line=1, location="PAR")
    assert promised(order.pk) == {"PAR": {"TEA": 3}, "MAN": {"TEA": 1}}

    with pytest.raises(Refused, match="Line 1 has no promised piece outside of Paris that is yours to move"):
        act(order, "reallocate", pat, line=1, location="PAR")
    assert promised(order.pk) == {"PAR": {"TEA": 3}, "MAN": {"TEA": 1}}


def test_nothing_is_moved_back_from_a_location_out_of_sight(shop, pat) -> None:
    work = shop.work((shop.tea, 1))
    reallocate(fulfillment_order_id=work.pk, location=shop.leeds, reason="strike", actor=make_actor())

    with pytest.raises(Refused, match="What was moved away from here is at a location that is not yours"):
        act(work, "move_back", pat)

    assert promised(work.order_id) == {"MAN": {"TEA": 1}}
    LocationMembership.objects.create(user=pat, location=shop.leeds)
    act(work, "move_back", User.objects.get(pk=pat.pk))
    assert promised(work.order_id) == {"LON": {"TEA": 1}}
