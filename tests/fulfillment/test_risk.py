"""What puts a parcel at risk: decided from facts alone, by limits that people can read."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from fulfillment.cutoff import Calendar
from fulfillment.risk import ON_COURSE, Limits, ParcelFacts, Risk, decide_risk

LONDON = ZoneInfo("Europe/London")
MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
FRIDAY = MONDAY + timedelta(days=4, hours=8)
WEEKDAYS = Calendar(frozenset({1, 2, 3, 4, 5}))
SCANNED = ParcelFacts("in_transit", MONDAY, moved_at=MONDAY, promised_on=date(2026, 12, 24))


def risk(facts: ParcelFacts, now: datetime, calendar: Calendar = WEEKDAYS) -> Risk:
    """Decide as a shop in London would."""
    return decide_risk(facts, now, calendar, zone=LONDON)


def test_a_parcel_is_at_risk_a_day_after_it_was_handed_over_and_never_scanned() -> None:
    facts = replace(SCANNED, status="pre_transit", moved_at=None)
    assert risk(facts, MONDAY + timedelta(hours=23, minutes=59)) == ON_COURSE
    found = risk(facts, MONDAY + timedelta(hours=24))
    assert (found.level, found.reason, found.since) == ("at_risk", "no_scan", MONDAY + timedelta(hours=24))
    assert found.sentence == "It was handed over on 23 November at 09:00 and not scanned once by 24 November at 09:00."
    assert found.limit == "a scan within 24 working hours"


def test_a_weekend_counts_for_nothing() -> None:
    facts = replace(SCANNED, status="pre_transit", handed_over_at=FRIDAY, moved_at=None)
    assert risk(facts, FRIDAY + timedelta(days=2)) == ON_COURSE
    assert risk(facts, FRIDAY + timedelta(days=3)).since == FRIDAY + timedelta(days=3)
    every_day = risk(facts, FRIDAY + timedelta(days=3), Calendar())
    assert every_day.since == FRIDAY + timedelta(days=1)


def test_a_closed_day_counts_for_nothing() -> None:
    closed = replace(WEEKDAYS, closed_on=frozenset({date(2026, 11, 24)}))
    assert risk(replace(SCANNED, moved_at=None), MONDAY + timedelta(hours=25), closed) == ON_COURSE
    assert risk(replace(SCANNED, moved_at=None), MONDAY + timedelta(hours=48), closed).reason == "no_scan"


def test_a_parcel_that_stands_still_is_at_risk_after_three_days() -> None:
    assert risk(SCANNED, MONDAY + timedelta(days=3, seconds=-1)) == ON_COURSE
    found = risk(SCANNED, MONDAY + timedelta(days=3))
    assert (found.reason, found.limit) == ("still", "a scan within 3 working days")
    assert found.sentence == "It was last scanned on 23 November at 09:00, and not since."


def test_customs_have_a_limit_of_their_own() -> None:
    facts, limits = replace(SCANNED, in_customs=True), Limits(customs_days=1)
    found = decide_risk(facts, MONDAY + timedelta(days=1), WEEKDAYS, zone=LONDON, limits=limits)
    assert (found.reason, found.limit) == ("customs", "a scan within 1 working day")
    assert risk(facts, MONDAY + timedelta(days=1)) == ON_COURSE


def test_the_promised_day_is_over_at_midnight_where_the_shop_is() -> None:
    facts = replace(SCANNED, promised_on=date(2026, 11, 24), moved_at=MONDAY + timedelta(days=1))
    assert risk(facts, datetime(2026, 11, 24, 23, 59, tzinfo=UTC)) == ON_COURSE
    found = risk(facts, datetime(2026, 11, 25, tzinfo=UTC))
    assert (found.level, found.reason, found.since) == ("late", "late", datetime(2026, 11, 25, tzinfo=UTC))
    assert found.sentence == "It was promised for 24 November and has not arrived."
    athens = decide_risk(facts, datetime(2026, 11, 24, 22, 0, tzinfo=UTC), WEEKDAYS, zone=ZoneInfo("Europe/Athens"))
    assert athens.level == "late"


def test_a_day_beyond_the_promise_is_a_risk_before_the_promise_is_broken() -> None:
    facts = replace(SCANNED, promised_on=date(2026, 11, 25), expected_on=date(2026, 11, 27))
    found = risk(facts, MONDAY + timedelta(hours=1))
    assert (found.level, found.reason, found.limit) == ("at_risk", "later", "promised for 25 November")
    assert found.sentence == "The carrier now expects it on 27 November; it was promised for 25 November."
    assert risk(replace(facts, expected_on=date(2026, 11, 25)), MONDAY + timedelta(hours=1)) == ON_COURSE


@pytest.mark.parametrize(
    ("status", "level", "sentence"),
    [
        ("exception", "at_risk", "The carrier has a problem with it. It says: Address unknown."),
        ("delayed", "at_risk", "The carrier says that it is delayed. It says: Address unknown."),
        ("returning", "late", "The carrier is bringing it back. It says: Address unknown."),
        ("lost", "late", "The carrier has lost it. It says: Address unknown."),
    ],
)
def test_what_the_carrier_says_is_told_in_its_words(status: str, level: str, sentence: str) -> None:
    found = risk(replace(SCANNED, status=status, told="Address unknown."), MONDAY + timedelta(hours=1))
    assert (found.level, found.reason, found.sentence, found.since) == (level, status, sentence, MONDAY)


def test_the_worst_comes_first_and_the_rest_is_told_with_it() -> None:
    facts = replace(SCANNED, status="exception", told="Address unknown", promised_on=date(2026, 11, 23))
    found = risk(facts, MONDAY + timedelta(days=1))
    assert (found.level, found.reason) == ("late", "late")
    assert found.sentence.endswith("has not arrived. The carrier has a problem with it. It says: Address unknown.")


@pytest.mark.parametrize("status", ["delivered", "returned", "available_for_pickup"])
def test_where_the_carrier_has_done_its_work_nothing_is_at_risk(status: str) -> None:
    assert risk(replace(SCANNED, status=status, promised_on=date(2026, 1, 1)), MONDAY + timedelta(days=30)) == ON_COURSE


def test_silence_of_a_carrier_that_tells_us_nothing_says_nothing() -> None:
    facts = replace(SCANNED, moved_at=None, is_followed=False)
    assert risk(facts, MONDAY + timedelta(days=20)) == ON_COURSE
    assert risk(replace(facts, status="lost"), MONDAY + timedelta(days=20)).reason == "lost"


def test_a_lost_parcel_that_is_claimed_is_looked_after() -> None:
    assert risk(replace(SCANNED, status="lost", is_claimed=True), MONDAY + timedelta(days=30)) == ON_COURSE
