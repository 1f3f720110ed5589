"""Sending mails: each at most once, because a second copy annoys a customer more than a missing one.

A row is marked as failed before the mail server is asked, with a word that its fate is unknown, and as sent after the
server has taken it. A worker that dies in between leaves a row that a person can send again. What fails before the
server has the mail, a closed door or a refused login, is tried again for about a day.
"""

import smtplib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.db.models import Q

from oms.foundation.actor import Actor
from oms.foundation.audit import record
from oms.foundation.claims import backoff, claim, error_text, still_ours, worn_out
from oms.foundation.questions import next_due_of
from oms.foundation.work import drainer
from oms.outlets.models import Notification
from oms.outlets.models.messages import NotificationState
from oms.outlets.notifications.kinds import KINDS, label_of, whom
from oms.outlets.notifications.rendering import Mail, write_mail
from oms.outlets.notifications.subjects import subjects_of
from orders.models import Order

IS_WAITING = Q(state=NotificationState.WAITING)
BATCH, LEASE_SECONDS = 20, 300
MOST_TRIES, LONGEST_WAIT = 16, 10_800
UNKNOWN = "the worker stopped while sending; look into the mail server's log before sending it again"
WORN_OUT = "the worker stopped three times before the mail was sent; look at the order, then send it again"
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
    for row in rows:
        if worn_out(row):
            _end(row, NotificationState.FAILED, note=WORN_OUT)
    fresh = [row for row in rows if not worn_out(row)]
    if fresh:
        _send_all(fresh, actor)
    return len(rows)


def _send_all(rows: Sequence[Notification], actor: Actor) -> None:
    """Send mails over one connection; when the server cannot be reached, all of them later."""
    connection = get_connection()
    try:
        connection.open()
    except (smtplib.SMTPException, OSError) as error:
        for row in rows:
            _try_again(row, error, actor.now)
        return
    try:
        _Round(connection, actor).send(rows)
    finally:
        connection.close()


class _Round:
    """Mails over one connection: the word that one was sent and the word that the next begins are one transaction."""

    def __init__(self, connection: BaseEmailBackend, actor: Actor) -> None:
        self.connection, self.actor = connection, actor
        self.taken: Notification | None = None

    def send(self, rows: Sequence[Notification]) -> None:
        """Send the mails one after the other, and keep what came of each."""
        orders = Order.objects.select_related("channel", "customer").prefetch_related("lines")
        known = orders.in_bulk({row.order_id for row in rows})
        subjects = subjects_of(rows, self.actor.now)
        try:
            for row in rows:
                self._send(row, known[row.order_id], subjects[row.pk])
        finally:
            if self.taken:
                with transaction.atomic():
                    self._note_taken(self.taken)

    def _send(self, row: Notification, order: Order, subject: Mapping[str, Any]) -> None:
        """Send one mail."""
        if row.kind not in KINDS or row.attempts > MOST_TRIES:
            _end(row, NotificationState.FAILED, note=row.last_error[:300] or "given up after many tries")
            return
        mail = write_mail(row, order, subject)
        if not self._begin(row, mail):
            return
        try:
            self.connection.send_messages([_message(row, mail, order, self.connection)])
        except NOT_TAKEN as error:
            _not_taken(row, error, self.actor.now)
        except (smtplib.SMTPException, OSError) as error:
            self.connection.close()
            _end(row, NotificationState.FAILED, note=f"{UNKNOWN} ({type(error).__name__})")
        else:
            self.taken = row

    def _begin(self, row: Notification, mail: Mail) -> bool:
        """Keep the text and the worst outcome before the server is asked; False when another worker has the row."""
        with transaction.atomic():
            if self.taken:
                self._note_taken(self.taken)
            ours = still_ours(row)
            if ours:
                row.subject, row.body = mail.subject, mail.kept
                row.state, row.note = NotificationState.FAILED, UNKNOWN
                row.save(update_fields=["subject", "body", "state", "note"])
        self.taken = None  # only now: what was rolled back is noted again
        return ours

    def _note_taken(self, row: Notification) -> None:
        """Note that the server has taken the mail before."""
        row.state, row.note, row.last_error = NotificationState.SENT, "", ""
        row.sent_at, row.lease_until = self.actor.now, None
        row.save(update_fields=["state", "note", "last_error", "sent_at", "lease_until"])
        record(self.actor, "outlets.send_mail", row, note=f"mail to {whom(row.kind)}: {label_of(row.kind)}")


def _message(row: Notification, mail: Mail, order: Order, connection: BaseEmailBackend) -> EmailMessage:
    """Return the mail with its sender and the marks of an automatic one."""
    sender = order.channel.sender_email or settings.DEFAULT_FROM_EMAIL
    headers = {"Auto-Submitted": "auto-generated", "X-Order": order.number, "X-Kind": row.kind}
    message = EmailMessage(mail.subject, mail.body, sender, [row.recipient], headers=headers, connection=connection)
    if mail.attached:
        message.attach(*mail.attached, "text/csv")
    return message


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
    row.next_try_at = now + backoff(row.attempts, base=settings.MAIL_RETRY_SECONDS, cap=LONGEST_WAIT)
    row.save(update_fields=["state", "note", "last_error", "lease_until", "next_try_at"])


def _end(row: Notification, state: str, *, note: str) -> None:
    """End the mail with a word about why."""
    row.state, row.note, row.lease_until = state, note[:300], None
    row.save(update_fields=["state", "note", "lease_until", "last_error"])
