"""Labels of bins and totes: asked for on a page, drawn, and scanned from what a printer makes of them."""

import pytest
from pypdfium2 import PdfDocument

from fulfillment.documents.floor_labels import A4_OF_24, ROLL, FloorLabel, render_floor_labels
from inventory.models import Bin
from tests.factories import make_location
from tests.foundation.rows import make_boss
from tests.fulfillment.documents.pixels import scanned

PAGE = "/fulfillment/picklist/labels/"


@pytest.mark.parametrize(
    ("code", "kind"),
    [("A-01", "Code 128"), ("TOTE-123456", "Code 128"), ("AISLE-07-SHELF-12-B", "QR Code"), ("Größe-1", "QR Code")],
)
@pytest.mark.parametrize("sheet", [ROLL, A4_OF_24], ids=["roll", "sheet"])
def test_a_label_is_scanned(code: str, kind: str, sheet) -> None:
    assert scanned(render_floor_labels([FloorLabel(code, "Hamburg · zone Z1")], sheet)) == [(code, kind)]


def test_a_sheet_has_24_and_goes_on_behind_it() -> None:
    labels = [FloorLabel(f"TOTE-{number:04}") for number in range(1, 27)]
    pdf = render_floor_labels(labels, A4_OF_24)

    assert len(PdfDocument(pdf)) == 2
    assert [text for text, _ in scanned(pdf)] == [one.code for one in labels[:24]]


@pytest.mark.django_db
def test_the_page_prints_the_bins_of_an_aisle_and_totes_and_says_what_it_lacks(client) -> None:
    client.force_login(make_boss())
    place = make_location("LON")
    for code in ("A-1", "A-2", "B-1"):
        Bin.objects.create(location=place, code=code, zone="Z1")
    bins = {"what": "bins", "paper": "roll", "location": place.pk}
    totes = {"what": "totes", "paper": "a4"}

    assert "What is to be printed" in client.get(PAGE).content.decode()
    answer = client.get(PAGE, bins | {"begins": "a-"})
    assert (answer["Content-Type"], len(PdfDocument(answer.content))) == ("application/pdf", 2)
    assert len(PdfDocument(client.get(PAGE, totes | {"first": 1, "totes": 30}).content)) == 2
    for asked, sentence in (
        ({**bins, "location": ""}, "Choose a location."),
        ({**bins, "begins": "X"}, "No bin in use there has such a code."),
        ({**totes, "totes": 5}, "Enter a number."),
        ({**totes, "first": 1, "totes": 9_999}, "less than or equal to 2000"),
    ):
        answer = client.get(PAGE, asked)
        assert answer.status_code == 422
        assert sentence in answer.content.decode()
