"""Importing products and locations."""

import csv
from datetime import time

import pytest

from inventory.models import Location, Product, Substitute
from oms.foundation.models import AuditLine, OutboxEvent
from oms.foundation.objections import OBJECTORS
from oms.foundation.refusals import Reason
from tests.factories import make_location, make_product, make_stock

pytestmark = pytest.mark.django_db
PRODUCTS = "sku,title,barcode,unit_price,unit_cost,currency,weight_g,length_mm,width_mm,height_mm,capability\n"
LOCATIONS = "code,name,kind,country,city,postal_code,latitude,longitude,daily_capacity,cutoff,timezone\n"
STOCK = "sku,location,bin,on_hand,safety_stock\n"


def test_a_product_is_created_from_its_row(imported):
    code, summary, faults = imported(
        "products", PRODUCTS + 'A1,"MUG, ""BIG""",2022666947411,4.95,2.2,GBP,708,177,94,57,fragile\n'
    )

    assert (code, summary, faults) == (0, "products.csv: 1 created, 0 changed, 0 unchanged, 0 refused", [])
    product = Product.objects.get()
    assert (product.sku, product.title, product.barcode) == ("A1", 'MUG, "BIG"', "2022666947411")
    assert (product.unit_price, product.unit_cost, product.currency) == (495, 220, "GBP")
    assert (product.weight_g, product.length_mm, product.width_mm, product.height_mm) == (708, 177, 94, 57)
    assert (product.capability, product.is_active, product.history.count()) == ("fragile", True, 1)


def test_importing_the_same_products_again_changes_nothing(imported):
    content = PRODUCTS + "A1,Mug,,4.95,2.20,GBP,1,1,1,1,\n"
    imported("products", content)
    before = Product.objects.values().get()

    code, summary, _ = imported("products", content)

    assert (code, summary) == (0, "products.csv: 0 created, 0 changed, 1 unchanged, 0 refused")
    assert Product.objects.values().get() == before
    assert AuditLine.objects.count() == 1


def test_a_changed_price_is_written_with_its_history_and_the_rest_stays(imported):
    make_product("A1", title="Mug", unit_price=495, currency="GBP", weight_g=300, barcode="123")

    code, summary, _ = imported("products", "sku,title,unit_price,currency\nA1,Mug,5.25,GBP\n")

    assert (code, summary) == (0, "products.csv: 0 created, 1 changed, 0 unchanged, 0 refused")
    product = Product.objects.get()
    assert (product.unit_price, product.weight_g, product.barcode, product.version) == (525, 300, "123", 1)
    assert [row.unit_price for row in product.history.order_by("history_id")] == [495, 525]
    line = AuditLine.objects.get()
    assert (line.act, line.data) == ("inventory.change_product", {"unit_price": [495, 525]})


def test_skus_that_differ_in_case_are_different_products(imported):
    imported("products", PRODUCTS + "47518F,a,,1,1,GBP,1,1,1,1,\n47518f,b,,1,1,GBP,1,1,1,1,\n")

    assert set(Product.objects.values_list("sku", flat=True)) == {"47518F", "47518f"}


def test_every_fault_of_a_row_is_named_and_the_other_rows_are_taken(imported):
    rows = (
        "A1,Mug,,4.95,2.20,GBP,1,1,1,1,\n"
        "A2,Cup,1.23E+15,4,95,GBP,1\n"
        'A3,Cup,2E+15,"4,95",2.20,GBP,1.5,1,1,1,\n'
        "A4,x,,1,1,XXY,1,1,1,1,\n"
    )

    code, summary, faults = imported("products", PRODUCTS + rows)

    assert (code, summary) == (2, "products.csv: 1 created, 0 changed, 0 unchanged, 3 refused")
    assert [fault.split(":")[0] for fault in faults] == [
        "row 3",
        "row 4, column barcode",
        "row 4, column unit_price",
        "row 4, column weight_g",
        "row 5, column currency",
        "3 of 4 rows were refused; mend and import again.",
    ]
    assert faults[0] == "row 3: this row has 7 cells, the heading has 11; is it cut off?"
    assert faults[4] == "row 5, column currency: “XXY” is not a currency; write a code such as EUR."
    assert list(Product.objects.values_list("sku", flat=True)) == ["A1"]


def test_F81_duplicate_rows_named(imported):
    rows = "A1,Mug,,1,1,GBP,1,1,1,1,\nB,x,,1,1,GBP,1,1,1,1,\nA1,Cup,,2,1,GBP,1,1,1,1,\n"

    code, _, faults = imported("products", PRODUCTS + rows)

    assert code == 2
    assert faults[:2] == [
        "row 2, column sku: the same sku stands in row 4; none of them was taken, keep one.",
        "row 4, column sku: the same sku stands in row 2; none of them was taken, keep one.",
    ]
    assert list(Product.objects.values_list("sku", flat=True)) == ["B"]


def test_a_dry_run_names_what_would_happen_and_keeps_nothing(imported):
    code, summary, _ = imported("products", PRODUCTS + "A1,Mug,,4.95,2.20,GBP,1,1,1,1,\n", "--dry-run")

    assert (code, summary) == (0, "products.csv: 1 created, 0 changed, 0 unchanged, 0 refused (dry run, nothing kept)")
    assert Product.objects.count() == 0


def test_a_file_of_another_kind_is_refused(imported):
    code, summary, faults = imported("products", STOCK + "A,LON,,1,0\n")

    assert (code, summary) == (1, "")
    assert faults == [
        (
            "products.csv lacks the columns title, unit_price, currency. This looks like a stock file."
            " Found: sku, location, bin, on_hand, safety_stock."
        )
    ]


def test_a_column_that_is_not_used_is_named(imported):
    _, _, faults = imported("products", "sku,title,unit_price,currency,wieght_g\nA1,Mug,1,GBP,5\n")

    assert faults == ["columns not used: wieght_g"]


def test_a_location_is_created_with_what_its_kind_can_do(imported):
    code, summary, _ = imported(
        "locations", LOCATIONS + "STO,Store,store,GB,London,WC2E 8RF,51.51,-0.12,60,12:30,Europe/London\n"
    )

    assert (code, summary) == (0, "locations.csv: 1 created, 0 changed, 0 unchanged, 0 refused")
    store = Location.objects.get()
    assert (store.latitude, store.longitude, store.daily_capacity, store.cutoff) == (51.51, -0.12, 60, time(12, 30))
    assert store.capabilities == ["fragile", "gift_wrap", "pickup"]


def test_each_wrong_cell_of_a_location_is_named(imported):
    code, summary, faults = imported("locations", LOCATIONS + "STO,,shop,Britain,,,91,181,-1,25:00,London\n")

    assert (code, summary) == (1, "locations.csv: 0 created, 0 changed, 0 unchanged, 1 refused")
    assert [fault.split(":")[0] for fault in faults[:-1]] == [
        f"row 2, column {column}"
        for column in ["kind", "name", "country", "latitude", "longitude", "daily_capacity", "cutoff", "timezone"]
    ]
    assert Location.objects.count() == 0


def test_exported_products_read_back_unchanged(imported):
    from oms.foundation.exports import write_csv

    make_product("A1", title="=HYPERLINK(1)", unit_price=100, currency="GBP")
    text = "".join(write_csv([["A1", "=HYPERLINK(1)", "1.00", "GBP"]], ["sku", "title", "unit_price", "currency"]))
    assert next(csv.reader([text.splitlines()[1]]))[1].startswith("'=")

    assert imported("products", text)[1] == "products.csv: 0 created, 0 changed, 1 unchanged, 0 refused"


def test_a_location_that_a_file_closes_and_opens_is_switched_as_by_its_button(imported):
    """Orders that wait for its stock hear of it, and the timeline names the act."""
    place, tea = make_location("LON"), make_product("TEA")
    level = make_stock(tea, place, 5)
    OutboxEvent.objects.all().delete()
    row = "LON,LON,warehouse,GB,{}\n"
    head = "code,name,kind,country,is_active\n"

    imported("locations", head + row.format("no"))
    assert not Location.objects.get().is_active
    assert not OutboxEvent.objects.filter(kind="StockGrew").exists()

    code, summary, _ = imported("locations", head + row.format("yes"))

    assert (code, summary) == (0, "locations.csv: 0 created, 1 changed, 0 unchanged, 0 refused")
    assert Location.objects.get().is_active
    [told] = OutboxEvent.objects.filter(kind="StockGrew")
    assert told.payload == {"location_id": place.pk, "product_ids": [level.product_id]}
    acts = list(AuditLine.objects.filter(entity="inventory.location").order_by("pk").values_list("act", flat=True))
    assert acts == ["inventory.change_location", "inventory.close_location", "inventory.reopen_location"]


def test_a_file_switches_and_changes_a_product_at_once(imported):
    make_product("A1", title="Mug", unit_price=495, currency="GBP")

    imported("products", "sku,title,unit_price,currency,is_active\nA1,Cup,4.95,GBP,no\nA2,New,1,GBP,no\n")

    product = Product.objects.get(sku="A1")
    assert (product.title, product.is_active, Product.objects.get(sku="A2").is_active) == ("Cup", False, False)
    lines = AuditLine.objects.filter(entity_id=product.pk).order_by("pk").values_list("act", "data")
    assert list(lines) == [("inventory.change_product", {"title": ["Mug", "Cup"]}), ("inventory.stop_selling", {})]


@pytest.mark.parametrize(
    ("kind", "act", "row"),
    [
        ("products", "inventory.stop_selling", "sku,title,unit_price,currency,is_active\nA1,Cup,4.95,GBP,no\n"),
        ("locations", "inventory.close_location", "code,name,kind,country,is_active\nA1,Cup,warehouse,GB,no\n"),
    ],
)
def test_what_a_room_objects_to_is_refused_to_a_file_too(imported, monkeypatch, kind, act, row):
    make_product("A1", title="Mug")
    make_location("A1")
    reason = Reason("needed", "Four orders wait for it.")
    monkeypatch.setitem(OBJECTORS, act, [lambda ids: {pk: [reason] for pk in ids}])

    code, summary, faults = imported(kind, row)

    assert (code, summary) == (1, f"{kind}.csv: 0 created, 0 changed, 0 unchanged, 1 refused")
    assert faults[0] == "row 2, column is_active: Four orders wait for it."
    assert Product.objects.get().title == "Mug" and Location.objects.get().name != "Cup"
    assert Product.objects.get().is_active and Location.objects.get().is_active


SUBSTITUTES = "sku,title,unit_price,currency,substitutes\n"


def mugs(*skus):
    """Make mugs at 1.00."""
    return [make_product(sku, title="Mug", unit_price=100, currency="GBP") for sku in skus]


def pairs(sku):
    """Return a product's substitutes in their order, each with its rank and whether both ways are meant."""
    rows = Substitute.objects.filter(product__sku=sku)
    return list(rows.values_list("substitute__sku", "rank", "both_ways"))


def test_substitutes_become_exactly_those_of_the_cell(imported):
    a, b, *_ = mugs("A", "B", "C", "D")
    Substitute.objects.create(product=a, substitute=b, rank=7, both_ways=True)

    code, summary, _ = imported("products", SUBSTITUTES + "A,Mug,1,GBP,C; D <>\nB,Mug,1,GBP,\n")

    assert (code, summary) == (0, "products.csv: 0 created, 1 changed, 1 unchanged, 0 refused")
    assert pairs("A") == [("C", 1, False), ("D", 2, True)]
    line = AuditLine.objects.get()
    assert (line.act, line.data) == ("inventory.change_product", {"substitutes": ["B <>", "C; D <>"]})
    assert Product.objects.get(sku="A").version == 1
    assert "0 changed, 1 unchanged" in imported("products", SUBSTITUTES + "A,Mug,1,GBP,C;D<>\n")[1]
    imported("products", SUBSTITUTES + "A,Mug,1,GBP,\n")
    assert pairs("A") == []


def test_a_file_without_the_column_leaves_substitutes_alone(imported):
    a, b = mugs("A", "B")
    Substitute.objects.create(product=a, substitute=b)
    imported("products", "sku,title,unit_price,currency\nA,Cup,1,GBP\n")
    assert (pairs("A"), Product.objects.get(sku="A").title) == ([("B", 1, False)], "Cup")


def test_a_new_product_gets_its_substitutes(imported):
    mugs("A")
    imported("products", SUBSTITUTES + "B,Mug,1,GBP,A <>\n")
    assert pairs("B") == [("A", 1, True)]


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("B; B", "“B” stands here twice; keep one."),
        ("<>", "“<>” lacks a SKU; write like TEE-BLUE-M; TEE-GREEN-M <>."),
        ("A", "no product is sent instead of itself; name another."),
        ("B; X", "there is no product “X” yet; import this row without it first, and again once it is there."),
        ("1E+15", "Excel has changed this number"),
    ],
)
def test_substitutes_that_cannot_be_are_refused_with_their_reason(imported, cell, reason):
    a, b = mugs("A", "B")
    Substitute.objects.create(product=a, substitute=b)

    code, _, faults = imported("products", SUBSTITUTES + f"A,Cup,1,GBP,{cell}\n")

    assert code == 1
    assert faults[0].startswith(f"row 2, column substitutes: {reason}")
    assert (pairs("A"), Product.objects.get(sku="A").title) == ([("B", 1, False)], "Mug")


def test_an_export_with_substitutes_can_be_imported_again(imported, admin_client, django_assert_max_num_queries):
    a, b, c = mugs("A", "B", "C")
    Substitute.objects.create(product=a, substitute=c, rank=2)
    Substitute.objects.create(product=a, substitute=b, rank=1, both_ways=True)
    Substitute.objects.create(product=b, substitute=c)
    with django_assert_max_num_queries(12):
        text = b"".join(admin_client.get("/inventory/product/export/")).decode("utf-8-sig")
    assert [row["substitutes"] for row in csv.DictReader(text.splitlines())] == ["B <>; C", "C", ""]

    code, summary, _ = imported("products", text)

    assert (code, summary) == (0, "products.csv: 0 created, 0 changed, 3 unchanged, 0 refused")
