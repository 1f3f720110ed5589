"""Idempotency keys: the reply is stored in the transaction of its effect, so that a repeated request has one effect."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction

from oms.foundation.inserts import insert_new
from oms.foundation.models import IdempotencyKey
from oms.foundation.refusals import Refused
from oms.foundation.retrying import until_done


class KeyReused(Refused):
    """The key was used before for another request."""

    code = "idempotency_key_reused"
    status = 422


class KeyTaken(Refused):
    """The key was used at the same moment, and its reply is already forgotten."""

    code = "idempotency_key_taken"


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks, under which key, and the fingerprint of what is asked."""

    owner: str
    key: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Reply:
    """A status and the bytes of a body; ``replayed`` when they were stored by an earlier request."""

    status: int
    body: bytes
    replayed: bool = False


def fingerprint(method: str, path: str, body: Any, unseen: str = "") -> str:
    """Return the SHA-256 of method, path and the body in canonical JSON, as hexadecimal digits.

    ``unseen`` names what the asker may not see of the reply: a reply stored for somebody who may is another one.
    """
    asked = [method, path, body, unseen] if unseen else [method, path, body]
    text = json.dumps(asked, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def reply_once(*, asked: Asked, now: datetime, act: Callable[[], Reply]) -> Reply:
    """Do the act and store its reply under the key in one transaction, or return the reply stored before.

    The key's row is the last thing written: its unique index lets one of two twins commit and waits for it in the
    other, whose work is then rolled back and answered with the stored reply. A reply of 400 or more is not stored and
    rolls the act back. An act that another transaction has beaten to its rows is done again.

    :raises KeyReused: when the key was used for another request. Whatever the act raises is raised, unless a twin
        has had the effect meanwhile.
    """
    try:
        return until_done(partial(_done, asked, now, act))
    except Exception:
        stored = _stored(asked)
        if stored is not None:
            return stored
        raise


@transaction.atomic
def _done(asked: Asked, now: datetime, act: Callable[[], Reply]) -> Reply:
    """Do the act and keep its reply, in one transaction."""
    reply = act()
    if reply.status >= 400:
        transaction.set_rollback(True)
    elif not _keep(asked, reply, now):
        raise KeyTaken("The same Idempotency-Key was used at the same moment; send the request again.")
    return reply


def _keep(asked: Asked, reply: Reply, now: datetime) -> bool:
    """Store the reply; return False when the key is taken."""
    row = IdempotencyKey(
        owner=asked.owner,
        key=asked.key,
        fingerprint=asked.fingerprint,
        status=reply.status,
        body=reply.body,
        created_at=now,
    )
    return bool(insert_new([row], mark="key"))


def _stored(asked: Asked) -> Reply | None:
    """Return the reply stored under the key, or None; raises :class:`KeyReused` for another request's."""
    row = IdempotencyKey.objects.filter(owner=asked.owner, key=asked.key).first()
    if row is None:
        return None
    if row.fingerprint != asked.fingerprint:
        raise KeyReused(
            "This Idempotency-Key was used for another request; send a new key with each new request.",
            field="Idempotency-Key",
        )
    return replace(Reply(row.status or 200, bytes(row.body)), replayed=True)
