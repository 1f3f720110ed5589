"""Ten orders go from the shelf to the truck by a handheld's scans, on a shop that runs."""

import re
import time

import pytest
from playwright.sync_api import Browser

from tests.journeys.engines import own_engines
from tests.journeys.handheld import Handheld
from tools.chromium import chromium
from tools.demo_shop import Shop, demo_shop
from tools.photographer import sign_in

PLACE, ORDERS, WORKER_SECONDS = "HAM", 10, 60


@pytest.mark.browser
def test_ten_orders_are_picked_packed_loaded_and_handed_over_by_scans():
    """The desk makes a wave of ten; what the handheld's scans say is what leaves, and the books hold afterwards."""
    with own_engines() as engines, demo_shop(engines=engines) as shop, chromium() as browser:
        wave = make_wave(browser, shop)
        hand = Handheld.of(browser, shop, "walter")
        totes = [tote for walk in walks_of(hand, wave) for tote in pick(hand, walk)]
        parcels = [number for tote in totes for number in pack(hand, tote)]
        trucks = load(hand, parcels)
        books = shop.manage("verify", "--class", "A,X")

    assert len(set(totes)) == ORDERS
    assert len(set(parcels)) == len(parcels) >= ORDERS
    assert sum(trucks.values()) == len(parcels)
    assert "ended with" not in books, books


def make_wave(browser: Browser, shop: Shop) -> str:
    """Release a wave of ten orders at the desk, once the shop has let so many go to the floor; return its number."""
    context = browser.new_context()
    sign_in(context, shop, "admin")
    page = context.new_page()
    asked = f"{shop.address}/fulfillment/wave/add/"
    page.goto(asked)
    place = page.locator("[name=location] option", has_text=PLACE).get_attribute("value")
    asked += f"?location={place}&strategy=cluster&orders={ORDERS}&totes=4&tote_pieces=20"
    last_moment = time.monotonic() + WORKER_SECONDS
    while not page.get_by_text(f"The {ORDERS} orders").count():
        assert time.monotonic() < last_moment, page.locator("main, body").first.inner_text()
        page.goto(asked)
    page.locator("button[name=release]").click()
    page.wait_for_url("**/change/")
    number = page.title().partition(" ")[0]
    context.close()
    return number


def walks_of(hand: Handheld, wave: str) -> list[str]:
    """Return the walks of a wave that are ready at the place, by the words on their buttons."""
    hand.open(f"/floor/?at={PLACE}")
    return hand.page.locator("button", has_text=f"Wave {wave}").all_inner_texts()


def pick(hand: Handheld, words: str) -> list[str]:
    """Take a walk, go from bin to bin, scan each bin and each piece, and return the totes that go to packing."""
    hand.open(f"/floor/?at={PLACE}")
    hand.tap(words.partition("\n")[0])
    walk = hand.text("header span").split(" ")[0]
    while hand.text("section.stop"):
        sku = hand.text(".product").split("\n")[1].split(" ")[0]
        assert "Right bin" in hand.scan(hand.text(".bin"))
        pieces = int(hand.text(".count b"))
        assert pieces, hand.said  # a stop without pieces would never end
        for _ in range(pieces):
            take(hand, sku)
    assert hand.text("h1") == "All done"
    return [f"{walk}-{tote}" for tote in hand.page.locator(".totes b").all_inner_texts()]


def take(hand: Handheld, sku: str) -> None:
    """Scan one piece into its tote: the product, and the lot or serial number to take first where one is asked for."""
    said = hand.scan(sku)
    if "Now scan its" in said:
        said = hand.scan(hand.text(".lots .best b"))
    assert sku in said, said
    assert "in tote" in said, said


def pack(hand: Handheld, tote: str) -> list[str]:
    """Scan a tote and each piece of it into the advised boxes, buy the labels, and return their tracking numbers."""
    hand.open("/floor/pack/")
    hand.find(tote)
    rows = hand.page.locator(".pieces li").all()
    wanted = [(one.locator("small").inner_text().split()[0], one.locator("b").inner_text()) for one in rows]
    for sku, packed in wanted:
        for _ in range(int(packed.partition("/")[2])):
            put_in(hand, sku)
    assert "is packed" in hand.press("Close box")
    hand.tap("Buy label")
    labels = hand.page.locator("a", has_text="PDF").filter(has_text="Label")
    labels.first.wait_for()
    return [words.split()[1] for words in labels.all_inner_texts()]


def put_in(hand: Handheld, sku: str) -> None:
    """Scan one piece into the open box: the product, or its lot or serial number where several were picked."""
    said = hand.scan(sku)
    if asked := re.search(r"scan its [\w ]+, ([\w-]+)", said):
        said = hand.scan(asked.group(1))
    assert sku in said, said
    assert "packed, in box" in said, said


def load(hand: Handheld, parcels: list[str]) -> dict[str, int]:
    """Scan each parcel onto the truck of its carrier, and give each list to its driver; return parcels by list."""
    trucks: dict[str, int] = {}
    left = list(parcels)
    while left:
        hand.open(f"/floor/load/?at={PLACE}")
        hand.find(left[0])
        said = {number: hand.scan(number) for number in left}
        loaded = [number for number in left if f"{number} loaded. " in said[number]]
        assert loaded, said
        waiting = hand.text("main")
        assert not [number for number in left if number not in loaded and number in waiting], said
        left = [number for number in left if number not in loaded]
        hand.tap("Close the list")
        hand.page.locator("[name=driver]").fill("Jo at the gate")
        hand.tap("To the driver")
        number, _, state = hand.text("h1").partition(": ")
        assert state == "handed over"
        trucks[number] = len(loaded)
    return trucks
