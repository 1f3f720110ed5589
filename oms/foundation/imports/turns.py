"""A worker's turn at an import: chunks in transactions of their own, as long as the lease is ours and time is left."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from oms.foundation.locks import lock_row
from oms.foundation.models import ImportSession

SECONDS, LONGEST = 10.0, 40.0
BYTES_A_SECOND = 50_000


class TurnLost(Exception):
    """Somebody else works on the import by now, or its person has dropped it."""


class Turn:
    """One turn of a worker at a claimed import."""

    def __init__(self, session: ImportSession) -> None:
        self.session = session
        self.state = session.state
        self._begun = time.monotonic()
        self._ends: float | None = None
        # opening a large file takes longer than a lease
        self._keep(timedelta(seconds=session.size / BYTES_A_SECOND))

    @contextmanager
    def chunk(self) -> Iterator[ImportSession]:
        """Open a transaction with the session locked; lease and tries begin anew with its commit.

        :raises TurnLost: when the session is not ours to work on any more.
        """
        with transaction.atomic():
            fresh = lock_row(ImportSession, self.session.pk)
            if (fresh.lease_token, fresh.state) != (self.session.lease_token, self.state):
                raise TurnLost
            yield fresh
            self._keep(timedelta(), attempts=0, crashes=0)

    @property
    def is_over(self) -> bool:
        """Tell whether others should have their turn.

        The time runs from the first question, and is longer where opening the file took long, up to a limit for both.
        """
        now = time.monotonic()
        if self._ends is None:
            self._ends = now + min(max(SECONDS, 2 * (now - self._begun)), LONGEST - (now - self._begun))
        return now >= self._ends

    def give_back(self, *, later: timedelta = timedelta()) -> None:
        """Let any worker go on, at once or later."""
        due_at = timezone.now() + later
        self._mine().update(lease_until=None, next_try_at=due_at, version=F("version") + 1)

    def _keep(self, longer: timedelta, **fields: int) -> None:
        """Hold the session for a lease from now, and longer where that is needed."""
        until = timezone.now() + timedelta(seconds=settings.LEASE_SECONDS) + longer
        self._mine().update(lease_until=until, version=F("version") + 1, **fields)

    def _mine(self) -> "QuerySet[ImportSession]":
        """Return the session while it is still ours."""
        return ImportSession.objects.filter(pk=self.session.pk, lease_token=self.session.lease_token)
