"""A tower with bells: facts and a handler for the tests of the relay."""

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from django.utils import timezone

from oms.foundation import relay
from oms.foundation.facts import Fact, publish
from oms.foundation.models import OutboxEvent
from orders.models import Channel
from tests.factories import make_actor

NOW = timezone.now()
ACTOR = make_actor(now=NOW)


@dataclass(frozen=True, kw_only=True)
class Rang(Fact):
    """A bell of a tower rang."""

    STREAM: ClassVar[str] = "tower:{tower}"

    tower: int
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Cracked(Rang):
    """A bell of a tower broke."""


class Ears:
    """A handler that writes a row for each note, so that its effect is one of the database."""

    def __init__(self):
        self.calls: list[list[str]] = []
        self.poison: set[str] = set()

    def hear(self, told, actor):
        """Keep the notes, or fail at a poison one after the effect."""
        self.calls.append([fact.note for fact in told])
        for fact in told:
            Channel.objects.create(code=f"t{fact.tower}-{fact.note}", name=fact.note)
            if fact.note in self.poison:
                raise ValueError("cannot bear it")

    def fail(self, told, actor):
        """Fail at a poison note, else do nothing."""
        self.calls.append([fact.note for fact in told])
        if self.poison:
            raise ValueError

    @property
    def effects(self):
        """Return the notes that had their effect, in its order."""
        return list(Channel.objects.order_by("id").values_list("name", flat=True))


def ring(*notes, tower=1, kind=Rang):
    """Publish one fact for each note."""
    publish(*[kind(at=NOW, tower=tower, note=note) for note in notes])


def run(*, minutes=0, limit=200):
    """Deliver what is due so many minutes from now."""
    return relay.relay(ACTOR.at(NOW + timedelta(minutes=minutes)), limit)


def states():
    """Return the states in the order of publication."""
    return list(OutboxEvent.objects.order_by("id").values_list("state", flat=True))
