"""Who sees which messages: those of the channels in scope; a key sees its own account's endpoints."""

from typing import Any

from django.db.models import Q

from oms.foundation.scope import scope_rule
from oms.outlets.models import Notification, NotificationRule, WebhookDelivery, WebhookEndpoint
from orders.queries import within_channels, within_orders


def _endpoints(principal: Any, path: str) -> Q:
    """Return the condition that an endpoint at ``path`` belongs to the principal."""
    account = getattr(principal, "account", None)
    if account is not None:
        return Q(**{f"{path}account": account.pk})
    return within_channels(principal, f"{path}account__channel")


@scope_rule(Notification)
def visible_mails(principal: Any) -> Q:
    """Show the mails of visible orders."""
    return within_orders(principal, "order__")


@scope_rule(NotificationRule)
def visible_rules(principal: Any) -> Q:
    """Show the rules of visible channels, and those of all channels."""
    return within_channels(principal, "channel") | Q(channel=None)


@scope_rule(WebhookEndpoint)
def visible_endpoints(principal: Any) -> Q:
    """Show the endpoints of the key's account, or of the person's channels."""
    return _endpoints(principal, "")


@scope_rule(WebhookDelivery)
def visible_deliveries(principal: Any) -> Q:
    """Show the deliveries of visible endpoints."""
    return _endpoints(principal, "endpoint__")
