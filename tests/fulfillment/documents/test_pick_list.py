"""The pick list leads through the bins and repeats every word the picker was told."""

import re
from datetime import UTC, datetime

import pytest

from fulfillment.documents.papers import PickLine, PickListPaper
from fulfillment.documents.pick_list import render_pick_list
from tests.fulfillment.documents.samples import pick_list
from tests.fulfillment.documents.scanning import joined_text, page_texts, scan_code128, text_lines


def many(count: int) -> tuple[PickLine, ...]:
    """So many products over fifty bins."""
    return tuple(
        PickLine(
            f"A-{position % 50}-{position % 9}",
            f"SKU-{position:05d}",
            f"Product {position}, anthracite",
            position % 3 + 1,
        )
        for position in range(count)
    )


def test_shows_items_locations_and_instructions() -> None:
    """Order details, bins and both kinds of instructions are on the sheet."""
    line = PickLine("B-07-2", "NL-1", "Rain jacket", 3, "4006381333931", "Check the zip", "Engrave: Zoë")
    text = joined_text(render_pick_list([pick_list(line, instructions="Pack in the gift box")]))
    for expected in (
        "FO-100482-1",
        "100482",
        "Hamburg Hafen",
        "Express",
        "B-07-2",
        "NL-1",
        "Rain jacket",
        "4006381333931",
    ):
        assert expected in text
    assert "INSTRUCTIONS FOR THIS ORDER Pack in the gift box" in text
    assert "NOTE: Check the zip" in text
    assert "CUSTOMIZE: Engrave: Zoë" in text


def test_without_instructions_shows_no_frame_for_them() -> None:
    """An empty frame would train people to overlook full ones."""
    text = joined_text(render_pick_list([pick_list(PickLine("A-1", "NL-1", "Jacket", 1), instructions="  ")]))
    assert "INSTRUCTIONS" not in text
    assert "NOTE" not in text


def test_walks_bins_as_people_count_and_ends_with_products_without_bin() -> None:
    """A-2 comes before A-10."""
    lines = [PickLine(name, f"SKU-{name or 'NONE'}", "Thing", 1) for name in ("B-1", "", "A-10", "A-2", "1-A", "A")]
    text = joined_text(render_pick_list([pick_list(*lines)]))
    assert re.findall(r"SKU-(\S+)", text) == ["1-A", "A", "A-2", "A-10", "B-1", "NONE"]


def test_order_of_686_lines_has_every_sku_and_a_heading_on_every_page() -> None:
    """A long order flows over pages that each say what they belong to."""
    pages = page_texts(render_pick_list([pick_list(*many(686))]))
    assert len(pages) > 15
    for number, page in enumerate(pages, start=1):
        assert "FO-100482-1" in page
        assert "BIN PRODUCT SKU / BARCODE QTY" in " ".join(page.split())
        assert f"Page {number} of {len(pages)}" in page
    skus = re.findall(r"SKU-\d{5}", "\n".join(pages))
    assert sorted(skus) == [f"SKU-{position:05d}" for position in range(686)]


def test_no_row_runs_into_the_footer() -> None:
    """The lowest text of a full page is the footer, with room above it."""
    pdf = render_pick_list([pick_list(*many(120))])
    baselines = sorted({y for _, y, _, _ in text_lines(pdf)})
    assert baselines[0] == 28
    assert baselines[1] > 28 + 14


def test_barcode_scans_as_the_number_on_every_page() -> None:
    """The picker may scan whichever page lies on top."""
    pdf = render_pick_list([pick_list(*many(60))])
    assert [scan_code128(pdf, page) for page in range(len(page_texts(pdf)))] == ["FO-100482-1"] * len(page_texts(pdf))


def test_many_orders_each_start_on_their_own_page() -> None:
    """Sheets of two orders can be torn apart."""
    first, second = pick_list(*many(40), number="FO-1"), pick_list(*many(2), number="FO-2")
    pages = page_texts(render_pick_list([first, second]))
    assert [re.search(r"FO-\d", page).group() for page in pages if page] == ["FO-1"] * (len(pages) - 1) + ["FO-2"]  # type: ignore[union-attr]
    assert "Page 1 of 1" in pages[-1]


def test_due_time_is_printed_with_its_zone() -> None:
    """The clock on the wall and the one on paper can be compared."""
    paper = PickListPaper("FO-1", "Hamburg", "1", many(1), due=datetime(2026, 11, 23, 16, 0, tzinfo=UTC))
    assert "2026-11-23 16:00 UTC" in joined_text(render_pick_list([paper]))


def test_instructions_longer_than_a_page_are_printed_whole() -> None:
    """A frame that outgrows its page goes on on the next."""
    words = [f"word{position}" for position in range(2500)]
    line = PickLine("A-1", "NL-1", "Jacket", 1, instructions=" ".join(reversed(words)))
    text = joined_text(render_pick_list([pick_list(line, instructions=" ".join(words))]))
    assert re.findall(r"word\d+", text) == [*words, *reversed(words)]


def test_word_without_spaces_is_broken_inside_its_column() -> None:
    """A long SKU wraps instead of running into the quantity."""
    sku = "X" * 90
    pdf = render_pick_list([pick_list(PickLine("A-1", sku, "T" * 200, 1))])
    assert "".join(page_texts(pdf)[0].split()).count("X") == 90
    assert all(right <= 595.3 - 40 for _, _, _, right in text_lines(pdf))


def test_long_bin_is_broken_behind_a_hyphen() -> None:
    """A picker reads whole parts of a bin's name."""
    lines = page_texts(render_pick_list([pick_list(PickLine("ZONE-NORTH-A-100-20-3", "S", "Jacket", 1))]))[0]
    assert "ZONE-\nNORTH-A-\n100-20-3" in lines


def test_no_paper_is_refused() -> None:
    """An empty PDF would look like a finished job."""
    with pytest.raises(ValueError, match="at least one"):
        render_pick_list([])
