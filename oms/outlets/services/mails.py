"""Acts on mails that a person decides about: sending one again, or leaving it unsent."""

from django.db import transaction

from oms.foundation.actions import refuse_unless
from oms.foundation.actor import Actor
from oms.foundation.audit import record
from oms.foundation.work import ring
from oms.outlets.conditions import HAS_ADDRESS, HAS_FAILED, IS_NOT_WAITING
from oms.outlets.locks import lock_notification
from oms.outlets.models import Notification
from oms.outlets.models.messages import NotificationState
from oms.outlets.notifications.kinds import label_of
from oms.outlets.notifications.noting import QUEUE, recipient_of


@transaction.atomic
def resend_mail(*, notification_id: int, actor: Actor) -> Notification:
    """Send a mail (again) to the address of today, whatever rule kept it back.

    :raises Refused: while it waits anyway, or without a usable address.
    """
    row = lock_notification(notification_id)
    refuse_unless(row, IS_NOT_WAITING, HAS_ADDRESS)
    row.recipient = recipient_of(row)[:254]
    row.state, row.note, row.last_error = NotificationState.WAITING, f"sent again by {actor.label}"[:300], ""
    row.attempts, row.crashes, row.next_try_at, row.lease_until = 0, 0, actor.now, None
    row.save(
        update_fields=["recipient", "state", "note", "last_error", "attempts", "crashes", "next_try_at", "lease_until"]
    )
    record(actor, "outlets.resend_mail", row, note=f"mail to the customer again: {label_of(row.kind)}")
    ring(QUEUE)
    return row


@transaction.atomic
def leave_mail(*, notification_id: int, reason: str = "", actor: Actor) -> Notification:
    """Decide that a failed mail is not sent any more; raises :class:`Refused` for any other."""
    row = lock_notification(notification_id)
    refuse_unless(row, HAS_FAILED)
    row.state, row.note = NotificationState.SUPPRESSED, f"left unsent by {actor.label}: {reason}".rstrip(": ")[:300]
    row.save(update_fields=["state", "note"])
    record(actor, "outlets.leave_mail", row, note=f"mail to the customer left unsent: {label_of(row.kind)}")
    return row
