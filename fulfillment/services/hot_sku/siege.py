"""The siege: the crowd's processes are killed, their connections cut, and they come back until all is done."""

import subprocess
import time

from django.db import connection

from fulfillment.services.hot_sku.crowd import dice
from oms.foundation.refusals import Refused
from oms.foundation.scratch import ScratchShop

STORED = "select count(*) from orders_order"
CUT = (
    "select pg_terminate_backend(pid) from pg_stat_activity where datname=current_database() and pid<>pg_backend_pid()"
)
ORDERS_A_BLOW, LOOK_SECONDS, PATIENCE = 60, 0.1, 180.0
Share = tuple[int, int]


class Spoiled(Refused):
    """A process ended badly that nobody has killed: nothing is proved."""

    code = "proof_spoiled"


def who_sends(orders: int, seed: int) -> list[str]:
    """Return the words that let a process of the proof know the same orders."""
    return ["--orders", str(orders), "--seed", str(seed)]


class Siege:
    """The crowd's processes, each with its share of the orders, started again where they were killed.

    ``killed`` and ``cut`` count the kills and how often every connection was cut (PostgreSQL only).
    """

    def __init__(self, shop: ScratchShop, *, orders: int, workers: int, seed: int) -> None:
        self.shop, self.words = shop, who_sends(orders, seed)
        self.dice = dice("blows", 0, seed)
        self.killed = self.cut = 0
        self.next_blow, self.can_cut = 1, connection.vendor == "postgresql"
        share = -(-orders // workers)
        self.shares = [(at, min(at + share, orders)) for at in range(0, orders, share)]
        self.running: dict[Share, subprocess.Popen[bytes]] = {}

    def run(self, *, kill: bool) -> None:
        """Let everybody order until every share is done, with or without blows; raises :class:`Spoiled`."""
        self.running = {share: self._start(share) for share in self.shares}
        stored, since = 0, time.monotonic()
        try:
            while self.running:
                time.sleep(LOOK_SECONDS)
                self._bury()
                now = self.shop.number(STORED)
                if now > stored:
                    stored, since = now, time.monotonic()
                elif time.monotonic() - since > PATIENCE and self.running:
                    raise Spoiled(f"No order was stored for {PATIENCE:.0f} s, after {stored:,}; nothing is proved.")
                if kill and self.running and stored >= self.next_blow:
                    self._strike()
        finally:
            for process in self.running.values():
                process.kill()
                process.wait()

    def _start(self, share: Share) -> "subprocess.Popen[bytes]":
        """Start the process of a share."""
        return self.shop.start("prove_oversell", "--buy", *map(str, share), *self.words)

    def _bury(self) -> None:
        """Let go of those who are done."""
        for share, process in list(self.running.items()):
            code = process.poll()
            if code == 0:
                del self.running[share]
            elif code is not None:
                raise Spoiled(f"The orders {share[0]} to {share[1]} ended with code {code}; nothing is proved.")

    def _strike(self) -> None:
        """Kill one of them and start its share again, or cut every connection; the next blow waits for progress.

        Blows by the clock could fall faster than a process starts, and then nobody would ever be done.
        """
        self.next_blow += self.dice.randint(1, 2 * ORDERS_A_BLOW)
        if self.can_cut and self.dice.random() < 0.5:
            self.shop.rows(CUT)
            self.cut += 1
            return
        share = self.dice.choice(sorted(self.running))
        self.running[share].kill()
        self.running[share].wait()
        self.killed += 1
        self.running[share] = self._start(share)
