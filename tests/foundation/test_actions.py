"""Declared actions, and what may speak against them."""

import pytest
from django import forms
from django.contrib.auth.models import Permission
from django.db.models import Q

from oms.foundation import actions, objections, scope
from oms.foundation.actions import (
    Action,
    Condition,
    action_named,
    actions_of,
    cleaned,
    offers,
    refuse_unless,
    register,
    run_action,
    unmet,
)
from oms.foundation.locks import lock_row
from oms.foundation.refusals import Denied, Invalid, NotFound, Reason, Refused, StaleVersion
from orders.models import Channel
from tests.factories import NOW
from tests.foundation.rows import make_boss, make_channels, make_user

pytestmark = pytest.mark.django_db
IS_ACTIVE = Condition("is_active", lambda row: None if row.is_active else "The channel is closed; open it first.")
HAS_NAME = Condition("has_name", lambda row: None if row.name else "The channel has no name.")


class NewName(forms.Form):
    """What a channel is called."""

    name = forms.CharField(max_length=20)
    times = forms.IntegerField(required=False, min_value=1)

    def clean(self):
        """Refuse one name as a whole."""
        if self.cleaned_data.get("name") == "forbidden":
            raise forms.ValidationError("Not this one.", code="forbidden")
        return self.cleaned_data


def rename(*, channel_id, name, times, actor):
    """Rename a channel."""
    channel = lock_row(Channel, channel_id)
    refuse_unless(channel, IS_ACTIVE, HAS_NAME)
    channel.name = name
    channel.save(update_fields=["name"])
    if name == "half":
        raise Refused("Changed my mind.")
    return channel, actor


@pytest.fixture
def action(monkeypatch):
    """Declare the action ``rename``."""
    monkeypatch.setattr(actions, "ACTIONS", {})
    one = Action(
        model=Channel,
        name="rename",
        label="Rename",
        permission="orders.change_channel",
        service=rename,
        subject="channel_id",
        conditions=(IS_ACTIVE, HAS_NAME),
        form=NewName,
        irreversible="rename it again",
    )
    register(one)
    return one


@pytest.fixture
def channel():
    """Return a channel."""
    return make_channels(1)[0]


@pytest.fixture
def boss():
    """Return a person who may do everything."""
    return make_boss()


def clerk(*permissions):
    """Return a person with these permissions."""
    person = make_user()
    person.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    return person


def run(action, channel, principal, version=None, **data):
    """Run the action on the channel."""
    return run_action(action, principal=principal, lookup={"pk": channel.pk}, data=data, now=NOW, version=version)


def name_of(channel):
    """Return the name in the database."""
    return Channel.objects.get(pk=channel.pk).name


def test_it_runs_as_the_person_with_the_values_of_the_form(action, channel, boss):
    row, actor = run(action, channel, boss, name="New", times="3")
    assert (name_of(channel), row.pk) == ("New", channel.pk)
    assert (actor.kind, actor.id, actor.label, actor.now) == ("user", str(boss.pk), boss.username, NOW)


def test_without_the_permission_nothing_happens(action, channel):
    with pytest.raises(Denied, match=r"orders\.change_channel"):
        run(action, channel, clerk("view_channel"), name="New")
    assert name_of(channel) == channel.name


def test_the_permission_is_asked_before_the_row_is_looked_for(action, channel):
    channel.pk = 0
    with pytest.raises(Denied):
        run(action, channel, clerk(), name="New")


def test_a_row_out_of_scope_is_not_found(action, channel, monkeypatch):
    monkeypatch.setitem(scope.RULES, Channel, lambda principal: Q(code="mine"))
    with pytest.raises(NotFound, match="There is no channel"):
        run(action, channel, clerk("change_channel"), name="New")
    assert name_of(channel) == channel.name


def test_an_unknown_field_is_named(action, channel, boss):
    with pytest.raises(Invalid) as refused:
        run(action, channel, boss, name="New", nmae="x", colour="y")
    assert [(one.code, one.field) for one in refused.value.reasons] == [
        ("unknown_field", "colour"),
        ("unknown_field", "nmae"),
    ]
    assert name_of(channel) == channel.name


def test_every_fault_of_the_form_names_its_field(action, channel, boss):
    with pytest.raises(Invalid) as refused:
        run(action, channel, boss, name="x" * 21, times="0")
    assert [(one.field, one.code) for one in refused.value.reasons] == [("name", "max_length"), ("times", "min_value")]


def test_a_fault_of_the_whole_form_names_no_field(action):
    with pytest.raises(Invalid) as refused:
        cleaned(action, {"name": "forbidden"}, None)
    assert refused.value.reasons == [Reason("forbidden", "Not this one.", "")]


@pytest.mark.parametrize("value", [{"a": 1}, ["a"], [{}]])
def test_a_structure_where_a_word_belongs_is_refused(action, value):
    with pytest.raises(Invalid) as refused:
        cleaned(action, {"name": value}, None)
    assert [(one.field, one.code) for one in refused.value.reasons] == [("name", "invalid")]


def test_the_version_is_no_field_of_the_form(action):
    assert cleaned(action, {"name": "New", "version": 3}, None) == {"name": "New", "times": None}


def test_every_condition_that_does_not_hold_is_told(action, channel, boss):
    Channel.objects.update(is_active=False, name="")
    with pytest.raises(Refused) as refused:
        run(action, channel, boss, name="New")
    assert [one.code for one in refused.value.reasons] == ["is_active", "has_name"]
    assert refused.value.sentence == "The channel is closed; open it first. The channel has no name."
    assert refused.value.code == "is_active"


def test_a_refusal_takes_back_what_the_service_had_done(action, channel, boss):
    with pytest.raises(Refused, match="Changed my mind"):
        run(action, channel, boss, name="half")
    assert name_of(channel) == channel.name


def test_a_version_that_is_still_right_passes(action, channel, boss):
    run(action, channel, boss, version=0, name="New")
    assert name_of(channel) == "New"


def test_F93_stale_form_refused(action, channel, boss):
    Channel.objects.update(version=4)
    with pytest.raises(StaleVersion, match="you saw version 3, it is now 4"):
        run(action, channel, boss, version=3, name="New")
    assert name_of(channel) == channel.name


@pytest.mark.twin
def test_F93_without_the_version_the_newer_value_is_overwritten(action, channel, boss):
    Channel.objects.update(version=4, name="Newer")
    run(action, channel, boss, name="Older")
    assert name_of(channel) == "Older"


def test_an_unknown_action_names_the_known_ones(action):
    with pytest.raises(NotFound, match="There is no action “fly” here"):
        action_named(Channel, "fly")


def test_an_action_without_an_inverse_must_say_why():
    with pytest.raises(ValueError, match="neither its inverse nor why"):
        Action(model=Channel, name="x", label="X", permission="", service=rename, subject="channel_id")


def test_conditions_that_hold_give_no_reason(channel):
    assert unmet(channel, (IS_ACTIVE, HAS_NAME)) == []
    refuse_unless(channel, IS_ACTIVE, HAS_NAME)


class TestOffers:
    """The buttons of a page."""

    def test_an_open_one_has_no_reasons(self, action, channel, boss):
        (offer,) = offers(channel, boss)
        assert (offer.action, offer.allowed, offer.reasons) == (action, True, ())

    def test_a_closed_one_says_why(self, action, channel):
        channel.is_active = False
        (offer,) = offers(channel, clerk())
        assert [one.code for one in offer.reasons] == ["permission_denied", "is_active"]
        assert not offer.allowed

    def test_one_that_is_not_shown_is_left_out(self, channel, boss, monkeypatch):
        monkeypatch.setattr(actions, "ACTIONS", {})
        common = {"model": Channel, "permission": "x", "service": rename, "subject": "y", "irreversible": "z"}
        register(Action(name="b", label="B", **common), Action(name="a", label="A", shown=lambda row: False, **common))
        assert [one.action.name for one in offers(channel, boss)] == ["b"]
        assert [one.name for one in actions_of(Channel)] == ["b", "a"]

    def test_the_objections_of_other_rooms_close_it(self, action, channel, boss, monkeypatch):
        monkeypatch.setattr(objections, "OBJECTORS", {"orders.rename": [lambda ids: {channel.pk: [BUSY]}]})
        (offer,) = offers(channel, boss)
        assert offer.reasons == (BUSY,)


BUSY = Reason("busy", "It is on the truck.")
