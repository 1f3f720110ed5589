"""The engines of this run of the tests, with a database and a broker of its own for a shop that runs beside them."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

import psycopg
from django.conf import settings
from psycopg import sql

NUMBERS = 16  # of databases in a Redis as it comes


@contextmanager
def own_engines() -> Iterator[dict[str, str]]:
    """Hand over the variables of a shop on the same engines, and forget its database afterwards; none when embedded."""
    given = os.environ.get("DATABASE_URL", "")
    if not given.startswith("postgresql"):
        yield {}
        return
    name = f"shop_{os.getpid()}"
    with psycopg.connect(_named(given, "/postgres"), autocommit=True) as line:
        line.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            broker = _beside(settings.REDIS_URL) if settings.REDIS_URL else ""
            yield {"DATABASE_URL": _named(given, f"/{name}"), "REDIS_URL": broker}
        finally:
            line.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _beside(url: str) -> str:
    """Return the address of another broker of the same server: bells that the tests ring are not the shop's."""
    number = int(urlsplit(url).path.strip("/") or 0)
    return _named(url, f"/{(number + NUMBERS // 2) % NUMBERS}")


def _named(url: str, path: str) -> str:
    """Return the address of another database of the same server."""
    return urlunsplit(urlsplit(url)._replace(path=path))
