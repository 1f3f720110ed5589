"""``python -m tests.bench.run [--only PART …] [--orders N]``: every figure in one run, each beside its limit.

The shop runs in its production shape on a PostgreSQL and a Redis of its own. Prints a table, keeps it as JSON in
``var/bench/``, and exits 1 when a figure is beyond its limit.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from tests.bench import bare, burst, lives, load
from tests.bench.table import Table
from tests.chaos.line import Line
from tests.chaos.notebook import Notebook
from tests.town import HOME, Town, free_port

CLIENTS, SECONDS = 4, 8.0
SMALL, BOOKS = 10_000, 200_000
# orders of two lines, of which most were picked
STOPS = 59_000
# the scenes of a full shop say themselves what becomes of each parcel
PLAYED = {
    "DEMO": "1",
    "SANDBOX_TRACKING_SECONDS": "100000",
    "EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend",
}
# pages that have fewer rows to show in the small shop, or that count what waits
GROWING = ("start page", "SKU", "a day of last year")
REPORTS = HOME / "var" / "bench"
NOVEMBER = HOME.parent / "shared" / "data" / "orders_2011-11_shopify.csv.gz"


class Bench:
    """One run: the town, the keys of its channels, and the table."""

    def __init__(self, orders: int) -> None:
        self.orders = orders
        self.table = Table()
        options = {"shared_preload_libraries": "pg_stat_statements", "shared_buffers": "512MB", "work_mem": "16MB"}
        self.town = Town(postgres_options=options, extra={"SANDBOX_TRACKING_SECONDS": "0", "DEMO": "0"})
        self.keys: Mapping[str, str] = {}

    def open(self) -> None:
        """Start the shop and furnish it."""
        self.town.start()
        with psycopg.connect(self.town.database_url, autocommit=True) as line:
            line.execute("create extension pg_stat_statements")
        os.environ.update(self.town.environment)
        import django

        django.setup()
        from tests.furnishing import furnish

        self.keys = furnish(scarce=1000)
        self.town.open()

    def line(self, channel: str = "life") -> Line:
        """Return a client's line to the shop."""
        return Line(self.town.web, self.keys[channel], Notebook())

    # ------------------------------------------------------------ parts

    def capture(self) -> None:
        """Capture by HTTP, one order and five hundred a call, beside the bare SQL that writes the same rows."""
        line, key = self.line(), "bench-pattern"
        number = line.post("orders/", load.order(), key=key).json["number"]
        with psycopg.connect(self.town.database_url, autocommit=True) as database:
            found = database.execute("select id from orders_order where number=%s", [number]).fetchone()
            twins = bare.twins_of(database, order_id=found[0] if found else 0, key=key)
        with self.town.workers_rest():  # the bare SQL does no more than capture either
            floor = bare.rate(self.town.database_url, twins, clients=CLIENTS, seconds=SECONDS)
            one = load.rate(line, clients=CLIENTS, seconds=SECONDS)
            many = load.rate(line, clients=2, seconds=SECONDS, in_one_call=500)
        self.table.add("bare SQL, one transaction an order", floor, "orders/s", how=f"{CLIENTS} connections")
        self.table.add("capture, one order of 3 lines a call", one, "orders/s", how=f"{CLIENTS} clients")
        self.table.add("  of the bare rate", 100 * one / floor, "%", least=8)
        self.table.add("capture, 500 orders a call", many, "orders/s", how="2 clients")
        self.table.add("  of the bare rate", 100 * many / floor, "%", least=40)
        busy = load.rate(line, clients=CLIENTS, seconds=SECONDS)
        self.table.add("capture while the same orders are worked off", busy, "orders/s", how=f"{CLIENTS} clients")
        # the next part pays for its own work alone
        self.town.manage("work", "--until-idle")

    def life(self) -> None:
        """Whole lives, capture to delivered: every act by itself, and a hundred orders a call."""
        for how, count, in_one_call in (("one order a call", 200, 1), ("100 orders a call", 1000, 100)):
            cost = lives.live(self.town, self.line(), count, in_one_call=in_one_call)
            self.table.add("whole life of an order of 3 lines", cost.milliseconds, "CPU ms", most=15, how=how)
            for name, spent in cost.by_process.items():
                self.table.add(f"  {name}", spent, "CPU ms")
            self.table.add("  statements", cost.statements, "a life", how="pg_stat_statements")
        for name, process in self.town.processes.items():
            self.table.add(f"memory of {name}", resident(process.pid), "MB")

    def burst(self) -> None:
        """Ten thousand webhooks at once, about parcels that have lived before."""
        lives.live(self.town, self.line(), 200, in_one_call=100)
        came = burst.burst(self.town)
        how = f"{burst.CLIENTS} clients, sent in {came.sending:.0f} s"
        self.table.add("burst of 10,000 webhooks: answers that are not 2xx", came.refused, "answers", most=0, how=how)
        self.table.add("  p99 at the door", came.percentile_99, "s", most=2)
        self.table.add("  worked off", came.drained, "s", most=120)
        self.table.add("  lost", came.lost, "scans", most=0)

    def november(self) -> None:
        """Import a month of a real shop and work it off."""
        if not NOVEMBER.exists():
            print(f"  no {NOVEMBER}: the November file is not measured")
            return
        for name in ("locations", "products", "stock"):
            self.town.manage(f"import_{name}", str(NOVEMBER.with_name(f"{name}.csv")))
        self.town.manage("create_channel", "november", "--name", "November")
        began = time.monotonic()
        self.town.manage("import_orders", str(NOVEMBER), "--channel", "november", "--format", "shopify")
        read = time.monotonic() - began
        self.town.manage("work", "--until-idle")
        self.table.add("November file: import", read, "s", how="2,864 orders, 83,216 lines")
        self.table.add("November file: import and work-off", time.monotonic() - began, "s", most=180)
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        self.table.add("  largest process so far", peak, "MB", most=300)

    def pages(self) -> None:
        """Lists, search, order page and start page at ten thousand and at many more orders, each in its database."""
        small, large = (self._told("tests.bench.pages", self._seeded(count)) for count in (SMALL, self.orders))
        for name, milliseconds in large.items():
            grows = any(word in name for word in GROWING)
            limit = 300.0 if grows else min(300.0, 1.5 * small[name])
            how = f"{small[name]:.0f} ms at {SMALL:,}"
            self.table.add(f"{name} at {self.orders:,} orders, p95", milliseconds, "ms", most=round(limit, 1), how=how)
        self._verify(self.orders)

    def floor(self) -> None:
        """The floor's figures where people have picked a hundred thousand stops."""
        told = self._told("tests.bench.floor", self._seeded(STOPS))
        how = f"{told['stops']:,.0f} stops"
        for name, most in (("seven days", 300), ("a month", 300), ("a year", None)):
            self.table.add(f"floor figures, {name}, p95", told[name], "ms", most=most, how=how)

    def scans(self) -> None:
        """Each kind of scan in a shop full of work, one process, on both engines."""
        with psycopg.connect(self.town.database_url, autocommit=True) as line:
            line.execute("create database scans")
        with tempfile.TemporaryDirectory(prefix="oms-scans-") as folder:
            self._scans("SQLite", f"sqlite:///{folder}/shop.sqlite3", folder)
            self._scans("PostgreSQL", self.town.database_url.replace("/oms", "/scans"), folder)

    def _scans(self, engine: str, address: str, folder: str) -> None:
        """Play a full shop in a database, and scan there."""
        own = {"DATABASE_URL": address, "REDIS_URL": "", "VAR_DIR": folder, **PLAYED}
        environment = {**os.environ, **self.town.environment, **own}
        words = [sys.executable, "-m", "tools.stages", f"{folder}/pages.json"]
        subprocess.run(words, cwd=HOME, env=environment, check=True, stdout=subprocess.DEVNULL)
        for kind, told in self._told("tests.bench.scans", environment).items():
            how = f"median {told['clock']}, CPU {told['cpu']} and {told['cpu p95']} ms, {engine}"
            self.table.add(f"scan, {kind}, p95", told["clock p95"], "ms", most=100, how=how)

    def sourcing(self) -> None:
        """Least-cost sourcing beside the rules of other systems, and what its records cost; no database is asked."""
        from tests.bench import november, records, sourcing

        sourcing.measure(self.table)
        records.measure(self.table)
        if NOVEMBER.exists():
            november.measure(self.table, NOVEMBER.parent)
        else:
            print(f"  no {NOVEMBER}: sourcing of the November file is not measured")

    def cartons(self) -> None:
        """The box of an order beside the rule of other systems; no database is asked."""
        from tests.bench.cartons import measure

        measure(self.table)

    def picking(self) -> None:
        """Walks and batches beside the best that is known; no database is asked."""
        from tests.bench.picking import measure

        measure(self.table)

    def verify(self) -> None:
        """Every invariant at two hundred thousand orders."""
        self._verify(BOOKS, most=10)

    def _verify(self, count: int, *, most: float | None = None) -> None:
        """Run every invariant in the database of so many orders."""
        environment = self._seeded(count)
        began = time.monotonic()
        subprocess.run([sys.executable, "manage.py", "verify"], cwd=HOME, env=environment, check=True)
        spent = time.monotonic() - began
        self.table.add(f"verify at {count:,} orders", spent, "s", most=most, how="start-up included")

    def start(self) -> None:
        """``manage.py run`` from nothing to ready, dependencies installed."""
        port, folder = free_port(), Path(tempfile.mkdtemp(prefix="oms-run-"))
        own = {
            "PORT": str(port),
            "VAR_DIR": str(folder),
            "DATABASE_URL": f"sqlite:///{folder}/shop.sqlite3",
            "REDIS_URL": "",
        }
        environment = {**os.environ, **own, "DJANGO_SETTINGS_MODULE": "oms.settings", "DEMO": "1"}
        began = time.monotonic()
        words = [sys.executable, "manage.py", "run"]
        shop = subprocess.Popen(words, cwd=HOME, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            while not ready(port):
                time.sleep(0.05)
            self.table.add("make run, nothing to ready", time.monotonic() - began, "s", most=5)
            self.table.add("  its memory", resident(shop.pid), "MB", most=200)
        finally:
            shop.kill()
            shop.wait()

    def _seeded(self, count: int) -> Mapping[str, str]:
        """Return the environment of a database of so many orders, filled when it is asked for first."""
        name = f"seeded_{count}"
        environment = {**self.town.environment, "DATABASE_URL": self.town.database_url.replace("/oms", f"/{name}")}
        with psycopg.connect(self.town.database_url, autocommit=True) as line:
            if line.execute("select 1 from pg_database where datname = %s", [name]).fetchone():
                return environment
            line.execute(f"create database {name}")
        words = [sys.executable, "-m", "tests.bench.seeding", "--orders", str(count)]
        subprocess.run(words, cwd=HOME, env=environment, check=True, stdout=subprocess.DEVNULL)
        return environment

    def _told(self, module: str, environment: Mapping[str, str]) -> dict[str, Any]:
        """Return the figures that a part prints, in a database."""
        words = [sys.executable, "-m", module]
        done = subprocess.run(words, cwd=HOME, env=environment, check=True, stdout=subprocess.PIPE)
        return dict(json.loads(done.stdout))


# what is captured without end takes the stock of the lives, so it comes after them
PARTS = (
    "start",
    "sourcing",
    "picking",
    "cartons",
    "life",
    "burst",
    "november",
    "capture",
    "pages",
    "floor",
    "scans",
    "verify",
)


def ready(port: int) -> bool:
    """Tell whether the shop says that it is ready."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=1) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def resident(pid: int) -> float:
    """Return the resident memory of a process in MB."""
    told = Path(f"/proc/{pid}/status").read_text()
    return int(told.partition("VmRSS:")[2].split()[0]) / 1024


def main() -> int:
    """Measure, print, keep, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--orders", type=int, default=1_000_000, help="size of the large database")
    asked = parser.parse_args()
    bench = Bench(asked.orders)
    try:
        bench.open()
        for part in PARTS:
            if part in asked.only:
                getattr(bench, part)()
    finally:
        bench.town.stop()
    bench.table.write(REPORTS / f"{datetime.now(UTC):%Y%m%d-%H%M}.json")
    if bench.table.missed:
        print("beyond their limit: " + " · ".join(bench.table.missed))
    return int(bool(bench.table.missed))


if __name__ == "__main__":
    sys.exit(main())
