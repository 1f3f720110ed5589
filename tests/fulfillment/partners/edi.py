"""The other side of EDI in tests: what a warehouse writes to us, in its own name."""

from datetime import UTC, datetime
from itertools import count

from fulfillment.models import FulfillmentPartner, PartnerMessage
from fulfillment.partners.x12.acknowledgment import TAKEN, Verdict, write_acknowledgment
from fulfillment.partners.x12.reading import read_interchanges
from fulfillment.partners.x12.syntax import Party
from fulfillment.partners.x12.writing import Envelope, Message, Row, write_interchange
from fulfillment.services.third_party.receiving import Received, receive_file
from fulfillment.services.third_party.settling import settle_message
from inventory.models import Location
from tests.factories import make_actor

numbers = count(1)
US, THEM = Party("ZZ", "OURSHOP"), Party("ZZ", "LEEDS3PL")


def edi_partner(place: Location, **fields: object) -> FulfillmentPartner:
    """Set up the third party at a location, which speaks EDI."""
    return FulfillmentPartner.objects.create(
        **{"location": place, "way": "edi", "our_id": US.id, "their_id": THEM.id} | fields
    )


def advice(number: str, sent: dict[str, int], tracking: tuple[str, ...] = (), lot: str = "") -> Message:
    """Return an advice that says which pieces of a request were sent."""
    rows: list[Row] = [("W06", "F", number, "", "REF-9"), ("W27", "M", "UPSN")]
    rows += [("MAN", "CP", one) for one in tracking]
    for place, (sku, pieces) in enumerate(sent.items(), 1):
        rows += [("LX", str(place)), ("W12", "CC", str(pieces), str(pieces), "", "EA", "", "SK", sku, lot)]
    return Message("945", rows)


def file_of(*messages: Message, functional: str = "SW", control: int = 0) -> bytes:
    """Return a file of theirs; it has a number of its own unless one is named."""
    at = datetime(2026, 11, 22, 11, tzinfo=UTC)
    envelope = Envelope(THEM, US, control or next(numbers), at)
    return write_interchange(envelope, functional, messages).encode()


def acknowledged(message: PartnerMessage, status: str = TAKEN) -> bytes:
    """Return their acknowledgment of a message of ours."""
    (interchange,) = read_interchanges(bytes(message.body))
    (group,) = interchange.groups
    verdicts = [Verdict(one.kind, one.control, status) for one in group.sets]
    return file_of(write_acknowledgment(group, verdicts), functional="FA")


def came(partner: FulfillmentPartner, body: bytes) -> Received:
    """Let a file of theirs come and be done."""
    told = receive_file(partner_id=partner.pk, body=body, actor=make_actor("3PL"))
    for row in told.new:
        settle_message(message_id=row.pk, actor=make_actor("3PL"))
    return told


def written(partner: FulfillmentPartner, kind: str) -> list[PartnerMessage]:
    """Return what was written to them, oldest first."""
    return list(PartnerMessage.objects.filter(partner=partner, direction="out", kind=kind).order_by("pk"))


def newest(partner: FulfillmentPartner) -> PartnerMessage:
    """Return what came last from them."""
    return PartnerMessage.objects.filter(partner=partner, direction="in").latest("pk")
