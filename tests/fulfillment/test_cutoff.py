"""A location's parcels leave at its next cut-off, also when clocks change."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulfillment.cutoff import Calendar, day_start, moment_of, next_departure

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


WEEKDAYS = frozenset({1, 2, 3, 4, 5})
CHRISTMAS = frozenset({date(2026, 12, 25), date(2026, 12, 28)})


@pytest.mark.parametrize(
    ("now", "calendar", "leaves"),
    [
        pytest.param("2026-12-18T16:00", Calendar(WEEKDAYS), "2026-12-18T16:00", id="Friday at the very minute"),
        pytest.param("2026-12-18T16:01", Calendar(WEEKDAYS), "2026-12-21T16:00", id="Friday evening waits for Monday"),
        pytest.param("2026-12-19T09:00", Calendar(WEEKDAYS), "2026-12-21T16:00", id="so does Saturday morning"),
        pytest.param("2026-12-24T17:00", Calendar(WEEKDAYS, CHRISTMAS), "2026-12-29T16:00", id="over closed days"),
        pytest.param("2026-12-21T10:00", Calendar(handling_days=2), "2026-12-23T16:00", id="two days of handling"),
        pytest.param("2026-12-21T17:00", Calendar(handling_days=2), "2026-12-24T16:00", id="late: handled from then"),
        pytest.param(
            "2026-12-23T10:00", Calendar(WEEKDAYS, CHRISTMAS, 2), "2026-12-29T16:00", id="handled on working days"
        ),
        pytest.param("2026-12-19T10:00", Calendar(WEEKDAYS, handling_days=1), "2026-12-22T16:00", id="from Monday on"),
    ],
)
def test_a_location_sends_on_its_working_days_alone(now, calendar, leaves) -> None:
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
    found = next_departure(moment, cutoff=time(16, 0), zone=LONDON, calendar=calendar)
    assert found == datetime.fromisoformat(leaves).replace(tzinfo=UTC)


def test_a_location_that_never_works_has_no_calendar() -> None:
    with pytest.raises(ValueError, match="working day"):
        Calendar(frozenset())


# the days on which these zones change their clocks, and a fortnight around each
CHANGES = [date(2026, 3, 29), date(2026, 10, 25), date(2026, 3, 8), date(2026, 11, 1), date(2026, 4, 5)]
ZONES = [LONDON, BERLIN, KOLKATA, APIA, ZoneInfo("America/New_York"), ZoneInfo("Australia/Lord_Howe")]
moments = st.builds(
    lambda day, minutes: datetime.combine(day, time(0), tzinfo=UTC) + timedelta(minutes=minutes),
    st.sampled_from(CHANGES),
    st.integers(-7 * 1440, 7 * 1440),
)
cutoffs = st.times(max_value=time(23, 59)).map(lambda at: at.replace(second=0, microsecond=0))
calendars = st.builds(
    Calendar,
    st.frozensets(st.integers(1, 7), min_size=1),
    st.frozensets(st.builds(lambda day, off: day + timedelta(off), st.sampled_from(CHANGES), st.integers(-9, 30))),
    st.integers(0, 5),
)
zones = st.sampled_from(ZONES)


@given(moments, cutoffs, zones, calendars)
def test_an_order_leaves_on_a_working_day_after_its_handling(now, cutoff, zone, calendar) -> None:
    leaves = next_departure(now, cutoff=cutoff, zone=zone, calendar=calendar)

    day = next(day for day in days_from(now, zone) if moment_of(day, cutoff, zone) == leaves)
    assert leaves >= now
    assert calendar.works_on(day)
    worked = [d for d in days_from(now, zone) if d <= day and calendar.works_on(d)]
    in_time = moment_of(worked[0], cutoff, zone) >= now
    assert len(worked) == calendar.handling_days + (1 if in_time else 2)


@given(moments, cutoffs, zones)
def test_without_a_calendar_the_next_cutoff_is_the_departure(now, cutoff, zone) -> None:
    today = now.astimezone(zone).date()
    at = moment_of(today, cutoff, zone)
    expected = at if at >= now else moment_of(today + timedelta(days=1), cutoff, zone)
    assert next_departure(now, cutoff=cutoff, zone=zone) == expected


@given(moments, st.integers(0, 2880), cutoffs, zones, calendars)
def test_who_comes_later_leaves_no_earlier(now, minutes, cutoff, zone, calendar) -> None:
    first = next_departure(now, cutoff=cutoff, zone=zone, calendar=calendar)
    later = next_departure(now + timedelta(minutes=minutes), cutoff=cutoff, zone=zone, calendar=calendar)
    assert first <= later


def days_from(now: datetime, zone: ZoneInfo) -> list[date]:
    """Return the local days of half a year from a moment on."""
    first = now.astimezone(zone).date()
    return [first + timedelta(days=step) for step in range(180)]
