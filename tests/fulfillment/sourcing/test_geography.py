"""Geography …"""

from __future__ import annotations

import csv

import pytest

from fulfillment.sourcing.geography import PLACES, distance_km, locate
from fulfillment.sourcing.snapshot import Point


@pytest.mark.parametrize(
    ("country", "postal_code", "expected"),
    [
        ("GB", "SW1A 1AA", Point(51.47, -0.17)),
        ("uk", "m1 1ae", Point(53.47, -2.26)),
        ("GB", "ME1 1AA", Point(51.36, 0.56)),
        ("GB", "JE2 3AB", Point(49.21, -2.13)),
        ("GB", "BX1 1LT", Point(52.60, -1.60)),
        ("GB", "", Point(52.60, -1.60)),
        ("IE", "D02 X285", Point(53.35, -6.27)),
        ("IE", "D6W XK28", Point(53.35, -6.27)),
        ("IE", "T12 ABC1", Point(51.88, -8.48)),
        ("IE", "F45 ABC1", Point(53.30, -7.20)),
        ("DE", "10115", Point(52.90, 12.80)),
        ("FR", "75001", Point(48.86, 2.35)),
        ("SG", "018956", Point(1.33, 103.83)),
        ("ZZ", "12345", None),
        ("", "", None),
    ],
)
def test_finds_the_longest_known_prefix(country: str, postal_code: str, expected: Point | None) -> None:
    """Area first, then country, then nothing."""
    assert locate(country, postal_code) == expected


def test_measures_great_circles() -> None:
    """London to Edinburgh is about 534 km; the way back is as long; half the equator is the longest."""
    london, edinburgh = Point(51.5074, -0.1278), Point(55.9533, -3.1883)
    assert distance_km(london, edinburgh) == pytest.approx(534, abs=1)
    assert distance_km(london, edinburgh) == distance_km(edinburgh, london)
    assert distance_km(london, london) == 0
    assert distance_km(Point(0, 0), Point(0, 180)) == pytest.approx(20_015, abs=1)


def test_knows_every_british_postcode_area() -> None:
    """The table holds 124 areas, no prefix twice, and only points on the earth."""
    with PLACES.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len({(row["country"], row["prefix"]) for row in rows}) == len(rows)
    assert sum(row["country"] == "GB" and row["prefix"] != "" for row in rows) == 124
    assert all(abs(float(row["latitude"])) <= 90 and abs(float(row["longitude"])) <= 180 for row in rows)
