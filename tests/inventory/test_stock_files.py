"""Importing counted stock."""

import pytest

from inventory.imports import rows
from inventory.imports.stock import StockCountFile
from inventory.models import Product, StockFile, StockLevel, StockMovement
from inventory.services.allocation import Shipped, allocate_pieces, ship_pieces
from oms.foundation.imports.running import run_import
from oms.foundation.models import OutboxEvent
from oms.foundation.tables import read_table
from tests.factories import make_actor, make_location, make_product, make_stock

pytestmark = pytest.mark.django_db
STOCK = "sku,location,bin,on_hand,safety_stock\n"


def on_hand(sku: str = "TEE") -> int:
    """Return the pieces on hand of a product stocked at one place."""
    return StockLevel.objects.get(product__sku=sku).on_hand


def test_stock_is_counted_through_movements(imported):
    place = make_location("LON")
    known = make_stock(make_product("OLD"), place, 10, bin="A-1", safety_stock=1)
    make_product("TEE")

    code, summary, _ = imported("stock", STOCK + "TEE,LON,B-2,5,1\nOLD,LON,A-2,7,2\n")

    assert (code, summary) == (0, "stock.csv: 1 created, 1 changed, 0 unchanged, 0 refused")
    levels = StockLevel.objects.order_by("product__sku").values_list("product__sku", "bin", "on_hand", "safety_stock")
    assert list(levels) == [("OLD", "A-2", 7, 2), ("TEE", "B-2", 5, 1)]
    moved = StockMovement.objects.filter(reference__startswith="import:").order_by("quantity")
    assert list(moved.values_list("stock_level__product__sku", "quantity", "reason")) == [
        ("OLD", -3, "import"),
        ("TEE", 5, "opening"),
    ]
    assert known.version < StockLevel.objects.get(pk=known.pk).version
    assert [event.payload["product_ids"] for event in OutboxEvent.objects.all()] == [
        [Product.objects.get(sku="TEE").pk]
    ]


def test_a_stock_file_taken_before_does_not_bring_sold_pieces_back(imported):
    make_product("TEE")
    make_location("LON")
    content = STOCK + "TEE,LON,,5,0\n"
    imported("stock", content)
    level = StockLevel.objects.get()
    allocate_pieces(pieces={level.pk: 2}, actor=make_actor())
    ship_pieces(pieces=[Shipped(level.pk, 2, "ship:1")], actor=make_actor())

    code, summary, _ = imported("stock", content)

    assert (code, summary) == (0, "stock.csv: 0 created, 0 changed, 1 unchanged, 0 refused")
    assert on_hand() == 3
    assert imported("stock", content, "--again")[1] == "stock.csv: 0 created, 1 changed, 0 unchanged, 0 refused"
    assert on_hand() == 5


def test_a_refused_stock_row_is_open_when_the_file_is_imported_again(imported):
    make_product("TEE")
    make_location("LON")
    content = STOCK + "TEE,LON,,5,0\nMUG,LON,,4,0\nTEE,PAR,,1,0\n"

    code, summary, faults = imported("stock", content)
    make_product("MUG")
    again = imported("stock", content)

    assert (code, summary) == (2, "stock.csv: 1 created, 0 changed, 0 unchanged, 2 refused")
    assert faults[:2] == [
        "row 3, column sku: there is no product with the SKU “MUG”; import the products first.",
        "row 4, column location: there is no location “PAR”; known locations: LON.",
    ]
    assert again[1] == "stock.csv: 1 created, 0 changed, 1 unchanged, 1 refused"
    assert (on_hand("TEE"), on_hand("MUG")) == (5, 4)


def test_fewer_pieces_than_are_promised_are_not_taken(imported):
    make_stock(make_product("TEE"), make_location("LON"), 10, allocated=7, bin="A-1")

    code, _, faults = imported("stock", STOCK + "TEE,LON,A-2,6,0\n")

    assert code == 1
    assert faults[0] == (
        "row 2, column on_hand: 7 pieces of TEE at LON are promised to orders, but 6 were counted;"
        " move or cancel orders first, then import this row again."
    )
    assert StockLevel.objects.values_list("on_hand", "allocated", "bin").get() == (10, 7, "A-1")


def test_a_dry_run_of_stock_remembers_nothing(imported):
    make_product("TEE")
    make_location("LON")

    imported("stock", STOCK + "TEE,LON,,5,0\n", "--dry-run")

    assert (StockLevel.objects.count(), StockFile.objects.count(), StockMovement.objects.count()) == (0, 0, 0)


def test_less_safety_stock_is_told_as_growth(imported):
    level = make_stock(make_product("TEE"), make_location("LON"), 10, safety_stock=4)

    imported("stock", STOCK + "TEE,LON,,10,1\n")

    assert OutboxEvent.objects.get().payload == {"location_id": level.location_id, "product_ids": [level.product_id]}


def test_a_broken_run_goes_on_where_it_ended(monkeypatch):
    monkeypatch.setattr(rows, "CHUNK", 2)
    place = make_location("LON")
    for number in range(5):
        make_product(f"P{number}")
    content = (STOCK + "".join(f"P{number},LON,,{number + 1},0\n" for number in range(5))).encode()
    table = read_table(content, name="s.csv", expected=["sku"])
    file = StockCountFile(table, digest="d")
    store, calls = file.store, []

    def killed(entries, actor):
        """Store two chunks, then die."""
        calls.append(entries)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return store(entries, actor)

    file.store = killed
    with pytest.raises(KeyboardInterrupt):
        run_import(file, actor=make_actor())
    assert place.stock_levels.count() == 4

    outcome = run_import(StockCountFile(table, digest="d"), actor=make_actor())

    assert (outcome.created, outcome.unchanged) == (1, 4)
    assert list(place.stock_levels.order_by("product__sku").values_list("on_hand", flat=True)) == [1, 2, 3, 4, 5]


def test_more_rows_take_no_more_statements(django_assert_max_num_queries):
    place = make_location("LON")
    for number in range(300):
        make_product(f"P{number}")
    content = (STOCK + "".join(f"P{number},LON,,5,0\n" for number in range(300))).encode()
    table = read_table(content, name="s.csv", expected=["sku"])

    with django_assert_max_num_queries(32):
        run_import(StockCountFile(table, digest="d"), actor=make_actor())

    assert place.stock_levels.count() == 300
