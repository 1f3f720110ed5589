"""The shipping label says where, by whom and how, and can be scanned."""

import io
from itertools import pairwise

import pytest
import segno
from pypdf import PdfReader

from fulfillment.documents.label import HEIGHT, MARGIN, SHIP_TO_TOP, WIDTH, render_label
from fulfillment.documents.papers import Address
from tests.fulfillment.documents.samples import CUSTOMER, FIVE_LINES, LONG_NAME, label
from tests.fulfillment.documents.scanning import joined_text, page_texts, rectangles, scan_code128, text_lines


def test_carries_name_address_tracking_number_and_method() -> None:
    """The four things a carrier asks for are text on the label."""
    text = page_texts(render_label(label()))[0]
    for expected in ("Zoë Miller", "1450 Ocean Avenue", "Apt 12B", "Santa Monica, CA 90401", "UNITED STATES"):
        assert expected in text.splitlines()
    assert "JD014600006281034587" in text.splitlines()
    assert "Express Worldwide" in text
    assert "Sandbox Post" in text


def test_carries_sender_weight_reference_and_package_count() -> None:
    """The rest of the label is there as well."""
    lines = page_texts(render_label(label()))[0].splitlines()
    for expected in (
        "Nordlicht Outdoor GmbH",
        "20457 Hamburg",
        "2.35 kg",
        "100482 / SH-7",
        "1 of 2",
        "Tel. +1 310 555 0142",
    ):
        assert expected in lines


def test_is_one_page_of_four_by_six_inches() -> None:
    """The page is as large as the thermal paper."""
    pages = PdfReader(io.BytesIO(render_label(label()))).pages
    assert len(pages) == 1
    assert (float(pages[0].mediabox.width), float(pages[0].mediabox.height)) == (288, 432)


@pytest.mark.parametrize(
    "number", ["JD014600006281034587", "1Z999AA10123456784", "9" * 34, "00340434161094042557", "a~b^c_d"]
)
def test_barcode_scans_as_the_tracking_number(number: str) -> None:
    """What the scanner reads is what the carrier gave."""
    assert scan_code128(render_label(label(tracking_number=number))) == number


def test_qr_code_is_that_of_the_tracking_number() -> None:
    """The dark modules drawn are those of a QR code of the tracking number."""
    number = "JD014600006281034587"
    matrix = segno.make(number, error="m", micro=False).matrix
    dark = [(column, row) for row, cells in enumerate(matrix) for column, cell in enumerate(cells) if cell]
    modules = [shape for shape in rectangles(render_label(label())) if shape[3] < 4]
    size = min(height for *_, height in modules)
    left, top = min(shape[0] for shape in modules), max(shape[1] for shape in modules)
    drawn = [
        (round((x - left) / size) + step, round((top - y) / size))
        for x, y, width, _ in modules
        for step in range(round(width / size))
    ]
    assert sorted(drawn) == sorted(dark)


@pytest.mark.parametrize("number", ["", " ", "JD1 ", "JD\n1", "ÄÖ123", "9" * 49])
def test_refuses_a_tracking_number_without_barcode(number: str) -> None:
    """A label that nobody can scan is not printed."""
    with pytest.raises(ValueError, match="cannot be printed"):
        label(tracking_number=number)


def test_long_name_and_five_line_address_are_printed_whole() -> None:
    """Texts shrink and wrap, nothing is cut."""
    assert len(LONG_NAME) == 120
    text = joined_text(render_label(label(ship_to=FIVE_LINES, ship_from=FIVE_LINES)))
    assert "…" not in text
    for expected in (LONG_NAME, *FIVE_LINES.lines(), FIVE_LINES.phone):
        assert "".join(expected.split()) in "".join(text.split())


def test_long_texts_neither_overlap_nor_leave_the_label() -> None:
    """Every line ends inside the margin, the receiver's lines keep their distance."""
    paper = label(
        ship_to=FIVE_LINES,
        ship_from=FIVE_LINES,
        service="Priority Overnight Saturday Delivery with Adult Signature",
        carrier="Bundesverband Paketdienst Nord",
        reference="x" * 120,
    )
    lines = text_lines(render_label(paper))
    assert all(x >= MARGIN - 0.1 and right <= WIDTH - MARGIN + 0.1 for x, _, _, right in lines)
    assert all(MARGIN <= y <= HEIGHT - MARGIN for _, y, _, _ in lines)
    receiver = [(y, size) for x, y, size, _ in lines if x == pytest.approx(MARGIN + 12) and y < SHIP_TO_TOP]
    assert len(receiver) > 7
    assert all(above - below >= size for (above, _), (below, size) in pairwise(receiver))


def test_what_cannot_fit_is_marked_as_cut() -> None:
    """A text beyond any measure ends in an ellipsis, never silently."""
    assert "…" in joined_text(render_label(label(reference="reference " * 400)))


def test_address_without_country_prints() -> None:
    """Missing parts leave no empty line and raise nothing."""
    lines = page_texts(render_label(label(ship_to=Address("Ann", "", "Ulm", "", ""))))[0].splitlines()
    assert lines[lines.index("Ann") + 1] == "Ulm"


def test_equal_papers_give_equal_bytes() -> None:
    """A reprint is the same file; another receiver is another one."""
    assert render_label(label()) == render_label(label())
    assert render_label(label()) != render_label(label(ship_to=FIVE_LINES))


@pytest.mark.parametrize(("grams", "text"), [(0, "0 g"), (999, "999 g"), (1000, "1.00 kg"), (31500, "31.50 kg")])
def test_weight_is_written_for_people(grams: int, text: str) -> None:
    """Grams below a kilogram, kilograms from there on."""
    assert label(weight_g=grams).weight_text() == text


def test_postal_code_stands_where_the_country_wants_it() -> None:
    """Behind the city in America, before it in Germany."""
    assert CUSTOMER.city_line() == "Santa Monica, CA 90401"
    assert FIVE_LINES.city_line() == "25764 Hellschen-Heringsand-Unterschaar"
