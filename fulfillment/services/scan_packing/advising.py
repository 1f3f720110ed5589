"""What is advised to a packer: the parcels that the pieces make, kept as plain data with the session."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from fulfillment.models import Box
from fulfillment.packing import pieces as pure
from fulfillment.packing.choosing import Objection
from fulfillment.packing.picture import Picture, picture
from fulfillment.packing.several import Advice, Wish, advise
from inventory.models import Product

Plan: TypeAlias = dict[str, Any]
"""``parcels``: of each its box's code, the pieces by number, why no smaller box does, where the pieces lie."""
WORDS: Mapping[Objection, str] = {
    Objection.TOO_HEAVY: "the pieces are too heavy for it",
    Objection.TOO_LONG: "a piece is too long for it",
    Objection.TOO_LARGE: "the pieces have more volume",
    Objection.NO_PLACE: "no place was found for every piece",
}


@dataclass(frozen=True, slots=True)
class Want:
    """Pieces of one product."""

    product: Product
    count: int


def plan_of(wants: Sequence[Want], boxes: Sequence[Box]) -> Plan:
    """Return the parcels that are advised for some pieces, with the boxes there are."""
    units = [want.product for want in wants for _ in range(want.count)]
    numbers = {pk: number for number, pk in enumerate(dict.fromkeys(one.pk for one in units), 1)}
    parcels = advise([_wish(one) for one in units], [_box(one) for one in boxes])
    return {"parcels": [_told(one, units, numbers, boxes) for one in parcels]}


def _wish(product: Product) -> Wish:
    """Return a piece as the pure core sees it."""
    sides = (product.length_mm, product.width_mm, product.height_mm)
    return Wish(pure.Piece(sides, product.weight_g, product.this_side_up, product.fragile), product.ships_alone)


def _box(box: Box) -> pure.Box:
    """Return a box as the pure core sees it."""
    return pure.Box(box.inner, box.cost, box.max_g or None)


def _told(advice: Advice, units: Sequence[Product], numbers: Mapping[int, int], boxes: Sequence[Box]) -> Plan:
    """Return one parcel as plain data."""
    inside = [units[at] for at in advice.pieces]
    box = None if advice.box is None else boxes[advice.box]
    counted = Counter(numbers[one.pk] for one in inside)
    skus = {numbers[one.pk]: one.sku for one in inside}
    return {
        "box": box.code if box else "",
        "items": [[number, skus[number], times] for number, times in sorted(counted.items())],
        "why": _why(advice, inside, boxes),
        "inner": list(box.inner) if box else [],
        "numbers": [numbers[one.pk] for one in inside],
        "at": [[list(one.at), list(one.sides)] for one in advice.packing],
    }


def _why(advice: Advice, inside: Sequence[Product], boxes: Sequence[Box]) -> str:
    """Return why it is this box, or none."""
    if advice.is_guess:
        unmeasured = sorted({one.sku for one in inside if not _wish(one).is_measured})
        if not unmeasured:
            return "So many pieces are not laid out: it goes by weight and volume."
        return f"Nobody has measured {', '.join(unmeasured[:4])}: it goes by weight alone."
    if len(inside) == 1 and inside[0].ships_alone:
        return f"{inside[0].sku} ships alone, in its own carton."
    if advice.box is None:
        return "It goes into none of the boxes here: take what you find." if boxes else "No boxes are entered here yet."
    if advice.instead is None:
        return "It is the smallest that will do."
    box, objection = advice.instead
    return f"{boxes[box].code} does not do: {WORDS[objection]}."


def drawn(parcel: Mapping[str, Any]) -> Picture | None:
    """Return the picture of an advised parcel, nothing where its pieces were not laid out."""
    if not parcel["at"]:
        return None
    packing = tuple(pure.Placed(tuple(at), tuple(sides)) for at, sides in parcel["at"])
    return picture(tuple(parcel["inner"]), packing, parcel["numbers"])
