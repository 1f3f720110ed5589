"""Whatever happens on the floor, in whatever turn: stock, bins, promises and counts add up after every step."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from inventory.services import scanning
from tests.fulfillment.floor_machine import Floor
from tests.fulfillment.lot_machine import FollowedFloor

pytestmark = pytest.mark.django_db
WALKS = settings(
    max_examples=8, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)


class Fresh(Floor):
    """A floor whose every example is taken back, so that the next begins with an empty shop."""

    def __init__(self) -> None:
        self.around: Any = transaction.atomic()
        self.around._from_testcase = True  # as Django's own tests say it: the workers begin durable transactions in it
        self.around.__enter__()
        super().__init__()

    def teardown(self) -> None:
        """Look at all books, then take everything back."""
        try:
            super().teardown()
        finally:
            transaction.set_rollback(True)
            self.around.__exit__(None, None, None)


def test_the_books_agree_after_every_step() -> None:
    run_state_machine_as_test(Fresh, settings=WALKS)


class FreshLots(Fresh, FollowedFloor):
    """The same by lot."""


def test_the_books_agree_by_lot_after_every_step() -> None:
    run_state_machine_as_test(FreshLots, settings=settings(WALKS, max_examples=6))


@pytest.mark.twin
@pytest.mark.once
def test_the_machine_sees_it_when_keys_are_forgotten(monkeypatch) -> None:
    """Without the memory of keys some reading that is sent twice is booked twice."""
    once = scanning.once
    monkeypatch.setattr(scanning, "once", lambda *, read, **told: once(read=replace(read, key=uuid4()), **told))

    with pytest.raises(AssertionError):
        run_state_machine_as_test(Fresh, settings=settings(WALKS, max_examples=40, phases=[Phase.generate]))
