"""``manage.py prove_oversell``: everybody wants one product, workers are killed, and no piece is promised twice."""

import json
import subprocess
import sys
import tempfile
import time
from argparse import SUPPRESS, ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone

from fulfillment.services.hot_sku.crowd import CHANNEL, PLACES, SKU, buy
from fulfillment.services.hot_sku.equation import Equation, equations
from fulfillment.services.hot_sku.siege import Siege, who_sends
from oms.foundation.actor import Actor
from oms.foundation.refusals import Refused
from oms.foundation.scratch import ScratchShop, scratch_shop

LEASE = {"LEASE_SECONDS": "3", "OMS_LOG_LEVEL": "ERROR"}


class Command(BaseCommand):
    """Exit 0: every line of the proof holds, and so does every invariant; 1: not.

    It happens in a shop with a database of its own, which is dropped afterwards: the real one is never touched.
    """

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Name the choices."""
        parser.add_argument("--workers", type=int, default=8, help="processes that order and match at once")
        parser.add_argument("--orders", type=int, default=5000, help="orders, of one to three pieces each")
        parser.add_argument(
            "--pieces", type=int, default=0, help="pieces at the start (default: a fifth of the orders)"
        )
        parser.add_argument("--kill", action="store_true", help="kill processes and cut connections all the while")
        parser.add_argument("--seed", type=int, default=1, help="the same seed sends the same orders and goods")
        parser.add_argument("--json", action="store_true", help="the proof as JSON")
        parser.add_argument("--buy", nargs=2, type=int, help=SUPPRESS)
        parser.add_argument("--judge", action="store_true", help=SUPPRESS)

    def handle(self, *args: Any, **options: Any) -> None:
        """Prove it; or, in a process of the proof, do its part."""
        orders, seed = options["orders"], options["seed"]
        if options["buy"]:
            buy(*options["buy"], seed=seed, acting=_clerk)
        elif options["judge"]:
            self.stdout.write(json.dumps([asdict(one) for one in equations(orders=orders, seed=seed)]))
        else:
            _refuse_absurd(options)
            self._prove(options)

    def _prove(self, options: dict[str, Any]) -> None:
        """Let the crowd loose on a shop of its own, and tell what came of it."""
        began = time.monotonic()
        try:
            with (
                tempfile.TemporaryDirectory(prefix="oms-proof-") as folder,
                scratch_shop(Path(folder), **LEASE) as shop,
            ):
                _furnish(shop, options["pieces"] or max(1, options["orders"] // 5))
                siege = Siege(shop, orders=options["orders"], workers=options["workers"], seed=options["seed"])
                siege.run(kill=options["kill"])
                shop.manage("work", "--until-idle")
                told = shop.manage("prove_oversell", "--judge", *who_sends(options["orders"], options["seed"]))
                proof = [Equation(**one) for one in json.loads(told)]
                broken = _broken(shop)
        except Refused as refusal:
            raise CommandError(refusal.sentence) from refusal
        except subprocess.CalledProcessError as error:
            raise CommandError(f"{' '.join(error.cmd)} failed: {(error.stderr or '').strip()[-400:]}") from error
        except subprocess.TimeoutExpired as error:
            raise CommandError(f"{' '.join(error.cmd[2:])} took more than {error.timeout:.0f} s.") from error
        self._tell(proof, broken, siege, time.monotonic() - began, options)
        if broken or not all(one.holds for one in proof):
            sys.exit(1)

    def _tell(
        self, proof: list[Equation], broken: list[str], siege: Siege, seconds: float, options: dict[str, Any]
    ) -> None:
        """Print the proof."""
        passed = not broken and all(one.holds for one in proof)
        if options["json"]:
            lines = [{**asdict(one), "holds": one.holds} for one in proof]
            struck = {"killed": siege.killed, "cut": siege.cut, "seconds": round(seconds, 1)}
            self.stdout.write(json.dumps({"passed": passed, "proof": lines, "broken_invariants": broken, **struck}))
            return
        self.stdout.write(
            f"{options['orders']:,} orders of one product by {options['workers']} workers on {connection.vendor};"
            f" {siege.killed} killed, connections cut {siege.cut} times; {seconds:.0f} s, seed {options['seed']}"
        )
        for one in proof:
            self.stdout.write(f"  {'✓' if one.holds else '✗'} {one.name}: {one.told}")
        self.stdout.write(f"  {'✗' if broken else '✓'} every invariant: {', '.join(broken) or 'all hold'}")
        self.stdout.write("PASS: no piece was promised twice." if passed else "FAIL: see the lines with ✗.")


def _clerk() -> Actor:
    """Return who orders and brings, now."""
    return Actor.system("prove_oversell", now=timezone.now())


def _refuse_absurd(options: dict[str, Any]) -> None:
    """Refuse numbers with which there is nothing to prove."""
    for name, most in (("workers", 64), ("orders", 100_000)):
        if not 1 <= options[name] <= most:
            raise CommandError(f"--{name} must be from 1 to {most:,}.")
    if not 0 <= options["pieces"] <= 1_000_000:
        raise CommandError("--pieces must be from 0 to 1,000,000.")


def _furnish(shop: ScratchShop, pieces: int) -> None:
    """Give the shop its places, its product, its pieces and its channel, by the same doors as everybody's."""
    shares = [pieces // len(PLACES) + (number < pieces % len(PLACES)) for number in range(len(PLACES))]
    files = {
        "locations": [
            "code,name,kind,country,latitude,longitude",
            *(f"{one},{one.title()},warehouse,GB,53.8,-1.5" for one in PLACES),
        ],
        "products": ["sku,title,unit_price,currency,weight_g", f"{SKU},What everybody wants,10.00,EUR,500"],
        "stock": ["sku,location,on_hand", *(f"{SKU},{one},{share}" for one, share in zip(PLACES, shares, strict=True))],
    }
    for kind, lines in files.items():
        path = shop.folder / f"{kind}.csv"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        shop.manage(f"import_{kind}", str(path))
    shop.manage("create_channel", CHANNEL, "--name", "Hot")


def _broken(shop: ScratchShop) -> list[str]:
    """Return the invariants that do not hold, or could not run."""
    path = shop.folder / "verify.json"
    try:
        shop.manage("verify", "--class", "A,E", "--json", str(path))
    except subprocess.CalledProcessError:
        if not path.exists():
            raise
    return [one["id"] for one in json.loads(path.read_text(encoding="utf-8")) if one["count"] or one["error"]]
