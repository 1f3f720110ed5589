"""``python -m tests.chaos.run [gate|smoke|soak|control] [--seed N] [--guard-off NAME]``: one run, one line, one report.

Exit code 0 only when nothing was lost, nothing happened twice, every invariant holds, everything was worked off in
time, no process is left and every floor was reached; 1 when a witness found something wrong, 2 when the run was only
too slow or too small.
"""

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path
from threading import Event, Thread
from typing import Any

import psycopg

from tests.chaos import shop
from tests.chaos.nemesis import Nemesis, Warden, plan
from tests.chaos.notebook import Notebook
from tests.chaos.scale import SCALES, Scale
from tests.chaos.shop import ChaosTown
from tests.town import HOME, cpu_seconds

REPORTS = HOME / "var" / "chaos"
LIVE_CHECK_SECONDS = 4.0
WRONG, TOO_LITTLE = 1, 2


def main() -> int:
    """Run once and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scale", nargs="?", default="gate", choices=sorted(SCALES))
    parser.add_argument(
        "--seed", type=int, default=0, help="default: made from the commit; the same seed, the same plan"
    )
    parser.add_argument("--guard-off", default="", help="take one guard away; the run must end red")
    parser.add_argument("--keep", action="store_true", help="keep the folder with logs and database")
    asked = parser.parse_args()
    seed = asked.seed or seed_of_commit()
    town = ChaosTown(seed=seed, guard_off=asked.guard_off)
    began = time.monotonic()
    print(f"chaos {asked.scale}, seed {seed}, logs in {town.folder}", flush=True)
    try:
        report = run(SCALES[asked.scale], town)
    finally:
        strays = town.stop()
    report["strays"] = strays
    report["wall_seconds"] = round(time.monotonic() - began, 1)
    report["cpu_seconds"] = round(sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2]) + time.process_time(), 1)
    return conclude(report, town, keep=asked.keep)


def seed_of_commit() -> int:
    """Return a number made from the commit at hand."""
    told = subprocess.run(["git", "rev-parse", "HEAD"], cwd=HOME, capture_output=True, text=True, check=False)
    return int(told.stdout.strip()[:7] or "1", 16)


def run(scale: Scale, town: ChaosTown) -> dict[str, Any]:
    """Boot, load and kill, drain, and hear the witnesses."""
    town.start()
    os.environ.update(town.environment)
    lines = shop.furnish(town, scale)
    town.open()
    notebook = Notebook()
    crowd = shop.crowd(lines, town, notebook, scale)
    nemesis = Nemesis(town, plan(scale, town.seed), town.seed)
    live, over = LiveCheck(), Event()
    live.begin(over)
    feeders = crowd.start(goods=shop.goods_coming(scale))
    warden = Warden(town)
    warden.start()
    nemesis.start()
    nemesis.join()
    for feeder in feeders:
        feeder.join()
    shop.calm(town)
    left, drained = drain(town, scale)
    crowd.close()
    over.set()
    warden.over.set()
    return {
        "scale": scale.name,
        "seed": town.seed,
        "guard_off": town.guard_off,
        "drained_seconds": round(drained, 1),
        "left": left,
        "struck": dict(nemesis.struck),
        "cpu": {name: round(cpu_seconds(one.pid), 1) for name, one in town.processes.items()},
        "revived": dict(warden.revived),
        "live_checks": live.result,
        **shop.hear(town, notebook, scale, nemesis),
    }


def drain(town: ChaosTown, scale: Scale) -> tuple[dict[str, int], float]:
    """Wait until nothing is on its way, at most as long as allowed; return what is left and the seconds taken."""
    began = time.monotonic()
    left: dict[str, int] = {"not asked": 1}
    while any(left.values()) and time.monotonic() - began < scale.drain_seconds:
        time.sleep(0.5)
        try:
            left = shop.left(town)
        except psycopg.Error:
            continue
    return left, time.monotonic() - began


class LiveCheck:
    """Class A invariants every few seconds while the kills go on."""

    def __init__(self) -> None:
        self.result: dict[str, Any] = {"ran": 0, "could not run": 0, "broken": []}

    def begin(self, over: Event) -> None:
        """Start checking until the event."""
        Thread(target=self._run, args=(over,), daemon=True).start()

    def _run(self, over: Event) -> None:
        """Check and note."""
        from django.db import DatabaseError, InterfaceError, connections
        from django.utils import timezone

        from oms.foundation.invariants import check

        while not over.wait(LIVE_CHECK_SECONDS):
            try:
                found = check(timezone.now(), classes=["A"])
                broken = [one for one in found if one.count]
                self.result["could not run" if any(one.error for one in found) else "ran"] += 1
                self.result["broken"] += [f"{one.invariant.id}: {list(one.ids[:3])}" for one in broken]
            except (DatabaseError, InterfaceError, psycopg.Error):
                self.result["could not run"] += 1
            connections.close_all()


def conclude(report: dict[str, Any], town: ChaosTown, *, keep: bool) -> int:
    """Write the report, print the line, and return the exit code."""
    # what is still on its way at the end is no lie of anybody, as long as the run was cut off before it could arrive
    ends = {"unsettled"} if any(report["left"].values()) else set()
    wrong = [
        *(f"{kind}: {count}" for kind, count in report["findings"]["counts"].items() if kind not in ends),
        *(f"live: {one}" for one in report["live_checks"]["broken"][:3]),
    ]
    red = [
        *wrong,
        *(f"not worked off: {name} {count}" for name, count in report["left"].items() if count),
        *(f"floor not reached: {what} {had} of {floor}" for what, (had, floor) in report["below"].items()),
        *(["strays"] if report["strays"] else []),
    ]
    report["red"] = red
    REPORTS.mkdir(parents=True, exist_ok=True)
    name = f"{report['scale']}-{report['seed']}{'-' + report['guard_off'] if report['guard_off'] else ''}.json"
    (REPORTS / name).write_text(json.dumps(report, indent=2, default=str))
    for kind, told in report["findings"]["found"].items():
        print(f"  {kind}:", *told[:5], sep="\n    ")
    struck = sum(report["struck"].values())
    print(
        f"{'RED' if red else 'green'}: {report['counts']['lives']} lives, {report['counts']['captures']} captures,"
        f" {report['counts'].get('webhooks taken', 0)} webhooks, {struck} kills; worked off after"
        f" {report['drained_seconds']} s; {report['wall_seconds']} s, {report['cpu_seconds']} CPU-s; {REPORTS / name}"
    )
    print(*(f"  {one}" for one in (*red, *report["stuck"])), sep="\n")
    if keep or red:
        (REPORTS / "logs").mkdir(exist_ok=True)
        for log in town.folder.glob("*.log"):
            shutil.copy(log, REPORTS / "logs" / f"{Path(name).stem}-{log.name}")
    if not keep:
        shutil.rmtree(town.folder, ignore_errors=True)
    return WRONG if wrong else TOO_LITTLE if red else 0


if __name__ == "__main__":
    sys.exit(main())
