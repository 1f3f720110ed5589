"""What demand does when it hears of something, and what the clock makes it do."""

from django.db.models import Q

from oms.foundation.actor import Actor
from oms.foundation.inbox import consumes
from oms.foundation.models import InboxMessage
from oms.foundation.questions import next_due_of
from oms.foundation.work import drainer, periodic
from orders.models import PaymentEvent
from orders.payments import sandbox_events
from orders.services import asking, holds, payments
from orders.states import OPEN_OUTCOMES


@drainer("payments", next_due=next_due_of(PaymentEvent, Q(outcome__in=OPEN_OUTCOMES)))
def ask_gateways(actor: Actor, limit: int) -> int:
    """Ask the gateways what is due."""
    return asking.ask_gateways(_money(actor), limit)


@drainer("payments", next_due=sandbox_events.next_event_due, due=sandbox_events.due_events)
def send_sandbox_events(actor: Actor, limit: int) -> int:
    """Let the sandbox gateway send its events."""
    return sandbox_events.send_events(_money(actor), limit)


@consumes(sandbox_events.KIND)
def hear_sandbox(message: InboxMessage, actor: Actor) -> None:
    """Settle what the sandbox gateway tells."""
    asking.hear_event("sandbox", message, _money(actor))


@periodic("expire_authorizations", seconds=900)
def expire_authorizations(actor: Actor) -> str:
    """Warn of promises of money that run out, and end those that have."""
    return payments.expire_authorizations(_money(actor))


@periodic("expire_holds", seconds=300)
def expire_holds(actor: Actor) -> str:
    """End holds that a customer asked for and whose time is over."""
    return holds.expire_holds(Actor.system("holds", now=actor.now))


def _money(actor: Actor) -> Actor:
    """Return the payment desk as the one who acts."""
    return Actor.system("payments", now=actor.now)
