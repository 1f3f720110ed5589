"""Bins: pieces are put away, moved and taken out; the level keeps its pieces, and what leaves it leaves its bins."""

import pytest

from inventory.forms import PutAwayForm
from inventory.models import Bin, BinMovement, BinStock, Location, StockLevel, StockMovement
from inventory.services.allocation import Shipped, allocate_pieces, ship_pieces
from inventory.services.bin_room import suggest_bins
from inventory.services.bin_switching import close_bin, reopen_bin
from inventory.services.bins import move_in_bins, put_away, take_out
from inventory.services.levels import adjust_level, keep_level
from oms.foundation.invariants import check
from oms.foundation.models import AuditLine, ImportRow, ImportSession
from oms.foundation.refusals import Refused
from tests.factories import NOW, make_actor, make_location, make_product, make_stock
from tests.imports.desk import applied, previewed, take_back
from tests.inventory.test_api import Caller
from tests.inventory.test_console import client_of, page

pytestmark = pytest.mark.django_db
HEAD = "location,code,kind,zone,sequence,capacity_g\n"
CLERK = make_actor()


@pytest.fixture
def tea() -> StockLevel:
    """Twenty pieces of TEA in London, where there are three bins."""
    level = make_stock(make_product("TEA", weight_g=100, length_mm=10, width_mm=10, height_mm=10), make_location("LON"))
    adjust_level(stock_level_id=level.pk, quantity=20 - level.on_hand, reason="receipt", actor=CLERK)
    for turn, (code, kind) in enumerate([("A-01", "pick"), ("A-02", "pick"), ("R-01", "reserve")]):
        Bin.objects.create(location=level.location, code=code, kind=kind, sequence=turn)
    return level


def bins(level: StockLevel) -> dict[str, int]:
    """Return the pieces by bin; those in none under an empty code."""
    rows = BinStock.objects.filter(stock_level=level, quantity__gt=0).values_list("bin__code", "quantity")
    return {"": StockLevel.objects.get(pk=level.pk).without_bin, **dict(rows)}


def hold() -> bool:
    """Say whether the books of bins and levels agree."""
    return all(one.holds for one in check(NOW, only=["I1", "I39", "I40"]))


def test_pieces_are_put_away_moved_and_taken_out_and_the_level_keeps_them(tea) -> None:
    moved_before = StockMovement.objects.count()

    put_away(stock_level_id=tea.pk, bin="A-01", quantity=12, note="from the dock", actor=CLERK)
    move_in_bins(stock_level_id=tea.pk, source="A-01", target="R-01", quantity=5, actor=CLERK)
    take_out(stock_level_id=tea.pk, bin="A-01", quantity=3, actor=CLERK)

    assert bins(tea) == {"": 11, "A-01": 4, "R-01": 5}
    assert StockLevel.objects.get(pk=tea.pk).on_hand == 20
    assert StockMovement.objects.count() == moved_before
    assert list(BinMovement.objects.order_by("pk").values_list("bin_stock__bin__code", "quantity", "reason")) == [
        ("A-01", 12, "put_away"),
        ("A-01", -5, "moved"),
        ("R-01", 5, "moved"),
        ("A-01", -3, "taken_out"),
    ]
    told = AuditLine.objects.filter(entity_id=tea.pk).order_by("-pk").values_list("note", flat=True)
    assert list(told[:3]) == [
        "3 pieces: A-01 → no bin",
        "5 pieces: A-01 → R-01",
        "12 pieces: no bin → A-01: from the dock",
    ]
    assert hold()


@pytest.mark.parametrize(
    ("act", "values", "code"),
    [
        (put_away, {"bin": "Z-99", "quantity": 1}, "unknown_bin"),
        (put_away, {"bin": "M-01", "quantity": 1}, "unknown_bin"),
        (put_away, {"bin": "A-01", "quantity": 17}, "not_in_bin"),
        (put_away, {"bin": "A-01", "quantity": 0}, "absurd_quantity"),
        (put_away, {"bin": "OLD", "quantity": 1}, "bin_closed"),
        (put_away, {"bin": "LIGHT", "quantity": 10}, "bin_full"),
        (put_away, {"bin": "SMALL", "quantity": 3}, "bin_full"),
        (move_in_bins, {"source": "A-01", "target": "A-02", "quantity": 5}, "not_in_bin"),
        (move_in_bins, {"source": "A-01", "target": "A-01", "quantity": 1}, "same_bin"),
        (move_in_bins, {"source": "A-01", "target": "LIGHT", "quantity": 4}, None),
        (take_out, {"bin": "A-02", "quantity": 1}, "not_in_bin"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_lies_elsewhere(tea, act, values, code) -> None:
    """The last that goes shows that a full bin takes exactly what fits."""
    Bin.objects.create(location=make_location("MAN"), code="M-01")
    Bin.objects.create(location=tea.location, code="OLD", is_active=False)
    Bin.objects.create(location=tea.location, code="LIGHT", capacity_g=900)
    Bin.objects.create(location=tea.location, code="SMALL", capacity_mm3=2500)
    put_away(stock_level_id=tea.pk, bin="A-01", quantity=4, actor=CLERK)
    before, movements = bins(tea), BinMovement.objects.count()
    if code is None:
        put_away(stock_level_id=tea.pk, bin="LIGHT", quantity=5, actor=CLERK)
        act(stock_level_id=tea.pk, **values, actor=CLERK)
        assert bins(tea)["LIGHT"] == 9
        return

    with pytest.raises(Refused) as refusal:
        act(stock_level_id=tea.pk, **values, actor=CLERK)

    assert refusal.value.reasons[0].code == code
    assert (bins(tea), BinMovement.objects.count()) == (before, movements)


def test_what_leaves_the_location_leaves_its_bins_in_turn(tea) -> None:
    """First what lies in no bin, then the pick faces by their turn, then the reserve."""
    for code, quantity in (("R-01", 8), ("A-02", 5), ("A-01", 4)):
        put_away(stock_level_id=tea.pk, bin=code, quantity=quantity, actor=CLERK)
    allocate_pieces(pieces={tea.pk: 9}, actor=CLERK)

    ship_pieces(pieces=[Shipped(tea.pk, 9, "shipment:1")], actor=CLERK)

    assert bins(tea) == {"": 0, "A-02": 3, "R-01": 8}
    assert hold()

    adjust_level(stock_level_id=tea.pk, quantity=-5, reason="damage", actor=CLERK)
    adjust_level(stock_level_id=tea.pk, quantity=2, reason="receipt", actor=CLERK)

    assert bins(tea) == {"": 2, "R-01": 6}
    assert set(BinMovement.objects.filter(quantity__lt=0).values_list("reason", flat=True)) == {"left"}
    assert hold()


def test_a_shipment_of_pieces_that_lie_in_no_bin_asks_nothing_of_bins(tea, django_assert_num_queries) -> None:
    """The way of every shop that keeps no bins costs what it cost."""
    put_away(stock_level_id=tea.pk, bin="A-01", quantity=5, actor=CLERK)
    allocate_pieces(pieces={tea.pk: 2}, actor=CLERK)

    with django_assert_num_queries(6):  # a savepoint's two, the lock, the references, the level, the movements
        ship_pieces(pieces=[Shipped(tea.pk, 2, "shipment:2")], actor=CLERK)

    assert bins(tea)["A-01"] == 5


def test_pieces_are_suggested_a_bin_where_they_lie_then_their_own_then_an_empty_one(tea) -> None:
    full = Bin.objects.create(location=tea.location, code="A-00", capacity_g=50)
    Bin.objects.create(location=tea.location, code="B-07", kind="pick", sequence=9, capacity_g=300)
    keep_level(stock_level_id=tea.pk, bin="B-07", safety_stock=0, actor=CLERK)
    put_away(stock_level_id=tea.pk, bin="A-02", quantity=1, actor=CLERK)
    level = StockLevel.objects.get(pk=tea.pk)

    found = suggest_bins(level)

    assert [(one.bin.code, one.room) for one in found] == [("A-02", None), ("B-07", 3), ("A-01", None)]
    assert full not in [one.bin for one in found]
    assert found[1].told == "Put away in B-07: it is the usual place, 3 pieces more will go in."
    assert PutAwayForm.initial_for(level) == {"bin": "A-02", "quantity": 19}


def test_a_bin_goes_out_of_use_when_it_is_empty_and_comes_back(tea) -> None:
    shelf = Bin.objects.get(code="A-01")
    put_away(stock_level_id=tea.pk, bin="A-01", quantity=1, actor=CLERK)
    with pytest.raises(Refused, match="1 piece still in A-01"):
        close_bin(bin_id=shelf.pk, actor=CLERK)
    take_out(stock_level_id=tea.pk, bin="A-01", quantity=1, actor=CLERK)

    assert not close_bin(bin_id=shelf.pk, actor=CLERK).is_active
    assert reopen_bin(bin_id=shelf.pk, actor=CLERK).is_active


def test_a_file_makes_bins_changes_them_and_is_taken_back() -> None:
    make_location("LON")
    first = applied("bins", HEAD + "LON,A-01,pick,A,1,5000\nLON,A-02,,,,\n")
    assert list(Bin.objects.values_list("code", "kind", "sequence", "capacity_g")) == [
        ("A-02", "pick", 0, None),
        ("A-01", "pick", 1, 5000),
    ]
    again = previewed("bins", HEAD + "LON,A-01,pick,A,1,5000\n")
    assert ImportRow.objects.get(session=again).verb == "same"
    applied("bins", HEAD + "LON,A-01,reserve,A,7,5000\n")
    assert Bin.objects.values_list("kind", "sequence").get(code="A-01") == ("reserve", 7)

    assert take_back(ImportSession.objects.latest("pk")).state == "undone"
    assert Bin.objects.values_list("kind", "sequence").get(code="A-01") == ("pick", 1)
    level = make_stock(make_product("TEA"), Location.objects.get(code="LON"), 3)
    put_away(stock_level_id=level.pk, bin="A-02", quantity=3, actor=CLERK)
    take_back(first)
    assert dict(Bin.objects.values_list("code", "is_active")) == {"A-01": False, "A-02": True}


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("PAR,A-01,pick,,1,", "location"),
        ("LON,,pick,,1,", "code"),
        ("LON,A-01,shelf,,1,", "kind"),
        ("LON,A-01,pick,,x,", "sequence"),
        ("LON,A-01,pick,,1,-5", "capacity_g"),
    ],
)
def test_a_row_that_cannot_be_taken_is_named(row, column) -> None:
    make_location("LON")
    session = previewed("bins", HEAD + row + "\n")
    [told] = ImportRow.objects.filter(session=session)
    assert (told.verb, told.faults[0][1]) == ("refuse", column)


def test_the_api_puts_away_and_finds_bins_by_location_and_sku(tea) -> None:
    caller = Caller()
    done = caller.post(f"/stock/{tea.pk}/put_away/", {"bin": "A-01", "quantity": 6})
    assert done.status_code == 200, done.json()

    [found] = caller.get("/bins/", sku="TEA", location="LON").json()["results"]
    assert (found["code"], found["stock"]) == ("A-01", [{"sku": "TEA", "quantity": 6, "lot": ""}])
    assert len(caller.get("/bins/", location="LON").json()["results"]) == 3
    assert caller.get("/bins/", sku="CUP").json()["results"] == []
    full = caller.post(f"/stock/{tea.pk}/put_away/", {"bin": "A-01", "quantity": 60})
    assert (full.status_code, full.json()["code"]) == (409, "not_in_bin")


def test_the_console_adds_bins_and_shows_what_lies_where(tea) -> None:
    client = client_of("view_bin", "add_bin", "change_bin", "view_stocklevel", "adjust_stocklevel")
    form = {"location": tea.location_id, "code": "C-01", "kind": "pick", "sequence": 4, "capacity_g": 2400}

    answer = client.post("/inventory/bin/add/", form)

    assert answer.status_code == 302, answer.context["errors"]
    assert AuditLine.objects.filter(act="inventory.create_bin").exists()
    put_away(stock_level_id=tea.pk, bin="C-01", quantity=6, actor=CLERK)
    pot = make_stock(make_product("TEAPOT", weight_g=300), tea.location, 3)
    put_away(stock_level_id=pot.pk, bin="C-01", quantity=2, actor=CLERK)
    found = client.get("/inventory/bin/?q=TEA").text
    assert "C-01" in found
    assert "50 %" in found
    assert "TEA" in client.get(page("bin", Bin.objects.get(code="C-01"))).text
    shown = client.get(page("stocklevel", tea)).text
    assert "In no bin" in shown
    assert "Put away in C-01: it holds this product, 12 pieces more will go in." in shown
    assert "TEA" in client.get("/inventory/stocklevel/?bins=none").text
    assert "TEA" not in client.get("/inventory/stocklevel/?bins=all").text
