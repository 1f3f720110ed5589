"""What a person does with an import: send a file, apply what it would do, drop it, take it back."""

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from oms.foundation.actor import Actor
from oms.foundation.audit import record
from oms.foundation.imports.kinds import ImportKind, kind_named
from oms.foundation.imports.running import OpenedFile
from oms.foundation.locks import lock_row
from oms.foundation.models import ImportFile, ImportSession
from oms.foundation.models.imports import TAKEN, ImportState, RowOutcome
from oms.foundation.refusals import Denied, Refused, refuse_if
from oms.foundation.tables import BadFile
from oms.foundation.work import ring

TWICE = timedelta(minutes=1)


def refuse_unpermitted(kind: ImportKind, principal: Any, permissions: Any = None) -> None:
    """Raise :class:`Denied` unless a person may import files of the kind."""
    missing = [one for one in permissions or kind.permissions if not principal.has_perm(one)]
    if missing:
        raise Denied(f"Your role may not import {kind.title.lower()} ({', '.join(missing)}).")


@transaction.atomic
def send_file(
    *, kind: str, name: str, body: bytes, options: Mapping[str, Any], principal: Any, actor: Actor
) -> ImportSession:
    """Store a file and let a worker read what it would do; one sent twice within a minute is one.

    :raises Denied: without the permissions of its kind. :raises BadFile: for an empty or too large file.
    """
    found = kind_named(kind)
    refuse_unpermitted(found, principal)
    name = name[:200]
    if not body:
        raise BadFile(f"{name} is empty.", code="empty_file")
    if len(body) > settings.UPLOAD_LIMIT:
        raise BadFile(f"{name} has more than {settings.UPLOAD_LIMIT >> 20} MB; split it.", code="too_large")
    digest = hashlib.sha256(body).hexdigest()
    told = {"kind": kind, "digest": digest, "user_id": principal.pk, "options": dict(options)}
    twin = ImportSession.objects.filter(**told, state=ImportState.UPLOADED, created_at__gt=actor.now - TWICE).first()
    if twin is not None:
        return twin
    file, is_new = ImportFile.objects.get_or_create(digest=digest, defaults={"body": body, "sent_at": actor.now})
    if not is_new:
        ImportFile.objects.filter(pk=file.pk).update(sent_at=actor.now)
    session = ImportSession(**told, name=name, size=len(body), file=file, next_try_at=actor.now)
    session.save()
    record(actor, "imports.sent", session, note=name, data={"digest": digest, "options": dict(options)})
    ring("bulk")
    return session


@transaction.atomic
def apply_import(*, session_id: int, principal: Any, actor: Actor) -> ImportSession:
    """Let a worker apply what was previewed, and nothing else."""
    session = lock_row(ImportSession, session_id)
    refuse_if(session.state != ImportState.PREVIEWED, "This import was begun or dropped already.", code="not_previewed")
    refuse_unpermitted(kind_named(session.kind), principal)
    refuse_if(session.file_id is None, "The file is no longer kept; send it again.", code="file_forgotten")
    ready = session.rows.filter(outcome=RowOutcome.READY).exists()
    refuse_if(not ready, "Nothing in this file can be applied.", code="nothing_to_apply")
    session.apply(at=actor.now)
    session.save(update_fields=["state", "next_try_at"])
    record(actor, "imports.applying", session)
    ring("bulk")
    return session


@transaction.atomic
def drop_import(*, session_id: int, actor: Actor) -> ImportSession:
    """Forget about a file that was not applied."""
    session = lock_row(ImportSession, session_id)
    open_states = (ImportState.UPLOADED, ImportState.PREVIEWED)
    refuse_if(session.state not in open_states, "This import was begun or dropped already.", code="not_previewed")
    session.drop()
    session.save(update_fields=["state", "next_try_at"])
    record(actor, "imports.dropped", session)
    return session


@transaction.atomic
def take_back(*, session_id: int, principal: Any, actor: Actor) -> ImportSession:
    """Let a worker take back what was applied, as far as that is possible now; what was not possible is tried again."""
    session = lock_row(ImportSession, session_id)
    refuse_if(session.state not in TAKEN, "There is nothing to take back.", code="nothing_to_undo")
    kind = kind_named(session.kind)
    refuse_unpermitted(kind, principal, kind.undo_permissions)
    rows = session.rows.filter(outcome__in=[RowOutcome.DONE, RowOutcome.KEPT])
    refuse_if(not rows.exists(), "What was applied is no longer kept row by row.", code="nothing_to_undo")
    rows.filter(outcome=RowOutcome.KEPT).update(outcome=RowOutcome.DONE, faults=[])
    session.take_back(at=actor.now)
    session.save(update_fields=["state", "next_try_at"])
    record(actor, "imports.undoing", session)
    ring("bulk")
    return session


def open_file(session: ImportSession) -> OpenedFile:
    """Open the file of a session as its person may.

    :raises Refused: when it cannot be read, or its person may not import it any more.
    """
    kind = kind_named(session.kind)
    if not session.user.is_active:
        raise Refused(f"{session.user} may not work here any more.", code="permission_denied")
    refuse_unpermitted(kind, session.user)
    if session.file is None:
        raise BadFile(f"{session.name} is no longer kept; send it again.", code="file_forgotten")
    body = bytes(session.file.body)
    if hashlib.sha256(body).hexdigest() != session.digest:
        raise BadFile(f"{session.name} is not as it was sent; send it again.", code="file_changed")
    return kind.open(body, name=session.name, principal=session.user, **session.options)
