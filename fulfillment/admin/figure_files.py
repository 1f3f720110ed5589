"""The tables of the page “Floor figures” as files."""

from collections.abc import Sequence
from typing import Any

from django.http import StreamingHttpResponse

from fulfillment.services.floor_figures import Day, StageFigures
from fulfillment.services.walk_figures import Walked, WalkFigures
from oms.foundation.console.reports import csv_file

SPANS = ["shipments", "p50_minutes", "p90_minutes"]
WALKED = ["lines", "lines_an_hour", "metres_a_line", "short", "wrong_scans", "scans", "minutes", "mispacks_caught"]


def figure_file(
    wanted: str, stages: StageFigures, picked: WalkFigures, people: Sequence[Walked]
) -> StreamingHttpResponse:
    """Return one of the page's tables as CSV by its name; for an unknown one, how long it took day by day."""
    tables: dict[str, tuple[list[str], list[list[Any]]]] = {
        "stages": (["stage", *SPANS], [[one.name, one.shipments, one.p50, one.p90] for one in stages.stages]),
        "people": (["person", *WALKED], [_walked(one) for one in people]),
        "places": (["location", *WALKED], [_walked(one) for one in picked.places]),
        "walks": (["day", *WALKED], [_walked(one) for one in picked.days]),
        "days": (["day", *SPANS], [_day(one) for one in stages.days]),
    }
    name = wanted if wanted in tables else "days"
    return csv_file(f"floor-{name}", *tables[name])


def _day(one: Day) -> list[Any]:
    """Return a day's row of the file."""
    return [one.day, one.shipments, *([one.whole.p50, one.whole.p90] if one.whole else [None, None])]


def _walked(one: Walked) -> list[Any]:
    """Return the row of a person, a location or a day."""
    told = [one.lines, one.lines_an_hour, one.metres_a_line, one.short, one.wrong, one.scans, one.seconds // 60]
    return [one.name, *told, one.mispacks]
