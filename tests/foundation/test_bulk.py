"""Acts on many rows."""

from datetime import timedelta

import pytest
from django import forms
from django.contrib.auth.models import Permission
from django.db import OperationalError
from django.utils import timezone

from oms.foundation import actions, bulk, objections
from oms.foundation.actions import Action, Condition
from oms.foundation.locks import lock_row
from oms.foundation.models import AuditLine, BulkItem, BulkOperation
from oms.foundation.refusals import Reason, Refused
from oms.foundation.scope import scoped
from orders.models import Channel
from tests.factories import make_actor
from tests.foundation.rows import make_boss, make_channels, make_user

pytestmark = pytest.mark.django_db
NOW = timezone.now()
ACTOR = make_actor(now=NOW)
IS_ACTIVE = Condition("is_active", lambda row: None if row.is_active else "It is closed already.")


class Why(forms.Form):
    """Why a channel is closed."""

    reason = forms.CharField(required=False)


class Shop:
    """The services behind the actions of these tests."""

    def __init__(self):
        self.trouble: dict[str, Exception] = {}

    def close(self, *, channel_id, reason="", actor):
        """Close a channel."""
        channel = lock_row(Channel, channel_id)
        actions.refuse_unless(channel, IS_ACTIVE)
        channel.is_active, channel.name = False, f"closed {reason}".strip()
        channel.save(update_fields=["is_active", "name"])
        if channel.code in self.trouble:
            raise self.trouble[channel.code]

    def open(self, *, channel_id, actor):
        """Open it again."""
        channel = lock_row(Channel, channel_id)
        channel.is_active = True
        channel.save(update_fields=["is_active"])


@pytest.fixture
def shop(monkeypatch):
    """Declare two acts on channels, each the other's inverse, and one that cannot be taken back."""
    services = Shop()
    monkeypatch.setattr(actions, "ACTIONS", {})
    common = {"model": Channel, "permission": "orders.change_channel", "subject": "channel_id"}
    actions.register(
        Action(
            name="close",
            label="Close",
            service=services.close,
            conditions=(IS_ACTIVE,),
            form=Why,
            inverse="open",
            **common,
        ),
        Action(name="open", label="Open", service=services.open, inverse="close", **common),
        Action(name="wipe", label="Wipe", service=services.open, irreversible="it is gone", **common),
    )
    return services


@pytest.fixture
def boss(shop):
    """Return a person who may do everything."""
    return make_boss()


def preview(name, rows, person, **options):
    """Preview an act."""
    return bulk.preview(
        action=actions.action_named(Channel, name),
        ids=[row.pk for row in rows],
        principal=person,
        actor=ACTOR,
        **options,
    )


def run(operation, *, minutes=0, **values):
    """Start an operation and work until it has ended."""
    bulk.start(operation_id=operation.pk, values=values, actor=ACTOR)
    work(minutes=minutes)
    operation.refresh_from_db()
    return operation


def work(*, minutes=0):
    """Work off what is due so many minutes from now."""
    while bulk.run_operations(ACTOR.at(timezone.now() + timedelta(minutes=minutes)), 100):
        pass


def active(rows):
    """Return which of the channels are active."""
    return [Channel.objects.get(pk=row.pk).is_active for row in rows]


def test_a_preview_counts_what_is_ready_and_says_why_the_rest_is_not(boss):
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


def test_too_many_rows_are_refused(boss, monkeypatch):
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
    assert operation.items.all()[1].message == "It failed and nothing was changed (ZeroDivisionError)."


def test_a_busy_database_leaves_the_row_for_the_next_try(boss, shop):
    rows = make_channels(2)
    shop.trouble[rows[0].code] = OperationalError("deadlock")
    operation = preview("close", rows, boss)
    with pytest.raises(OperationalError):
        run(operation)
    assert active(rows) == [True, True]
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
    for minutes in range(12):
        with pytest.raises(KeyboardInterrupt):
            work(minutes=minutes)
    work(minutes=12)
    assert active(rows) == [True, False]
    assert BulkOperation.objects.get().state == "partly_done"


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


class TestTakingBack:
    """The inverse of an act that has run."""

    def undo(self, operation, person):
        """Preview the inverse."""
        return bulk.undo_preview(operation_id=operation.pk, principal=person, actor=ACTOR)

    def test_it_runs_on_the_rows_that_were_done_alone(self, boss):
        rows = make_channels(3)
        Channel.objects.filter(pk=rows[0].pk).update(is_active=False)
        operation = run(preview("close", rows, boss))
        back = run(self.undo(operation, boss))
        operation.refresh_from_db()
        assert (back.action, back.state, operation.state) == ("open", "done", "undone")
        assert active(rows) == [False, True, True]

    def test_it_happens_once(self, boss):
        operation = run(preview("close", make_channels(1), boss))
        run(self.undo(operation, boss))
        with pytest.raises(Refused, match="nothing to take back"):
            self.undo(operation, boss)

    def test_it_can_be_thought_over(self, boss):
        rows = make_channels(1)
        operation = run(preview("close", rows, boss))
        bulk.cancel(operation_id=self.undo(operation, boss).pk, actor=ACTOR)
        run(self.undo(operation, boss))
        assert active(rows) == [True]

    def test_an_inverse_that_was_refused_everywhere_takes_nothing_back(self, boss):
        operation = run(preview("open", make_channels(1), boss))
        back = self.undo(operation, boss)
        Channel.objects.update(is_active=False)
        assert run(back).state == "partly_done"
        operation.refresh_from_db()
        assert operation.state == "done"

    def test_an_act_without_an_inverse_says_why(self, boss):
        operation = run(preview("wipe", make_channels(1), boss))
        with pytest.raises(Refused, match="cannot be taken back: it is gone"):
            self.undo(operation, boss)

    def test_an_act_that_has_not_run_has_nothing_to_take_back(self, boss):
        with pytest.raises(Refused, match="nothing to take back"):
            self.undo(preview("close", make_channels(1), boss), boss)


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
