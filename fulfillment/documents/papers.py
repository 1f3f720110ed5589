"""What a paper needs to know: frozen values that hold all text to be printed."""

import functools
from dataclasses import dataclass
from datetime import date, datetime

from babel import Locale

POSTCODE_AFTER_CITY = frozenset({"AU", "BR", "CA", "GB", "IE", "IN", "JP", "KR", "NZ", "SG", "TW", "US", "ZA"})
LONGEST_TRACKING_NUMBER = 48


@functools.lru_cache(maxsize=512)
def country_name(country: str) -> str:
    """The English name in capitals of an ISO 3166 code, as carriers ask for it; any other word is kept as it is."""
    return str(Locale("en").territories.get(country.upper(), country)).upper() if country else ""


@dataclass(frozen=True)
class Address:
    """Where a parcel comes from or goes to; `country` is an ISO 3166 code or a name."""

    name: str
    line1: str
    city: str
    postal_code: str
    country: str
    company: str = ""
    line2: str = ""
    region: str = ""
    phone: str = ""

    def city_line(self) -> str:
        """City, region and postal code in the order the country's post expects."""
        if self.country.upper() in POSTCODE_AFTER_CITY:
            place = ", ".join(part for part in (self.city, self.region) if part)
            return f"{place} {self.postal_code}".strip()
        place = f"{self.postal_code} {self.city}".strip()
        return ", ".join(part for part in (place, self.region) if part)

    def lines(self) -> tuple[str, ...]:
        """The address as printed below the name, empty parts left out, country last."""
        parts = (self.company, self.line1, self.line2, self.city_line(), country_name(self.country))
        return tuple(part for part in parts if part.strip())


@dataclass(frozen=True)
class PickLine:
    """One product to fetch from one bin, with what the picker must know about it."""

    bin: str
    sku: str
    title: str
    quantity: int
    barcode: str = ""
    instructions: str = ""
    customization: str = ""


@dataclass(frozen=True)
class PickListPaper:
    """The pick list of one fulfillment order; `due` is printed in its own time zone."""

    number: str
    location_name: str
    order_number: str
    lines: tuple[PickLine, ...]
    due: datetime | None = None
    service_level: str = ""
    instructions: str = ""
    channel_name: str = ""
    ship_to_name: str = ""


@dataclass(frozen=True)
class WalkLine:
    """One stop of a walk: what to fetch from which bin for which order, into which tote."""

    bin: str
    sku: str
    title: str
    quantity: int
    tote: str
    order_number: str
    barcode: str = ""
    notes: tuple[str, ...] = ()
    hint: str = ""


@dataclass(frozen=True)
class WalkPaper:
    """The pick list of one walk, its lines in the order of the walk."""

    number: str
    location_name: str
    lines: tuple[WalkLine, ...]
    wave: str = ""
    metres: int | None = None
    instructions: tuple[str, ...] = ()


@dataclass(frozen=True)
class SlipLine:
    """One product in the parcel; `price`, what a kit is `made_of` and its `lots` are ready formatted text."""

    sku: str
    title: str
    quantity: int
    ordered: int
    instructions: str = ""
    price: str = ""
    made_of: str = ""
    lots: str = ""


@dataclass(frozen=True)
class PackingSlipPaper:
    """The packing slip of one shipment; prices are printed only when `hide_prices` is false."""

    order_number: str
    shipment_number: str
    channel_name: str
    ship_to: Address
    lines: tuple[SlipLine, ...]
    instructions: str = ""
    hide_prices: bool = True
    ship_from: Address | None = None
    ordered_on: date | None = None
    service: str = ""
    gift_message: str = ""
    total: str = ""


@dataclass(frozen=True)
class ManifestLine:
    """One parcel that a driver takes along; weight in grams."""

    tracking_number: str
    shipment: str
    order_number: str
    ship_to: str
    weight_g: int


@dataclass(frozen=True)
class ManifestPaper:
    """The list of the parcels that one carrier takes from one location on a day, for its driver to sign."""

    number: str
    location_name: str
    carrier: str
    day: date
    state: str
    lines: tuple[ManifestLine, ...]
    carrier_number: str = ""

    def weight_text(self) -> str:
        """The weight of all parcels in kilograms."""
        return f"{sum(line.weight_g for line in self.lines) / 1000:.2f} kg"


@dataclass(frozen=True)
class LabelPaper:
    """The shipping label of one package; `package_of` is (this package, all packages), weight in grams.

    :raises ValueError: when the tracking number could not be scanned: empty, over 48 characters, or not plain ASCII.
    """

    ship_from: Address
    ship_to: Address
    carrier: str
    service: str
    tracking_number: str
    weight_g: int
    reference: str = ""
    package_of: tuple[int, int] = (1, 1)

    def __post_init__(self) -> None:
        """Refuse a tracking number that no barcode can carry."""
        number = self.tracking_number
        scannable = number.isascii() and number.isprintable() and number.strip() == number
        if not scannable or not 0 < len(number) <= LONGEST_TRACKING_NUMBER:
            raise ValueError(f"Tracking number {number!r} cannot be printed as a barcode.")

    def weight_text(self) -> str:
        """The weight as printed: whole grams below a kilogram, kilograms with two digits from there on."""
        return f"{self.weight_g} g" if self.weight_g < 1000 else f"{self.weight_g / 1000:.2f} kg"

    def package_text(self) -> str:
        """Which package of how many this is."""
        return f"{self.package_of[0]} of {self.package_of[1]}"
