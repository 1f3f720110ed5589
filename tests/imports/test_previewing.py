"""What a file would do is shown before anything is done."""

import gzip
import io
import zipfile

import pytest
from django.contrib.auth.models import Permission

from inventory.models import LocationMembership, Product, StockLevel
from oms.foundation.imports import sessions, turns
from oms.foundation.models import AuditLine, ImportFile, ImportRow, ImportSession
from oms.foundation.refusals import Denied, Refused
from orders.models import Order
from tests.factories import make_channel, make_location, make_product, make_stock
from tests.foundation.rows import make_user
from tests.imports.desk import LOCATIONS, PRODUCTS, STOCK, fresh, previewed, reasons, rows, send, work
from tests.orders.files.shop_files import head, table_bytes

pytestmark = pytest.mark.django_db


def test_every_row_is_new_changed_unchanged_or_refused_and_nothing_is_written() -> None:
    make_product("OLD", title="Old", unit_price=100, currency="GBP")
    make_product("SAME", title="Same", unit_price=100, currency="GBP")

    session = previewed(
        "products", PRODUCTS + "NEW,New,1.00,GBP\nOLD,Old,2.50,GBP\nSAME,Same,1.00,GBP\nBAD,Bad,much,GBP\nX,Y\n"
    )

    assert session.state == "previewed"
    assert rows(session) == [
        (2, "NEW", "create", "ready"),
        (3, "OLD", "change", "ready"),
        (4, "SAME", "same", "same"),
        (5, "BAD", "refuse", "refused"),
        (6, "", "refuse", "refused"),
    ]
    assert session.rows.get(key="OLD").changes == {"unit_price": [100, 250]}
    assert session.rows.get(key="NEW").changes["title"] == [None, "New"]
    assert session.rows.get(key="BAD").faults[0][:2] == [5, "unit_price"]
    assert "is it cut off?" in reasons(session)[-1]
    assert Product.objects.count() == 2 and Product.objects.get(sku="OLD").unit_price == 100


def test_columns_that_are_not_used_are_named() -> None:
    assert previewed("products", "sku,title,unit_price,currency,wieght_g\nA,A,1,GBP,5\n").unused == ["wieght_g"]


def test_a_stock_file_shows_pieces_before_and_after() -> None:
    place = make_location("LON")
    make_stock(make_product("TEE"), place, 10, allocated=4)
    make_product("MUG")

    session = previewed("stock", STOCK + "TEE,LON,7,,0\nMUG,LON,3,A-1,1\nCUP,LON,1,,0\n")

    assert rows(session) == [
        (2, "TEE at LON", "change", "ready"),
        (3, "MUG at LON", "create", "ready"),
        (4, "CUP at LON", "refuse", "refused"),
    ]
    assert session.rows.get(row=2).changes == {"on_hand": [10, 7]}
    assert StockLevel.objects.count() == 1


def test_orders_are_shown_with_what_a_person_will_have_to_look_at() -> None:
    make_channel("gifts", currency="GBP")

    session = previewed("orders", table_bytes([head("#1"), head("#2", Total="25.00")]), channel="gifts")

    assert rows(session) == [(2, "#1", "create", "ready"), (3, "#2", "create", "ready")]
    assert session.rows.get(row=2).changes["total"] == [None, "£24.90"]
    assert session.rows.get(row=3).note == (
        "Its total differs by 0.10 from the sum of its parts: its data gate stays closed."
    )
    assert Order.objects.count() == 0


def zip_bomb() -> bytes:
    """Return a small archive that unpacks to more than a table needs."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<a/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 30_000_000)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("a,b\n1,2\n", "products.csv lacks the columns sku, title, unit_price, currency. Found: a, b."),
        (STOCK + "A,LON,1,,0\n", "This looks like a stock file."),
        (PRODUCTS, "products.csv has a heading but no rows."),
        (PRODUCTS.encode() + "A,Café,1,GBP\n".encode("cp1252"), "products.csv is not UTF-8 (line 2)"),
        (PRODUCTS.encode() + b"A,\x00,1,GBP\n", "contains NUL characters"),
        (b"%PDF-1.7 ...", "products.csv is a PDF; export a table instead."),
        (b"\x1f\x8bbroken", "is damaged"),
        (b"PK\x03\x04broken", "is not a readable Excel workbook"),
        (zip_bomb(), "it is refused as a zip bomb."),
        (PRODUCTS + 'A,"' + "x" * 2_000_000, "has a line of more than 1,000,000 characters"),
    ],
    ids=[
        str(number) for number in range(10)
    ],  # packed files hold the time: their bytes would name a test anew each time
)
def test_what_is_no_table_ends_with_one_sentence_and_keeps_the_file(content: bytes, sentence: str) -> None:
    session = previewed("products", content)

    assert session.state == "failed"
    assert sentence in session.why
    assert (ImportRow.objects.count(), Product.objects.count()) == (0, 0)
    assert session.file is not None


def test_a_huge_cell_refuses_its_row_alone() -> None:
    session = previewed("products", PRODUCTS + f"A,{'x' * 40_000},1,GBP\nB,B,1,GBP\n")

    assert rows(session) == [(2, "", "refuse", "refused"), (3, "B", "create", "ready")]
    assert "this cell has 40,000 characters" in reasons(session)[0]


@pytest.mark.parametrize(
    ("body", "options"),
    [
        ("\ufeff" + PRODUCTS + "A,Café,1,GBP\n", {}),
        ((PRODUCTS + "A,Café,1,GBP\n").encode("cp1252"), {"encoding": "cp1252"}),
        ((PRODUCTS + "A,Café,1,GBP\n").encode("utf-16"), {}),
        (gzip.compress((PRODUCTS + "A,Café,1,GBP\n").encode()), {}),
        ((PRODUCTS + "A,Café,1,GBP\n").replace(",", ";"), {}),
    ],
    ids=["marked", "cp1252", "utf-16", "gzip", "semicolons"],
)
def test_every_usual_way_of_writing_a_table_is_read(body: bytes, options: dict[str, str]) -> None:
    session = previewed("products", body, **options)

    assert session.rows.get().changes["title"] == [None, "Café"]


def test_an_empty_file_is_refused_at_the_door() -> None:
    with pytest.raises(Refused, match=r"products.csv is empty\."):
        send("products", "")
    assert ImportSession.objects.count() == 0


def test_a_file_above_the_limit_is_refused_at_the_door(settings: object) -> None:
    settings.UPLOAD_LIMIT = 1_048_576
    with pytest.raises(Refused, match="has more than 1 MB; split it"):
        send("products", "x" * 1_048_577)
    assert ImportFile.objects.count() == 0


def test_F88_import_needs_permission() -> None:
    person = make_user()
    person.user_permissions.set(Permission.objects.filter(codename="change_product"))

    with pytest.raises(Denied, match="may not import products"):
        send("products", PRODUCTS + "A,A,1,GBP\n", person)
    assert ImportSession.objects.count() == 0


def test_F87_import_stays_in_scope() -> None:
    here, there = make_location("LON"), make_location("PAR")
    make_stock(make_product("TEE"), there, 5)
    person = make_user()
    person.user_permissions.set(
        Permission.objects.filter(codename__in=["adjust_stocklevel", "add_location", "change_location"])
    )
    LocationMembership.objects.create(user=person, location=here)

    stock = previewed("stock", STOCK + "TEE,LON,1,,0\nTEE,PAR,1,,0\n", person)
    places = previewed("locations", LOCATIONS + "PAR,Mine now,store,FR,12:00\n", person)

    assert [row[3] for row in rows(stock)] == ["ready", "refused"]
    assert reasons(stock) == ["there is no location “PAR”; known locations: LON."]
    assert reasons(places) == ["“PAR” is not one of your locations."]


def test_a_channel_outside_a_persons_scope_is_unknown() -> None:
    make_channel("gifts")
    session = previewed("orders", table_bytes([head()]), channel="nope")
    assert (session.state, session.why) == ("failed", "There is no channel “nope”. Known channels: gifts.")


def test_F80_a_file_sent_twice_at_once_is_one() -> None:
    session = send("products", PRODUCTS + "A,A,1,GBP\n")
    again = send("products", PRODUCTS + "A,A,1,GBP\n", session.user)
    other = send("products", PRODUCTS + "A,A,1,GBP\n")

    assert again == session and other != session
    assert ImportFile.objects.count() == 1


def test_reading_goes_on_in_the_next_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "LONGEST", 0.0)
    monkeypatch.setattr("inventory.imports.rows.CHUNK", 2)
    session = send("products", PRODUCTS + "".join(f"P{n},P,1,GBP\n" for n in range(5)) + "X\n")

    from oms.foundation.imports import working
    from tests.imports.desk import now

    assert working.work_imports(now(), 100) == 1
    assert (fresh(session).position, fresh(session).state, len(rows(session))) == (2, "uploaded", 2)
    work()
    assert (fresh(session).position, fresh(session).state) == (5, "previewed")
    assert [row[0] for row in rows(session)] == [2, 3, 4, 5, 6, 7]


def test_a_dropped_import_is_not_read() -> None:
    session = send("products", PRODUCTS + "A,A,1,GBP\n")
    sessions.drop_import(session_id=session.pk, actor=session_actor(session))
    work()
    assert (fresh(session).state, rows(session)) == ("cancelled", [])


def session_actor(session: ImportSession) -> object:
    """Return the person of a session, acting now."""
    from django.utils import timezone

    from oms.foundation.actor import Actor

    return Actor.of(session.user, now=timezone.now())


def test_a_file_that_is_not_as_it_was_sent_is_not_read() -> None:
    session = send("products", PRODUCTS + "A,A,1,GBP\n")
    ImportFile.objects.update(body=(PRODUCTS + "A,A,9,GBP\n").encode())
    work()
    assert (fresh(session).state, fresh(session).why) == (
        "failed",
        "products.csv is not as it was sent; send it again.",
    )


def test_every_step_is_on_the_audit_trail() -> None:
    session = previewed("products", PRODUCTS + "A,A,1,GBP\n")
    lines = AuditLine.objects.filter(entity="foundation.importsession").order_by("id")
    assert list(lines.values_list("act", "from_state", "to_state")) == [
        ("imports.sent", "", "uploaded"),
        ("imports.previewed", "uploaded", "previewed"),
    ]
    assert lines.last().data == {"ready": 1} and session.lease_until is None
