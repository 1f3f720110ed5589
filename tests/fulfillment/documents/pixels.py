"""Codes as a scanner reads them from what a printer of 203 dots an inch makes of a paper."""

import pypdfium2
import zxingcpp

DOTS_AN_INCH = 203


def scanned(pdf: bytes, turned: int = 0) -> list[tuple[str, str]]:
    """Return the codes on the first page, each with its kind, sorted."""
    page = pypdfium2.PdfDocument(pdf)[0]
    pixels = page.render(scale=DOTS_AN_INCH / 72, rotation=turned).to_pil().convert("L")
    return sorted((one.text, str(one.format)) for one in zxingcpp.read_barcodes(pixels))
