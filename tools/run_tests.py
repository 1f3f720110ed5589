"""Runs the whole suite on the embedded default, then on PostgreSQL and Redis where they are set or found.

``python tools/run_tests.py [pytest arguments]``; the last line printed is pytest's own summary.
"""

import fcntl
import hashlib
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import IO

HOME = Path(__file__).resolve().parent.parent
FOUND_POSTGRESQL = "postgresql://postgres@127.0.0.1:5432/{name}"
FOUND_REDIS = "redis://127.0.0.1:6379/{number}"
SLOTS = 8
NO_TEST_SELECTED = 5


@dataclass(frozen=True)
class Engines:
    """One way to run the suite; an empty URL means the embedded default."""

    title: str
    database_url: str = ""
    redis_url: str = ""

    def environment(self) -> dict[str, str]:
        """Return the variables of a run on these engines, with nothing left over from the caller's."""
        kept = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
        urls = {"DATABASE_URL": self.database_url, "REDIS_URL": self.redis_url}
        return kept | {name: url for name, url in urls.items() if url}


def main(arguments: list[str]) -> int:
    """Run the suite once per way; return 0 only when every run passed."""
    slot, lock = take_slot()
    ways = [Engines("SQLite, in-memory broker (the embedded default)"), *served(slot)]
    say("Engines of this run: " + " · then ".join(way.title for way in ways))
    failed = [way.title for way in ways if run(way, arguments)]
    lock.close()
    if failed:
        print("FAILED on: " + " · ".join(failed), file=sys.stderr, flush=True)
    return int(bool(failed))


def run(way: Engines, arguments: list[str]) -> int:
    """Run the suite on one set of engines; return pytest's exit code."""
    say(f"Tests on {way.title}")
    spread = [] if any(argument.startswith("-n") for argument in arguments) else ["-n", "2", "--dist", "loadgroup"]
    command = [sys.executable, "-m", "pytest", *spread, *arguments]
    code = subprocess.run(command, cwd=HOME, env=way.environment(), check=False).returncode
    return 0 if code == NO_TEST_SELECTED and arguments else code


def served(slot: int) -> list[Engines]:
    """Return the run on PostgreSQL and Redis, if either is there; say what is not."""
    postgresql, redis = postgresql_url(slot), redis_url(slot)
    if not postgresql and not redis:
        return []
    names = ["PostgreSQL" if postgresql else "SQLite", "Redis" if redis else "in-memory broker"]
    return [Engines(", ".join(names), postgresql, redis)]


def postgresql_url(slot: int) -> str:
    """Return the PostgreSQL to test on: DATABASE_URL, or one found on this machine, or nothing."""
    import psycopg

    given = os.environ.get("DATABASE_URL", "")
    if given:
        return given if given.startswith("postgres") else ""
    try:
        psycopg.connect(FOUND_POSTGRESQL.format(name="postgres"), connect_timeout=2).close()
    except psycopg.OperationalError as error:
        say(f"No PostgreSQL to test on (DATABASE_URL unset; 127.0.0.1:5432: {first_line(error)})")
        return ""
    return FOUND_POSTGRESQL.format(name=f"oms_{checkout_mark()}_{slot}")


def redis_url(slot: int) -> str:
    """Return the Redis to test on: REDIS_URL, or one found on this machine, or nothing."""
    import redis

    given = os.environ.get("REDIS_URL", "")
    if given:
        return given
    url = FOUND_REDIS.format(number=15 - slot)
    try:
        with redis.Redis.from_url(url, socket_connect_timeout=2, socket_timeout=2) as client:
            client.ping()
    except redis.RedisError as error:
        say(f"No Redis to test on (REDIS_URL unset; 127.0.0.1:6379: {first_line(error)})")
        return ""
    return url


def take_slot() -> tuple[int, IO[str]]:
    """Take a number that no other run of this checkout has, so that two runs do not share a database."""
    folder = HOME / "var" / "test-slots"
    folder.mkdir(parents=True, exist_ok=True)
    for slot in range(SLOTS):
        lock = (folder / str(slot)).open("w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            continue
        return slot, lock
    raise SystemExit(f"{SLOTS} test runs of this checkout are going on already; wait for one to end.")


def checkout_mark() -> str:
    """Return a short mark of this checkout's place on the disk."""
    return hashlib.sha256(str(HOME).encode()).hexdigest()[:8]


def first_line(error: Exception) -> str:
    """Return the first line of an error's text."""
    return (str(error).splitlines() or [type(error).__name__])[0]


def say(sentence: str) -> None:
    """Print a sentence that stands out between the runs."""
    print(f"\n=== {sentence}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
