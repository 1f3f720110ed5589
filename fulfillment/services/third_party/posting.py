"""Files that third parties post: known by the code of their location, signed, stored in the inbox, then read."""

from fulfillment.models import FulfillmentPartner
from fulfillment.services.third_party.receiving import receive_file
from fulfillment.states_partners import PartnerWay
from oms.foundation.actor import Actor
from oms.foundation.inbox import Ignored, Sender, consumes, knows_senders
from oms.foundation.models import InboxMessage

KIND, PREFIX = "x12", "3pl-"


@knows_senders
def partner_named(code: str) -> Sender | None:
    """Return the third party that speaks EDI, is in use, and posts under a code such as 3pl-LEEDS."""
    if not code.startswith(PREFIX):
        return None
    partner = _partner(code)
    if partner is None:
        return None
    return Sender(code, KIND, partner.secret.split(), f"partner:{partner.pk}", str(partner.pk))


def _partner(code: str) -> FulfillmentPartner | None:
    """Return the third party at the location whose code stands behind the prefix."""
    rows = FulfillmentPartner.objects.filter(way=PartnerWay.EDI, is_active=True)
    return rows.filter(location__code=code.removeprefix(PREFIX)).first()


@consumes(KIND)
def read_posted(message: InboxMessage, actor: Actor) -> None:
    """Store the messages of a posted file, each once, and let them be read."""
    partner = _partner(message.account)
    if partner is None:
        raise Ignored(f"no 3PL {message.account}")
    receive_file(partner_id=partner.pk, body=bytes(message.body), actor=Actor.system("3PL", now=actor.now))
