"""Space: how full bins are, by zone, the fullest and the emptiest, as far as products are measured."""

import pytest

from inventory.models import Bin
from inventory.pace import paces
from inventory.services.bin_space import space_of
from inventory.services.bins import put_away
from tests.factories import make_actor, make_location, make_product, make_stock
from tests.foundation.rows import make_boss

LITRE = 1_000_000
BINS = [
    ("A-1", "A", 10 * LITRE, 10_000),
    ("A-2", "A", None, 1000),
    ("A-3", "A", 30 * LITRE, None),
    ("B-1", "B", None, None),
]


@pytest.fixture
def place(db):
    """A-1 is half full, A-2 bears a tenth of its load, A-3 is empty, B-1 has no limit and holds unmeasured pieces."""
    place = make_location("LON")
    sizes = {"length_mm": 100, "width_mm": 100, "height_mm": 100}
    tea = make_stock(make_product("TEA", weight_g=100, **sizes), place, 50)
    odd = make_stock(make_product("ODD", weight_g=0), place, 9)
    for code, zone, room, load in BINS:
        Bin.objects.create(location=place, code=code, zone=zone, capacity_mm3=room, capacity_g=load)
    for level, code, quantity in ((tea, "A-1", 5), (tea, "A-2", 1), (odd, "B-1", 3)):
        put_away(stock_level_id=level.pk, bin=code, quantity=quantity, actor=make_actor())
    return place


def test_zones_count_room_and_load_of_bins_with_a_limit_alone(place, django_assert_num_queries) -> None:
    with django_assert_num_queries(3):
        space = space_of(Bin.objects.all())
    first, second = space.zones
    assert (first.zone, first.bins, first.empty, first.litres, first.capacity_litres) == ("A", 3, 1, 5, 40)
    assert (first.room_share, first.load_share, first.capacity_kilograms) == (12, 5, 11)
    assert (second.bins, second.room_share, second.load_share, second.unlimited) == (1, None, None, 1)
    assert (space.total.pieces, space.unmeasured) == (9, 3)
    assert [(one.bin.code, one.share) for one in space.fullest] == [("A-1", 50), ("A-2", 10)]


def test_closed_bins_are_no_room(place) -> None:
    Bin.objects.filter(code="A-3").update(is_active=False)
    assert space_of(Bin.objects.all()).total.capacity_litres == 10


def test_the_page_is_narrowed_and_sends_files(place, client) -> None:
    client.force_login(make_boss())
    page = "/inventory/bin/space/"
    seen = client.get(page)
    assert "3 of 9 pieces are of products without sizes or weight" in " ".join(seen.content.decode().split())
    links = seen.context["files"].items()
    files = {name: b"".join(client.get(page + link).streaming_content).decode() for name, link in links}
    assert "LON,A,3,1,6,5,40,0,11,12,5" in files["zones"]
    assert f"LON,A,A-1,pick,5,{5 * LITRE},{10 * LITRE},500,10000,50" in files["bins"]
    other = make_location("MAN")
    assert "There are no bins in use here" in client.get(page, {"location": other.pk}).content.decode()


def test_the_busiest_are_a_up_to_four_fifths_and_what_is_never_done_is_c() -> None:
    assert paces({"x": 80, "y": 15, "z": 5, "never": 0}) == {"x": "a", "y": "b", "z": "c", "never": "c"}
    assert paces({"only": 1}) == {"only": "a"}
    assert paces({"never": 0}) == {"never": "c"}
