"""Reading cells strictly."""

import pytest

from oms.foundation.tables import BadCell, cells


@pytest.mark.parametrize(("cell", "number"), [("0", 0), ("12", 12), ("007", 7), ("1000000", 1_000_000)])
def test_a_whole_number_is_written_in_digits(cell, number):
    assert cells.whole_number(cell) == number


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("", "empty"),
        ("1.9", "not_whole"),
        ("1.0", "not_whole"),
        ("1,5", "not_whole"),
        ("1,000", "not_whole"),
        ("1 000", "not_whole"),
        ("1e3", "not_whole"),
        ("+1", "not_whole"),
        ("１２", "not_whole"),  # noqa: RUF001  full-width digits are the point
        ("٣", "not_whole"),
        ("NaN", "not_whole"),
        ("0x1f", "not_whole"),
        ("9" * 400, "not_whole"),
        ("1.5E+03", "changed_by_excel"),
        ("-1", "out_of_range"),
        ("1000001", "out_of_range"),
    ],
)
def test_F86_typed_cells_refused(cell, code):
    with pytest.raises(BadCell) as refused:
        cells.whole_number(cell)

    assert refused.value.code == code


@pytest.mark.parametrize(
    ("cell", "currency", "minor"), [("4.90", "EUR", 490), ("4.9", "EUR", 490), ("500", "JPY", 500), ("0", "GBP", 0)]
)
def test_an_amount_becomes_minor_units(cell, currency, minor):
    assert cells.amount(cell, currency) == minor


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("", "empty"),
        ("4,90", "bad_amount"),
        ("1,234.90", "bad_amount"),
        ("4.999", "bad_amount"),
        ("€4.90", "bad_amount"),
        ("４.90", "bad_amount"),  # noqa: RUF001  a full-width digit is the point
        ("1e3", "bad_amount"),
        ("-4.90", "out_of_range"),
        ("9999999999999999", "bad_amount"),
    ],
)
def test_F37_anything_else_is_no_amount(cell, code):
    with pytest.raises(BadCell) as refused:
        cells.amount(cell, "EUR")

    assert refused.value.code == code


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("1.23E+15", "changed_by_excel"),
        ("1,23E+15", "changed_by_excel"),
        ("2E+12", "changed_by_excel"),
        ("A\u200bB", "invisible"),
        ("A\nB", "invisible"),
        ("x" * 65, "too_long"),
    ],
)
def test_an_identifier_that_was_damaged_is_refused(cell, code):
    with pytest.raises(BadCell) as refused:
        cells.identifier(cell)

    assert refused.value.code == code


@pytest.mark.parametrize("cell", ["", "84596e", "TEE-RED-M", "2022666947411", "12E5", "Größe 7"])
def test_an_identifier_stays_as_it_is_written(cell):
    assert cells.identifier(cell) == cell
