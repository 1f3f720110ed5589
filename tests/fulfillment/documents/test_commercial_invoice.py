"""The commercial invoice says to customs what is inside, where it was made and what it is worth."""

from dataclasses import replace
from datetime import date

import pytest

from fulfillment.documents.commercial_invoice import (
    BY_HAND,
    InvoiceLine,
    InvoicePaper,
    render_commercial_invoice,
)
from fulfillment.documents.papers import Address
from tests.fulfillment.documents.samples import CUSTOMER, FIVE_LINES, WAREHOUSE
from tests.fulfillment.documents.scanning import joined_text, page_texts, text_lines

SHIRT = InvoiceLine("T-shirt", 2, 360, "€19.90", "€39.80", "61091000", "DE")
PAPER = InvoicePaper(
    "SH-7", "100482", WAREHOUSE, CUSTOMER, (SHIRT,), "€39.80", 2, 1200, date(2026, 11, 26), "FedEx", ("794953535000",)
)


def test_what_customs_ask_for_is_on_it() -> None:
    text = joined_text(render_commercial_invoice(PAPER))
    for words in (
        "Commercial invoice", "SH-7", "100482", "2026-11-26", "FedEx", "Tracking 794953535000",
        "Nordlicht Outdoor GmbH",
        "Zoë Miller", "UNITED STATES", "Tel. +1 310 555 0142", "T-shirt 61091000 Germany 2 0.360 kg €19.90 €39.80",
        "Total 2 0.360 kg €39.80", "Gross 1.200 kg", "DAP", "I declare that this invoice is true",
    ):  # fmt: skip
        assert words in text, words


def test_what_nobody_has_entered_is_left_to_the_pen() -> None:
    unknown = replace(SHIRT, tariff_number="", origin="", weight_g=0)
    text = joined_text(render_commercial_invoice(replace(PAPER, lines=(unknown,))))
    assert f"T-shirt {BY_HAND} {BY_HAND} 2 {BY_HAND} €19.90" in text


@pytest.mark.parametrize(
    "receiver",
    [
        FIVE_LINES,
        Address("Γιώργος Παππάς", "Οδός Ερμού 15", "Αθήνα", "105 63", "GR"),
        Address("דוד לוי", "רחוב הרצל 12", "תל אביב", "61000", "IL"),
        Address("山田太郎", "丸の内1-1", "東京都", "100-0005", "JP"),
    ],
    ids=["long", "Greek", "Hebrew", "Japanese"],
)
def test_nothing_leaves_the_page_or_its_column(receiver: Address) -> None:
    pdf = render_commercial_invoice(replace(PAPER, ship_to=receiver, ship_from=FIVE_LINES))
    assert all(left >= 39 and right <= 556 for left, _, _, right in text_lines(pdf))


def test_many_kinds_of_goods_flow_over_pages() -> None:
    lines = tuple(replace(SHIRT, description=f"Kind {number}") for number in range(60))
    pages = page_texts(render_commercial_invoice(replace(PAPER, lines=lines)))
    assert len(pages) > 1
    assert all("Commercial invoice" in page and "TARIFF NO." in page for page in pages)
    assert "Total" in pages[-1]


def test_nothing_is_no_invoice() -> None:
    with pytest.raises(ValueError, match="at least one kind"):
        render_commercial_invoice(replace(PAPER, lines=()))
