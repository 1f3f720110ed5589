"""The inverse of a bulk act that has run."""

import pytest
from django.db import IntegrityError

from oms.foundation import bulk, bulk_again
from oms.foundation.refusals import Refused
from orders.models import Channel
from tests.concurrency.rival import no_row_locks, rival_after
from tests.foundation.closing import ACTOR, active, preview, run
from tests.foundation.rows import make_channels

pytestmark = pytest.mark.django_db


def undo(operation, person):
    """Preview the inverse."""
    return bulk_again.undo_preview(operation_id=operation.pk, principal=person, actor=ACTOR)


def test_it_runs_on_the_rows_that_were_done_alone(boss):
    rows = make_channels(3)
    Channel.objects.filter(pk=rows[0].pk).update(is_active=False)
    operation = run(preview("close", rows, boss))
    back = run(undo(operation, boss))
    operation.refresh_from_db()
    assert (back.action, back.state, operation.state) == ("open", "done", "undone")
    assert active(rows) == [False, True, True]


def test_it_happens_once(boss):
    operation = run(preview("close", make_channels(1), boss))
    run(undo(operation, boss))
    with pytest.raises(Refused, match="nothing to take back"):
        undo(operation, boss)


def test_it_can_be_thought_over(boss):
    rows = make_channels(1)
    operation = run(preview("close", rows, boss))
    bulk.cancel(operation_id=undo(operation, boss).pk, actor=ACTOR)
    run(undo(operation, boss))
    assert active(rows) == [True]


def test_an_inverse_that_was_refused_everywhere_takes_nothing_back(boss):
    operation = run(preview("open", make_channels(1), boss))
    back = undo(operation, boss)
    Channel.objects.update(is_active=False)
    assert run(back).state == "partly_done"
    operation.refresh_from_db()
    assert operation.state == "done"


def test_an_act_without_an_inverse_says_why(boss):
    operation = run(preview("wipe", make_channels(1), boss))
    with pytest.raises(Refused, match="cannot be taken back: it is gone"):
        undo(operation, boss)


def test_an_act_that_has_not_run_has_nothing_to_take_back(boss):
    with pytest.raises(Refused, match="nothing to take back"):
        undo(preview("close", make_channels(1), boss), boss)


@pytest.mark.pg
@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_of_two_who_take_it_back_at_once_one_is_told(boss):
    operation = run(preview("close", make_channels(1), boss))

    with rival_after("oms.foundation.bulk_again._rows", lambda: undo(operation, boss)) as rival:
        back = undo(operation, boss)

    assert isinstance(rival.outcome, Refused) and "nothing to take back" in rival.outcome.sentence
    assert operation.undone_by == back


@pytest.mark.pg
@pytest.mark.race
@pytest.mark.twin
@pytest.mark.django_db(transaction=True)
def test_without_the_lock_the_second_gets_the_databases_last_word(boss):
    operation = run(preview("close", make_channels(1), boss))

    with (
        no_row_locks(),
        rival_after("oms.foundation.bulk_again._rows", lambda: undo(operation, boss)),
        pytest.raises(IntegrityError),
    ):
        undo(operation, boss)
