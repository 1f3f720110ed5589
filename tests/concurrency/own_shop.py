"""A shop with a database of its own, run only through processes that can be killed."""

import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.db import connection

HOME = Path(__file__).resolve().parents[2]
PATIENCE = 120.0


@dataclass
class OwnShop:
    """Commands, worker processes and plain queries against one database."""

    url: str
    folder: Path
    extra: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        """Return the environment of every process of the shop."""
        own = {"DATABASE_URL": self.url, "VAR_DIR": str(self.folder), "REDIS_URL": "", "PYTHONPATH": str(HOME)}
        return {**os.environ, **own, "DJANGO_SETTINGS_MODULE": "oms.settings", **self.extra}

    def run(self, *words: str) -> str:
        """Run a command of the shop to its end and return what it printed."""
        done = subprocess.run(
            [sys.executable, *words],
            cwd=HOME,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, f"{words}: {done.stdout[-2000:]}{done.stderr[-4000:]}"
        return done.stdout

    def manage(self, *words: str) -> str:
        """Run a management command."""
        return self.run("manage.py", *words)

    def start_worker(self) -> "subprocess.Popen[bytes]":
        """Start a worker that ends when nothing is left to do."""
        return subprocess.Popen(
            [sys.executable, "manage.py", "work", "--until-idle"],
            cwd=HOME,
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Run one query outside the shop's own code."""
        if self.url.startswith("sqlite"):
            import sqlite3

            with sqlite3.connect(self.url.removeprefix("sqlite:///"), timeout=30) as file:
                return file.execute(sql).fetchall()
        import psycopg

        with psycopg.connect(self.url, autocommit=True) as server:
            return server.execute(sql).fetchall()

    def number(self, sql: str) -> int:
        """Return the one number that a query answers."""
        return int(self.rows(sql)[0][0])

    def kill_when(self, worker: "subprocess.Popen[bytes]", sql: str, reached: int) -> bool:
        """SIGKILL the worker as soon as a count has reached a figure; tell whether it was still running."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and worker.poll() is None:
            if self.number(sql) >= reached:
                worker.send_signal(signal.SIGKILL)
                worker.wait()
                return True
            time.sleep(0.01)
        worker.kill()
        worker.wait()
        return False


@contextmanager
def own_shop(folder: Path, **extra: str) -> Iterator[OwnShop]:
    """Make an empty database of the engine under test, migrated, and drop it afterwards."""
    if connection.vendor == "sqlite":
        shop = OwnShop(f"sqlite:///{folder / 'shop.sqlite3'}", folder, extra)
        shop.manage("migrate", "-v0")
        yield shop
        return
    import psycopg

    settings, name = connection.settings_dict, f"oms_own_{secrets.token_hex(4)}"
    login = f"{quote(settings['USER'] or '')}:{quote(settings['PASSWORD'] or '')}".strip(":")
    server = f"postgresql://{login}@{settings['HOST'] or ''}:{settings['PORT'] or '5432'}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}"')
    try:
        shop = OwnShop(f"{server}/{name}", folder, extra)
        shop.manage("migrate", "-v0")
        yield shop
    finally:
        with psycopg.connect(f"{server}/postgres", autocommit=True) as admin:
            admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
