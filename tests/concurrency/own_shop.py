"""A shop with a database of its own, run only through processes that can be killed."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from oms.foundation.scratch import ScratchShop, scratch_database

PATIENCE = 120.0


@dataclass
class OwnShop(ScratchShop):
    """Commands, worker processes and plain queries against one database."""

    def run(self, *words: str) -> str:
        """Run Python with the words in the shop's environment and return what it printed."""
        done = subprocess.run(
            [sys.executable, *words],
            cwd=settings.BASE_DIR,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, f"{words}: {done.stdout[-2000:]}{done.stderr[-4000:]}"
        return done.stdout

    def start_worker(self) -> "subprocess.Popen[bytes]":
        """Start a worker that ends when nothing is left to do."""
        return self.start("work", "--until-idle")

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
    with scratch_database(folder) as url:
        shop = OwnShop(url, folder, extra)
        shop.manage("migrate", "-v0")
        yield shop
