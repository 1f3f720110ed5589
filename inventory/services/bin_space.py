"""How the room of bins is used: by location and zone, the fullest and the emptiest."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import BigIntegerField, Case, F, Q, QuerySet, Sum, When
from django.db.models.functions import Cast

from inventory.models import Bin, BinStock
from inventory.services.bin_room import Contents, share_filled

MOST_NAMED = 20


@dataclass(frozen=True, slots=True)
class Used:
    """A bin with what lies in it, and by how many percent that fills it; None where nothing limits it."""

    bin: Bin
    contents: Contents
    share: int | None


@dataclass(slots=True)
class Zone:
    """The bins of a zone; room and load are counted over those bins alone that have a limit of it."""

    location: str = ""
    zone: str = ""
    bins: int = 0
    empty: int = 0
    pieces: int = 0
    mm3: int = 0
    capacity_mm3: int = 0
    grams: int = 0
    capacity_g: int = 0
    unlimited: int = 0

    @property
    def room_share(self) -> int | None:
        """Return by how many percent its room is filled; None where no bin has a limit."""
        return 100 * self.mm3 // self.capacity_mm3 if self.capacity_mm3 else None

    @property
    def load_share(self) -> int | None:
        """Return how many percent of the load that it bears lie there; None where no bin has a limit."""
        return 100 * self.grams // self.capacity_g if self.capacity_g else None

    @property
    def litres(self) -> int:
        """Return the room that is used, in litres."""
        return self.mm3 // 1_000_000

    @property
    def capacity_litres(self) -> int:
        """Return the room that there is, in litres."""
        return self.capacity_mm3 // 1_000_000

    @property
    def kilograms(self) -> int:
        """Return the load that lies there, in kilograms."""
        return self.grams // 1000

    @property
    def capacity_kilograms(self) -> int:
        """Return the load that it bears, in kilograms."""
        return self.capacity_g // 1000

    def add(self, used: Used) -> None:
        """Count a bin."""
        bin_, contents = used.bin, used.contents
        self.bins += 1
        self.empty += not contents.pieces
        self.pieces += contents.pieces
        self.unlimited += used.share is None
        if bin_.capacity_mm3:
            self.mm3, self.capacity_mm3 = self.mm3 + contents.mm3, self.capacity_mm3 + bin_.capacity_mm3
        if bin_.capacity_g:
            self.grams, self.capacity_g = self.grams + contents.grams, self.capacity_g + bin_.capacity_g


@dataclass(frozen=True, slots=True)
class Space:
    """How bins are used; ``unmeasured`` pieces are of products without sizes or weight, and count as nothing."""

    bins: list[Used]
    zones: list[Zone]
    total: Zone
    unmeasured: int
    fullest: list[Used] = field(default_factory=list)
    emptiest: list[Used] = field(default_factory=list)


def space_of(bins: "QuerySet[Bin]") -> Space:
    """Return how some bins in use are filled, in three statements."""
    wanted = bins.filter(is_active=True)
    lying = BinStock.objects.filter(bin__in=wanted.order_by().values("pk"), quantity__gt=0)
    contents, unmeasured = _lying(lying), _unmeasured(lying)
    rows = [
        Used(one, found := contents[one.pk], share_filled(one, found))
        for one in wanted.select_related("location").order_by("location__code", "zone", "sequence", "code")
    ]
    zones: dict[tuple[str, str], Zone] = {}
    total = Zone()
    for one in rows:
        key = (one.bin.location.code, one.bin.zone)
        zones.setdefault(key, Zone(*key)).add(one)
        total.add(one)
    told = [one for one in rows if one.share is not None and one.contents.pieces]
    fullest = sorted(told, key=lambda one: -(one.share or 0))[:MOST_NAMED]
    emptiest = sorted(told, key=lambda one: one.share or 0)[:MOST_NAMED]
    return Space(rows, list(zones.values()), total, unmeasured, fullest, _beyond(emptiest, fullest))


def _beyond(emptiest: Iterable[Used], fullest: Iterable[Used]) -> list[Used]:
    """Return the emptiest bins that are not among the fullest, as they are where there are few."""
    named = {one.bin.pk for one in fullest}
    return [one for one in emptiest if one.bin.pk not in named]


def _lying(stock: "QuerySet[BinStock]") -> dict[int, Contents]:
    """Return what lies in each bin, added up by the database."""
    product = "stock_level__product__"
    pieces = Cast("quantity", BigIntegerField())
    room = pieces * F(f"{product}length_mm") * F(f"{product}width_mm") * F(f"{product}height_mm")
    sums = {"pieces": Sum(pieces), "mm3": Sum(room), "grams": Sum(pieces * F(f"{product}weight_g"))}
    rows = stock.order_by().values("bin").annotate(**sums).values_list("bin", *sums)
    return defaultdict(Contents, {pk: Contents(*told) for pk, *told in rows})


def _unmeasured(stock: "QuerySet[BinStock]") -> int:
    """Return the pieces whose product has no sizes or no weight."""
    product = "stock_level__product__"
    sizes = Q(**{f"{product}length_mm": 0}) | Q(**{f"{product}width_mm": 0}) | Q(**{f"{product}height_mm": 0})
    missing = sizes | Q(**{f"{product}weight_g": 0})
    return stock.aggregate(told=Sum(Case(When(missing, then="quantity"))))["told"] or 0
