"""The console's pages of supply."""

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from inventory.models import Location, LocationMembership, Product, StockLevel
from oms.foundation.models import AuditLine
from tests.factories import make_location, make_product, make_stock

pytestmark = pytest.mark.django_db
PAGES = ["product", "location", "stocklevel", "stockmovement"]


def client_of(*permissions: str, at: tuple[Location, ...] = (), superuser: bool = False) -> Client:
    """Return the browser of a signed-in member of staff."""
    user = User.objects.create_user(f"u{User.objects.count()}", is_staff=True, is_superuser=superuser)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    for location in at:
        LocationMembership.objects.create(user=user, location=location)
    client = Client()
    client.force_login(user)
    return client


def page(model: str, row=None, *, act: str = "") -> str:
    """Return the address of a list, a row's page, or a button."""
    if row is None:
        return reverse(f"admin:inventory_{model}_changelist")
    if act:
        return reverse(f"admin:inventory_{model}_act", args=[row.pk, act])
    return reverse(f"admin:inventory_{model}_change", args=[row.pk])


@pytest.fixture
def level():
    """One product with pieces at one location."""
    return make_stock(make_product("TEE", title="Red tee", unit_price=1990), make_location("LON"), 10, allocated=3)


@pytest.mark.parametrize("model", PAGES)
def test_every_list_and_page_opens(level, model):
    client = client_of(superuser=True)
    row = {
        "product": level.product,
        "location": level.location,
        "stocklevel": level,
        "stockmovement": level.movements.get(),
    }[model]

    for address in (page(model), f"{page(model)}?q=TEE", page(model, row)):
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert "TEE" in answer.text or "LON" in answer.text


@pytest.mark.parametrize("model", PAGES)
def test_a_person_without_the_permission_sees_nothing(level, model):
    assert client_of("view_order").get(page(model)).status_code == 403


@pytest.mark.parametrize("model", PAGES)
def test_a_list_takes_no_more_statements_for_more_rows(model, django_assert_max_num_queries):
    client = client_of(superuser=True)
    place = make_location()
    for _ in range(25):
        make_stock(make_product(), place, 3)

    with django_assert_max_num_queries(12):
        assert client.get(page(model)).status_code == 200


def test_the_product_page_shows_stock_by_location_and_price(level):
    text = client_of(superuser=True).get(page("product", level.product)).text

    assert "LON" in text
    assert 'value="19.90"' in text


def test_the_page_of_a_level_shows_its_latest_movements(level):
    text = client_of("view_stocklevel").get(page("stocklevel", level)).text

    assert "+10" in text
    assert f"opening:{level.pk}" in text


def test_a_person_of_one_location_sees_no_other_stock(level):
    other = make_stock(level.product, make_location("PAR"), 5)
    client = client_of("view_stocklevel", "view_product", at=(level.location,))

    assert "PAR" not in client.get(page("stocklevel")).text
    assert "PAR" not in client.get(page("product", level.product)).text
    assert client.get(page("stocklevel", other)).status_code in (302, 404)


def test_the_stock_list_is_narrowed_by_what_is_available(level):
    make_stock(make_product("GONE"), level.location, 3, allocated=3)
    client = client_of(superuser=True)

    assert "GONE" not in client.get(page("stocklevel"), {"free": "some"}).text
    assert "GONE" in client.get(page("stocklevel"), {"free": "none"}).text


def test_F21_pieces_change_by_the_button_alone(level):
    client = client_of("view_stocklevel", "change_stocklevel", "adjust_stocklevel")

    client.post(page("stocklevel", level), {"on_hand": "99", "bin": "X", "safety_stock": "1"})
    assert StockLevel.objects.values_list("on_hand", "bin").get() == (10, "")
    answer = client.post(
        page("stocklevel", level, act="adjust"), {"quantity": "-2", "reason": "damage", "version": level.version}
    )

    assert answer.status_code == 302
    assert StockLevel.objects.get().on_hand == 8


def test_the_button_says_why_pieces_cannot_go(level):
    client = client_of("view_stocklevel", "adjust_stocklevel")

    answer = client.post(page("stocklevel", level, act="adjust"), {"quantity": "-8", "reason": "damage"})

    assert answer.status_code == 409
    assert "3 are promised to orders" in answer.text
    assert StockLevel.objects.get().on_hand == 10


def test_a_new_level_begins_empty(level):
    client = client_of("view_stocklevel", "add_stocklevel", "view_product", "view_location")
    mug = make_product("MUG")

    client.post(
        reverse("admin:inventory_stocklevel_add"),
        {"product": mug.pk, "location": level.location.pk, "bin": "A-1", "safety_stock": "2", "on_hand": "50"},
    )

    made = StockLevel.objects.get(product=mug)
    assert (made.on_hand, made.allocated, made.bin, made.safety_stock) == (0, 0, "A-1", 2)


def product_form(product: Product, **changes: str) -> dict[str, str]:
    """Return what the product's page sends."""
    return {
        "sku": product.sku, "barcode": "", "title": product.title, "parent": "", "attributes": "",
        "price": "19.90", "cost": "0.00", "currency": "EUR", "weight_g": "500", "length_mm": "0", "width_mm": "0",
        "height_mm": "0", "capability": "", "seen_version": str(product.version),
        "components-TOTAL_FORMS": "0", "components-INITIAL_FORMS": "0",
        "substitutes-TOTAL_FORMS": "0", "substitutes-INITIAL_FORMS": "0",
        "variants-TOTAL_FORMS": "0", "variants-INITIAL_FORMS": "0",
        "stock_levels-TOTAL_FORMS": "0", "stock_levels-INITIAL_FORMS": "0",
    } | changes  # fmt: skip


def test_a_price_is_typed_as_people_write_it(level):
    client = client_of("view_product", "change_product")

    answer = client.post(page("product", level.product), product_form(level.product, price="21.50"))

    assert answer.status_code == 302, answer.context["errors"]
    product = Product.objects.get()
    assert (product.unit_price, product.sku, product.version) == (2150, "TEE", level.product.version + 1)
    line = AuditLine.objects.get()
    assert (line.act, line.data) == ("inventory.change_product", {"price": ["19.90", "21.50"]})


@pytest.mark.parametrize("changes", [{"price": "21,50"}, {"price": "-1"}, {"currency": "XXY"}, {"price": "1.999"}])
def test_a_wrong_amount_is_shown_and_nothing_saved(level, changes):
    client = client_of("view_product", "change_product")

    answer = client.post(page("product", level.product), product_form(level.product, **changes))

    assert answer.status_code == 200
    assert Product.objects.get().unit_price == 1990


def test_a_location_is_edited_with_boxes_for_what_it_can_do(level):
    client = client_of("view_location", "change_location")
    form = {
        "name": "London", "kind": "warehouse", "line1": "", "city": "London", "postal_code": "", "country": "gb",
        "latitude": "51.5", "longitude": "0.1", "capabilities": ["fragile", "gift_wrap"], "daily_capacity": "",
        "cutoff": "15:30", "timezone": "Europe/London", "seen_version": str(level.location.version),
        "handling_days": "1", "working_days": ["1", "3", "2"], "closed_on": "2026-12-26; 2026-12-25",
    }  # fmt: skip

    answer = client.post(page("location", level.location), form)

    assert answer.status_code == 302, answer.context["errors"]
    place = Location.objects.get()
    assert (place.capabilities, place.country, place.cutoff.isoformat("minutes")) == (
        ["fragile", "gift_wrap"],
        "GB",
        "15:30",
    )
    assert (place.handling_days, place.working_days, place.closed_on) == (1, "123", ["2026-12-25", "2026-12-26"])
    told = AuditLine.objects.filter(act="inventory.change_location").latest("pk").data
    assert told["closed_on"] == ["", "2026-12-25, 2026-12-26"]
    assert place.history.latest().working_days == "123"


def test_an_exported_title_cannot_become_a_formula(level):
    make_product("EVIL", title='=HYPERLINK("http://x")')

    text = client_of("view_product").get(reverse("admin:inventory_product_export")).getvalue().decode()

    assert "EVIL,\"'=HYPERLINK" in text


def test_attributes_are_typed_as_a_file_has_them(level):
    client = client_of("view_product", "change_product")

    client.post(page("product", level.product), product_form(level.product, attributes="size=M; colour=red"))
    refused = client.post(page("product", Product.objects.get()), product_form(Product.objects.get(), attributes="M"))

    assert Product.objects.get().attributes == {"size": "M", "colour": "red"}
    assert AuditLine.objects.get().data["attributes"] == ["", "size=M; colour=red"]
    assert "“M” is no attribute; write them like size=M; colour=red." in refused.text


def test_exported_products_can_be_imported_again(level, tmp_path):
    from django.core.management import call_command

    make_product("TEE-M", parent=level.product, attributes={"size": "M", "note": 'a; b="c"', "chest_cm": 96})
    path = tmp_path / "products.csv"
    path.write_bytes(client_of("view_product").get(reverse("admin:inventory_product_export")).getvalue())
    before = list(Product.objects.values())

    call_command("import_products", str(path))

    assert list(Product.objects.values()) == before
