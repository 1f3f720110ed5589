"""Moving stock."""

import pytest
from django.db import IntegrityError, transaction

from inventory.models import StockLevel, StockMovement
from inventory.services.stock import Change, Count, StockTooLow, adjust_stock, count_stock, move_stock, set_stock
from oms.foundation.models import AuditLine, OutboxEvent
from oms.foundation.refusals import Invalid, NotFound
from tests.factories import make_actor, make_location, make_product, make_stock

pytestmark = pytest.mark.django_db


def numbers(level: StockLevel) -> tuple[int, int]:
    """Return (on hand, allocated) as the database has them."""
    return StockLevel.objects.values_list("on_hand", "allocated").get(pk=level.pk)


def test_changes_of_one_level_are_added_up_and_each_becomes_a_movement():
    level = make_stock(make_product(), make_location(), 10)
    changes = [Change(level.pk, 5, "receipt", "recv:1"), Change(level.pk, -3, "damage", "dmg:1", "wet")]

    move_stock(changes=changes, actor=make_actor("Kim"))

    assert numbers(level) == (12, 0)
    assert list(level.movements.order_by("pk").values_list("quantity", "reason", "note", "actor_label")) == [
        (10, "opening", "", ""),
        (5, "receipt", "", "Kim"),
        (-3, "damage", "wet", "Kim"),
    ]


def test_growth_is_told_once_a_location_with_its_products():
    one, two, place = make_product("A"), make_product("B"), make_location()
    first, second = make_stock(one, place, 1), make_stock(two, place, 1)

    move_stock(
        changes=[Change(first.pk, 2, "receipt", "r:1"), Change(second.pk, 2, "receipt", "r:2")], actor=make_actor()
    )

    [event] = OutboxEvent.objects.all()
    assert (event.kind, event.stream) == ("StockGrew", f"stock:{place.pk}")
    assert event.payload == {"location_id": place.pk, "product_ids": sorted([one.pk, two.pk])}


def test_loss_is_not_told_as_growth():
    level = make_stock(make_product(), make_location(), 10)

    move_stock(changes=[Change(level.pk, -1, "damage", "d:1")], actor=make_actor())

    assert OutboxEvent.objects.count() == 0


def test_a_movement_is_applied_once_however_often_it_is_delivered():
    level = make_stock(make_product(), make_location(), 10)
    change = Change(level.pk, 4, "receipt", "recv:7:1")

    move_stock(changes=[change], actor=make_actor())
    move_stock(changes=[change], actor=make_actor())

    assert numbers(level) == (14, 0)
    assert StockMovement.objects.filter(reference="recv:7:1").count() == 1


def test_a_reference_of_another_movement_is_refused():
    level = make_stock(make_product(), make_location(), 10)
    move_stock(changes=[Change(level.pk, 4, "receipt", "recv:7:1")], actor=make_actor())

    with pytest.raises(Invalid) as refused:
        move_stock(changes=[Change(level.pk, 5, "receipt", "recv:7:1")], actor=make_actor())

    assert refused.value.code == "reference_used"
    assert numbers(level) == (14, 0)


def test_pieces_promised_to_orders_cannot_go():
    level = make_stock(make_product("TEE"), make_location("LON"), 10, allocated=7)
    free = make_stock(make_product(), make_location(), 10)

    with pytest.raises(StockTooLow) as refused:
        move_stock(
            changes=[Change(free.pk, -1, "damage", "d:1"), Change(level.pk, -4, "damage", "d:2")], actor=make_actor()
        )

    assert str(refused.value) == (
        "TEE at LON: 4 pieces cannot be taken, 3 of 10 on hand are free; 7 are promised to orders."
        " Take fewer, or move the orders to another location first."
    )
    assert numbers(level) == (10, 7)
    assert numbers(free) == (10, 0)
    assert StockMovement.objects.exclude(reason="opening").count() == 0


@pytest.mark.parametrize(
    ("quantity", "reason", "code"),
    [(0, "receipt", "zero_quantity"), (1_000_001, "receipt", "absurd_quantity"), (1, "magic", "unknown_reason")],
)
def test_F20_absurd_quantity_refused(quantity, reason, code):
    level = make_stock(make_product(), make_location(), 10)

    with pytest.raises(Invalid) as refused:
        move_stock(changes=[Change(level.pk, quantity, reason, "x:1")], actor=make_actor())

    assert refused.value.code == code
    assert numbers(level) == (10, 0)


def test_many_levels_take_as_few_statements_as_one(django_assert_num_queries):
    place = make_location()
    levels = [make_stock(make_product(), place, 1) for _ in range(30)]
    changes = [Change(level.pk, 1, "receipt", f"r:{level.pk}") for level in levels]

    with django_assert_num_queries(7):  # savepoint, lock, references, update, movements, fact, release
        move_stock(changes=changes, actor=make_actor())


def test_adjusting_makes_the_level_where_there_is_none():
    make_product("TEE")
    make_location("LON")

    level = adjust_stock(sku="TEE", location="LON", quantity=3, reason="receipt", actor=make_actor())

    assert (level.on_hand, level.product.sku, level.location.code) == (3, "TEE", "LON")
    [line] = AuditLine.objects.all()
    assert (line.act, line.data["quantity"]) == ("inventory.adjust_stock", 3)


def test_adjusting_an_absent_level_down_leaves_nothing_behind():
    make_product("TEE")
    make_location("LON")

    with pytest.raises(StockTooLow):
        adjust_stock(sku="TEE", location="LON", quantity=-1, reason="damage", actor=make_actor())

    assert StockLevel.objects.count() == 0
    assert AuditLine.objects.count() == 0


def test_adjusting_names_the_known_locations():
    make_product("TEE")
    make_location("LON")

    with pytest.raises(NotFound) as refused:
        adjust_stock(sku="TEE", location="PAR", quantity=1, reason="receipt", actor=make_actor())

    assert str(refused.value) == "There is no location “PAR”. Known locations: LON."


def test_counting_moves_the_difference_only():
    level = make_stock(make_product(), make_location(), 10)
    same = make_stock(make_product(), make_location(), 4)

    changed = count_stock(
        counts=[Count(level.pk, 7, "import", "c:1"), Count(same.pk, 4, "import", "c:2")], actor=make_actor()
    )

    assert changed == 1
    assert StockMovement.objects.get(reference="c:1").quantity == -3
    assert not StockMovement.objects.filter(reference="c:2").exists()


def test_counting_below_the_promised_pieces_is_refused():
    make_stock(make_product("TEE"), make_location("LON"), 10, allocated=7)

    with pytest.raises(StockTooLow):
        set_stock(sku="TEE", location="LON", on_hand=6, reason="adjustment", actor=make_actor())

    assert StockLevel.objects.get().on_hand == 10


def test_F20_the_database_has_the_last_word():
    level = make_stock(make_product(), make_location(), 10)

    with pytest.raises(IntegrityError), transaction.atomic():
        StockLevel.objects.filter(pk=level.pk).update(allocated=11)

    assert numbers(level) == (10, 0)
