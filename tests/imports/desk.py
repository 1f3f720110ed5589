"""A desk at which files are imported: send one, let the worker go on, apply it, take it back."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from oms.foundation.actor import Actor
from oms.foundation.imports import sessions, working
from oms.foundation.models import ImportSession
from tests.foundation.rows import make_boss

PRODUCTS = "sku,title,unit_price,currency\n"
LOCATIONS = "code,name,kind,country,cutoff\n"
STOCK = "sku,location,on_hand,bin,safety_stock\n"


def now(minutes: int = 0) -> Actor:
    """Return the worker, so many minutes from now."""
    return Actor.system("worker", now=timezone.now() + timedelta(minutes=minutes))


def send(kind: str, content: str | bytes, user: Any = None, *, name: str = "", **options: Any) -> ImportSession:
    """Send a file and leave it to the worker."""
    user = user or make_boss()
    body = content.encode() if isinstance(content, str) else content
    return sessions.send_file(
        kind=kind,
        name=name or f"{kind}.csv",
        body=body,
        options=options,
        principal=user,
        actor=Actor.of(user, now=timezone.now()),
    )


def work(minutes: int = 0) -> None:
    """Let the worker do all that is due so many minutes from now."""
    while working.work_imports(now(minutes), 100):
        pass


def previewed(kind: str, content: str | bytes, user: Any = None, *, name: str = "", **options: Any) -> ImportSession:
    """Send a file and have it read."""
    session = send(kind, content, user, name=name, **options)
    work()
    return fresh(session)


def begin(session: ImportSession) -> None:
    """Say yes to what was previewed."""
    actor = Actor.of(session.user, now=timezone.now())
    sessions.apply_import(session_id=session.pk, principal=session.user, actor=actor)


def apply(session: ImportSession) -> ImportSession:
    """Say yes to what was previewed, and have it applied."""
    begin(session)
    work()
    return fresh(session)


def applied(kind: str, content: str | bytes, user: Any = None, **options: Any) -> ImportSession:
    """Send a file and have it applied."""
    return apply(previewed(kind, content, user, **options))


def take_back(session: ImportSession) -> ImportSession:
    """Have an import taken back."""
    actor = Actor.of(session.user, now=timezone.now())
    sessions.take_back(session_id=session.pk, principal=session.user, actor=actor)
    work()
    return fresh(session)


def fresh(session: ImportSession) -> ImportSession:
    """Return the session as it is."""
    return ImportSession.objects.get(pk=session.pk)


def rows(session: ImportSession) -> list[tuple[Any, ...]]:
    """Return row, key, verb and outcome of every entry."""
    return list(session.rows.values_list("row", "key", "verb", "outcome"))


def reasons(session: ImportSession) -> list[str]:
    """Return every sentence, in the order of the rows."""
    return [fault[2] for row in session.rows.all() for fault in row.faults]
