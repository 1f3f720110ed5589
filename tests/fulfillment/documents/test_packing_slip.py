"""The packing slip tells the customer what is inside, and keeps to itself what it should."""

import re
from datetime import date

import pytest

from fulfillment.documents.packing_slip import render_packing_slip
from fulfillment.documents.papers import SlipLine
from tests.fulfillment.documents.samples import CUSTOMER, FIVE_LINES, LONG_NAME, WAREHOUSE, packing_slip
from tests.fulfillment.documents.scanning import joined_text, page_texts, scan_code128, text_lines


def test_shows_receiver_products_and_instructions() -> None:
    """Address, products and both kinds of instructions are on the slip."""
    line = SlipLine("NL-1", "Rain jacket", 2, 2, "Wash before use")
    paper = packing_slip(
        line, instructions="Leave with the neighbour", ship_from=WAREHOUSE, ordered_on=date(2026, 11, 20)
    )
    text = joined_text(render_packing_slip([paper]))
    for expected in (
        "Nordlicht Shop",
        "100482",
        "SH-7",
        CUSTOMER.name,
        *CUSTOMER.lines(),
        WAREHOUSE.name,
        "2026-11-20",
    ):
        assert expected in text
    assert "NL-1" in text
    assert "Rain jacket" in text
    assert "INSTRUCTIONS Leave with the neighbour" in text
    assert "Note: Wash before use" in text


def test_tells_what_is_not_in_this_parcel() -> None:
    """A partial shipment says so, a full one does not."""
    text = joined_text(render_packing_slip([packing_slip(SlipLine("A", "Jacket", 1, 3), SlipLine("B", "Hat", 2, 2))]))
    assert text.count("not in this parcel") == 1
    assert "2 of 3 not in this parcel" in text


def test_hides_prices_unless_asked_for_them() -> None:
    """A gift does not tell what it cost."""
    line = SlipLine("A", "Jacket", 1, 1, price="49,90 €")
    hidden = joined_text(render_packing_slip([packing_slip(line, total="49,90 €")]))
    shown = joined_text(render_packing_slip([packing_slip(line, total="54,80 €", hide_prices=False)]))
    assert "49,90" not in hidden
    assert "PRICE" not in hidden
    assert "49,90 €" in shown
    assert "Total 54,80 €" in shown


def test_gift_message_is_printed() -> None:
    """The sender's words arrive."""
    text = joined_text(render_packing_slip([packing_slip(SlipLine("A", "Hat", 1, 1), gift_message="Love from Łukasz")]))
    assert "A MESSAGE FOR YOU Love from Łukasz" in text


def test_long_address_stays_in_its_place() -> None:
    """A 120-character name and a long address neither leave their column nor lose a word."""
    pdf = render_packing_slip([packing_slip(SlipLine("A", "Hat", 1, 1), ship_to=FIVE_LINES, ship_from=FIVE_LINES)])
    text = "".join(joined_text(pdf).split())
    assert text.count("".join(LONG_NAME.split())) == 2
    assert "…" not in text
    assert all(right <= 40 + 215.1 for x, y, _, right in text_lines(pdf) if x == 40 and y > 600)


def test_many_lines_repeat_heading_and_count_pages() -> None:
    """Every page belongs visibly to its shipment."""
    lines = [SlipLine(f"SKU-{position:03d}", "Hat", 1, 1) for position in range(150)]
    pages = page_texts(render_packing_slip([packing_slip(*lines)]))
    assert len(pages) > 3
    assert all(
        "SH-7" in page and f"Page {number} of {len(pages)}" in page for number, page in enumerate(pages, start=1)
    )
    assert len(set(re.findall(r"SKU-\d{3}", "".join(pages)))) == 150


def test_barcode_scans_as_the_shipment_number() -> None:
    """The packing desk opens the shipment with one scan."""
    assert scan_code128(render_packing_slip([packing_slip(SlipLine("A", "Hat", 1, 1))])) == "SH-7"


def test_no_paper_is_refused() -> None:
    """An empty PDF would look like a finished job."""
    with pytest.raises(ValueError, match="at least one"):
        render_packing_slip([])
