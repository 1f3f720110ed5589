"""Papers to print in tests."""

from dataclasses import replace

from fulfillment.documents.papers import Address, LabelPaper, PackingSlipPaper, PickLine, PickListPaper, SlipLine

WAREHOUSE = Address("Nordlicht Outdoor GmbH", "Hafenstraße 12", "Hamburg", "20457", "DE", company="Lager Nord")
CUSTOMER = Address(
    "Zoë Miller",
    "1450 Ocean Avenue",
    "Santa Monica",
    "90401",
    "US",
    line2="Apt 12B",
    region="CA",
    phone="+1 310 555 0142",
)
LONG_NAME = ("Prinzessin Wolfeschlegelsteinhausenbergerdorff von und zu " * 3)[:119] + "!"
FIVE_LINES = Address(
    LONG_NAME,
    "Am Hinteren Langen Wiesenweg im Gewerbegebiet Süd-Ost 1234, Aufgang C",
    "Hellschen-Heringsand-Unterschaar",
    "25764",
    "DE",
    company="Gesellschaft für internationale Ausrüstungslogistik mbH & Co. KG, Wareneingang",
    line2="Hinterhaus, 4. Obergeschoss, bitte zweimal klingeln, Tor 7 rechts",
    phone="+49 4833 555 0100",
)


def label(**changes: object) -> LabelPaper:
    """A label from Hamburg to Santa Monica."""
    paper = LabelPaper(
        ship_from=WAREHOUSE,
        ship_to=CUSTOMER,
        carrier="Sandbox Post",
        service="Express Worldwide",
        tracking_number="JD014600006281034587",
        weight_g=2350,
        reference="100482 / SH-7",
        package_of=(1, 2),
    )
    return replace(paper, **changes)  # type: ignore[arg-type]


def pick_list(*lines: PickLine, instructions: str = "", number: str = "FO-100482-1") -> PickListPaper:
    """A pick list for Hamburg."""
    return PickListPaper(number, "Hamburg Hafen", "100482", lines, service_level="Express", instructions=instructions)


def packing_slip(*lines: SlipLine, **changes: object) -> PackingSlipPaper:
    """A packing slip to Santa Monica."""
    slip = PackingSlipPaper("100482", "SH-7", "Nordlicht Shop", CUSTOMER, lines)
    return replace(slip, **changes)  # type: ignore[arg-type]
