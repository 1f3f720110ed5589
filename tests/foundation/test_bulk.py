"""Acts on many rows."""

import pytest
from django.contrib.auth.models import Permission
from django.db import OperationalError

from oms.foundation import bulk, objections
from oms.foundation.models import AuditLine, BulkItem, BulkOperation
from oms.foundation.refusals import Reason, Refused
from oms.foundation.scope import scoped
from orders.models import Channel
from tests.foundation.closing import ACTOR, active, preview, run, work
from tests.foundation.rows import make_channels, make_user

pytestmark = pytest.mark.django_db


def test_F104_bulk_mistake_is_caught(boss):
    rows = make_channels(4)
    Channel.objects.filter(pk__in=[rows[0].pk, rows[1].pk]).update(is_active=False)
    tally = bulk.tally(preview("close", rows, boss))
    assert (tally.ready, tally.refused, tally.done, tally.total) == (2, 2, 0, 4)
    assert tally.reasons == (("It is closed already.", 2),)
    assert active(rows) == [False, False, True, True]


def test_a_preview_takes_a_constant_number_of_statements(boss, django_assert_max_num_queries):
    rows = make_channels(40)
    with django_assert_max_num_queries(7):
        preview("close", rows, boss)


def test_a_preview_hears_the_objections_of_other_rooms(boss, monkeypatch):
    rows = make_channels(2)
    monkeypatch.setattr(objections, "OBJECTORS", {})
    objections.OBJECTORS["orders.close"] = [lambda ids: {rows[1].pk: [Reason("busy", "It is on the truck.")]}]
    tally = bulk.tally(preview("close", rows, boss))
    assert (tally.ready, tally.reasons) == (1, (("It is on the truck.", 1),))


def test_a_preview_without_the_permission_is_all_refused(shop):
    clerk = make_user(is_superuser=False)
    clerk.user_permissions.add(Permission.objects.get(codename="view_channel"))
    tally = bulk.tally(preview("close", make_channels(1), clerk))
    assert tally.ready == 0


def test_nothing_selected_is_refused(boss):
    with pytest.raises(Refused, match="Select at least one"):
        preview("close", [], boss)
    assert BulkOperation.objects.count() == 0


def test_F104_too_many_rows_are_refused(boss, monkeypatch):
    monkeypatch.setattr(bulk, "MOST_ROWS", 2)
    with pytest.raises(bulk.TooMany, match="3 rows are selected"):
        preview("close", make_channels(3), boss)
    assert BulkOperation.objects.count() == 0


def test_every_row_is_done_with_the_values_of_the_form(boss):
    rows = make_channels(3)
    operation = run(preview("close", rows, boss), reason="stocktaking")
    assert (operation.state, bulk.tally(operation).done) == ("done", 3)
    assert set(Channel.objects.values_list("name", flat=True)) == {"closed stocktaking"}


def test_more_rows_than_one_step_are_done(boss, monkeypatch):
    monkeypatch.setattr(bulk, "STEP", 2)
    rows = make_channels(5)
    assert run(preview("close", rows, boss)).state == "done"
    assert active(rows) == [False] * 5


def test_a_row_that_changed_since_the_preview_is_refused_and_the_rest_is_done(boss):
    rows = make_channels(3)
    operation = preview("close", rows, boss)
    Channel.objects.filter(pk=rows[1].pk).update(is_active=False, name="by hand")
    operation = run(operation)
    assert operation.state == "partly_done"
    assert list(operation.items.values_list("outcome", "message")) == [
        ("done", ""),
        ("refused", "It is closed already."),
        ("done", ""),
    ]
    assert Channel.objects.get(pk=rows[1].pk).name == "by hand"


def test_a_row_that_breaks_is_left_as_it_was_and_the_rest_is_done(boss, shop):
    rows = make_channels(3)
    shop.trouble[rows[1].code] = ZeroDivisionError("secret")
    operation = run(preview("close", rows, boss))
    assert (operation.state, active(rows)) == ("partly_done", [False, True, False])
    assert operation.items.all()[1].outcome == "failed"
    assert operation.items.all()[1].message == "It failed and nothing was changed (ZeroDivisionError)."
    assert (bulk.tally(operation).failed, bulk.tally(operation).refused) == (1, 0)


def test_F67_a_busy_database_leaves_the_row_of_a_bulk_act_for_the_next_try(boss, shop):
    rows = make_channels(2)
    shop.trouble[rows[0].code] = OperationalError("deadlock")
    operation = preview("close", rows, boss)
    with pytest.raises(OperationalError):
        run(operation)
    assert active(rows) == [True, True]
    assert (BulkOperation.objects.get().crashes, BulkOperation.objects.get().lease_until) == (0, None)
    shop.trouble.clear()
    work(minutes=1)
    assert (active(rows), BulkOperation.objects.get().state) == ([False, False], "done")


def test_an_act_goes_on_where_its_worker_was_killed(boss, shop):
    rows = make_channels(4)
    operation = preview("close", rows, boss)
    shop.trouble[rows[2].code] = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        run(operation)
    assert active(rows) == [False, False, True, True]
    shop.trouble.clear()
    work()
    assert active(rows) == [False, False, True, True]
    work(minutes=1)
    assert (active(rows), BulkOperation.objects.get().state) == ([False] * 4, "done")
    assert set(Channel.objects.values_list("version", flat=True)) == {1}


def test_a_row_that_kills_its_workers_is_left_alone_in_the_end(boss, shop):
    rows = make_channels(2)
    operation = preview("close", rows, boss)
    shop.trouble[rows[0].code] = KeyboardInterrupt()
    bulk.start(operation_id=operation.pk, values={}, actor=ACTOR)
    for minutes in range(3):
        with pytest.raises(KeyboardInterrupt):
            work(minutes=minutes)
    work(minutes=3)
    assert active(rows) == [True, False]
    assert BulkOperation.objects.get().state == "partly_done"
    assert list(BulkItem.objects.values_list("outcome", "message")) == [("failed", bulk.LEFT_ALONE), ("done", "")]


def test_each_of_two_such_rows_has_three_workers(boss, shop):
    rows = make_channels(3)
    operation = preview("close", rows, boss)
    shop.trouble = {row.code: KeyboardInterrupt() for row in rows[:2]}
    bulk.start(operation_id=operation.pk, values={}, actor=ACTOR)
    deaths = 0
    for minutes in range(20):
        try:
            work(minutes=minutes)
        except KeyboardInterrupt:
            deaths += 1
    assert (deaths, active(rows)) == (6, [True, True, False])
    assert list(BulkItem.objects.values_list("outcome", flat=True)) == ["failed", "failed", "done"]


def test_a_row_that_another_worker_did_meanwhile_is_not_done_again(boss):
    rows = make_channels(1)
    operation = preview("close", rows, boss)
    item = operation.items.get()
    BulkItem.objects.update(outcome="done")
    bulk._do(operation, item.pk)
    assert active(rows) == [True]


def test_an_act_is_started_once(boss):
    operation = preview("close", make_channels(1), boss)
    bulk.start(operation_id=operation.pk, values={}, actor=ACTOR)
    with pytest.raises(Refused, match="started already"):
        bulk.start(operation_id=operation.pk, values={}, actor=ACTOR)
    with pytest.raises(Refused, match="started already"):
        bulk.cancel(operation_id=operation.pk, actor=ACTOR)


def test_a_cancelled_act_does_nothing(boss):
    rows = make_channels(1)
    operation = preview("close", rows, boss)
    bulk.cancel(operation_id=operation.pk, actor=ACTOR)
    work()
    assert (active(rows), BulkOperation.objects.get().state) == ([True], "cancelled")


def test_a_second_person_does_not_see_it(boss):
    operation = preview("close", make_channels(1), boss)
    other = make_user()
    assert list(scoped(other, BulkOperation)) == []
    assert list(scoped(operation.user, BulkOperation)) == [operation]


def test_every_step_is_on_the_audit_trail(boss):
    run(preview("close", make_channels(1), boss))
    moves = AuditLine.objects.filter(entity="foundation.bulkoperation").order_by("id")
    assert list(moves.values_list("act", "from_state", "to_state")) == [
        ("bulk.previewed", "", "preflight"),
        ("bulk.started", "preflight", "running"),
        ("bulk.finished", "running", "done"),
    ]
