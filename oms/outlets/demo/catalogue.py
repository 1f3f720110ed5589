"""What the demo shop sells and where it lies: an outfitter called Fjord & Fern."""

from dataclasses import dataclass
from datetime import time


@dataclass(frozen=True, slots=True)
class Article:
    """One SKU: price and cost in cents, weight in grams, box in millimetres, stock per location."""

    sku: str
    title: str
    price: int
    cost: int
    weight_g: int
    box: tuple[int, int, int]
    stock: dict[str, int]
    parent: str = ""
    attributes: tuple[tuple[str, str], ...] = ()
    capability: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """One location with its address, point on the map, parcels a day and cut-off."""

    code: str
    name: str
    kind: str
    line1: str
    city: str
    postal_code: str
    country: str
    latitude: float
    longitude: float
    daily_capacity: int
    cutoff: time
    timezone: str
    email: str = ""


PLACES = [
    Place("HAM", "Hamburg warehouse", "warehouse", "Am Sandtorkai 12", "Hamburg", "20457", "DE", 53.544, 9.989, 400,
          time(16, 0), "Europe/Berlin"),
    Place("MUC", "Munich warehouse", "warehouse", "Frankfurter Ring 81", "München", "80807", "DE", 48.188, 11.573, 250,
          time(15, 0), "Europe/Berlin"),
    Place("CPH", "Copenhagen store", "store", "Vesterbrogade 20", "København", "1620", "DK", 55.672, 12.558, 30,
          time(12, 0), "Europe/Copenhagen"),
    Place("NORD", "Nordboat, Kiel", "supplier", "Werftstraße 9", "Kiel", "24143", "DE", 54.312, 10.152, 20,
          time(11, 0), "Europe/Berlin", email="orders@nordboat.example"),
]  # fmt: skip

SIZES = {"S": 10, "M": 24, "L": 18}


def _jackets() -> list[Article]:
    """Return the variants of the jacket."""
    return [
        Article(
            f"JKT-FERN-{size}", f"Fern rain jacket, {size}", 12900, 6100, 620, (320, 260, 60),
            {"HAM": count, "MUC": count // 2, "CPH": 2}, parent="JKT-FERN", attributes=(("size", size),),
        )
        for size, count in SIZES.items()
    ]  # fmt: skip


ARTICLES = [
    Article("JKT-FERN", "Fern rain jacket", 12900, 6100, 620, (320, 260, 60), {}),
    *_jackets(),
    Article("MUG-ENAMEL", "Enamel mug, forest green", 1490, 420, 180, (100, 100, 90),
            {"HAM": 160, "MUC": 90, "CPH": 12}),
    Article("MUG-ENAMEL-BLUE", "Enamel mug, fjord blue", 1490, 420, 180, (100, 100, 90), {"HAM": 140, "MUC": 60}),
    Article("TENT-2P", "Two-person tent", 34900, 18800, 2400, (480, 180, 180), {"HAM": 9, "MUC": 4}),
    Article("TENT-PEG-10", "Tent pegs, set of ten", 1290, 350, 240, (200, 60, 40), {"HAM": 75, "MUC": 40, "CPH": 8}),
    Article("STOVE-GAS", "Pocket gas stove", 5900, 2700, 310, (120, 90, 70), {"HAM": 22, "MUC": 15}),
    Article("LAMP-HEAD", "Head lamp, 400 lumen", 4490, 1900, 95, (110, 80, 60), {"HAM": 48, "MUC": 30, "CPH": 6}),
    Article("SOCK-WOOL-39", "Wool socks, 39–42", 1990, 620, 90, (200, 100, 40), {"HAM": 130, "MUC": 80, "CPH": 20}),
    Article("SOCK-WOOL-43", "Wool socks, 43–46", 1990, 620, 95, (200, 100, 40), {"HAM": 110, "MUC": 75, "CPH": 18}),
    Article("BOTTLE-1L", "Steel bottle, 1 l", 2990, 1100, 340, (80, 80, 270), {"HAM": 64, "MUC": 52, "CPH": 10}),
    Article("MAP-HARZ", "Walking map, Harz", 990, 300, 80, (230, 130, 10), {"HAM": 45}),
    Article("MAP-ALPS", "Walking map, Allgäu", 990, 300, 80, (230, 130, 10), {"MUC": 45}),
    Article("KNIFE-WOOD", "Folding knife, oak", 6900, 3100, 120, (120, 50, 30),
            {"HAM": 16, "MUC": 12}, capability="gift_wrap"),
    Article("CANDLE-FIR", "Candle, fir", 1790, 510, 300, (90, 90, 100),
            {"HAM": 50, "MUC": 35, "CPH": 9}, capability="fragile"),
    Article("PACK-35", "Rucksack, 35 l", 11900, 5600, 1150, (560, 320, 220), {"HAM": 14, "MUC": 3}),
    Article("KAYAK-INFL", "Inflatable kayak", 54900, 31000, 9800, (700, 500, 300), {"NORD": 12}),
    Article("TENT-2P-LIGHT", "Two-person tent, light", 39900, 21500, 1900, (450, 170, 170), {"HAM": 40, "MUC": 6}),
    Article("KIT-KITCHEN", "Camp kitchen: stove, two mugs, bottle", 9900, 4600, 1100, (400, 300, 260), {}),
]  # fmt: skip
# what kits are assembled from, in Hamburg
KITS = {"KIT-KITCHEN": {"STOVE-GAS": 1, "MUG-ENAMEL": 2, "BOTTLE-1L": 1}}
ASSEMBLES = "HAM"
# what may be sent instead of what, and whether the other way round too
SUBSTITUTES = [("TENT-2P", "TENT-2P-LIGHT", False), ("MUG-ENAMEL", "MUG-ENAMEL-BLUE", True)]

HONEY = Article("HONEY-450", "Heather honey, 450 g", 1290, 560, 720, (80, 80, 110), {})
WATCH = Article("WATCH-GPS", "GPS watch", 24900, 13100, 180, (110, 90, 80), {})
"""What is followed by lot, and by serial number; no other order has it."""
