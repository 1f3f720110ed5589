"""What the roof does when something happened: it notes mails and webhooks, which their drainers send."""

from typing import Any

from oms.foundation.actor import Actor
from oms.foundation.facts import handles
from oms.outlets.notifications import sending as mails
from oms.outlets.notifications.kinds import TOLD_FACTS as MAILED_FACTS
from oms.outlets.notifications.noting import note_mails
from oms.outlets.webhooks import sending as webhooks
from oms.outlets.webhooks.kinds import TOLD_FACTS as HOOKED_FACTS
from oms.outlets.webhooks.noting import note_webhooks

DRAINERS = (mails.send_notifications, webhooks.send_webhooks)


@handles(*MAILED_FACTS)
def tell_customers(facts: list[Any], actor: Actor) -> None:
    """Note the mails that facts call for."""
    note_mails(facts, actor)


@handles(*HOOKED_FACTS)
def tell_systems(facts: list[Any], actor: Actor) -> None:
    """Note the webhooks that facts call for."""
    note_webhooks(facts, actor)
