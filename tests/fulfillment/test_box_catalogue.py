"""The catalogue of boxes in the console, in files and over the API."""

import pytest
from django.test import Client

from fulfillment.models import Box
from tests.factories import make_api_key, make_channel, make_location, make_product, make_stock
from tests.foundation.rows import make_boss
from tests.imports.desk import applied, previewed, reasons, take_back

pytestmark = pytest.mark.django_db
ADDRESS = "/fulfillment/box/"
HEAD = "code,title,location,product,length_mm,width_mm,height_mm,wall_mm,max_g,own_g,cost,currency,is_active\n"
ROW = "BOX-M,Medium,LON,CARTON,300,200,150,3,15000,180,0.42,EUR,yes\n"


@pytest.fixture
def boss() -> Client:
    """Return the browser of an administrator."""
    client = Client()
    client.force_login(make_boss("boxes-boss"))
    return client


@pytest.fixture
def shop():
    """A location with seven cartons."""
    make_stock(make_product("CARTON"), make_location("LON"), 7)


def test_a_box_is_typed_with_its_cost_as_a_decimal(boss):
    told = {
        "code": "BOX-M", "title": "Medium", "location": "", "product": "", "length_mm": "300", "width_mm": "200",
        "height_mm": "150", "wall_mm": "3", "max_g": "0", "own_g": "180", "price": "0.42", "currency": "EUR",
    }  # fmt: skip
    assert boss.post(f"{ADDRESS}add/", told | {"height_mm": "0"}).status_code == 200
    assert boss.post(f"{ADDRESS}add/", told).status_code == 302

    box = Box.objects.get()
    assert (box.cost, box.inner, box.outer) == (42, (300, 200, 150), (306, 206, 156))
    page = boss.get(ADDRESS).content.decode()
    assert ("300 × 200 × 150 mm" in page, "any weight" in page, "not counted" in page) == (True, True, True)


def test_a_file_is_previewed_applied_and_taken_back(shop, boss):
    session = applied("boxes", HEAD + ROW)
    box = Box.objects.get()
    assert (box.location.code, box.product.sku, box.cost, box.max_g) == ("LON", "CARTON", 42, 15_000)
    assert ">7<" in boss.get(ADDRESS).content.decode().replace("\n", "").replace(" ", "")

    again = applied("boxes", HEAD + ROW.replace("LON,CARTON", ",").replace("0.42", "0.50"), name="again.csv")
    box.refresh_from_db()
    assert (box.location, box.product, box.cost) == (None, None, 50)
    take_back(again)
    box.refresh_from_db()
    assert (box.location.code, box.product.sku, box.cost) == ("LON", "CARTON", 42)
    take_back(session)
    box.refresh_from_db()
    assert not box.is_active


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (ROW.replace("LON", "PAR"), "there is no location “PAR”"),
        (ROW.replace("CARTON", "PAPER"), "there is no product “PAPER”"),
        (ROW.replace(",300,", ",0,"), "0"),
        (ROW.replace("0.42", "much"), "much"),
        (ROW.replace(",3,", ",300,"), "300"),
    ],
)
def test_a_row_that_makes_no_sense_names_its_column_and_reason(shop, row, sentence):
    assert sentence in " ".join(reasons(previewed("boxes", HEAD + row)))
    assert not Box.objects.exists()


def test_a_box_is_taken_out_of_use_and_put_back(shop, boss):
    applied("boxes", HEAD + ROW)
    box = Box.objects.get()

    for act, on in (("stop_using_box", False), ("use_box_again", True)):
        answer = boss.post(f"{ADDRESS}{box.pk}/act/{act}/", {"note": "", "version": box.version})
        box.refresh_from_db()
        assert (answer.status_code, box.is_active) == (302, on)


def test_systems_read_the_boxes(shop):
    applied("boxes", HEAD + ROW)
    key = make_api_key(make_channel())

    answer = Client().get("/api/v1/boxes/BOX-M/", headers={"authorization": f"Bearer {key}"}).json()

    assert {name: answer[name] for name in ("code", "location", "product", "cost", "wall_mm", "is_active")} == {
        "code": "BOX-M", "location": "LON", "product": "CARTON", "cost": "0.42", "wall_mm": 3, "is_active": True,
    }  # fmt: skip
