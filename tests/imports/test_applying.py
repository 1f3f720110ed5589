"""What was previewed is applied, and nothing else, across kills and other people's changes."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission

from inventory.models import Product, StockLevel, StockMovement
from oms.foundation.imports import sessions, working
from oms.foundation.models import ImportFile, ImportRow, ImportSession
from oms.foundation.refusals import Denied, Refused
from orders.models import Order
from orders.services.importing import plan_orders
from tests.factories import make_channel, make_location, make_product, make_stock
from tests.foundation.rows import make_user
from tests.imports.desk import PRODUCTS, STOCK, applied, apply, begin, fresh, previewed, reasons, rows, work
from tests.orders.files.shop_files import head, table_bytes

pytestmark = pytest.mark.django_db
FIVE = PRODUCTS + "".join(f"P{number},Name {number},1.00,GBP\n" for number in range(5))


def outcomes(session: ImportSession) -> list[str]:
    """Return the outcome of every entry."""
    return [row[3] for row in rows(session)]


def test_everything_is_applied_as_its_person() -> None:
    make_product("P0", title="Old", unit_price=100, currency="GBP")

    session = applied("products", FIVE)

    assert (session.state, outcomes(session)) == ("applied", ["done"] * 5)
    assert Product.objects.count() == 5 and Product.objects.get(sku="P0").title == "Name 0"
    assert session.rows.get(key="P4").object_id == Product.objects.get(sku="P4").pk
    assert session.user.username in Product.objects.get(sku="P4").history.get().history_change_reason
    assert session.finished_at is not None and session.lease_until is None


def test_F78_bad_row_near_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inventory.imports.rows.CHUNK", 10)
    good = "".join(f"P{number},P,1,GBP\n" for number in range(28))

    session = applied("products", PRODUCTS + good + "B,B,much,GBP\nZ,Z,1,GBP\n")

    assert (session.state, outcomes(session)) == ("partly_applied", [*["done"] * 28, "refused", "done"])
    assert [row[:2] for row in rows(session) if row[3] == "refused"] == [(30, "B")]
    assert Product.objects.count() == 29 and not Product.objects.filter(sku="B").exists()


def test_a_product_that_somebody_changed_since_the_preview_is_left_as_it_is() -> None:
    product = make_product("P0", title="Old", unit_price=100, currency="GBP")
    other = make_product("P1", title="Old", unit_price=100, currency="GBP", weight_g=5)
    session = previewed("products", FIVE)
    Product.objects.filter(pk=product.pk).update(title="Newer")
    Product.objects.filter(pk=other.pk).update(weight_g=6)

    session = apply(session)

    assert (session.state, outcomes(session)) == ("partly_applied", ["refused", *["done"] * 4])
    assert Product.objects.get(pk=product.pk).title == "Newer"
    assert reasons(session) == [
        "title of P0 was changed by somebody else since the preview; look at it, then import this row again."
    ]
    assert Product.objects.get(pk=other.pk).weight_g == 6


def test_a_product_that_somebody_made_since_the_preview_is_left_as_it_is() -> None:
    session = previewed("products", FIVE)
    make_product("P3", title="Mine")

    session = apply(session)

    assert outcomes(session)[3] == "refused" and Product.objects.get(sku="P3").title == "Mine"
    assert reasons(session)[0].startswith("P3 was made by somebody else since the preview")


def test_what_somebody_else_did_alike_needs_nothing_any_more() -> None:
    product = make_product("P0", title="Old", unit_price=100, currency="GBP")
    session = previewed("products", FIVE)
    Product.objects.filter(pk=product.pk).update(title="Name 0")

    session = apply(session)

    assert (session.state, outcomes(session)) == ("applied", ["same", *["done"] * 4])


def test_what_was_unchanged_in_the_preview_is_not_touched_whatever_happened_since() -> None:
    product = make_product("P0", title="Name 0", unit_price=100, currency="GBP")
    session = previewed("products", FIVE)
    Product.objects.filter(pk=product.pk).update(title="Newer")

    session = apply(session)

    assert outcomes(session)[0] == "same" and Product.objects.get(pk=product.pk).title == "Newer"


def test_pieces_sold_since_the_preview_refuse_their_row_and_leave_it_open() -> None:
    level = make_stock(make_product("TEE"), make_location("LON"), 10)
    make_stock(make_product("MUG"), level.location, 4)
    session = previewed("stock", STOCK + "TEE,LON,8,,0\nMUG,LON,4,,0\n")
    StockLevel.objects.filter(pk=level.pk).update(on_hand=9)

    session = apply(session)

    assert (session.state, outcomes(session)) == ("failed", ["refused", "same"])
    assert session.why == "Nothing was applied; each row says why."
    assert reasons(session)[0].startswith("on_hand of TEE at LON was changed by somebody else")
    assert StockLevel.objects.get(pk=level.pk).on_hand == 9
    assert rows(previewed("stock", STOCK + "TEE,LON,8,,0\nMUG,LON,4,,0\n"))[0][2] == "change"


def test_a_stock_file_counts_once_through_movements() -> None:
    level = make_stock(make_product("TEE"), make_location("LON"), 10)

    applied("stock", STOCK + "TEE,LON,7,A-1,0\n")
    again = previewed("stock", STOCK + "TEE,LON,7,A-1,0\n")
    once_more = previewed("stock", STOCK + "TEE,LON,7,A-1,0\n", again=True)

    assert StockLevel.objects.values_list("on_hand", "bin").get(pk=level.pk) == (7, "A-1")
    assert list(StockMovement.objects.filter(reason="import").values_list("quantity", flat=True)) == [-3]
    assert (rows(again)[0][2], rows(once_more)[0][2]) == ("same", "same")


def test_orders_are_captured_once() -> None:
    account = make_channel("gifts", currency="GBP")
    content = table_bytes([head("#1"), head("#2"), head("#3", Total="")])
    session = previewed("orders", content, channel="gifts")
    assert apply(session).state == "partly_applied"
    assert set(Order.objects.values_list("external_id", flat=True)) == {"#1", "#2"}

    again = previewed("orders", content, channel="gifts")

    assert [row[2] for row in rows(again)] == ["same", "same", "refuse"]
    with pytest.raises(Refused, match="Nothing in this file can be applied"):
        begin(again)
    assert plan_orders(account=account, told=[]) == []


def test_an_order_that_came_in_since_the_preview_is_not_captured_again() -> None:
    make_channel("gifts", currency="GBP")
    first = previewed("orders", table_bytes([head("#1")]), channel="gifts")
    second = previewed("orders", table_bytes([head("#1")]), channel="gifts", format="shopify")
    apply(first)

    session = apply(second)

    assert (session.state, outcomes(session), Order.objects.count()) == ("applied", ["same"], 1)


def test_an_import_is_applied_once() -> None:
    session = previewed("products", FIVE)
    begin(session)
    with pytest.raises(Refused, match="was begun or dropped already"):
        begin(session)
    work()
    assert Product.objects.count() == 5


def test_a_forgotten_file_is_not_applied() -> None:
    session = previewed("products", FIVE)
    ImportFile.objects.all().delete()
    with pytest.raises(Refused, match="no longer kept; send it again"):
        begin(session)
    assert (fresh(session).state, Product.objects.count()) == ("previewed", 0)


def test_a_person_who_lost_the_permission_applies_nothing() -> None:
    person = make_user()
    person.user_permissions.set(Permission.objects.filter(codename__in=["add_product", "change_product"]))
    session = previewed("products", FIVE, person)
    begin(fresh(session))
    person.user_permissions.clear()

    work()

    assert (fresh(session).state, Product.objects.count()) == ("failed", 0)
    assert reasons(session)[0].startswith("Your role may not import products")
    with pytest.raises(Denied):
        sessions.refuse_unpermitted(working.kind_named("products"), make_user())


def test_more_rows_take_no_more_statements(django_assert_max_num_queries: Any) -> None:
    content = PRODUCTS + "".join(f"Q{number},Q,1,GBP\n" for number in range(300))
    with django_assert_max_num_queries(40):
        session = previewed("products", content)
    begin(session)
    with django_assert_max_num_queries(50):
        work()
    assert Product.objects.count() == 300
    assert ImportRow.objects.filter(outcome="done").count() == 300
