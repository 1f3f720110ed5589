"""A location's parcels leave at its next cut-off, also when clocks change."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from fulfillment.cutoff import day_start, next_departure

LONDON, BERLIN, KOLKATA = ZoneInfo("Europe/London"), ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Kolkata")
APIA = ZoneInfo("Pacific/Apia")


@pytest.mark.parametrize(
    ("now", "cutoff", "zone", "leaves"),
    [
        pytest.param("2026-01-10T10:00", "16:00", LONDON, "2026-01-10T16:00", id="today"),
        pytest.param("2026-01-10T16:00", "16:00", LONDON, "2026-01-10T16:00", id="at the very minute"),
        pytest.param("2026-01-10T16:00:01", "16:00", LONDON, "2026-01-11T16:00", id="a second late"),
        pytest.param("2026-07-10T10:00", "16:00", LONDON, "2026-07-10T15:00", id="summer time"),
        pytest.param("2026-03-28T17:00", "16:00", LONDON, "2026-03-29T15:00", id="over the night of spring"),
        pytest.param("2026-10-24T17:00", "16:00", LONDON, "2026-10-25T16:00", id="over the night of autumn"),
        pytest.param("2026-03-29T00:30", "01:30", LONDON, "2026-03-29T01:30", id="a time that is skipped"),
        pytest.param("2026-10-25T00:10", "01:30", LONDON, "2026-10-25T00:30", id="a time that comes twice"),
        pytest.param("2026-10-25T00:40", "01:30", LONDON, "2026-10-26T01:30", id="its second coming is late"),
        pytest.param("2026-01-10T23:30", "00:15", BERLIN, "2026-01-11T23:15", id="just after local midnight"),
        pytest.param("2026-01-10T10:00", "16:00", KOLKATA, "2026-01-10T10:30", id="half an hour off"),
        pytest.param("2026-01-10T23:00", "16:00", APIA, "2026-01-11T03:00", id="already tomorrow there"),
    ],
)
def test_F102_clock_change(now, cutoff, zone, leaves) -> None:
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
    found = next_departure(moment, cutoff=time.fromisoformat(cutoff), zone=zone)
    assert found == datetime.fromisoformat(leaves).replace(tzinfo=UTC)


def test_a_day_of_spring_begins_at_its_own_midnight() -> None:
    noon = datetime(2026, 3, 29, 12, 0, tzinfo=UTC)
    assert day_start(noon, BERLIN) == datetime(2026, 3, 28, 23, 0, tzinfo=UTC)
