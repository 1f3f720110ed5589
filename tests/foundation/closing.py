"""Closing and opening channels: declared acts for the tests of bulk acts."""

from datetime import timedelta

from django import forms
from django.utils import timezone

from oms.foundation import actions, bulk
from oms.foundation.actions import Action, Condition
from oms.foundation.locks import lock_row
from orders.models import Channel
from tests.factories import make_actor

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


def declare(services):
    """Declare two acts on channels, each the other's inverse, and one that cannot be taken back."""
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
