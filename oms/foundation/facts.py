"""Facts: frozen, past tense, written to the outbox with the change they tell of, handled at least once."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, ClassVar, TypeVar

from oms.foundation.actor import Actor
from oms.foundation.inserts import insert_rows
from oms.foundation.models import OutboxEvent
from oms.foundation.models.queue import WAITING
from oms.foundation.work import ring

FLOW = "flow"


@dataclass(frozen=True, kw_only=True)
class Fact:
    """Something that happened: ids and plain values only. Subclasses name the stream they keep their order in."""

    STREAM: ClassVar[str] = ""

    at: datetime

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Register the kind of fact by its name."""
        super().__init_subclass__(**kwargs)
        KINDS[cls.__name__] = cls

    @property
    def stream(self) -> str:
        """Return the stream, such as ``order:12``."""
        return self.STREAM.format(**self.__dict__)

    @property
    def payload(self) -> dict[str, Any]:
        """Return the fact's values for JSON, without its moment."""
        values = asdict(self)
        values.pop("at")
        return values


KINDS: dict[str, type[Fact]] = {}
SomeFact = TypeVar("SomeFact", bound=Fact)
Handler = Callable[[list[Any], Actor], None]


@dataclass(frozen=True, slots=True)
class Subscription:
    """One handler of one kind of fact, with the name its handled marks carry."""

    name: str
    handle: Handler


SUBSCRIPTIONS: dict[str, list[Subscription]] = defaultdict(list)


def handles(*kinds: type[Fact]) -> Callable[[Handler], Handler]:
    """Subscribe a function of (facts, actor) to kinds of fact.

    It is called with many facts of one kind in one transaction of its own, those of one stream in their order, does no
    I/O but the database, and sees a fact again only if its transaction was rolled back.
    """

    def subscribe(function: Handler) -> Handler:
        """Remember the function under its dotted name."""
        name = f"{function.__module__}.{function.__qualname__}"
        for kind in kinds:
            if all(known.name != name for known in SUBSCRIPTIONS[kind.__name__]):
                SUBSCRIPTIONS[kind.__name__].append(Subscription(name, function))
        return function

    return subscribe


def publish(*facts: Fact) -> None:
    """Write the facts to the outbox in the caller's transaction; a worker is woken after the commit."""
    if not facts:
        return
    insert_rows(events_of(facts))
    ring(FLOW)


def events_of(facts: Iterable[Fact]) -> list[OutboxEvent]:
    """Return the unsaved outbox rows of facts, for a caller who inserts them together with others and rings."""
    return [
        OutboxEvent(
            stream=fact.stream,
            kind=type(fact).__name__,
            payload=fact.payload,
            occurred_at=fact.at,
            next_try_at=fact.at,
        )
        for fact in facts
    ]


def fact_of(event: OutboxEvent) -> Fact:
    """Return the fact that a stored event tells of."""
    return KINDS[event.kind](at=event.occurred_at, **event.payload)


def are_untold(*kinds: type[Fact]) -> bool:
    """Return whether a fact of one of the kinds has not reached all its handlers yet."""
    names = [kind.__name__ for kind in kinds]
    return OutboxEvent.objects.filter(state__in=WAITING, kind__in=names).exists()
