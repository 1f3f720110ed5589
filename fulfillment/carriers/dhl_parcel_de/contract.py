"""Which products a shop has contracted with DHL Parcel Germany, under which number, at which price; pure.

DHL answers no question about prices: they stand in the contract, and a clerk writes them down here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from fulfillment.carriers.gateway import Parcel, Rate
from fulfillment.carriers.measures import minor_units

CURRENCY = "EUR"
RETURN = "RETURN"
HOME = "DE"
PRODUCTS = {
    "V01PAK": ("DHL Paket", 2),
    "V62KP": ("DHL Kleinpaket", 2),
    "V62WP": ("DHL Warenpost", 3),
    "V53WPAK": ("DHL Paket International", 7),
    "V54EPAK": ("DHL Europaket", 5),
    "V66WPI": ("Warenpost International", 8),
    RETURN: ("DHL Retoure", 3),
}
"""Product: its name, and the days that it usually takes."""
DOMESTIC = frozenset({"V01PAK", "V62KP", "V62WP"})
HOW = "Write one product a line, such as “V01PAK 33333333330102 2=4.19 5=5.39 31.5=8.19”"


@dataclass(frozen=True, slots=True)
class Product:
    """One product with its billing number, and what it costs up to so many grams, in cents, lightest first."""

    code: str
    number: str
    steps: tuple[tuple[int, int], ...]

    def price(self, weight_g: int) -> int | None:
        """Return what a parcel costs, or None when it is too heavy."""
        return next((price for most, price in self.steps if weight_g <= most), None)


def read_contract(text: str) -> tuple[Product, ...]:
    """Return the products of a contract; raises ValueError with a sentence for a line that is none."""
    return tuple(_product(line.split()) for line in text.splitlines() if line.strip())


def _product(words: Sequence[str]) -> Product:
    """Return the product of one line."""
    if len(words) < 3 or words[0] not in PRODUCTS:
        known = ", ".join(PRODUCTS)
        raise ValueError(f"{HOW}; “{' '.join(words)[:60]}” does not name one of {known}, a billing number and a price.")
    try:
        steps = sorted(_step(word) for word in words[2:])
    except (InvalidOperation, ValueError):
        raise ValueError(f"{HOW}; “{' '.join(words[2:])[:60]}” are no prices up to kilograms.") from None
    return Product(words[0], words[1], tuple(steps))


def _step(word: str) -> tuple[int, int]:
    """Return grams and cents of a word such as ``5=5.39``."""
    kilograms, _, price = word.partition("=")
    grams = int(Decimal(kilograms) * 1000)
    if grams <= 0 or not price:
        raise ValueError(word)
    return grams, minor_units(price, CURRENCY)


def reaches(product: Product, parcel: Parcel) -> bool:
    """Return whether a product goes where the parcel goes."""
    if parcel.is_return:
        return product.code == RETURN
    if product.code == RETURN:
        return False
    return (parcel.ship_to.country == HOME) == (product.code in DOMESTIC)


def rates(products: Sequence[Product], parcel: Parcel, carrier: str) -> list[Rate]:
    """Return what each contracted product costs that reaches the address and takes the weight, cheapest first."""
    found = []
    for product in products:
        price = product.price(parcel.weight_g)
        if price is not None and reaches(product, parcel):
            name, days = PRODUCTS[product.code]
            found.append(Rate(carrier, product.code, name, "standard", price, CURRENCY, days))
    return sorted(found, key=lambda rate: (rate.amount, rate.service))
