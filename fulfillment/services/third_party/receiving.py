"""Files of third parties: stored before anything is done, each message once, and acknowledged as X12 wants it."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from fulfillment.events import PartnerMessageCame
from fulfillment.locks_partners import lock_partner
from fulfillment.models import FulfillmentPartner, PartnerMessage
from fulfillment.partners.x12 import acknowledgment as ack
from fulfillment.partners.x12.reading import read_interchanges
from fulfillment.partners.x12.shipping_advice import read_shipping_advice
from fulfillment.partners.x12.syntax import Group, Interchange, Party, TransactionSet, Unreadable
from fulfillment.services.third_party.telling import acknowledge, digest_of
from fulfillment.states_partners import MessageDirection
from oms.foundation.actor import Actor
from oms.foundation.audit import Act, record_many
from oms.foundation.facts import publish

READERS = {"945": read_shipping_advice, "997": ack.read_acknowledgment}


@dataclass(frozen=True, slots=True)
class Received:
    """What a file brought: messages that were new, and how many were here already."""

    new: Sequence[PartnerMessage]
    known: int


@transaction.atomic
def receive_file(*, partner_id: int, body: bytes, actor: Actor) -> Received:
    """Store the messages of a file, each once, write the acknowledgments that it asks for, and let them be read.

    A file that cannot be read, or is not from this partner to us, is stored as one message that needs a person.
    """
    partner = lock_partner(partner_id)
    try:
        interchanges = read_interchanges(body)
        for one in interchanges:
            _refuse_stranger(partner, one)
    except Unreadable as why:
        return _unread(partner, body, str(why), actor)
    new: list[PartnerMessage] = []
    known = 0
    for one in interchanges:
        for group in one.groups:
            fresh = [row for row in (_kept(partner, one, group, message, actor) for message in group.sets) if row]
            known += len(group.sets) - len(fresh)
            new += fresh
            if fresh and group.functional != ack.FUNCTIONAL:
                acknowledge(partner.pk, group, [_verdict(message) for message in group.sets], actor)
    publish(*(PartnerMessageCame(at=actor.now, partner_id=partner.pk, message_id=row.pk) for row in new))
    return Received(new, known)


def _refuse_stranger(partner: FulfillmentPartner, one: Interchange) -> None:
    """Raise :class:`Unreadable` for an interchange of somebody else, or for somebody else."""
    theirs, ours = Party(partner.their_qualifier, partner.their_id), Party(partner.our_qualifier, partner.our_id)
    if one.sender != theirs:
        raise Unreadable(1, f"(ISA) comes from {one.sender.id or 'nobody'}, not from {theirs.id or 'a known number'}.")
    if one.receiver != ours:
        raise Unreadable(1, f"(ISA) is for {one.receiver.id or 'nobody'}, not for {ours.id or 'us'}.")


def _unread(partner: FulfillmentPartner, body: bytes, why: str, actor: Actor) -> Received:
    """Keep a file that cannot be read, once."""
    row = _incoming(partner, "unread", digest_of(body), body, actor)
    if PartnerMessage.objects.filter(partner=partner, direction=row.direction, key=row.key).exists():
        return Received([], 1)
    row.ask_person(why=why)
    _store(row, actor)
    return Received([row], 0)


def _kept(
    partner: FulfillmentPartner, envelope: Interchange, group: Group, message: TransactionSet, actor: Actor
) -> PartnerMessage | None:
    """Store one message unless it is here already; the same numbers with another content are shown to a person."""
    body = envelope.alone(group, message).encode()
    key = f"{envelope.control}/{group.control}/{message.control}"
    before = PartnerMessage.objects.filter(partner=partner, direction=MessageDirection.IN)
    earlier = before.filter(key=key).first()
    row = _incoming(partner, message.kind[:12], key, body, actor)
    row.sentence = " ".join((*envelope.remarks, *group.remarks))[:300]
    if earlier is not None and bytes(earlier.body) == body:
        return None
    if earlier is not None:
        row.key = f"{key[:40]}/{digest_of(body)[:16]}"
        if before.filter(key=row.key).exists():
            return None
        row.ask_person(why=f"Its numbers {key} came before with another content; compare both, then say what is true.")
    elif message.fault is not None:
        row.ask_person(why=message.fault.sentence)
    _store(row, actor)
    return row


def _verdict(message: TransactionSet) -> ack.Verdict:
    """Return whether a message can be read, as its sender is told."""
    refused = ack.Verdict(message.kind, message.control, ack.REFUSED, ack.SEGMENTS_IN_ERROR)
    if message.fault is not None:
        return ack.Verdict(message.kind, message.control, ack.REFUSED, message.fault.code)
    if message.kind not in READERS:
        return ack.Verdict(message.kind, message.control, ack.REFUSED, "1")
    try:
        READERS[message.kind](message)
    except Unreadable:
        return refused
    return ack.Verdict(message.kind, message.control)


def _incoming(partner: FulfillmentPartner, kind: str, key: str, body: bytes, actor: Actor) -> PartnerMessage:
    """Return an unsaved message of a partner."""
    direction = MessageDirection.IN
    return PartnerMessage(
        partner=partner, direction=direction, kind=kind, key=key[:64], body=body, created_at=actor.now
    )


def _store(row: PartnerMessage, actor: Actor) -> None:
    """Save a message that came, and write it on the timeline."""
    row.save()
    note = f"{row} from {row.partner}. {row.sentence}".strip()
    record_many(actor, [Act("fulfillment.partner_told", row, note, created=True)])
