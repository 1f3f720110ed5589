"""Locks of third parties and their messages, after those of whatever order is spoken of."""

from fulfillment.models import FulfillmentPartner, PartnerMessage
from oms.foundation.locks import lock_row


def lock_partner(pk: int) -> FulfillmentPartner:
    """Lock a third party, after whatever order is spoken of: its interchanges are numbered one by one."""
    return lock_row(FulfillmentPartner, pk)


def lock_partner_message(pk: int) -> PartnerMessage:
    """Lock a message of a third party, after the request that it speaks of."""
    return lock_row(PartnerMessage, pk)
