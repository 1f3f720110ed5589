"""An import is taken back as far as that is still right, and says why where it is not."""

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone

from fulfillment.models import FulfillmentOrder
from inventory.models import Location, LocationMembership, Product, StockFile, StockLevel, StockMovement, Substitute
from inventory.services.allocation import allocate_pieces
from oms.foundation.actor import Actor
from oms.foundation.imports import sessions, working
from oms.foundation.models import AuditLine, ImportSession, OutboxEvent
from oms.foundation.refusals import Denied, Refused
from orders.models import Order
from tests.factories import make_actor, make_channel, make_location, make_product, make_stock
from tests.foundation.rows import make_user
from tests.imports.desk import LOCATIONS, PRODUCTS, STOCK, applied, fresh, now, previewed, reasons, rows, take_back
from tests.orders.files.shop_files import head, table_bytes

pytestmark = pytest.mark.django_db
WIDE = "sku,title,unit_price,currency,parent,attributes,is_active\n"


def planned(session: ImportSession) -> list[bool]:
    """Return which applied entries could be taken back now, as the question shows it."""
    done = list(session.rows.filter(outcome__in=["done", "kept"]))
    return [one.possible for one in working.kind_named(session.kind).plan_undo(done, principal=session.user)]


def test_changed_products_get_their_values_back_and_new_ones_are_no_longer_sold() -> None:
    article = make_product("T")
    old = make_product("OLD", title="Old", unit_price=100, currency="GBP", attributes={"size": "M"}, parent=article)
    before = Product.objects.values().get(pk=old.pk)
    session = applied("products", WIDE + "OLD,Better,2.50,GBP,,size=L,no\nNEW,New,1,GBP,T,,yes\n")
    assert planned(session) == [True, True]

    session = take_back(session)

    assert (session.state, [row[3] for row in rows(session)]) == ("undone", ["undone", "undone"])
    after = Product.objects.values().get(pk=old.pk)
    moved = ("version", "updated_at")
    assert {k: v for k, v in after.items() if k not in moved} == {k: v for k, v in before.items() if k not in moved}
    assert after["version"] == 4  # each way its values, then its switch
    assert Product.objects.get(sku="NEW").is_active is False
    assert old.history.filter(history_change_reason__startswith="import taken back by ").count() == 1
    switched = AuditLine.objects.filter(act__in=["inventory.stop_selling", "inventory.sell_again"]).order_by("pk")
    assert list(switched.values_list("act", "entity_id")) == [
        ("inventory.stop_selling", old.pk),
        ("inventory.sell_again", old.pk),
        ("inventory.stop_selling", Product.objects.get(sku="NEW").pk),
    ]


def test_what_somebody_changed_since_stays_and_is_named() -> None:
    make_product("A", title="Old", unit_price=100, currency="GBP")
    make_product("B", title="Old", unit_price=100, currency="GBP")
    session = applied("products", PRODUCTS + "A,New,2,GBP\nB,New,1,GBP\n")
    Product.objects.update(title="Newer")

    assert planned(session) == [True, False]
    session = take_back(session)

    assert (session.state, [row[3] for row in rows(session)]) == ("partly_undone", ["undone", "kept"])
    assert reasons(session) == ["Changed by somebody since, and left as it is: title."] * 2
    assert list(Product.objects.values_list("sku", "title", "unit_price")) == [("A", "Newer", 100), ("B", "Newer", 100)]


def test_what_was_kept_is_tried_again() -> None:
    make_product("A", title="Old", unit_price=100, currency="GBP")
    session = applied("products", PRODUCTS + "A,New,1,GBP\n")
    Product.objects.update(title="Newer")
    assert take_back(session).state == "partly_undone"
    Product.objects.update(title="New")

    session = take_back(session)

    assert (session.state, reasons(session), Product.objects.get().title) == ("undone", [], "Old")
    with pytest.raises(Refused, match="nothing to take back"):
        take_back(session)


def test_an_article_that_became_a_variant_is_not_given_variants_again() -> None:
    article, other = make_product("T"), make_product("U")
    make_product("T-M", parent=article, title="M", unit_price=100, currency="GBP")
    session = applied("products", WIDE + "T-M,M,1,GBP,,,yes\n")
    Product.objects.filter(pk=article.pk).update(parent=other)

    assert planned(session) == [False]
    session = take_back(session)

    assert reasons(session) == ["“T” is a variant of “U” itself; name that article."]
    assert Product.objects.get(sku="T-M").parent is None


def test_locations_come_back_with_times_and_new_ones_are_closed() -> None:
    make_location("LON", name="London", latitude=51.5, cutoff="16:30", daily_capacity=None)
    session = applied("locations", LOCATIONS + "LON,Other,warehouse,GB,12:15\nPAR,Paris,store,FR,12:00\n")
    assert Location.objects.get(code="LON").cutoff.isoformat("minutes") == "12:15"

    session = take_back(session)

    london = Location.objects.get(code="LON")
    assert (session.state, london.name, london.cutoff.isoformat("minutes")) == ("undone", "London", "16:30")
    assert Location.objects.get(code="PAR").is_active is False


def test_a_location_that_is_not_theirs_any_more_stays() -> None:
    london, paris = make_location("LON", name="London"), make_location("PAR")
    person = make_user()
    person.user_permissions.set(Permission.objects.filter(codename__in=["add_location", "change_location"]))
    session = applied("locations", LOCATIONS + f"LON,Other,warehouse,GB,{london.cutoff:%H:%M}\n", person)
    LocationMembership.objects.create(user=person, location=paris)

    session = take_back(session)

    assert (session.state, reasons(session)) == ("partly_undone", ["“LON” is not one of your locations."])
    assert Location.objects.get(code="LON").name == "Other"


def test_stock_moves_back_and_the_file_can_be_counted_again() -> None:
    level = make_stock(make_product("TEE"), make_location("LON"), 10, bin="A-1", safety_stock=1)
    make_product("MUG")
    content = STOCK + "TEE,LON,7,B-2,0\nMUG,LON,5,C-3,2\n"
    session = applied("stock", content)
    StockLevel.objects.filter(pk=level.pk).update(on_hand=6)
    StockMovement.objects.create(
        stock_level=level, quantity=-1, reason="shipment", reference="ship:1", at=timezone.now()
    )
    assert planned(session) == [True, True]

    session = take_back(session)

    assert session.state == "undone"
    levels = StockLevel.objects.order_by("product__sku").values_list("product__sku", "on_hand", "bin", "safety_stock")
    assert list(levels) == [("MUG", 0, "C-3", 2), ("TEE", 9, "A-1", 1)]
    back = StockMovement.objects.filter(reference__startswith="import-undo:").order_by("quantity")
    assert list(back.values_list("quantity", "reason")) == [(-5, "import"), (3, "import")]
    assert StockFile.objects.get().refused_rows == [2, 3]
    assert [row[2] for row in rows(previewed("stock", content))] == ["change", "change"]


def test_pieces_that_are_promised_by_now_stay() -> None:
    level = make_stock(make_product("TEE"), make_location("LON"), 2)
    session = applied("stock", STOCK + "TEE,LON,9,,0\n")
    allocate_pieces(pieces={level.pk: 5}, actor=make_actor())
    assert planned(session) == [False]

    session = take_back(session)

    assert (session.state, StockLevel.objects.get().on_hand) == ("partly_undone", 9)
    [reason] = reasons(session)
    assert reason.startswith("TEE at LON: 7 pieces cannot be taken, 4 of 9 on hand are free; 5 are promised to orders.")
    assert StockFile.objects.get().refused_rows == []


def test_less_safety_stock_is_told_as_growth() -> None:
    level = make_stock(make_product("TEE"), make_location("LON"), 9, safety_stock=1)
    session = applied("stock", STOCK + "TEE,LON,9,,5\n")
    OutboxEvent.objects.all().delete()

    take_back(session)

    assert [event.payload["product_ids"] for event in OutboxEvent.objects.filter(kind="StockGrew")] == [
        [level.product_id]
    ]


def test_orders_are_cancelled_where_that_is_still_possible() -> None:
    make_channel("gifts", currency="GBP")
    session = applied("orders", table_bytes([head("#1"), head("#2"), head("#3")]), channel="gifts")
    packed = Order.objects.get(external_id="#2")
    FulfillmentOrder.objects.create(order=packed, location=make_location("LON"), number="F1", state="in_progress")
    assert planned(session) == [True, False, True]

    session = take_back(session)

    assert (session.state, [row[3] for row in rows(session)]) == ("partly_undone", ["undone", "kept", "undone"])
    assert reasons(session) == ["LON has F1 being picked; to cancel the order, stop picking there first."]
    assert dict(Order.objects.values_list("external_id", "state")) == {
        "#1": "cancelled",
        "#2": "placed",
        "#3": "cancelled",
    }


def test_taking_orders_back_needs_the_right_to_cancel() -> None:
    make_channel("gifts", currency="GBP")
    person = make_user()
    person.user_permissions.set(Permission.objects.filter(codename="add_order"))
    session = applied("orders", table_bytes([head("#1")]), person, channel="gifts")

    with pytest.raises(Denied, match=r"orders\.cancel_order"):
        take_back(session)

    assert (fresh(session).state, Order.objects.get().state) == ("applied", "placed")


def test_an_import_that_was_not_applied_has_nothing_to_take_back() -> None:
    session = previewed("products", PRODUCTS + "A,A,1,GBP\n")
    with pytest.raises(Refused, match="nothing to take back"):
        take_back(session)


def test_taking_back_goes_on_where_its_worker_was_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    kind = working.kind_named("products")
    monkeypatch.setattr(type(kind), "undo_most", 2)
    session = applied("products", PRODUCTS + "".join(f"P{number},P,1,GBP\n" for number in range(5)))
    undo, calls = type(kind).undo, []

    def dying(self, rows, **kwargs):
        """Take back, then die at the second chunk."""
        calls.append(rows)
        done = undo(self, rows, **kwargs)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return done

    monkeypatch.setattr(type(kind), "undo", dying)
    actor = Actor.of(session.user, now=timezone.now())
    sessions.take_back(session_id=session.pk, principal=session.user, actor=actor)
    with pytest.raises(KeyboardInterrupt):
        working.work_imports(now(), 100)
    assert Product.objects.filter(is_active=False).count() == 2

    while working.work_imports(now(1), 100):
        pass

    assert fresh(session).state == "undone"
    assert AuditLine.objects.filter(act="inventory.stop_selling").count() == 5


def test_former_substitutes_come_back() -> None:
    one, other = make_product("A", title="Old", unit_price=100, currency="GBP"), make_product("B")
    make_product("C")
    Substitute.objects.create(product=one, substitute=other, both_ways=True)
    session = applied("products", "sku,title,unit_price,currency,substitutes\nA,New,1,GBP,C\n")
    assert one.substitutes.get().substitute.sku == "C"

    session = take_back(session)

    assert (session.state, reasons(session)) == ("undone", [])
    assert (one.substitutes.get().substitute, one.substitutes.get().both_ways) == (other, True)
