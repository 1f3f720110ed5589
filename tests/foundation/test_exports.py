"""Tables that people download."""

import csv
import io
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from openpyxl import load_workbook

from oms.foundation.exports import write_csv, write_xlsx


def csv_rows(*rows: list[object]) -> list[list[str]]:
    """Return the rows as a reader of the written file sees them."""
    text = "".join(write_csv(rows, ["a", "b"]))
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))[1:]


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1+1", "-1+cmd", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "\uff1d1", "\uff0b1", "\uff0d1", "\uff201"],
)
def test_a_text_that_a_spreadsheet_would_run_is_disarmed(text):
    assert csv_rows([text, "x"]) == [["'" + text, "x"]]
    sheet = load_workbook(io.BytesIO(write_xlsx([[text, "x"]], ["a", "b"]))).active
    assert sheet["A2"].value.startswith("'")
    assert sheet["A2"].data_type == "s"


@pytest.mark.parametrize(("value", "shown"), [(-5, "-5"), (Decimal("-4.90"), "-4.90"), ("-4.90", "-4.90"), (3, "3")])
def test_numbers_stay_numbers(value, shown):
    assert csv_rows([value, None]) == [[shown, ""]]


def test_a_number_is_typed_as_a_number_in_a_workbook():
    sheet = load_workbook(io.BytesIO(write_xlsx([[-5, "0123"]], ["a", "b"]))).active

    assert (sheet["A2"].value, sheet["A2"].data_type) == (-5, "n")
    assert (sheet["B2"].value, sheet["B2"].data_type) == ("0123", "s")


def test_a_telephone_number_is_a_text():
    assert csv_rows(["+491511234567", ""]) == [["'+491511234567", ""]]


def test_text_that_another_separator_would_split_is_quoted():
    assert list(write_csv([["a;=1+1", "b"]], ["x", "y"])) == ["\ufeffx,y\r\n", '"a;=1+1",b\r\n']


def test_moments_are_written_in_utc_and_flags_as_words():
    assert csv_rows([datetime(2026, 11, 22, 10, tzinfo=UTC), True]) == [["2026-11-22T10:00:00Z", "yes"]]


def test_characters_that_no_workbook_takes_are_left_out():
    assert csv_rows(["a\x00b\x0bc", 1]) == [["abc", "1"]]
    assert load_workbook(io.BytesIO(write_xlsx([["a\x00b", 1]], ["a", "b"]))).active["A2"].value == "ab"
