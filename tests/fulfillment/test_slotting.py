"""Slotting: what moves most, how far it lies from packing, and which two products should change places."""

from datetime import timedelta

import pytest
import time_machine

from fulfillment.picking.slotting import Slot, swaps
from fulfillment.services.slotting import slotting_of
from inventory.models import Bin, BinMovement, BinStock
from inventory.services.bins import put_away
from tests.factories import NOW, make_actor, make_location, make_product, make_stock
from tests.foundation.rows import make_boss


def slot(code: str, picks: int, metres: int, **more) -> Slot:
    """Return a product in a bin so far from packing."""
    return Slot(code, f"in-{code}", "A", picks, 2000 * metres, **more)


def told(slots: list[Slot]) -> list[tuple[str, str, int]]:
    """Return the swaps as bins and metres."""
    return [(one.far.bin, one.near.bin, one.saved_metres) for one in swaps(slots)]


def test_the_busiest_far_away_changes_places_with_the_slowest_nearby() -> None:
    floor = [slot("far", 100, 50), slot("mid", 40, 30), slot("near", 1, 5), slot("nearer", 90, 4)]
    assert told(floor) == [("far", "near", 2 * 45 * 99)]


def test_nothing_changes_places_that_does_not_fit_or_saves_nothing() -> None:
    big = {"mm3": 900, "grams": 10}
    assert told([slot("far", 100, 50, **big), slot("near", 1, 5, capacity_mm3=899)]) == []
    assert told([slot("far", 100, 50, grams=9), slot("near", 1, 5, capacity_g=8)]) == []
    assert told([slot("far", 100, 50, capacity_g=8), slot("near", 1, 5, grams=9)]) == []
    assert told([slot("far", 100, 50, **big), slot("near", 1, 5, capacity_mm3=900)]) == [("far", "near", 8910)]
    assert told([slot("far", 1, 50), slot("near", 100, 5)]) == []
    assert told([]) == []


@pytest.fixture
def floor(db):
    """Three pick faces, packing at the front; TEA is picked most and lies farthest away, CUP nobody picks."""
    place = make_location("LON")
    Bin.objects.create(location=place, code="PACK", kind="packing", x_mm=0, y_mm=0)
    for code, sku, along, picks in (("A-1", "CUP", 2000, 0), ("A-2", "MUG", 4000, 1), ("A-9", "TEA", 40_000, 9)):
        level = make_stock(make_product(sku), place, 20)
        Bin.objects.create(location=place, code=code, zone="P", aisle="A", x_mm=0, y_mm=along)
        put_away(stock_level_id=level.pk, bin=code, quantity=10, actor=make_actor())
        stock = BinStock.objects.get(stock_level=level)
        for number in range(picks):
            at = NOW + timedelta(hours=number * 12)
            told = {"reason": "picked", "reference": f"{sku}{number}", "at": at}
            BinMovement.objects.create(bin_stock=stock, quantity=-2, **told)
    return place


def slotting(place, since=NOW - timedelta(days=1)):
    """Return what moved at a location in six days."""
    return slotting_of(place.pk, BinStock.objects.all(), BinMovement.objects.all(), since, since + timedelta(days=6))


def test_products_bins_and_days_are_told_with_their_class_and_way(floor, django_assert_num_queries) -> None:
    with django_assert_num_queries(4):
        found = slotting(floor)
    tea, mug, cup = found.products
    assert (tea.name, tea.pace, tea.picks, tea.pieces, tea.metres, tea.bins) == ("TEA", "A", 9, 18, 39, ("A-9",))
    assert [(mug.pace, mug.picks), (cup.pace, cup.picks)] == [("B", 1), ("C", 0)]
    assert [(one.name, one.picks, one.zone) for one in found.bins] == [
        *(("A-9", 9, "P"), ("A-2", 1, "P"), ("A-1", 0, "P"))
    ]
    classes = [(one.name, one.products, one.share, one.metres) for one in found.paces]
    assert classes == [("A", 1, 90, 39), ("B", 1, 10, 3), ("C", 1, 0, None)]
    assert sum(one.picks for one in found.days) == 10
    assert found.days[0].came == 30
    assert [(one.far.sku, one.near.sku, one.saved_metres) for one in found.swaps] == [("TEA", "CUP", 684)]


def test_without_a_drawing_there_is_no_way_and_no_swap(floor) -> None:
    Bin.objects.update(x_mm=None, y_mm=None)
    found = slotting(floor)
    assert (found.is_drawn, found.swaps, found.products[0].metres) == (False, [], None)


@time_machine.travel(NOW + timedelta(days=5), tick=False)
def test_the_page_tells_it_and_sends_it_as_files(floor, client) -> None:
    client.force_login(make_boss())
    page = "/fulfillment/picklist/slotting/"
    seen = client.get(page)
    assert "up to 684 m less to walk in 90 days" in " ".join(seen.content.decode().split())
    links = seen.context["files"].items()
    files = {name: b"".join(client.get(page + link).streaming_content).decode() for name, link in links}
    assert "TEA,A,9,18,39,A-9" in files["products"]
    assert "A-1,P,C,0,0,1" in files["bins"]
    assert "TEA,A-9,CUP,A-1,684" in files["swaps"]
    assert len(files["days"].splitlines()) == len(seen.context["found"].days) + 1
    assert client.get(page, {"location": "999"}).context["form"].errors
    assert client.post(page).status_code == 405


def test_without_bins_the_page_says_so(client, db) -> None:
    client.force_login(make_boss())
    make_location("LON")
    seen = client.get("/fulfillment/picklist/slotting/").content.decode()
    assert "No location that you see has bins" in seen
    assert "This field is required" not in seen


def test_an_empty_list_says_on_its_button_what_it_adds(client, db) -> None:
    client.force_login(make_boss())
    assert ">New wave</a>" in client.get("/fulfillment/wave/").content.decode()
