"""Starts a throw-away demo shop on a free port, for whatever wants to look at the running system."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

HOME = Path(__file__).resolve().parent.parent
START_SECONDS = 120
STOP_SECONDS = 20
COMMAND_SECONDS = 300
EMBEDDED: Mapping[str, str] = MappingProxyType({})


class ShopDidNotStart(Exception):
    """The shop gave no answer in time, or ended; the text carries what it printed."""


@dataclass(frozen=True)
class Shop:
    """A running shop: its address, its log, who may do everything in it, pages named by its scenes, its variables."""

    address: str
    log: Path
    username: str = "admin"
    pages: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)

    @property
    def password(self) -> str:
        """The password of the demo logins, as the shop printed it."""
        printed = re.search(r"the password (\S+):", self.log.read_text())
        return printed.group(1) if printed else ""

    def manage(self, *words: str) -> str:
        """Run a command of the shop and return what it printed, and with which code it ended when that is not 0.

        :raises subprocess.TimeoutExpired: when it has not ended within five minutes.
        """
        command = [sys.executable, "manage.py", *words]
        ended = subprocess.run(
            command,
            cwd=HOME,
            env=os.environ | self.variables,
            capture_output=True,
            text=True,
            timeout=COMMAND_SECONDS,
            check=False,
        )
        return ended.stdout + (f"{ended.stderr}\nended with {ended.returncode}" if ended.returncode else "")


@contextmanager
def demo_shop(*stage: str, engines: Mapping[str, str] = EMBEDDED) -> Iterator[Shop]:
    """Start the shop with a database of its own, hand it over, stop it and forget its data.

    ``stage`` are the words for ``python -m tools.stages FILE`` which is to play in the shop before it opens;
    ``engines`` the variables that name its database and broker, where they are not the embedded ones.

    :raises ShopDidNotStart: when it does not answer within two minutes.
    """
    with tempfile.TemporaryDirectory(prefix="oms-shop-") as folder:
        home, port = Path(folder), free_port()
        log = home / "log.txt"
        variables = {
            "DATABASE_URL": f"sqlite:///{home / 'shop.sqlite3'}",
            "VAR_DIR": str(home),
            "REDIS_URL": "",
            "DEMO": "1",
            "HOST": "127.0.0.1",
            "PORT": str(port),
            "PYTHONUNBUFFERED": "1",
            "EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend",
            "REFUND_APPROVAL_ABOVE": "5000",
            "SANDBOX_TRACKING_SECONDS": "100000",
            **engines,
        }
        pages = played(stage, home / "pages.json", os.environ | variables) if stage else {}
        with log.open("w") as out:
            command = [sys.executable, "manage.py", "run"]
            server = subprocess.Popen(command, cwd=HOME, env=os.environ | variables, stdout=out, stderr=out)
            try:
                shop = Shop(f"http://127.0.0.1:{port}", log, pages=pages, variables=variables)
                wait_for_answer(shop, server)
                yield shop
            finally:
                stop(server)


def played(words: Sequence[str], file: Path, variables: Mapping[str, str]) -> dict[str, str]:
    """Play the scenes in the shop's database; return the pages they name."""
    command = [sys.executable, "-m", "tools.stages", str(file), *(word for word in words if word != "--full")]
    ended = subprocess.run(
        command, cwd=HOME, env=variables, capture_output=True, text=True, timeout=COMMAND_SECONDS, check=False
    )
    if ended.returncode:
        raise ShopDidNotStart(f"The scenes broke off:\n{ended.stderr[-3000:]}")
    pages: dict[str, str] = json.loads(file.read_text())
    return pages


def wait_for_answer(shop: Shop, server: subprocess.Popen[bytes]) -> None:
    """Wait until the shop is alive.

    :raises ShopDidNotStart: when it ended or took too long.
    """
    last_moment = time.monotonic() + START_SECONDS
    while server.poll() is None and time.monotonic() < last_moment:
        try:
            with urllib.request.urlopen(f"{shop.address}/healthz", timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)
    raise ShopDidNotStart(f"The shop did not start. It printed:\n{shop.log.read_text()[-3000:]}")


def stop(server: subprocess.Popen[bytes]) -> None:
    """Ask the shop to stop as Ctrl-C does; insist when it does not."""
    server.send_signal(signal.SIGINT)
    try:
        server.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
