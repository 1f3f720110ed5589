"""By what a product is followed: set on its page and by file while none is in stock, and refused with a reason else."""

import pytest

from inventory.gs1 import Label, read_label
from inventory.kits import Compositions
from inventory.master_forms import LocationForm, ProductForm
from inventory.models import KitComponent, Location, Lot, Product, StockLevel
from inventory.services.catalogue import plan_locations, plan_products, store_products
from inventory.services.counting import Counted, FileMemory, store_counts
from inventory.services.shelves import Entry
from tests.factories import NOW, make_actor, make_location, make_product, make_stock

GS = "\x1d"


@pytest.mark.parametrize(
    ("code", "label"),
    [
        ("]C101095060001343521725070310ABC123", Label("09506000134352", "ABC123", "", "2025-07-03")),
        ("(01)09506000134352(17)250703(10)ABC123", Label("09506000134352", "ABC123", "", "2025-07-03")),
        (f"]d2010950600013435210AB1{GS}21XYZ9{GS}15270300", Label("09506000134352", "AB1", "XYZ9", "2027-03-31")),
        ("010950600013435210ABC123#2112345", Label("09506000134352", "ABC123", "12345", None)),
        (
            "https://id.gs1.org/01/09506000134352/10/A%2F1/21/7?17=250703",
            Label("09506000134352", "A/1", "7", "2025-07-03"),
        ),
        ("https://shop.example/01/09506000134352", Label("09506000134352")),
        ("https://shop.example/tea?01=2", None),
        ("]C110ABC123", Label("", "ABC123")),
        ("(01)09506000134352(10)ABC123(17)270331", Label("09506000134352", "ABC123", "", "2027-03-31")),
        ("(10)L7 (17)270331", Label("", "L7", "", "2027-03-31")),
        ("(10)L7(17)760331", Label("", "L7", "", "2076-03-31")),
        ("(10)L7(17)770331", Label("", "L7", "", "1977-03-31")),
        ("(10)L7(17)2703", None),  # no whole date
        ("(10)L7(17)270231", None),  # no such day
        ("https://a.b/01/09506000134352/10/A%00", None),
        (f"]C110{'A' * 33}{GS}21X", None),
        ("(21)W-77001", Label("", "", "W-77001")),
        ("0109506000134353", None),  # a wrong check digit
        ("0109506000134353ABC", None),
        ("9506000134352", None),
        ("A-01", None),
        ("", None),
    ],
)
def test_a_label_is_read_as_the_specification_has_it(code, label) -> None:
    found = read_label(code, NOW.date())

    day = str(found.expires_on) if found and found.expires_on else None
    assert (found and (found.gtin, found.lot, found.serial, day)) == (
        label and (label.gtin, label.lot, label.serial, label.expires_on)
    )


def test_the_number_of_a_label_is_a_bar_code_with_and_without_its_zeros() -> None:
    assert Label("00012345678905").barcodes == ["00012345678905", "0012345678905", "012345678905"]
    assert Label("09506000134352").barcodes == ["09506000134352", "9506000134352"]
    assert Label("").barcodes == []


@pytest.mark.django_db
def test_a_product_with_stock_stays_as_it_is_on_its_page_and_in_a_file() -> None:
    tea, cup, box = make_product("TEA"), make_product("CUP"), make_product("BOX")
    make_stock(tea, make_location("LON", name="London"), 3)
    make_stock(cup, make_location("3PL", kind="3pl"), 3)
    KitComponent.objects.create(kit=box, component=cup, quantity=1)
    entries = [
        Entry(row, sku, {"currency": "EUR", "followed_by": by, **more})
        for row, (sku, by, more) in enumerate(
            [("TEA", "lot", {}), ("CUP", "serial", {}), ("BOX", "lot", {}), ("NEW", "none", {"expires": True})]
        )
    ]
    plans = plan_products(entries=entries)
    store_products(entries=entries, actor=make_actor())

    told = [plan.faults[0].sentence if plan.faults else plan.verb.value for plan in plans]
    assert told == [
        "3 pieces on hand at London: by what it is followed changes only while none is in stock.",
        "change",
        "A kit is not followed itself: its components are.",
        "Only what is followed by lot or serial number has best-before dates.",
    ]
    assert dict(Product.objects.values_list("sku", "followed_by")) == {"TEA": "none", "CUP": "serial", "BOX": "none"}
    form = ProductForm(
        instance=tea, data={"sku": "TEA", "currency": "EUR", "price": "1", "cost": "1", "followed_by": "lot"}
    )
    assert "changes only while none is in stock" in form.errors["followed_by"][0]
    assert not Lot.objects.exists()


@pytest.mark.django_db
def test_a_stock_file_names_the_rows_of_what_handhelds_take_in() -> None:
    make_product("TEA"), make_product("HONEY", followed_by="lot")
    make_location("LON"), make_location("3PL", kind="3pl")
    rows = [("HONEY", "LON"), ("TEA", "LON"), ("HONEY", "3PL")]
    entries = [Counted(row, sku, code, 5, {}) for row, (sku, code) in enumerate(rows)]
    plans = store_counts(entries=entries, file=FileMemory("d", "stock.csv", "run"), actor=make_actor())

    assert [plan.verb.value for plan in plans] == ["refuse", "create", "create"]
    assert plans[0].faults[0].sentence == "HONEY is followed by lot: handhelds take it in, and count it bin by bin."
    assert set(StockLevel.objects.values_list("product__sku", "location__code")) == set(rows[1:])


@pytest.mark.django_db
def test_no_kit_is_made_of_a_product_that_is_followed_itself() -> None:
    make_product("TEA"), make_product("SET", followed_by="lot")

    fault = Compositions({"SET": {"TEA": 1}}).fault("SET", ["TEA"])

    assert fault == ("followed_kit", "it is followed by lot or serial number itself; of a kit the components are.")


@pytest.mark.django_db
def test_a_location_with_followed_pieces_stays_ours() -> None:
    make_stock(make_product("HONEY", followed_by="lot"), make_location("LON"), 3)
    make_location("MAN")
    entries = [Entry(row, code, {"kind": "3pl"}) for row, code in enumerate(["LON", "MAN"])]

    plans = plan_locations(entries=entries)

    reason = "3 pieces of HONEY on hand, followed by lot: the kind changes only without."
    assert [plan.faults[0].sentence if plan.faults else plan.verb.value for plan in plans] == [reason, "change"]
    lon = Location.objects.get(code="LON")
    assert LocationForm(instance=lon, data={"kind": "supplier"}).errors["kind"] == [reason]
    assert "kind" not in LocationForm(instance=lon, data={"kind": "store"}).errors
