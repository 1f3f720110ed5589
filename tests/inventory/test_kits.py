"""Kits: what they are made of, kept on the product's page, in files and over the API, and how many could be had."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from inventory.models import KitComponent, Location, Product
from inventory.queries import availability, available_by_location, kits_of, parts_of_kits, pieces_left
from inventory.services.reservations import NotEnoughAvailable, reserve_pieces
from oms.foundation.models import AuditLine
from tests.factories import NOW, make_actor, make_api_key, make_channel, make_location, make_product, make_stock
from tests.inventory.test_substitutes import browser, form

pytestmark = pytest.mark.django_db
KITS = "sku,title,unit_price,currency,components\n"


@pytest.fixture
def lamp() -> Product:
    """A lamp of two bulbs and a shade."""
    return a_kit("LAMP", BULB=2, SHADE=1)


def a_kit(sku: str, **parts: int) -> Product:
    """Make a kit with components that are made where there is none."""
    kit = make_product(sku, title="Mug", currency="GBP", unit_price=100)
    for name, quantity in parts.items():
        part = Product.objects.filter(sku=name).first() or make_product(name, unit_price=100, currency="GBP")
        KitComponent.objects.create(kit=kit, component=part, quantity=quantity)
    return kit


def made_of(sku: str) -> dict[str, int]:
    """Return what a product is made of."""
    return dict(KitComponent.objects.filter(kit__sku=sku).values_list("component__sku", "quantity"))


def a_workshop(code: str = "LON", **pieces: int) -> Location:
    """Make a location that assembles kits, with pieces of known products."""
    place = make_location(code, capabilities=["kitting"])
    for sku, quantity in pieces.items():
        make_stock(Product.objects.get(sku=sku), place, quantity)
    return place


def test_no_kit_is_made_of_itself_twice_of_one_or_of_no_pieces(lamp):
    bulb = Product.objects.get(sku="BULB")
    for part, quantity in ((lamp, 1), (bulb, 1), (make_product("WIRE"), 0)):
        with pytest.raises(IntegrityError), transaction.atomic():
            KitComponent.objects.create(kit=lamp, component=part, quantity=quantity)
    assert made_of("LAMP") == {"BULB": 2, "SHADE": 1}


def test_its_parts_are_known_and_the_kits_of_a_part(lamp, django_assert_num_queries):
    shade = Product.objects.get(sku="SHADE")
    with django_assert_num_queries(2):
        parts, kits = parts_of_kits([lamp.pk, 0]), kits_of([shade.pk])
    assert [(one.sku, one.quantity) for one in parts[lamp.pk]] == [("BULB", 2), ("SHADE", 1)]
    assert kits == [lamp.pk]


def test_those_that_could_be_assembled_are_available_where_that_can_be_done(lamp):
    london = a_workshop("LON", BULB=5, SHADE=9, LAMP=1)
    paris = make_location("PAR")
    for sku in ("BULB", "SHADE"):
        make_stock(Product.objects.get(sku=sku), paris, 8)

    assert dict(availability(["LAMP"], now=NOW)[0].locations) == {"LON": 3}
    assert available_by_location([lamp.pk]) == {lamp.pk: {london.pk: 3}}
    assert pieces_left([lamp.pk], now=NOW) == {lamp.pk: 3}


def test_a_kit_that_is_not_sold_or_a_location_that_is_closed_promises_none(lamp):
    london = a_workshop("LON", BULB=4, SHADE=4)
    Location.objects.filter(pk=london.pk).update(is_active=False)
    assert availability(["LAMP"], now=NOW)[0].available == 0
    Location.objects.filter(pk=london.pk).update(is_active=True)
    Product.objects.filter(pk=lamp.pk).update(is_active=False)
    assert availability(["LAMP"], now=NOW)[0].available == 0


def test_a_cart_can_have_what_could_be_assembled_and_no_more(lamp):
    a_workshop("LON", BULB=4, SHADE=4)
    until = NOW + timedelta(minutes=15)
    reserve_pieces(key="a", pieces={"LAMP": 2}, expires_at=until, actor=make_actor())
    with pytest.raises(NotEnoughAvailable, match="1 pieces of LAMP are wanted, 0 are available"):
        reserve_pieces(key="b", pieces={"LAMP": 1}, expires_at=until, actor=make_actor())


def test_the_api_tells_what_a_kit_is_made_of(lamp):
    client, key = Client(), make_api_key(make_channel())
    answer = client.get("/api/v1/products/LAMP/", HTTP_AUTHORIZATION=f"Bearer {key}").json()
    assert answer["components"] == [{"sku": "BULB", "quantity": 2}, {"sku": "SHADE", "quantity": 1}]
    assert client.get("/api/v1/products/BULB/", HTTP_AUTHORIZATION=f"Bearer {key}").json()["components"] == []


def components(*rows: tuple[Product, int]) -> dict[str, object]:
    """Return the components of a product's form."""
    told: dict[str, object] = {"components-TOTAL_FORMS": len(rows)}
    for place, (part, quantity) in enumerate(rows):
        told |= {f"components-{place}-component": part.pk, f"components-{place}-quantity": quantity}
    return told


def test_they_are_kept_on_the_products_page_and_stand_on_its_timeline():
    kit, bulb, shade = make_product("LAMP"), make_product("BULB"), make_product("SHADE")
    client, address = browser("view_product", "change_product"), f"/inventory/product/{kit.pk}/change/"

    answer = client.post(address, form(kit, **components((bulb, 2), (shade, 1))))

    assert answer.status_code == 302, answer.context["errors"]
    assert made_of("LAMP") == {"BULB": 2, "SHADE": 1}
    line = AuditLine.objects.filter(subject=f"product:{kit.pk}").order_by("-id")[0]
    assert (line.act, line.data) == ("inventory.change_product", {"components": ["", "2 x BULB; 1 x SHADE"]})
    assert "Made of" in client.get(address).content.decode()


def test_the_page_makes_no_kit_of_a_kit(lamp):
    box, bulb = make_product("BOX"), Product.objects.get(sku="BULB")
    client = browser("view_product", "change_product")
    told = client.post(f"/inventory/product/{box.pk}/change/", form(box, **components((lamp, 1)))).content.decode()
    assert "“LAMP” is a kit itself; name what it is made of." in told
    told = client.post(f"/inventory/product/{bulb.pk}/change/", form(bulb, **components((box, 1)))).content.decode()
    assert "It goes into the kit “LAMP”, so it cannot be a kit itself." in told
    assert (made_of("BOX"), made_of("BULB")) == ({}, {})


def test_a_file_makes_a_product_of_exactly_what_its_cell_says(imported, lamp):
    make_product("WIRE", unit_price=100, currency="GBP")
    code, summary, _ = imported("products", KITS + "LAMP,Mug,1,GBP,3 x BULB; WIRE\n")

    assert (code, summary) == (0, "products.csv: 0 created, 1 changed, 0 unchanged, 0 refused")
    assert made_of("LAMP") == {"BULB": 3, "WIRE": 1}
    line = AuditLine.objects.get()
    assert line.data == {"components": ["2 x BULB; 1 x SHADE", "3 x BULB; 1 x WIRE"]}
    assert "0 changed, 1 unchanged" in imported("products", KITS + "LAMP,Mug,1,GBP,3 × BULB;1 x WIRE\n")[1]
    imported("products", "sku,title,unit_price,currency\nLAMP,Cup,1,GBP\n")
    assert made_of("LAMP") == {"BULB": 3, "WIRE": 1}
    imported("products", KITS + "LAMP,Cup,1,GBP,\n")
    assert made_of("LAMP") == {}


def test_a_new_product_becomes_a_kit_of_products_that_are_there(imported):
    make_product("BULB")
    imported("products", KITS + "LAMP,Lamp,9,GBP,2 x BULB\n")
    assert made_of("LAMP") == {"BULB": 2}


@pytest.mark.parametrize(
    ("sku", "cell", "reason"),
    [
        ("BOX", "2 x BULB; BULB", "“BULB” stands here twice; add its pieces up."),
        ("BOX", "2 x", "there is no product “2 x” yet; import this row without it first, and again once it is there."),
        ("BOX", "0 x BULB", "of a component 1 to 1000 pieces go into one kit."),
        ("BOX", "BOX", "no kit is a component of itself; name other products."),
        ("BOX", "LAMP", "“LAMP” is a kit itself; name what it is made of."),
        ("BULB", "BOX", "it goes into the kit “LAMP”, so it cannot be a kit itself."),
        ("BOX", "2 x NONE", "there is no product “NONE” yet; import this row without it first"),
    ],
)
def test_what_no_kit_can_be_made_of_is_refused_with_its_reason(imported, lamp, sku, cell, reason):
    make_product("BOX", title="Mug", unit_price=100, currency="GBP")

    code, _, faults = imported("products", KITS + f"{sku},Mug,1,GBP,{cell}\n")

    assert code == 1
    assert reason in faults[0]
    assert (made_of("BOX"), made_of("BULB")) == ({}, {})
