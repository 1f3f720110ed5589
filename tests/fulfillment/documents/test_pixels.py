"""What a printer of 203 dots an inch prints can be scanned: the codes are read from the pixels, as a scanner does."""

from dataclasses import replace
from datetime import date

import pytest

from fulfillment.documents.label import render_label
from fulfillment.documents.manifest import render_manifest
from fulfillment.documents.packing_slip import render_packing_slip
from fulfillment.documents.papers import Address, ManifestLine, ManifestPaper, PickLine, SlipLine, WalkLine, WalkPaper
from fulfillment.documents.pick_list import render_pick_list
from fulfillment.documents.walk_list import render_walk_list
from tests.fulfillment.documents.pixels import scanned
from tests.fulfillment.documents.samples import CUSTOMER, FIVE_LINES, label, packing_slip, pick_list

RECEIVERS = {
    "Latin": CUSTOMER,
    "long": FIVE_LINES,
    "Greek": Address("Γιώργος Παππάς", "Οδός Ερμού 15", "Αθήνα", "105 63", "GR"),
    "Hebrew": Address("דוד לוי", "רחוב הרצל 12", "תל אביב", "61000", "IL"),
    "Japanese": Address("山田太郎", "丸の内1-1", "千代田区", "100-0005", "JP"),
}


@pytest.mark.parametrize("receiver", RECEIVERS.values(), ids=RECEIVERS)
def test_a_label_and_its_slip_are_scanned_whoever_receives_them(receiver: Address) -> None:
    number = "JD014600006281034587"
    assert scanned(render_label(label(ship_to=receiver))) == [(number, "Code 128"), (number, "QR Code")]
    slip = packing_slip(SlipLine("MUG", receiver.name, 1, 1), ship_to=receiver, ship_from=receiver)
    assert scanned(render_packing_slip([slip])) == [("SH-7", "Code 128")]


@pytest.mark.parametrize("number", ["1Z999AA10123456784", "9" * 34, "00340434161094042557", "A1B2C3D4E5F6G7H8J9K0L1M2"])
def test_the_numbers_of_every_carrier_are_scanned_also_upside_down(number: str) -> None:
    assert {text for text, _ in scanned(render_label(label(tracking_number=number)), turned=180)} == {number}


def test_the_lists_of_the_floor_are_scanned() -> None:
    picks = pick_list(PickLine("A-1", "MUG", "Mug", 1), number="FO-100482-1")
    assert scanned(render_pick_list([replace(picks, ship_to_name="山田太郎")])) == [("FO-100482-1", "Code 128")]
    walk = WalkPaper("PABC1234", "Hamburg", (WalkLine("A-1", "MUG", "Mug", 1, "A", "100482"),))
    assert scanned(render_walk_list([walk])) == [("PABC1234", "Code 128")]
    parcels = (ManifestLine("JD014600006281034587", "SH-7", "100482", "דוד לוי", 900),)
    handed = ManifestPaper("M-77", "Hamburg", "DHL", date(2026, 11, 26), "closed", parcels)
    assert scanned(render_manifest(handed)) == [("M-77", "Code 128")]
