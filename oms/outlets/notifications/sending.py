"""Sending mails: each at most once, because a second copy annoys a customer more than a missing one.

A row is marked as failed before the mail server is asked, with a word that its fate is unknown, and as sent after the
server has taken it. A worker that dies in between leaves a row that a person can send again. What fails before the
server has the mail, a closed door or a refused login, is tried again for about a day.
"""

import smtplib
from datetime import datetime

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.db.models import Q

from oms.foundation.actor import Actor
from oms.foundation.audit import record
from oms.foundation.claims import backoff, claim, error_text, still_ours
from oms.foundation.work import drainer, next_due_of
from oms.outlets.models import Notification
from oms.outlets.models.messages import NotificationState
from oms.outlets.notifications.kinds import KINDS, label_of
from oms.outlets.notifications.rendering import Mail, write_mail
from orders.models import Order

IS_WAITING = Q(state=NotificationState.WAITING)
BATCH, LEASE_SECONDS = 20, 300
MOST_TRIES, FIRST_WAIT, LONGEST_WAIT = 16, 60, 10_800
UNKNOWN = "the worker stopped while sending; look into the mail server's log before sending it again"
NOT_TAKEN = (
    smtplib.SMTPRecipientsRefused,
    smtplib.SMTPSenderRefused,
    smtplib.SMTPDataError,
    smtplib.SMTPHeloError,
    smtplib.SMTPNotSupportedError,
)


@drainer("notifications", next_due=next_due_of(Notification, IS_WAITING))
def send_notifications(actor: Actor, limit: int) -> int:
    """Send a batch of waiting mails over one connection and return how many were taken."""
    rows = claim(Notification.objects.filter(IS_WAITING), now=actor.now, limit=min(limit, BATCH), lease=LEASE_SECONDS)
    if not rows:
        return 0
    connection = get_connection()
    try:
        connection.open()
    except (smtplib.SMTPException, OSError) as error:
        for row in rows:
            _try_again(row, error, actor.now)
        return len(rows)
    try:
        for row in rows:
            _send(row, connection, actor)
    finally:
        connection.close()
    return len(rows)


def _send(row: Notification, connection: BaseEmailBackend, actor: Actor) -> None:
    """Send one mail and keep what came of it."""
    order = Order.objects.select_related("channel", "customer").get(pk=row.order_id)
    if row.kind not in KINDS or row.attempts > MOST_TRIES:
        _end(row, NotificationState.FAILED, note=row.last_error[:300] or "given up after many tries")
        return
    mail = write_mail(row, order)
    if not _begin(row, mail):
        return
    try:
        connection.send_messages([_message(row, mail, order, connection)])
    except NOT_TAKEN as error:
        _not_taken(row, error, actor.now)
    except (smtplib.SMTPException, OSError) as error:
        connection.close()
        _end(row, NotificationState.FAILED, note=f"{UNKNOWN} ({type(error).__name__})")
    else:
        _sent(row, actor)


@transaction.atomic
def _begin(row: Notification, mail: Mail) -> bool:
    """Keep the text and the worst outcome before the server is asked; False when another worker has the row."""
    if not still_ours(row):
        return False
    row.subject, row.body = mail.subject, mail.body
    row.state, row.note = NotificationState.FAILED, UNKNOWN
    row.save(update_fields=["subject", "body", "state", "note"])
    return True


def _message(row: Notification, mail: Mail, order: Order, connection: BaseEmailBackend) -> EmailMessage:
    """Return the mail with its sender and the marks of an automatic one."""
    sender = order.channel.sender_email or settings.DEFAULT_FROM_EMAIL
    headers = {"Auto-Submitted": "auto-generated", "X-Order": order.number, "X-Kind": row.kind}
    return EmailMessage(mail.subject, mail.body, sender, [row.recipient], headers=headers, connection=connection)


@transaction.atomic
def _sent(row: Notification, actor: Actor) -> None:
    """Note that the server has taken the mail."""
    row.state, row.note, row.last_error = NotificationState.SENT, "", ""
    row.sent_at, row.lease_until = actor.now, None
    row.save(update_fields=["state", "note", "last_error", "sent_at", "lease_until"])
    record(actor, "outlets.send_mail", row, note=f"mail to the customer: {label_of(row.kind)}")


def _not_taken(row: Notification, error: smtplib.SMTPException, now: datetime) -> None:
    """Try again after a passing refusal, give up after a final one."""
    refused = error.recipients.values() if isinstance(error, smtplib.SMTPRecipientsRefused) else ()
    codes = [getattr(error, "smtp_code", 0), *(answer[0] for answer in refused)]
    if max(codes) >= 500 or row.attempts >= MOST_TRIES:
        _end(row, NotificationState.FAILED, note=f"the mail server refused it ({max(codes) or type(error).__name__})")
    else:
        _try_again(row, error, now)


def _try_again(row: Notification, error: Exception, now: datetime) -> None:
    """Put the mail back for a later try, or give it up after about a day."""
    row.last_error = error_text(error)
    if row.attempts >= MOST_TRIES:
        _end(row, NotificationState.FAILED, note="the mail server could not be reached for a day")
        return
    row.state, row.note, row.lease_until = NotificationState.WAITING, "", None
    row.next_try_at = now + backoff(row.attempts, base=FIRST_WAIT, cap=LONGEST_WAIT)
    row.save(update_fields=["state", "note", "last_error", "lease_until", "next_try_at"])


def _end(row: Notification, state: str, *, note: str) -> None:
    """End the mail with a word about why."""
    row.state, row.note, row.lease_until = state, note[:300], None
    row.save(update_fields=["state", "note", "lease_until", "last_error"])
