"""What the tests of the floor share."""

import pytest
from django.db import connections

from oms.foundation import actions, facts, invariants, relay
from oms.foundation.facts import Subscription
from oms.foundation.invariants import Invariant
from tests.foundation import closing
from tests.foundation.rows import make_boss
from tests.foundation.tower import Ears


@pytest.fixture
def shared_database(transactional_db, tmp_path):
    """Give every thread a connection of its own to one database: on SQLite a file instead of the usual memory."""
    memory = connections["default"]
    if memory.vendor != "sqlite":
        yield
        return
    path = str(tmp_path / "threads.sqlite3")
    with memory.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [path])
    before = connections.settings["default"]["NAME"]
    connections.settings["default"]["NAME"] = path
    connections["default"] = connections.create_connection("default")
    yield
    connections["default"].close()
    connections["default"] = memory
    connections.settings["default"]["NAME"] = before


@pytest.fixture
def heard(monkeypatch):
    """Subscribe a handler that keeps what it was told; ``heard.poison`` are notes that it cannot bear."""
    ears = Ears()
    monkeypatch.setattr(facts, "SUBSCRIPTIONS", subscribed := {})
    monkeypatch.setattr(relay, "SUBSCRIPTIONS", subscribed)
    subscribed["Rang"] = [Subscription("ears", ears.hear)]
    subscribed["Cracked"] = [Subscription("ears", ears.hear)]
    return ears


@pytest.fixture
def shop(monkeypatch):
    """Declare two acts on channels, each the other's inverse, and one that cannot be taken back."""
    services = closing.Shop()
    monkeypatch.setattr(actions, "ACTIONS", {})
    closing.declare(services)
    return services


@pytest.fixture
def boss(shop):
    """Return a person who may do everything."""
    return make_boss()


@pytest.fixture
def declare(monkeypatch):
    """Return a function that adds an invariant for the test."""

    def add(sql, name="IX", cls="A"):
        """Add it under its name."""
        monkeypatch.setitem(invariants.INVARIANTS, name, Invariant(name, cls, "x", "It is wrong.", "Mend it.", sql))

    return add
