"""Preconditions of the acts of the roof, each with the sentence that says how to mend it."""

from oms.foundation.actions import Condition
from oms.outlets.models import Notification, WebhookDelivery
from oms.outlets.models.messages import NotificationState
from oms.outlets.models.webhooks import DeliveryState
from oms.outlets.notifications.noting import is_for_customer, is_usable, recipient_of

NO_SUPPLIER_ADDRESS = "location has no usable e-mail address; add it on its page"


def _not_waiting(row: Notification) -> str | None:
    """Return why the mail need not be sent again, or None."""
    return "It waits to be sent already." if row.state == NotificationState.WAITING else None


def _has_address(row: Notification) -> str | None:
    """Return why the mail cannot be sent, or None."""
    if is_usable(recipient_of(row)):
        return None
    who = "order has no usable e-mail address; correct it" if is_for_customer(row) else NO_SUPPLIER_ADDRESS
    return f"The {who} first."


def _is_dead(row: WebhookDelivery) -> str | None:
    """Return why the delivery needs no replay, or None."""
    return None if row.state != DeliveryState.WAITING else "It is tried again by itself."


def _is_given_up(row: WebhookDelivery) -> str | None:
    """Return why there is nothing to leave, or None."""
    if row.state == DeliveryState.DEAD:
        return None
    return f"It is {row.get_state_display()}; only what was given up can be left unsent."


def _has_failed(row: Notification) -> str | None:
    """Return why there is nothing to leave, or None."""
    if row.state == NotificationState.FAILED:
        return None
    return f"It is {row.get_state_display()}; only a mail that failed can be left unsent."


def _is_listened_to(row: WebhookDelivery) -> str | None:
    """Return why the delivery can reach nobody, or None."""
    return None if row.endpoint.is_active else "The endpoint is switched off; switch it on first."


IS_NOT_WAITING = Condition("already_waiting", _not_waiting)
HAS_ADDRESS = Condition("no_address", _has_address)
IS_ENDED = Condition("already_waiting", _is_dead)
IS_GIVEN_UP = Condition("not_given_up", _is_given_up)
HAS_FAILED = Condition("not_failed", _has_failed)
HAS_LISTENER = Condition("endpoint_off", _is_listened_to)
