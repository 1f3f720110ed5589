"""Who kills: a plan made from the seed, carried out moment by moment."""

import random
import signal
import threading
import time
from collections import Counter
from dataclasses import dataclass

import psycopg
import redis

from tests.chaos.scale import Scale
from tests.town import Town, children, signal_quietly

QUIET_START = 2.0


@dataclass(frozen=True, order=True, slots=True)
class Blow:
    """One act at a moment, in seconds after the load began."""

    at: float
    act: str


def plan(scale: Scale, seed: int) -> list[Blow]:
    """Return every blow of a run, by its moment; the same seed makes the same plan."""
    dice = random.Random(seed)
    moments = [
        (act, dice.uniform(QUIET_START, scale.seconds)) for act, count in scale.kills.items() for _ in range(count)
    ]
    return sorted(Blow(round(at, 3), act) for act, at in moments)


class Warden(threading.Thread):
    """Starts again what ended by itself; ``revived`` counts it by name."""

    def __init__(self, town: Town) -> None:
        super().__init__(daemon=True)
        self.town, self.over = town, threading.Event()
        self.revived: Counter[str] = Counter()

    def run(self) -> None:
        """Look around until it is over."""
        while not self.over.wait(0.5):
            self.revived.update(self.town.revive())


class Nemesis(threading.Thread):
    """Carries the plan out; ``struck`` counts the blows that hit something."""

    def __init__(self, town: Town, blows: list[Blow], seed: int) -> None:
        super().__init__(daemon=True)
        self.town, self.blows, self.dice = town, blows, random.Random(seed + 1)
        self.struck: Counter[str] = Counter()
        self.last = 0.0

    def run(self) -> None:
        """Strike when the time has come."""
        began = time.monotonic()
        for blow in self.blows:
            time.sleep(max(0.0, blow.at - (time.monotonic() - began)))
            if getattr(self, f"_{blow.act.replace(' ', '_')}")():
                self.struck[blow.act] += 1
            self.last = time.monotonic()

    def _child_of(self, *names: str) -> bool:
        """SIGKILL a random child of the named processes."""
        pids = [pid for name in names for pid in children(self.town.processes[name].pid)]
        return bool(pids) and signal_quietly(self.dice.choice(pids), signal.SIGKILL)

    def _web_child(self) -> bool:
        return self._child_of("web")

    def _worker_child(self) -> bool:
        return self._child_of("worker 1", "worker 2")

    def _worker(self) -> bool:
        self.town.restart(self.dice.choice(["worker 1", "worker 2"]))
        return True

    def _web(self) -> bool:
        self.town.restart("web")
        return True

    def _clock(self) -> bool:
        self.town.restart("clock")
        return True

    def _redis_killed(self) -> bool:
        self.town.restart("redis")
        return True

    def _redis_stopped(self) -> bool:
        return self._hold("redis", 3.0)

    def _redis_flushed(self) -> bool:
        try:
            redis.Redis(port=self.town.redis_port, socket_timeout=2).flushall()
        except redis.RedisError:
            return False
        return True

    def _postgres_crashed(self) -> bool:
        """SIGKILL one backend: the server throws all of them out and recovers from its log."""
        try:
            with psycopg.connect(self.town.database_url, autocommit=True, connect_timeout=2) as line:
                found = line.execute(
                    "select pid from pg_stat_activity where backend_type='client backend' and pid<>pg_backend_pid()"
                ).fetchall()
        except psycopg.Error:
            return False
        return bool(found) and signal_quietly(self.dice.choice(found)[0], signal.SIGKILL)

    def _postgres_stopped(self) -> bool:
        return self._hold("postgres", 2.0)

    def _postgres_connections_cut(self) -> bool:
        try:
            with psycopg.connect(self.town.database_url, autocommit=True, connect_timeout=2) as line:
                line.execute("select pg_terminate_backend(pid) from pg_stat_activity where pid<>pg_backend_pid()")
        except psycopg.Error:
            return False
        return True

    def _hold(self, name: str, seconds: float) -> bool:
        """Stop a process with its children for a while, as a machine that swaps would."""
        pids = [self.town.processes[name].pid, *children(self.town.processes[name].pid)]
        for pid in pids:
            signal_quietly(pid, signal.SIGSTOP)
        time.sleep(seconds)
        woken = [signal_quietly(pid, signal.SIGCONT) for pid in pids]
        return all(woken)
