"""What a shop enters to use its own contract with a carrier, and what fills the gaps on customs papers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from fulfillment.carriers.gateway import CarrierRefused, Goods, Parcel


@dataclass(frozen=True, slots=True)
class Field:
    """One thing to enter; a secret is never shown again. ``check`` raises ValueError with a sentence for a bad text."""

    name: str
    label: str
    help: str = ""
    is_secret: bool = False
    is_required: bool = True
    check: Callable[[str], object] | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """A contract: the code that labels carry, what was entered, and whether the carrier's test server is used."""

    code: str
    values: Mapping[str, str] = field(default_factory=dict)
    is_test: bool = False

    def __getitem__(self, name: str) -> str:
        """Return what was entered, or nothing."""
        return self.values.get(name, "").strip()


PHONE = Field(
    "phone",
    "telephone of the dispatch desk",
    "Drivers and customs call it. With country code, such as +44 20 7946 0000.",
)
REGION = Field(
    "region", "state or province of the sender", "Only where addresses have one, such as CA or ON.", is_required=False
)
TARIFF_NUMBER = Field(
    "tariff_number",
    "customs tariff number",
    "For parcels across a customs border, when all your goods have the same one: six to ten digits.",
    is_required=False,
)
ORIGIN = Field(
    "origin",
    "country where the goods were made",
    "For parcels across a customs border: two letters, such as DE.",
    is_required=False,
)
CUSTOMS = (TARIFF_NUMBER, ORIGIN)


def declared(parcel: Parcel, account: Account, *, needs_tariff: bool = False) -> Sequence[Goods]:
    """Return the goods of a parcel for its customs papers, gaps filled from the account.

    :raises CarrierRefused: with a sentence about what is missing and who can enter it.
    """
    if not parcel.goods:
        raise CarrierRefused("The parcel crosses a customs border, and nothing is known of what is inside.")
    goods = [
        replace(
            one, tariff_number=one.tariff_number or account["tariff_number"], origin=one.origin or account["origin"]
        )
        for one in parcel.goods
    ]
    for one in goods:
        if not one.origin:
            raise CarrierRefused(_missing(one, "country where the goods were made", account))
        if needs_tariff and not one.tariff_number:
            raise CarrierRefused(_missing(one, "customs tariff number", account))
    return goods


def _missing(one: Goods, what: str, account: Account) -> str:
    """Return what is missing of goods, and where it is entered."""
    return (
        f"Customs want the {what} of {one.sku or one.description}; an administrator enters it on the carrier account"
        f" {account.code}."
    )
