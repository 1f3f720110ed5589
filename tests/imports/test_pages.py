"""The console's pages of imports: who may, what they show, and that nothing is done by looking."""

import csv
import io
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from inventory.models import Product
from oms.foundation.models import ImportSession
from tests.factories import make_channel, make_product
from tests.foundation.rows import make_boss, make_user
from tests.imports.desk import PRODUCTS, applied, fresh, previewed, rows, send, work
from tests.orders.files.shop_files import head, table_bytes

pytestmark = [pytest.mark.django_db, pytest.mark.once]
MAY = ["add_product", "change_product", "view_product"]


def desk(user: Any) -> Client:
    """Return the browser of a person."""
    client = Client()
    client.force_login(user)
    return client


def clerk(*permissions: str) -> Any:
    """Return a person with some permissions."""
    person = make_user()
    person.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    return person


def page(session: ImportSession | None = None, step: str = "change") -> str:
    """Return the address of an import's page or step."""
    return reverse(f"admin:foundation_importsession_{step}", args=[session.pk] if session else [])


def upload(client: Client, kind: str, content: str | bytes | None, **fields: Any) -> Any:
    """Send the form of a kind."""
    body = content.encode() if isinstance(content, str) else content
    file = {} if body is None else {"file": SimpleUploadedFile(f"{kind}.csv", body)}
    query = fields.pop("query", "")
    return client.post(f"{page(step='add')}?kind={kind}{query}", {**fields, **file})


def test_a_file_is_sent_previewed_applied_and_taken_back_by_its_pages() -> None:
    client = desk(clerk(*MAY))
    answer = upload(client, "products", PRODUCTS + "A,Mug,4.95,GBP\nB,Cup,x,GBP\n")
    session = ImportSession.objects.get()
    assert answer.url == page(session)
    assert "reload.js" in client.get(page(session)).text
    work()

    shown = client.get(page(session)).text
    assert "Apply 1 row" in shown and "4.95" in shown and "reload.js" not in shown
    assert "is not an amount" in shown or "unit_price" in shown
    assert Product.objects.count() == 0
    client.post(page(session, "step"), {"step": "apply"})
    work()
    assert fresh(session).state == "partly_applied" and Product.objects.get().unit_price == 495

    question = client.get(page(session, "undo")).text
    assert "Taking it back stops selling 1 new product." in question
    assert Product.objects.get().is_active
    client.post(page(session, "step"), {"step": "undo"})
    work()
    assert fresh(session).state == "undone" and not Product.objects.get().is_active
    assert "taken back" in client.get(page(session)).text


def test_changes_are_shown_as_a_file_has_them() -> None:
    make_product("A", title="Old", unit_price=100, currency="GBP", attributes={"size": "L"})
    session = previewed("products", "sku,title,unit_price,currency,attributes\nA,Old,2.50,GBP,size=M\n")

    shown = " ".join(desk(session.user).get(page(session)).text.split())

    assert "<del>1.00</del> → 2.50" in shown and "<del>size=L</del> → size=M" in shown


def test_the_rows_are_narrowed_by_what_became_of_them() -> None:
    session = previewed("products", PRODUCTS + "GOOD,Mug,4.95,GBP\nBAD,Cup,x,GBP\n")
    client = desk(session.user)
    assert "BAD" not in client.get(f"{page(session)}?show=create").text
    assert "GOOD" not in client.get(f"{page(session)}?show=refused").text


def test_refused_rows_come_back_as_a_file_that_can_be_mended_and_sent_again() -> None:
    content = PRODUCTS + "GOOD,Mug,4.95,GBP\nBAD,=Cup,x,GBP\nSHORT,Pot\nLONG,Pan,1,GBP,left\n"
    session = previewed("products", content)
    client = desk(session.user)

    text = client.get(page(session, "refused")).getvalue().decode("utf-8-sig")

    table = list(csv.DictReader(io.StringIO(text)))
    assert [row["sku"] for row in table] == ["BAD", "SHORT", "LONG"]
    assert table[0]["title"] == "'=Cup" and table[0]["refused_because"].startswith("unit_price: “x” is not an amount")
    assert table[2]["refused_because"].endswith("Cells left over: left.")
    mended = text.replace(",x,", ",2.00,").replace("SHORT,Pot,,", "SHORT,Pot,1,GBP")
    again = previewed("products", mended)
    assert [row[3] for row in rows(again)] == ["ready"] * 3 and again.unused == []


def test_all_rows_of_a_refused_order_come_back() -> None:
    make_channel("gifts", currency="GBP")
    bad = head("#2") | {"Total": "x"}
    session = previewed("orders", table_bytes([head("#1"), bad, {"Name": "#2", "Lineitem sku": "B"}]), channel="gifts")

    text = desk(session.user).get(page(session, "refused")).getvalue().decode("utf-8-sig")

    assert [row["Name"] for row in csv.DictReader(io.StringIO(text))] == ["#2", "#2"]


@pytest.mark.parametrize(("content", "sentence"), [(None, "Choose a file first."), ("", "products.csv is empty.")])
def test_a_form_without_a_usable_file_says_so(content: str | None, sentence: str) -> None:
    answer = upload(desk(clerk(*MAY)), "products", content)
    assert answer.status_code == 422 and sentence in answer.text
    assert ImportSession.objects.count() == 0


def test_an_unreadable_file_is_read_again_with_other_letters_without_sending_it_again() -> None:
    person = clerk(*MAY)
    client = desk(person)
    session = previewed("products", (PRODUCTS + "A,Café,1,GBP\n").encode("cp1252"), person)
    assert "is not UTF-8 (line 2)" in client.get(page(session)).text
    assert "is not UTF-8" in client.get(f"{page(step='add')}?kind=products&again={session.pk}").text

    upload(client, "products", None, encoding="cp1252", query=f"&again={session.pk}")
    work()

    again = ImportSession.objects.latest("pk")
    assert (again.state, again.name, again.options) == ("previewed", "products.csv", {"encoding": "cp1252"})


def test_orders_ask_for_a_channel_among_the_persons_own() -> None:
    make_channel("gifts", currency="GBP")
    client = desk(clerk("add_order", "view_order"))
    assert upload(client, "orders", table_bytes([head("#1")]), channel="nope").status_code == 422

    upload(client, "orders", table_bytes([head("#1")]), channel="gifts", format="shopify")
    work()

    session = ImportSession.objects.get()
    assert (session.state, session.options) == ("previewed", {"channel": "gifts", "format": "shopify"})


def test_lists_lead_to_the_import_of_their_rows_for_those_who_may() -> None:
    address = f"{page(step='add')}?kind=products"
    assert address in desk(clerk(*MAY)).get(reverse("admin:inventory_product_changelist")).text
    assert address not in desk(clerk("view_product")).get(reverse("admin:inventory_product_changelist")).text
    boss = desk(make_boss())
    for view, kind in (
        ("inventory_location", "locations"),
        ("inventory_stocklevel", "stock"),
        ("orders_order", "orders"),
    ):
        assert f"?kind={kind}" in boss.get(reverse(f"admin:{view}_changelist")).text


def test_the_choice_of_kinds_shows_those_that_are_the_persons() -> None:
    shown = desk(clerk(*MAY)).get(page(step="add")).text
    assert "?kind=products" in shown and "?kind=orders" not in shown


@pytest.mark.parametrize("kind", ["products", "locations", "stock", "orders"])
def test_without_the_permissions_nothing_is_sent(kind: str) -> None:
    client = desk(clerk("view_product", "change_product"))
    assert client.get(f"{page(step='add')}?kind={kind}").status_code == 403
    assert upload(client, kind, PRODUCTS + "A,A,1,GBP\n").status_code == 403
    assert client.get(page(step="add")).status_code == 403
    assert ImportSession.objects.count() == 0


def test_an_unknown_kind_is_not_found() -> None:
    assert desk(make_boss()).get(f"{page(step='add')}?kind=nope").status_code == 404


@pytest.mark.parametrize("step", ["change", "step", "undo", "refused"])
def test_an_import_of_somebody_else_is_not_there(step: str) -> None:
    session = applied("products", PRODUCTS + "A,A,1,GBP\n", clerk(*MAY))
    other, boss = desk(clerk(*MAY)), desk(make_boss())

    answer = other.post(page(session, "step"), {"step": "undo"}) if step == "step" else other.get(page(session, step))

    assert answer.status_code == 404 and fresh(session).state == "applied"
    assert session.name not in other.get(page(step="changelist")).text
    assert boss.get(page(session)).status_code == 200
    assert session.name in boss.get(page(step="changelist")).text


def test_looking_at_a_step_does_nothing() -> None:
    session = previewed("products", PRODUCTS + "A,A,1,GBP\n")
    client = desk(session.user)
    assert client.get(f"{page(session, 'step')}?step=apply").url == page(session)
    assert fresh(session).state == "previewed"


def test_a_person_who_may_not_take_back_is_refused() -> None:
    make_channel("gifts", currency="GBP")
    person = clerk("add_order", "view_order")
    session = applied("orders", table_bytes([head("#1")]), person, channel="gifts")
    client = desk(person)
    assert "Take back" not in client.get(page(session)).text
    assert client.get(page(session, "undo")).status_code == 403
    assert client.post(page(session, "step"), {"step": "undo"}).status_code == 403
    assert fresh(session).state == "applied"


def test_a_step_that_is_not_possible_says_why() -> None:
    session = previewed("products", PRODUCTS + "A,A,1,GBP\n")
    client = desk(session.user)
    client.post(page(session, "step"), {"step": "drop"})
    answer = client.post(page(session, "step"), {"step": "apply"}, follow=True)
    assert "was begun or dropped already" in answer.text
    assert (fresh(session).state, Product.objects.count()) == ("cancelled", 0)


def test_a_second_import_of_the_same_file_names_the_first() -> None:
    boss = make_boss()
    first = applied("products", PRODUCTS + "A,A,1,GBP\n", boss)
    second = previewed("products", PRODUCTS + "A,A,1,GBP\n", boss)
    shown = desk(boss).get(page(second)).text
    assert "The same file was applied on" in shown and page(first) in shown
    assert "Everything is as the file says already." in shown


def test_markup_in_a_file_stays_text() -> None:
    session = previewed("products", PRODUCTS + "<b>A</b>,<script>x</script>,1,GBP\n", name="<i>p.csv")
    shown = desk(session.user).get(page(session)).text
    assert "<script>x</script>" not in shown and "<b>A</b>" not in shown and "<i>p.csv" not in shown


def test_a_list_and_a_page_take_no_more_statements_for_more_rows(django_assert_max_num_queries: Any) -> None:
    boss = make_boss()
    session = previewed("products", PRODUCTS + "".join(f"P{n},P,1,GBP\n" for n in range(150)), boss)
    for number in range(20):
        send("products", PRODUCTS + f"X{number},X,1,GBP\n", boss)
    client = desk(boss)
    with django_assert_max_num_queries(16):
        client.get(page(session))
    with django_assert_max_num_queries(12):
        client.get(page(step="changelist"))
