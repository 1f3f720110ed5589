"""The sandboxes as companies of their own: another process keeps their book, and loses answers like a network does."""

import http.client
import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from fulfillment.carriers.gateway import BoughtLabel, CarrierRefused, CarrierUnreachable, Parcel
from fulfillment.carriers.sandbox import SandboxCarrier
from orders.payments.gateway import OK, Answer, AnswerLost, Ask
from orders.payments.sandbox import PROMISE_LASTS, SandboxGateway

PATIENCE = 1.0
DOCUMENT = b"%PDF-1.4 a label\n%%EOF"


class NoAnswer(Exception):
    """The other side did not answer, or answered that it cannot."""


def ask_outside(path: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """Post to the outside world and return status and answer; raises :class:`NoAnswer`."""
    host, _, port = settings.OUTSIDE.partition(":")
    line = http.client.HTTPConnection(host, int(port), timeout=PATIENCE)
    try:
        line.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
        answer = line.getresponse()
        text = answer.read()
    except (OSError, http.client.HTTPException) as error:
        raise NoAnswer(type(error).__name__) from error
    finally:
        line.close()
    if answer.status >= 500 or answer.status == 429:
        raise NoAnswer(str(answer.status))
    return answer.status, json.loads(text)


class Gateway(SandboxGateway):
    """The sandbox gateway, its book kept outside."""

    def _do(self, ask: Ask) -> Answer:
        """Ask outside; silence is a lost answer."""
        try:
            _, told = ask_outside("/gateway/do", {**asdict(ask), "now": ask.now.isoformat()})
        except NoAnswer as silence:
            raise AnswerLost(f"no answer to {ask.key}: {silence}") from silence
        return _answer(told, ask)

    def find_by_key(self, ask: Ask) -> Answer | None:
        """Ask outside what became of the key."""
        try:
            status, told = ask_outside("/gateway/find", {"key": ask.key})
        except NoAnswer as silence:
            raise AnswerLost(f"no answer about {ask.key}: {silence}") from silence
        return _answer(told, ask) if status == 200 else None


def _answer(told: dict[str, Any], ask: Ask) -> Answer:
    """Return what was told as the product's own type."""
    promised = ask.kind == "authorize" and told["status"] == OK
    return Answer(
        outcome=told["status"],
        transaction_id=told["transaction_id"],
        amount=told["amount"],
        code=told["code"],
        message=told["message"],
        expires_at=ask.now + PROMISE_LASTS if promised else None,
    )


class Carrier(SandboxCarrier):
    """The sandbox carrier, its book kept outside; it knows no idempotency keys, only references."""

    def buy_label(self, parcel: Parcel, service: str, *, now: datetime) -> BoughtLabel:
        """Buy outside; silence leaves open whether a label was sold."""
        rate = next(one for one in self.rates(parcel, now=now) if one.service == service)
        _, told = self._ask("/carrier/buy", {**_asked(parcel), "service": service, "cost": rate.amount})
        return _label(told)

    def void_label(self, carrier_reference: str, *, now: datetime) -> None:
        """Give a label back outside."""
        status, told = self._ask("/carrier/void", {"carrier_reference": carrier_reference})
        if status != 200:
            raise CarrierRefused(told["message"])

    def find_by_reference(self, reference: str, *, now: datetime) -> BoughtLabel | None:
        """Search outside."""
        status, told = self._ask("/carrier/find", {"reference": reference})
        return _label(told) if status == 200 else None

    def _ask(self, path: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Ask, and call silence what it is."""
        try:
            return ask_outside(path, body)
        except NoAnswer as silence:
            raise CarrierUnreachable(f"no answer: {silence}") from silence


def _asked(parcel: Parcel) -> dict[str, Any]:
    """Return what the carrier needs to know of a parcel."""
    to = parcel.ship_to
    return {
        "reference": parcel.reference,
        "weight_g": parcel.weight_g,
        "postal_code": to.postal_code,
        "country": to.country,
    }


def _label(told: dict[str, Any]) -> BoughtLabel:
    """Return a label as the carrier sold it."""
    return BoughtLabel(
        carrier_reference=told["carrier_reference"],
        reference=told["reference"],
        tracking_number=told["tracking_number"],
        service=told["service"],
        amount=told["cost"],
        currency="EUR",
        weight_g=told["weight_g"],
        postal_code=told["postal_code"],
        country=told["country"],
        document=DOCUMENT,
        zpl="^XA^XZ",
    )


class Postbox(BaseEmailBackend):
    """A mail server outside that takes mails, and sometimes drops the line after it took one."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Hand each mail over; raises OSError where the line dropped."""
        for mail in email_messages:
            headers = mail.extra_headers
            body = {"to": mail.to[0], "order": headers["X-Order"], "kind": headers["X-Kind"]}
            try:
                ask_outside("/mail", body)
            except NoAnswer as silence:
                raise OSError(str(silence)) from silence
        return len(email_messages)
