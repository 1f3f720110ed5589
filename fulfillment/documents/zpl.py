"""The shipping label in ZPL II for thermal printers: 4 by 6 inches at 203 dots an inch, text in UTF-8.

Commands after Zebra's ZPL II programming guide: ^CI28 (UTF-8), ^PA (bidirectional text), ^FH (hex in field data),
^BC (Code 128), ^BQ (QR). Sizes are dots; texts are measured with Helvetica, which is wider than the printer's font 0.
"""

import re
from collections.abc import Sequence

from fulfillment.documents.codes import QUIET_MODULES
from fulfillment.documents.fonts import printable
from fulfillment.documents.papers import LabelPaper
from fulfillment.documents.typesetting import LEADING, Paragraph, fit

WIDTH, HEIGHT = 812, 1218
MARGIN = 34
INNER = WIDTH - 2 * MARGIN
_SPECIAL = {mark: f"_{ord(mark):02X}" for mark in "^~_\\"}
_CODE_B = {"^": "><", ">": ">0", "~": ">="}


def field_data(text: str) -> str:
    """A ^FD field whose text can never be read as a command: ^ ~ _ and backslash become hex."""
    return "^FH_^FD" + "".join(_SPECIAL.get(mark, mark) for mark in printable(text)) + "^FS"


def code128_data(value: str) -> tuple[str, int]:
    """Field data for ^BC in mode N, with the width of the code in modules.

    Runs of four and more digits are written in pairs by code set C, all else by code set B.
    """
    data, symbols = "", 0
    for position, part in enumerate(re.split(r"((?:[0-9]{2}){2,})", value)):
        if not part:
            continue
        paired = position % 2 == 1
        start, change = (">;", ">5") if paired else (">:", ">6")
        data += (change if data else start) + "".join(_CODE_B.get(mark, mark) for mark in part)
        symbols += 1 + (len(part) // 2 if paired else len(part))
    return data, (symbols + 1) * 11 + 13


def _block(
    x: int, y: int, width: int, height: int, paragraphs: Sequence[Paragraph], largest: int, least: int = 12
) -> list[str]:
    """Text fields for paragraphs, wrapped and shrunk into the box whose upper left corner is x, y."""
    fitted = fit(paragraphs, width, height, largest, least)
    size = int(fitted.size)
    return [
        f"^FO{x},{y + round(number * size * LEADING)}^A0N,{size},{size}{field_data(text)}"
        for number, (text, _) in enumerate(fitted.lines)
    ]


def _sender(paper: LabelPaper) -> list[str]:
    """Sender, package count, weight."""
    sender = paper.ship_from
    lines = [Paragraph("FROM"), Paragraph(sender.name), *(Paragraph(line) for line in sender.lines())]
    return [
        *_block(MARGIN, 30, 500, 180, lines, 26),
        *_block(570, 30, 208, 30, [Paragraph("PACKAGE")], 20),
        *_block(570, 56, 208, 50, [Paragraph(paper.package_text())], 38),
        *_block(570, 120, 208, 30, [Paragraph("WEIGHT")], 20),
        *_block(570, 146, 208, 50, [Paragraph(paper.weight_text())], 38),
        f"^FO{MARGIN},216^GB{INNER},4,4^FS",
    ]


def _service(paper: LabelPaper) -> list[str]:
    """Carrier and shipping method between two lines."""
    return [
        *_block(MARGIN, 236, 330, 90, [Paragraph(paper.carrier)], 40),
        *_block(MARGIN + 350, 236, INNER - 350, 90, [Paragraph(paper.service, bold=True)], 56),
        f"^FO{MARGIN},330^GB{INNER},4,4^FS",
    ]


def _receiver(paper: LabelPaper) -> list[str]:
    """The receiver, as large as the space allows."""
    receiver = paper.ship_to
    texts = [receiver.name, *receiver.lines(), f"Tel. {receiver.phone}" if receiver.phone else ""]
    lines = [Paragraph(text, bold=True) for text in texts if text]
    return [
        *_block(MARGIN, 346, 200, 30, [Paragraph("SHIP TO")], 22),
        *_block(MARGIN + 24, 378, INNER - 24, 290, lines, 44),
        f"^FO{MARGIN},676^GB{INNER},4,4^FS",
    ]


def _codes(paper: LabelPaper) -> list[str]:
    """QR code, reference, barcode, tracking number."""
    number = paper.tracking_number
    data, modules = code128_data(number)
    module = max(1, min(4, WIDTH // (modules + QUIET_MODULES)))
    left = (WIDTH - modules * module) // 2
    return [
        f"^FO{MARGIN},692^BQN,2,5{field_data('MA,' + number)}",
        *_block(MARGIN + 240, 700, 400, 30, [Paragraph("REFERENCE")], 20),
        *_block(MARGIN + 240, 730, INNER - 240, 140, [Paragraph(paper.reference or "-")], 40),
        f"^FO{MARGIN},884^GB{INNER},6,6^FS",
        *_block(MARGIN, 902, INNER, 30, [Paragraph("TRACKING NUMBER")], 22),
        f"^FO{left},936^BY{module}^BCN,190,N,N,N,N{field_data(data)}",
        *_block(MARGIN, 1142, INNER, 56, [Paragraph(number, bold=True)], 46),
    ]


def render_label_zpl(paper: LabelPaper) -> str:
    """One label as ZPL; send it to the printer encoded as UTF-8."""
    start = ["^XA", "^CI28", "^PA1,1,1,0", f"^PW{WIDTH}^LL{HEIGHT}^LH0,0"]
    return "\n".join([*start, *_sender(paper), *_service(paper), *_receiver(paper), *_codes(paper), "^XZ"]) + "\n"
