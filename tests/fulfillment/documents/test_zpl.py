"""The ZPL label carries the same facts, and no text becomes a command."""

import re
from itertools import pairwise

import pytest

from fulfillment.documents.papers import Address
from fulfillment.documents.zpl import INNER, MARGIN, WIDTH, code128_data, field_data, render_label_zpl
from tests.fulfillment.documents.samples import CUSTOMER, FIVE_LINES, LONG_NAME, WAREHOUSE, label

COMMANDS = {"XA", "CI", "PA", "PW", "LL", "LH", "FO", "A0", "FH", "FD", "FS", "GB", "BQ", "BY", "BC", "XZ"}
EVIL = "^XZ^XA~JR~DGR:X.GRF^FDowned_5E\\&"


def fields(zpl: str) -> list[str]:
    """The texts of all fields as the printer reads them, hex decoded."""
    raw = re.findall(r"\^FH_\^FD(.*?)\^FS", zpl, flags=re.DOTALL)
    return [re.sub(r"_([0-9A-F]{2})", lambda match: chr(int(match[1], 16)), data) for data in raw]


def read_barcode(data: str) -> str:
    """What ^BC in mode N prints for its field data, after the invocation codes of the ZPL II guide."""
    paired, text, rest = False, "", data
    while rest:
        if rest[0] == ">":
            paired = {";": True, "5": True, ":": False, "6": False}.get(rest[1], paired)
            text += {"<": "^", "0": ">", "=": "~"}.get(rest[1], "")
            rest = rest[2:]
            continue
        width = 2 if paired else 1
        assert not paired or rest[:2].isdecimal()
        text, rest = text + rest[:width], rest[width:]
    return text


def test_carries_name_address_tracking_number_and_method() -> None:
    """The four things a carrier asks for are fields of the label."""
    found = fields(render_label_zpl(label()))
    for expected in ("Zoë Miller", "1450 Ocean Avenue", "Santa Monica, CA 90401", "UNITED STATES", "Express Worldwide"):
        assert expected in found
    assert "JD014600006281034587" in found
    assert "MA,JD014600006281034587" in found


def test_is_one_utf8_label() -> None:
    """One format, UTF-8 switched on before the first text."""
    zpl = render_label_zpl(label())
    assert zpl.startswith("^XA\n^CI28\n")
    assert zpl.endswith("^XZ\n")
    assert zpl.count("^XA") == zpl.count("^XZ") == 1


@pytest.mark.parametrize("where", ["ship_to", "ship_from", "carrier", "service", "reference"])
def test_text_never_becomes_a_command(where: str) -> None:
    """Carets and tildes in any text are printed, not obeyed."""
    address = Address(EVIL, EVIL, EVIL, EVIL, EVIL, EVIL, EVIL, EVIL, EVIL)
    zpl = render_label_zpl(label(**{where: address if where.startswith("ship") else EVIL}))
    assert set(re.findall(r"\^(..)", zpl)) == COMMANDS
    assert "~" not in zpl
    assert zpl.count("^XZ") == zpl.count("^XA") == 1
    assert "".join(EVIL.split()) in "".join("".join(fields(zpl)).split())


def test_tracking_number_never_becomes_a_command() -> None:
    """The number is escaped in text, barcode and QR code alike."""
    zpl = render_label_zpl(label(tracking_number="1^XZ~JR>9_5E"))
    assert set(re.findall(r"\^(..)", zpl)) == COMMANDS
    assert "~" not in zpl
    assert "1^XZ~JR>9_5E" in fields(zpl)
    assert "MA,1^XZ~JR>9_5E" in fields(zpl)


def test_line_breaks_and_controls_leave_the_field() -> None:
    """A field stays on one line."""
    assert field_data("a\r\nb\x00c\x1bd") == "^FH_^FDa bcd^FS".replace("a b", "a  b")


@pytest.mark.parametrize(
    "number", ["JD014600006281034587", "1Z999AA10123456784", "123456789", "9" * 34, "A>B^C~D", "A1B2C3", "W" * 48, "1"]
)
def test_barcode_reads_as_the_number_and_fits(number: str) -> None:
    """The invocation codes spell the number, and the bars with their quiet zones fit the label."""
    data, modules = code128_data(number)
    assert read_barcode(data) == number
    zpl = render_label_zpl(label(tracking_number=number))
    match = re.search(r"\^FO(\d+),936\^BY(\d)", zpl)
    assert match
    left, module = int(match[1]), int(match[2])
    assert left >= 10 * module
    assert left + (modules + 10) * module <= WIDTH


def test_digits_are_written_in_pairs() -> None:
    """34 digits take 17 symbols, start, check and stop."""
    assert code128_data("9" * 34) == (">;" + "9" * 34, 17 * 11 + 11 + 11 + 13)
    assert code128_data("AB12345") == (">:AB>512" + "34>65", 11 * (1 + 2 + 1 + 2 + 1 + 1 + 1) + 13)


def test_long_name_and_five_line_address_are_printed_whole() -> None:
    """Texts wrap and shrink, and no field starts below its block or lies upon another."""
    zpl = render_label_zpl(label(ship_to=FIVE_LINES))
    text = "".join("".join(fields(zpl)).split())
    for expected in (LONG_NAME, *FIVE_LINES.lines()):
        assert "".join(expected.split()) in text
    receiver = [(int(y), int(size)) for y, size in re.findall(rf"\^FO{MARGIN + 24},(\d+)\^A0N,(\d+)", zpl)]
    assert len(receiver) > 6
    assert all(below - above >= size for (above, size), (below, _) in pairwise(receiver))
    assert receiver[-1][0] + receiver[-1][1] <= 676


def test_frames_are_as_wide_as_the_text() -> None:
    """The lines end at the margins."""
    assert MARGIN * 2 + INNER == WIDTH
    assert WAREHOUSE.name in fields(render_label_zpl(label()))
    assert CUSTOMER.name in fields(render_label_zpl(label()))
