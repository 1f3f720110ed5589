"""Acts on webhook endpoints and their deliveries."""

from collections.abc import Sequence

from django.db import IntegrityError, transaction

from oms.foundation.actions import refuse_unless
from oms.foundation.actor import Actor
from oms.foundation.audit import Act, record, record_many
from oms.foundation.http import check_target
from oms.foundation.refusals import Invalid, Refused
from oms.foundation.signing import new_secret
from oms.foundation.work import ring
from oms.outlets.conditions import HAS_LISTENER, IS_ENDED, IS_GIVEN_UP
from oms.outlets.locks import lock_delivery, lock_endpoint
from oms.outlets.models import WebhookDelivery, WebhookEndpoint
from oms.outlets.models.webhooks import DeliveryState
from oms.outlets.webhooks.kinds import KIND_NAMES
from oms.outlets.webhooks.noting import GIVE_UP_AFTER, QUEUE

MOST_ENDPOINTS, LONGEST_URL = 20, 500


def check_endpoint(*, url: str, kinds: Sequence[str]) -> None:
    """Refuse an address that may not be called and kinds of fact that nobody tells; asks the DNS.

    :raises Invalid: with the field at fault.
    """
    if len(url) > LONGEST_URL:
        raise Invalid(f"The address may have at most {LONGEST_URL} characters.", code="too_long", field="url")
    unknown = sorted(set(kinds) - set(KIND_NAMES))
    if unknown:
        known = ", ".join(KIND_NAMES)
        raise Invalid(f"Unknown kinds: {', '.join(unknown)}. Known: {known}.", code="unknown_kind", field="kinds")
    check_target(url)


def create_endpoint(
    *, account_id: int, url: str, kinds: Sequence[str] = (), actor: Actor
) -> tuple[WebhookEndpoint, str]:
    """Let an address be told of an account's facts; return it with its secret, which is shown only now.

    :raises Invalid: for an address that may not be called. :raises Refused: for one that is told already.
    """
    check_endpoint(url=url, kinds=kinds)
    secret = new_secret()
    try:
        with transaction.atomic():
            if WebhookEndpoint.objects.filter(account=account_id).count() >= MOST_ENDPOINTS:
                sentence = f"An account may have {MOST_ENDPOINTS} endpoints; delete one first."
                raise Refused(sentence, code="too_many_endpoints")
            endpoint = WebhookEndpoint.objects.create(
                account_id=account_id, url=url, kinds=sorted(set(kinds)), secret=secret, created_at=actor.now
            )
            record_many(actor, [Act("outlets.create_endpoint", endpoint, data={"url": url}, created=True)])
    except IntegrityError:
        raise Refused("This address is told already.", code="endpoint_exists", field="url") from None
    return endpoint, secret


@transaction.atomic
def delete_endpoint(*, endpoint_id: int, actor: Actor) -> None:
    """Stop telling an address, and forget what was on its way there."""
    endpoint = lock_endpoint(endpoint_id)
    record(actor, "outlets.delete_endpoint", endpoint, data={"url": endpoint.url})
    endpoint.delete()


@transaction.atomic
def replay_delivery(*, delivery_id: int, actor: Actor) -> WebhookDelivery:
    """Send a webhook again under its old id, for another day.

    :raises Refused: while it is tried anyway, or when its endpoint is switched off.
    """
    row = lock_delivery(delivery_id)
    refuse_unless(row, IS_ENDED, HAS_LISTENER)
    row.state, row.last_error, row.attempts, row.crashes = DeliveryState.WAITING, "", 0, 0
    row.next_try_at, row.lease_until, row.give_up_at = actor.now, None, actor.now + GIVE_UP_AFTER
    row.save(update_fields=["state", "last_error", "attempts", "crashes", "next_try_at", "lease_until", "give_up_at"])
    record(actor, "outlets.replay_delivery", row, note=row.kind)
    ring(QUEUE)
    return row


@transaction.atomic
def leave_delivery(*, delivery_id: int, reason: str = "", actor: Actor) -> WebhookDelivery:
    """Decide that a given-up webhook is not sent any more; raises :class:`Refused` for any other."""
    row = lock_delivery(delivery_id)
    refuse_unless(row, IS_GIVEN_UP)
    row.state = DeliveryState.LEFT
    row.save(update_fields=["state"])
    record(actor, "outlets.leave_delivery", row, note=reason or row.kind)
    return row
