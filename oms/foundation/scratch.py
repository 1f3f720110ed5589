"""A shop with an empty database of its own beside the real one, of the same kind, gone afterwards: for proofs."""

import os
import secrets
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from oms import env
from oms.foundation.refusals import Refused

PATIENCE = 3600.0
NOBODY = "django.core.mail.backends.dummy.EmailBackend"


class NoScratch(Refused):
    """The database server gives no room for a shop beside the real one."""

    code = "no_scratch_database"


@dataclass
class ScratchShop:
    """The address of its database and the folder of its files; every act runs in a process of its own."""

    url: str
    folder: Path
    extra: Mapping[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        """Return the environment of every process of the shop: its own database, no broker, and mails to nobody."""
        home = str(settings.BASE_DIR)
        own = {"DATABASE_URL": self.url, "VAR_DIR": str(self.folder), "REDIS_URL": "", "PYTHONPATH": home}
        return {**os.environ, **own, "EMAIL_BACKEND": NOBODY, "DJANGO_SETTINGS_MODULE": "oms.settings", **self.extra}

    def manage(self, *words: str) -> str:
        """Run a management command to its end and return what it printed; raises ``CalledProcessError``."""
        done = subprocess.run(
            self._words(words),
            cwd=settings.BASE_DIR,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        if done.returncode:
            raise subprocess.CalledProcessError(done.returncode, words, done.stdout[-2000:], done.stderr[-4000:])
        return done.stdout

    def start(self, *words: str) -> "subprocess.Popen[bytes]":
        """Start a management command and return its process."""
        quiet = subprocess.DEVNULL
        return subprocess.Popen(
            self._words(words), cwd=settings.BASE_DIR, env=self.environment, stdout=quiet, stderr=quiet
        )

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Run one query beside the shop's own code and connections."""
        if self.url.startswith("sqlite"):
            import sqlite3

            with closing(sqlite3.connect(self.url.removeprefix("sqlite:///"), timeout=30)) as file:
                return file.execute(sql).fetchall()
        import psycopg

        with psycopg.connect(self.url, autocommit=True) as server:
            return server.execute(sql.encode()).fetchall()

    def number(self, sql: str) -> int:
        """Return the one number that a query answers."""
        return int(self.rows(sql)[0][0])

    def _words(self, words: tuple[str, ...]) -> list[str]:
        """Return the command line of a management command."""
        return [sys.executable, "manage.py", *words]


@contextmanager
def scratch_database(folder: Path) -> Iterator[str]:
    """Make an empty database like the one in use, give its address, and drop it afterwards.

    :raises NoScratch: when the server does not let this login make one.
    """
    if connection.vendor == "sqlite":
        yield f"sqlite:///{folder / 'shop.sqlite3'}"
        return
    import psycopg

    name = f"oms_scratch_{secrets.token_hex(4)}"
    try:
        with psycopg.connect(beside("postgres"), autocommit=True) as admin:
            admin.execute(f'CREATE DATABASE "{name}"')
    except psycopg.Error as error:
        sentence = f"No database can be made beside the shop's own ({str(error).strip().splitlines()[0]})."
        raise NoScratch(f"{sentence} Run it with a DATABASE_URL whose login may make databases.") from error
    try:
        yield beside(name)
    finally:
        with psycopg.connect(beside("postgres"), autocommit=True) as admin:
            admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def beside(name: str) -> str:
    """Return the address of another database of the server in use: the same login, host and options."""
    address, mark, options = env.text("DATABASE_URL").partition("?")
    return f"{address.rpartition('/')[0]}/{name}{mark}{options}"


@contextmanager
def scratch_shop(folder: Path, **extra: str) -> Iterator[ScratchShop]:
    """Make a shop with an empty, migrated database, and drop it afterwards; ``extra`` goes into its environment."""
    with scratch_database(folder) as url:
        shop = ScratchShop(url, folder, extra)
        shop.manage("migrate", "-v0")
        yield shop
