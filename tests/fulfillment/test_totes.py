"""Totes with labels: put on a cart by a scan, checked at each stop, and found again at the packing station."""

import pytest

from fulfillment.models import FulfillmentOrder, LabelledTote
from fulfillment.services import walking
from fulfillment.services.picking import stop_picking
from fulfillment.services.scan_packing import find_work
from fulfillment.services.walking import totes, walk_of
from inventory.models import Product
from oms.foundation.refusals import NotFound
from tests.factories import make_actor
from tests.fulfillment.walks import again, at_stop, claim

pytestmark = pytest.mark.django_db


def found(code: str) -> FulfillmentOrder:
    """Return the work that a code leads to."""
    return find_work(code=code, work=FulfillmentOrder.objects.all())


def test_a_tote_is_put_on_the_cart_and_tells_right_from_wrong(place, ann) -> None:
    walk = claim(place, ann)
    first = walk_of(walk).now.task

    told = at_stop(walking.scan, walk, ann, "tote-7")
    assert (told.tone, told.sentence) == ("ok", f"TOTE-7 is tote {first.tote} now. Scan TEA.")
    assert at_stop(walking.scan, walk, ann, "TOTE-7").sentence == f"Right tote: {first.tote}. Scan TEA."
    assert walk_of(walk).label == "TOTE-7"
    while walk_of(walk).now.task.tote == first.tote:
        now = walk_of(walk).now
        at_stop(walking.scan, walk, ann, now.sku, now.task.quantity)
    other = walk_of(walk).now.task.tote
    told = at_stop(walking.scan, walk, ann, "TOTE-7")

    assert (told.tone, told.sentence) == ("wrong", f"TOTE-7 is tote {first.tote}. These pieces go into tote {other}.")
    assert again(first).picked == first.quantity


def test_its_label_alone_leads_to_the_order_and_is_free_when_that_is_packed(place, ann, bob) -> None:
    walk = claim(place, ann, orders=1)
    (work,) = {one.fulfillment_order for one in walk.tasks.all()}
    with pytest.raises(NotFound):
        found("TOTE-7")
    at_stop(walking.scan, walk, ann, "TOTE-7")
    while (now := walk_of(again(walk)).now) is not None:
        at_stop(walking.scan, walk, ann, now.sku, now.task.quantity)
    assert found("tote-7") == work
    assert [tote for tote, _ in walk_of(again(walk)).to_packing] == ["A: TOTE-7"]

    other = claim(place, bob)
    told = at_stop(walking.scan, other, bob, "TOTE-7")
    assert (told.tone, LabelledTote.objects.count()) == ("wrong", 1)
    assert f"still has order {work.order.number} in it" in told.sentence
    stop_picking(fulfillment_order_id=work.pk, actor=make_actor())
    told = at_stop(walking.scan, other, bob, "TOTE-7")

    assert told.tone == "ok"
    assert [one.pick_list for one in LabelledTote.objects.filter(freed_at=None)] == [other]


def test_a_tote_that_is_full_is_followed_by_another(place, ann) -> None:
    walk = claim(place, ann, orders=1)
    for label in ("TOTE-7", "TOTE-8"):
        at_stop(walking.scan, walk, ann, label)
    now = walk_of(walk).now
    at_stop(walking.scan, walk, ann, now.sku, now.task.quantity)

    assert found("TOTE-7") == found("TOTE-8") == now.task.fulfillment_order
    assert walk_of(walk).labels == {"A": "TOTE-7, TOTE-8"}


def test_of_two_who_take_the_same_tote_at_once_one_is_told(place, ann, bob, monkeypatch) -> None:
    walk, other = claim(place, ann, orders=1), claim(place, bob, orders=1)
    at_stop(walking.scan, walk, ann, "TOTE-7")
    monkeypatch.setattr(totes, "lock_labelled_tote", lambda code: None)

    told = at_stop(walking.scan, other, bob, "TOTE-7")

    assert (told.tone, told.sentence[:37]) == ("wrong", "TOTE-7 was just put on the cart of wa")
    assert LabelledTote.objects.get().pick_list == walk


def test_a_product_that_is_called_like_a_tote_is_a_product(place, ann) -> None:
    Product.objects.filter(sku="TEA").update(sku="TOTE-BAG")
    walk = claim(place, ann)

    assert at_stop(walking.scan, walk, ann, "TOTE-BAG").sentence.startswith("1 of 3 TOTE-BAG")
    assert at_stop(walking.scan, walk, ann, "TOTE-RED").tone == "wrong"
    assert LabelledTote.objects.count() == 0
