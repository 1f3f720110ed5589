"""Replays are asked for in the console, worked off in turns that survive a kill, and open the way to activation."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.db import OperationalError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from fulfillment.models import ReplayChange, SourcingDecision, SourcingReplay, SourcingRuleSet
from fulfillment.services.replaying import running, working
from fulfillment.services.replaying.asking import ask_for_replay
from fulfillment.services.sourcing import rule_changes, source_orders
from oms.foundation.refusals import Refused
from orders.models import ChannelMembership
from tests.factories import NOW, make_actor, make_location, make_product, make_stock
from tests.fulfillment.shop import a_channel, some_orders

pytestmark = pytest.mark.django_db
ADD = "admin:fulfillment_sourcingreplay_add"


@pytest.fixture
def draft() -> SourcingRuleSet:
    """Return a draft that prefers deep stock, after five orders that went to the nearest."""
    tea = make_product("TEA")
    make_stock(tea, make_location("LDS", latitude=53.8, longitude=-1.55, daily_capacity=90), 30)
    make_stock(tea, make_location("LON", latitude=51.5, longitude=0.1), 90)
    for number, order in enumerate(some_orders([[(tea, 2)]] * 5)):
        actor = make_actor(now=NOW + timedelta(minutes=number))
        source_orders(order_ids=[order.pk], trigger="placed", actor=actor)
    row = rule_changes.create_draft(name="Deep stock first", actor=make_actor())
    row.prefer = "most_stock"
    row.save()
    return row


@pytest.fixture
def kim() -> User:
    """Return a person who may replay."""
    user = User.objects.create_user("kim", is_staff=True)
    names = ["view_sourcingreplay", "add_sourcingreplay", "view_order"]
    user.user_permissions.set(Permission.objects.filter(codename__in=names))
    return user


@pytest.fixture
def client(kim) -> Client:
    """Return that person, signed in."""
    client = Client()
    client.force_login(kim)
    return client


def asked(draft, kim, **changes) -> SourcingReplay:
    """Ask for a replay of the day."""
    told = {"begins": NOW - timedelta(hours=10), "ends": NOW + timedelta(hours=14)} | changes
    return ask_for_replay(rule_set_id=draft.pk, user_id=kim.pk, actor=make_actor(), **told)


def work(*, now=None) -> int:
    """Give a replay one turn."""
    return working.work_replays(make_actor(now=now or timezone.now()), 10)


def text(client, row) -> str:
    """Return the page of a replay with single blanks."""
    answer = client.get(reverse("admin:fulfillment_sourcingreplay_change", args=[row.pk]))
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


@pytest.mark.django_db(transaction=True)
def test_a_replay_ends_with_a_report_and_opens_the_way_to_activation(draft, kim, client) -> None:
    row = asked(draft, kim)
    assert "5 decisions wait for a worker." in text(client, row)
    assert work() == 1
    row = SourcingReplay.objects.get()
    assert (row.state, row.done, row.total, row.changed) == ("done", 5, 5, 5)
    assert row.sentence == "5 of 5 decisions reproduced. 5 orders would have ended otherwise."
    assert SourcingRuleSet.objects.get(pk=draft.pk).replayed_at is not None
    page = text(client, row)
    assert "LDS warehouse ships all 2 units" in page
    assert "LON warehouse ships all 2 units" in page
    assert "What was assumed" in page
    assert "reload.js" not in page
    assert work() == 0


@pytest.mark.django_db(transaction=True)
def test_turns_are_kept_and_another_worker_goes_on(draft, kim, client, monkeypatch) -> None:
    monkeypatch.setattr(working, "SECONDS", 0.0)
    monkeypatch.setattr(running, "WINDOW", 2)
    asked(draft, kim)
    seen = []
    while work():
        row = SourcingReplay.objects.get()
        seen.append((row.state, row.done))
        if row.done == 4:
            assert "4 of 5 decisions worked off." in text(client, row)
    assert seen == [("running", 2), ("running", 4), ("done", 5)]
    assert ReplayChange.objects.count() == SourcingReplay.objects.get().changed == 5
    assert SourcingReplay.objects.get().checkpoint is None


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_was_too_slow_writes_nothing(draft, kim, monkeypatch) -> None:
    row = asked(draft, kim)
    real = running.Replay.step

    def slow(self):
        """Lose the lease while deciding."""
        SourcingReplay.objects.update(lease_token="another")
        return real(self)

    monkeypatch.setattr(running.Replay, "step", slow)
    work()
    assert SourcingReplay.objects.get(pk=row.pk).state == "queued"
    assert not ReplayChange.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_what_kills_three_workers_ends_as_failed(draft, kim, client) -> None:
    row = asked(draft, kim)
    SourcingReplay.objects.update(crashes=2, lease_until=NOW, lease_token="dead:1")
    assert work() == 1
    row = SourcingReplay.objects.get(pk=row.pk)
    assert row.state == "failed"
    assert "The worker died on it again and again." in text(client, row)


@pytest.mark.django_db(transaction=True)
def test_a_busy_database_lets_it_wait(draft, kim, monkeypatch) -> None:
    asked(draft, kim)

    def busy(self):
        """Fail as a database does."""
        raise OperationalError("busy")

    monkeypatch.setattr(running.Replay, "step", busy)
    now = timezone.now()
    with pytest.raises(OperationalError):
        work(now=now)
    row = SourcingReplay.objects.get()
    assert (row.state, row.lease_until) == ("queued", None)
    assert row.next_try_at > now


@pytest.mark.django_db(transaction=True)
def test_a_record_that_is_not_reproduced_keeps_the_rules_shut(draft, kim, client) -> None:
    asked(draft, kim)
    SourcingDecision.objects.filter(pk=SourcingDecision.objects.latest("pk").pk).update(outcome_hash="0" * 64)
    work()
    row = SourcingReplay.objects.get()
    assert row.sentence.startswith("4 of 5 decisions reproduced. Different: decisions ")
    assert "cannot be activated by this replay" in text(client, row)
    assert SourcingRuleSet.objects.get(pk=draft.pk).replayed_at is None


@pytest.mark.django_db(transaction=True)
def test_days_of_which_nothing_is_left_to_check_keep_the_rules_shut(draft, kim) -> None:
    asked(draft, kim)
    SourcingDecision.objects.update(snapshot=b"")
    work()
    assert SourcingReplay.objects.get().sentence.endswith("no decision of these days is left to check.")
    assert SourcingRuleSet.objects.get(pk=draft.pk).replayed_at is None


@pytest.mark.django_db(transaction=True)
def test_rules_that_changed_meanwhile_have_to_be_replayed_anew(draft, kim) -> None:
    asked(draft, kim)
    draft = SourcingRuleSet.objects.get(pk=draft.pk)
    draft.max_parcels = 1
    draft.save()
    work()
    assert SourcingReplay.objects.get().sentence.endswith("replay them as they are now.")
    assert SourcingRuleSet.objects.get(pk=draft.pk).replayed_at is None


def test_days_without_a_decision_and_retired_rules_are_refused(draft, kim) -> None:
    with pytest.raises(Refused, match="Nothing was sourced in these days"):
        asked(draft, kim, begins=NOW - timedelta(days=9), ends=NOW - timedelta(days=8))
    with pytest.raises(Refused, match="ends before it begins"):
        asked(draft, kim, ends=NOW - timedelta(days=9))
    rule_changes.retire_rules(rule_set_id=draft.pk, actor=make_actor())
    with pytest.raises(Refused, match="retired"):
        asked(draft, kim)
    assert not SourcingReplay.objects.exists()


def test_it_is_asked_for_in_the_console(draft, client) -> None:
    page = client.get(f"{reverse(ADD)}?rule_set={draft.pk}")
    assert f'<option value="{draft.pk}" selected' in page.content.decode()
    days = {"rule_set": draft.pk, "first": "2026-11-22", "last": "2026-11-22"}
    answer = client.post(reverse(ADD), days)
    row = SourcingReplay.objects.get()
    assert answer.status_code == 302
    assert answer["Location"] == reverse("admin:fulfillment_sourcingreplay_change", args=[row.pk])
    assert (row.total, row.rules["prefer"]) == (5, "most_stock")
    listed = client.get(reverse("admin:fulfillment_sourcingreplay_changelist")).content.decode()
    assert "22 Nov 2026" in listed


def test_the_form_says_what_is_wrong(draft, client) -> None:
    days = {"rule_set": draft.pk, "first": "2026-01-01", "last": "2026-01-02"}
    answer = client.post(reverse(ADD), days)
    assert answer.status_code == 422
    assert "Nothing was sourced in these days" in answer.content.decode()
    assert client.post(reverse(ADD), {}).status_code == 422
    endless = client.post(reverse(ADD), {**days, "last": "9999-12-31"})
    assert endless.status_code == 422 and "Write a day of this century." in endless.content.decode()


def test_nobody_without_the_right_asks_for_one(draft) -> None:
    user = User.objects.create_user("ola", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename="view_sourcingreplay"))
    client = Client()
    client.force_login(user)
    assert client.get(reverse(ADD)).status_code == 403
    assert client.post(reverse(ADD), {"rule_set": draft.pk}).status_code == 403


@pytest.mark.django_db(transaction=True)
def test_orders_of_other_channels_are_not_named(draft, kim, client) -> None:
    row = asked(draft, kim)
    work()
    ChannelMembership.objects.create(user=kim, channel=a_channel("other").channel)
    page = text(client, row)
    assert "Side by side" in page
    assert "ships all 2 units" not in page
