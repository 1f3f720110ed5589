"""What can go wrong with stock, one row each."""

from tests.corruption import Corruption
from tests.orders.corruptions import state

FULL = "select min(id) from inventory_stocklevel where on_hand > 0"
FIRST, SECOND = (f"select {way}(id) from inventory_stockmovement where reason = 'opening'" for way in ("min", "max"))

CORRUPTIONS = [
    Corruption(name="I1", row=FULL, sql="update inventory_stocklevel set on_hand = on_hand + 1 where id = {row}"),
    Corruption(
        name="I3",
        row=FULL,
        sql="update inventory_stocklevel set allocated = on_hand + 1 where id = {row}",
        also={"I2": "select {row}"},
        beside=("stock_never_oversold",),
    ),
    Corruption(
        name="I4",
        row=SECOND,
        sql="update inventory_stockmovement set reference = (select reference from inventory_stockmovement"
        f" where id = ({FIRST})) where id = {{row}}",
        beside=("inventory_stockmovement_reference_key",),
    ),
    Corruption(
        name="I36m",
        engine={
            "postgresql": "drop trigger inventory_stockmovement_append_only on inventory_stockmovement",
            "sqlite": "drop trigger inventory_stockmovement_append_only_update",
        },
        found="select 'inventory_stockmovement'",
    ),
    Corruption(
        name="I36b",
        engine={
            "postgresql": "drop trigger inventory_binmovement_append_only on inventory_binmovement",
            "sqlite": "drop trigger inventory_binmovement_append_only_update",
        },
        found="select 'inventory_binmovement'",
    ),
    Corruption(
        name="I39",
        row="select id from inventory_stocklevel where in_bins > 0",
        sql="update inventory_stocklevel set in_bins = in_bins - 1 where id = {row}",
    ),
    Corruption(
        name="I40",
        row="select id from inventory_binstock where quantity > 0 and lot_id is null",
        sql="update inventory_binstock set quantity = quantity + 1 where id = {row}",
        also={"I39": "select stock_level_id from inventory_binstock where id = {row}"},
    ),
    Corruption(
        name="I80",
        row="select stock_level_id from inventory_binstock where lot_id is not null",
        sql="update inventory_binstock set quantity = quantity + 1 where stock_level_id = {row}",
        also={"I40": "select id from inventory_binstock where lot_id is not null"},
    ),
    Corruption(
        name="I81",
        row="select id from inventory_binstock where lot_id is not null",
        sql="update inventory_lot set product_id = (select id from inventory_product where sku = 'TEA') where id ="
        " (select lot_id from inventory_binstock where id = {row})",
    ),
    Corruption(
        name="I84",
        row="select id from inventory_stocklevel where in_bins > 0",
        sql="update inventory_stocklevel set blocked = 1 where id = {row}",
    ),
    state("I16.countsession", "inventory_countsession", "state = 'posted'", "review"),
    Corruption(
        name="I41",
        row="select min(id) from inventory_countline",
        sql="update inventory_countline set counted = counted + 1, difference = 1 where id = {row}",
    ),
    Corruption(
        name="I54",
        sql="insert into inventory_kitcomponent (kit_id, component_id, quantity) select k.id, c.id, 1 from"
        " inventory_product k join inventory_product c on c.id > k.id where k.sku in ('TEA', 'CUP')"
        " and c.sku in ('CUP', 'RARE') and (k.sku = 'TEA') = (c.sku = 'CUP')",
        found="select c.id from inventory_kitcomponent c join inventory_product p on p.id = c.component_id"
        " where p.sku = 'CUP'",
    ),
    Corruption(
        name="I38",
        row=FULL,
        sql="insert into inventory_incomingstock (version, created_at, updated_at, product_id, location_id, reference,"
        " quantity, expected_on, received, closed_at) select 0, created_at, created_at, product_id, location_id, 'P1',"
        " 5, '2026-12-01', 2, null from inventory_stocklevel where id = {row}",
    ),
]
