"""The bins of the demo shop's first warehouse: pick faces, a reserve, a dock, a bench; some pieces lie in no bin."""

from inventory.models import Bin, Location, StockLevel
from inventory.models.bins import BinKind
from inventory.services.bin_room import contents_of, pieces_with_room
from inventory.services.bins import put_away
from oms.foundation.actor import Actor

RESERVES, ON_A_FACE = 3, 24
FACE, RACK = {"capacity_mm3": 120_000_000, "capacity_g": 80_000}, {"capacity_mm3": 900_000_000, "capacity_g": 500_000}


def make_bins(actor: Actor) -> None:
    """Make the bins of Hamburg, one for each usual place of a product, and put away what fits there."""
    place = Location.objects.get(code="HAM")
    levels = list(StockLevel.objects.filter(location=place, on_hand__gt=0).select_related("product").order_by("bin"))
    faces = [_face(place, code, turn) for turn, code in enumerate(sorted({level.bin for level in levels}), start=1)]
    racks = [
        Bin(location=place, code=f"R-{number:02}", kind=BinKind.RESERVE, zone="RACK", sequence=900 + number, **RACK)
        for number in range(1, RESERVES + 1)
    ]
    dock = Bin(location=place, code="DOCK", kind=BinKind.RECEIVING, zone="IN", sequence=999)
    bench = Bin(location=place, code="PACK", kind=BinKind.PACKING, zone="OUT", sequence=998, x_mm=8000, y_mm=0)
    Bin.objects.bulk_create([*faces, *racks, dock, bench])
    by_code = {face.code: face for face in faces}
    for level in levels:
        face = by_code[level.bin]
        room = pieces_with_room(face, level.product, contents_of([face.pk])[face.pk])
        quantity = min(level.on_hand, ON_A_FACE, ON_A_FACE if room is None else room)
        if quantity:
            put_away(stock_level_id=level.pk, bin=face.code, quantity=quantity, actor=actor)


def _face(place: Location, code: str, turn: int) -> Bin:
    """Return a pick face with a code such as ``A02-1``: aisle, bay, shelf."""
    aisle, bay, shelf = code[0], code[1:3], code[4:]
    across, along = 4000 * (ord(aisle) - ord("A")), 1200 * int(bay)
    told = {"zone": "PICK", "aisle": aisle, "bay": bay, "level": shelf, "x_mm": across, "y_mm": along}
    return Bin(location=place, code=code, sequence=10 * turn, **told, **FACE)
