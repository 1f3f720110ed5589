"""Lets a rival act in the middle of an act, on a connection of its own, and takes row locks away for twins."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any
from unittest.mock import patch

from django.db import connection, connections
from django.db.models import QuerySet

WAITING = "select 1 from pg_locks where not granted and pg_backend_pid() = any(pg_blocking_pids(pid))"
PATIENCE = 20.0


class Rival:
    """Somebody else, who comes once."""

    def __init__(self, act: Callable[[], Any]) -> None:
        self.act = act
        self.outcome: Any = "never came"
        self._thread: Thread | None = None

    def come(self) -> None:
        """Begin to act, and let the caller go on when the rival is done or has to wait for the caller's lock."""
        if self._thread is not None:
            return
        self.begin()
        while self._thread.is_alive() and not _waits_for_us():
            self._thread.join(0.01)

    def begin(self) -> None:
        """Begin to act, and let the caller go on at once."""
        self._thread = Thread(target=self._run, daemon=True)
        self._thread.start()

    def leave(self) -> None:
        """Wait for the end of the rival's act."""
        if self._thread is not None:
            self._thread.join(PATIENCE)

    def _run(self) -> None:
        """Act, keep what came of it, and close the connection."""
        try:
            self.outcome = self.act()
        except Exception as error:  # noqa: BLE001  every outcome is looked at
            self.outcome = error
        finally:
            connections.close_all()


def _waits_for_us() -> bool:
    """Return whether another connection waits for a lock of this one."""
    with connection.cursor() as cursor:
        cursor.execute(WAITING)
        return cursor.fetchone() is not None


@contextmanager
def rival_after(place: str, act: Callable[[], Any]) -> Iterator[Rival]:
    """Let the rival act as soon as the function with the dotted name has returned for the first time."""
    yield from _interrupted(place, act, first=False)


@contextmanager
def rival_before(place: str, act: Callable[[], Any]) -> Iterator[Rival]:
    """Let the rival act as soon as the function with the dotted name is called for the first time."""
    yield from _interrupted(place, act, first=True)


def _interrupted(place: str, act: Callable[[], Any], *, first: bool) -> Iterator[Rival]:
    """Patch the function so that the rival comes before or after it; wait for the rival at the end."""
    rival = Rival(act)
    owner, name = place.rsplit(".", 1)
    real = getattr(__import__(owner, fromlist=[name]), name)

    def interrupted(*args: Any, **words: Any) -> Any:
        """Call the function with the rival before or after."""
        if first:
            rival.come()
        found = real(*args, **words)
        rival.come()
        return found

    with patch(place, interrupted):
        yield rival
        rival.leave()


@contextmanager
def no_row_locks() -> Iterator[None]:
    """Let nobody lock a row by reading it, in every thread."""
    with patch.object(QuerySet, "select_for_update", lambda rows, **_: rows):
        yield
