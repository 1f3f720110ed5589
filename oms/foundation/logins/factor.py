"""The second factor: six digits of an app (RFC 6238) or a recovery code, after the password.

Source of the arithmetic: django-otp. The key lies in our own table because it must be encrypted.
"""

import base64
import hashlib
import secrets
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django_otp.oath import TOTP

from oms.foundation.actor import Actor
from oms.foundation.audit import record
from oms.foundation.locks import lock_row
from oms.foundation.logins.sessions import end_sessions
from oms.foundation.models import RecoveryCode, SecondFactor
from oms.foundation.refusals import Invalid, NotFound, Refused

ISSUER = "Order desk"
STEP_SECONDS, TOLERANCE = 30, 1
CODES, CODE_LETTERS = 10, 16
EVERYBODY = "*"


class TooSoon(Refused):
    """Wrong codes were tried: the next one has to wait."""

    code = "too_soon"
    status = 429


def is_required(user: User) -> bool:
    """Return whether the person must have a second factor: one of the settings' roles, or everybody on the staff."""
    roles = settings.SECOND_FACTOR
    if EVERYBODY in roles or not user.is_staff:
        return user.is_staff
    return bool(roles) and (user.is_superuser or user.groups.filter(name__in=roles).exists())


def factor_of(user: Any) -> SecondFactor | None:
    """Return the person's second factor, confirmed or not."""
    found: SecondFactor | None = SecondFactor.objects.filter(user_id=user.pk).first()
    return found


@transaction.atomic
def begin_factor(*, user_id: int, actor: Actor) -> SecondFactor:
    """Make a new key for the person's app, in place of one that was never confirmed.

    :raises Refused: while a confirmed one is there.
    """
    lock_row(User, user_id)
    SecondFactor.objects.filter(user_id=user_id, confirmed=False).delete()
    if SecondFactor.objects.filter(user_id=user_id).exists():
        raise Refused("A second factor is set up already. Turn it off first.", code="factor_there")
    key = base64.b32encode(secrets.token_bytes(20)).decode()
    factor = SecondFactor(user_id=user_id, name="app", confirmed=False, key=key, made_at=actor.now)
    factor.save(force_insert=True)
    return factor


def address_for_app(factor: SecondFactor, username: str) -> str:
    """Return the address that an app reads from the QR code."""
    query = urlencode({"secret": factor.key, "issuer": ISSUER})
    return f"otpauth://totp/{quote(ISSUER)}:{quote(username)}?{query}"


def confirm_factor(*, user_id: int, code: str, actor: Actor) -> list[str]:
    """Take the first code of the app, ask for codes from now on, and return the recovery codes, shown this once.

    :raises Invalid: for a wrong code. :raises TooSoon: after many. :raises NotFound: when none was begun.
    """
    check_code(user_id=user_id, code=code, now=actor.now, confirmed=False)
    with transaction.atomic():
        factor = _locked(user_id, confirmed=False)
        factor.confirmed = True
        factor.save(update_fields=["confirmed"])
        record(actor, "logins.factor_set_up", lock_row(User, user_id))
        return _new_codes(factor)


def check_code(*, user_id: int, code: str, now: datetime, confirmed: bool = True) -> None:
    """Take a code of the app, or a recovery code, each of them once.

    :raises Invalid: for a wrong code. :raises TooSoon: after many. :raises NotFound: without a second factor.
    """
    with transaction.atomic():
        factor = _locked(user_id, confirmed=confirmed)
        allowed, why = factor.verify_is_allowed()
        right = allowed and (_is_of_app(factor, code, now) or _is_recovery(factor, code))
        if right:
            factor.throttle_reset(commit=False)
        elif allowed:
            factor.throttle_increment(commit=False)
        factor.save(update_fields=["last_step", "throttling_failure_count", "throttling_failure_timestamp"])
    if not allowed:
        seconds = int((why["locked_until"] - now).total_seconds()) + 1
        raise TooSoon(f"Too many wrong codes. Wait {seconds} seconds and try again.")
    if not right:
        raise Invalid("This code is not right. Look at the app once more: it changes every half minute.", field="code")


@transaction.atomic
def forget_factor(*, user_id: int, actor: Actor, keep: str = "") -> User:
    """Take the person's second factor away, and end their other sessions; :raises NotFound: when there is none."""
    user = lock_row(User, user_id)
    _locked(user_id).delete()
    end_sessions([user_id], keep=keep)
    record(actor, "logins.factor_forgotten", user)
    return user


def _locked(user_id: int, **wanted: Any) -> SecondFactor:
    """Lock the person's second factor and return it."""
    found = SecondFactor.objects.filter(user_id=user_id, **wanted).values_list("pk", flat=True).first()
    if found is None:
        raise NotFound("No second factor is set up.")
    return lock_row(SecondFactor, found)


def _is_of_app(factor: SecondFactor, code: str, now: datetime) -> bool:
    """Return whether the code is one of the app's around now, later than the last one taken; remember its time."""
    digits = code.replace(" ", "")
    if not (digits.isascii() and digits.isdigit() and len(digits) == 6):
        return False
    app = TOTP(base64.b32decode(factor.key), step=STEP_SECONDS)
    app.time = now.timestamp()
    if not app.verify(int(digits), tolerance=TOLERANCE, min_t=factor.last_step + 1):
        return False
    factor.last_step = app.t()
    return True


def _is_recovery(factor: SecondFactor, code: str) -> bool:
    """Return whether the code is a recovery code, and use it up."""
    gone, _ = RecoveryCode.objects.filter(factor=factor, digest=_digest(code)).delete()
    return bool(gone)


def _new_codes(factor: SecondFactor) -> list[str]:
    """Make the recovery codes, eighty bits each, and return them as they are written down."""
    codes = [base64.b32encode(secrets.token_bytes(10)).decode() for _ in range(CODES)]
    RecoveryCode.objects.bulk_create([RecoveryCode(factor=factor, digest=_digest(code)) for code in codes])
    return ["-".join(code[i : i + 4] for i in range(0, CODE_LETTERS, 4)) for code in codes]


def _digest(code: str) -> str:
    """Return what is kept of a recovery code."""
    return hashlib.sha256(code.replace("-", "").replace(" ", "").upper().encode()).hexdigest()
