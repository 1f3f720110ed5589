"""Where a postcode is, to within a town or a region, and how far two points are apart."""

from __future__ import annotations

import csv
from functools import lru_cache
from math import asin, cos, radians, sin, sqrt
from pathlib import Path
from typing import TypeAlias

from fulfillment.sourcing.snapshot import Point

PLACES = Path(__file__).parent / "data" / "places.csv"
EARTH_RADIUS_KM = 6371.0088
"""Mean radius (IUGG)."""
UNKNOWN_KM = 20_038
"""Half the equator: a location without coordinates counts as the farthest."""
LONGEST_PREFIX = 4
SAME_COUNTRY = {"UK": "GB", "EL": "GR"}
"""Codes that are used in practice, with their ISO 3166-1 twin."""

_Places: TypeAlias = dict[tuple[str, str], Point]


def plain_postcode(text: str) -> str:
    """Return a postcode, or the beginning of one, in capitals and digits alone."""
    return "".join(sign for sign in text.upper() if sign.isalnum())


def locate(country: str, postal_code: str) -> Point | None:
    """Return the point of the longest known prefix of a postcode, else of the country, else None.

    :param country: ISO 3166-1 alpha-2 code, in any case.
    """
    places = _places()
    land = country.strip().upper()
    land = SAME_COUNTRY.get(land, land)
    code = plain_postcode(postal_code)
    for length in range(min(LONGEST_PREFIX, len(code)), 0, -1):
        point = places.get((land, code[:length]))
        if point is not None and not cuts_a_word(code, length):
            return point
    return places.get((land, ""))


def cuts_a_word(code: str, length: int) -> bool:
    """Say whether a prefix ends between two letters: "B" is not the area of "BX1"."""
    return code[length - 1].isalpha() and code[length : length + 1].isalpha()


def distance_km(a: Point, b: Point) -> float:
    """Return the great-circle distance in kilometres (haversine formula on a sphere)."""
    latitude_a, latitude_b = radians(a.latitude), radians(b.latitude)
    across = sin((latitude_b - latitude_a) / 2) ** 2
    along = cos(latitude_a) * cos(latitude_b) * sin(radians(b.longitude - a.longitude) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * asin(min(1.0, sqrt(across + along)))


@lru_cache(maxsize=1)
def _places() -> _Places:
    """Read the table once, when the first postcode is asked for."""
    with PLACES.open(encoding="utf-8", newline="") as file:
        return {
            (row["country"], row["prefix"]): Point(float(row["latitude"]), float(row["longitude"]))
            for row in csv.DictReader(file)
        }
