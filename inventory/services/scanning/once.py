"""What a handheld sends of stock work: each reading counts once, and what was scanned so far is remembered."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction

from inventory.models import BinScan, Location
from inventory.services.bin_counts.taking import InHands
from oms.foundation.actor import Actor
from oms.foundation.locks import lock_row
from oms.foundation.refusals import Refused

OK, DONE, WRONG = "ok", "done", "wrong"
HELD_FOR = timedelta(minutes=15)
"""So long after the last scan a handheld remembers what was scanned before."""


@dataclass(frozen=True, slots=True)
class Hand:
    """What was scanned and not carried yet: a bin, pieces of a product, the count that goes on, or no delivery.

    ``lot`` is which lot or serial number the pieces are of, ``asks`` what has to be scanned of them next.
    """

    bin: str = ""
    sku: str = ""
    quantity: int = 0
    count: int = 0
    loose: bool = False
    lot: str = ""
    asks: str = ""


EMPTY = Hand()
NOTHING_ASKED = {"sku": "", "quantity": 0, "lot": "", "asks": ""}


@dataclass(frozen=True, slots=True)
class Read:
    """What a handheld read: a key of its own, so that it may be sent again, and when by its own clock."""

    key: UUID
    work: str
    code: str = ""
    quantity: int = 1
    read_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of it, and what is in hand now: ``ok`` goes on, ``done`` is booked, ``wrong`` changed nothing."""

    tone: str
    sentence: str
    hand: Hand = EMPTY


@dataclass(frozen=True, slots=True)
class Scan:
    """One reading with all that it is judged by."""

    read: Read
    hand: Hand
    place: Location
    person_id: int
    in_hands: InHands
    actor: Actor

    @property
    def quantity(self) -> int:
        """Return how many pieces it says."""
        return self.read.quantity

    def added(self, sku: str) -> int:
        """Return the pieces of a product that are in hand with this reading.

        :raises Refused: while another product is in hand.
        """
        if self.hand.sku and self.hand.sku != sku:
            sentence = f"{self.hand.quantity} × {self.hand.sku} are in hand: first scan their bin, or tap “Start anew”."
            raise Refused(sentence, code="hand_full")
        return self.hand.quantity + self.quantity if self.hand.sku else self.quantity

    def keeps(self, tone: str, sentence: str, **changes: object) -> Answer:
        """Return an answer after which what is in hand has changed so."""
        return Answer(tone, sentence, replace(self.hand, **changes))  # type: ignore[arg-type]


Act = Callable[[Scan], Answer]


@transaction.atomic
def once(*, location_id: int, person_id: int, read: Read, act: Act, in_hands: InHands, actor: Actor) -> Answer:
    """Do what was read, or answer as the first time; what is refused is remembered too and changes nothing.

    A person's readings are taken one after the other, whatever number of handhelds they have.
    """
    lock_row(User, person_id)
    earlier = BinScan.objects.filter(key=read.key).first()
    if earlier is not None:
        return Answer(earlier.tone, earlier.sentence, Hand(**earlier.hand))
    place = Location.objects.get(pk=location_id)
    hand = hand_of(person_id=person_id, location_id=location_id, work=read.work, now=actor.now)
    try:
        with transaction.atomic():
            answer = act(Scan(read, hand, place, person_id, in_hands, actor))
    except Refused as refusal:
        answer = Answer(WRONG, refusal.sentence, hand)
    BinScan.objects.create(
        key=read.key,
        location=place,
        person_id=person_id,
        work=read.work,
        code=read.code[:64],
        quantity=read.quantity,
        tone=answer.tone,
        sentence=answer.sentence[:300],
        hand=asdict(answer.hand),
        at=actor.now,
        read_at=read.read_at,
    )
    return answer


def hand_of(*, person_id: int, location_id: int, work: str, now: datetime) -> Hand:
    """Return what a person has in hand at a location for one kind of work; nothing a while after the last scan."""
    mine = BinScan.objects.filter(person=person_id, location=location_id, work=work, at__gt=now - HELD_FOR)
    last = mine.order_by("-id").first()
    return Hand(**last.hand) if last else EMPTY


def drop_hand(scan: Scan) -> Answer:
    """Forget what was scanned, while something is asked of it that alone; what was booked stays."""
    if scan.hand.asks:
        return scan.keeps(OK, f"{scan.hand.sku} is put down again. Scan on.", **NOTHING_ASKED)
    return Answer(OK, "Start anew.")
