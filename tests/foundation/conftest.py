"""What the tests of the floor share."""

import pytest
from django.db import connections


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
