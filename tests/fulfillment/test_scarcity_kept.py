"""Fees that were renewed in the course of a day are not kept: a day would leave hundreds of runs of them."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fulfillment.models import ScarcityFee, ScarcityRun
from fulfillment.services.scarcity import asking, clearing, working
from fulfillment.services.scarcity.learning import Learned
from fulfillment.services.scarcity.switching import put_fees_into_force
from fulfillment.sourcing.snapshot import Fee
from oms.foundation.refusals import Refused
from tests.factories import NOW, make_actor, make_location

pytestmark = pytest.mark.django_db


def taken_over(*, hour: int, renews: bool = True) -> ScarcityRun:
    """Let a worker learn at an hour, to take over from what is in force."""
    at = make_actor(now=NOW + timedelta(hours=hour))
    ends = at.now if renews else NOW
    run = asking.ask_for_fees(begins=NOW - timedelta(days=1), ends=ends, takes_over=True, actor=at)
    assert working.work_scarcity_runs(at, 10) == 1
    return ScarcityRun.objects.get(pk=run.pk)


def kept() -> dict[int, int]:
    """Return how many fees are kept of each run."""
    runs = list(ScarcityFee.objects.values_list("run_id", flat=True))
    return {pk: runs.count(pk) for pk in runs}


@pytest.fixture
def night(monkeypatch) -> ScarcityRun:
    """Return a night's run in force, in a shop where each learning finds three fees."""
    fees = tuple(Fee(make_location(code).pk, 0, 100) for code in ("LON", "LDS", "YRK"))
    monkeypatch.setattr(working, "learn", lambda run, now: Learned(fees, 1, "EUR", {}, "Learned."))
    run = taken_over(hour=1, renews=False)
    return put_fees_into_force(run_id=run.pk, actor=make_actor(now=NOW + timedelta(hours=1)))


def test_the_fees_of_a_renewal_go_in_batches_when_the_next_takes_over_and_a_nights_stay(night, monkeypatch) -> None:
    monkeypatch.setattr(clearing, "AT_ONCE", 2)
    first = taken_over(hour=2)
    assert (first.state, kept()) == ("active", {night.pk: 3, first.pk: 3})

    with CaptureQueriesContext(connection) as queries:
        second = taken_over(hour=3)
    assert (second.state, kept()) == ("active", {night.pk: 3, second.pk: 3})
    assert sum(one["sql"].startswith("DELETE") for one in queries) == 2
    now = make_actor(now=NOW + timedelta(hours=4))
    with pytest.raises(Refused, match="no longer kept; put newer ones into force, or learn new ones"):
        put_fees_into_force(run_id=first.pk, actor=now)
    assert put_fees_into_force(run_id=night.pk, actor=now).state == "active"
    assert put_fees_into_force(run_id=second.pk, actor=now).state == "active", "nobody superseded it but a person"


def test_what_is_about_to_go_is_not_put_into_force(night, monkeypatch) -> None:
    monkeypatch.setattr(working, "let_go", lambda superseded: None)
    first, _ = taken_over(hour=2), taken_over(hour=3)
    assert first.fees.exists()
    with pytest.raises(Refused, match="Newer fees took over from these, which are let go"):
        put_fees_into_force(run_id=first.pk, actor=make_actor(now=NOW + timedelta(hours=4)))
