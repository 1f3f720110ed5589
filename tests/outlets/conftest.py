"""What the tests of messages begin with."""

import pytest

from oms.outlets.webhooks import sending
from tests.outlets.world import BrokenMail, Receivers
from tests.returns.world import shipped_order, tee


@pytest.fixture
def receivers(monkeypatch):
    """Receivers instead of the network."""
    found = Receivers()
    monkeypatch.setattr(sending, "call", found.call)
    return found


@pytest.fixture
def order():
    """An order of the shop ``web``."""
    return shipped_order((tee(), 2, 1990), external_id="1001")


@pytest.fixture
def broken(settings):
    """A mail server that can be told to fail."""
    settings.EMAIL_BACKEND = "tests.outlets.world.BrokenMail"
    BrokenMail.at_open = BrokenMail.at_send = None
    yield BrokenMail
    BrokenMail.at_open = BrokenMail.at_send = None
