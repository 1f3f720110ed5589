"""``python -m tests.bench.scans``: how long a handheld waits for each kind of scan, in a shop that is full of work.

The shop that ``DATABASE_URL`` names was played by ``tools.stages`` before. One person of the warehouse scans at HAM,
and one process answers. Prints for each kind the median and 95th percentile in milliseconds, of the clock and of the
processor.
"""

import json
import os
import re
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import cycle
from typing import Any
from uuid import uuid4

PLACE, TIMES = "HAM", 40
SOLD = [("MUG-ENAMEL", 1, 1490), ("CANDLE-FIR", 2, 1790), ("TENT-PEG-10", 1, 1290), ("BOTTLE-1L", 1, 2990)]
ANSWER = re.compile(r'data-tone="(\w+)">(.*?)</p>', re.DOTALL)
Spent = dict[str, list[tuple[float, float]]]


class Handheld:
    """A browser of somebody of the warehouse that sends scans and takes the time."""

    def __init__(self) -> None:
        from django.contrib.auth.models import Group, User
        from django.test import Client

        self.person = User.objects.create(username="bench-scanner", is_staff=True)
        self.person.groups.add(Group.objects.get(name="Warehouse"))
        self.client = Client(SERVER_NAME="127.0.0.1")
        self.client.force_login(self.person)
        self.client.get(f"/floor/?at={PLACE}")
        self.spent: Spent = defaultdict(list)

    def send(self, kind: str, path: str, tones: str = "ok done", **told: Any) -> None:
        """Send one scan, keep its time, and make sure that the answer had one of the tones that were expected."""
        clock, processor = time.perf_counter(), time.process_time()
        answer = self.client.post(path, {"key": uuid4(), **told})
        self.spent[kind].append((time.perf_counter() - clock, time.process_time() - processor))
        said = ANSWER.search(answer.content.decode())
        if answer.status_code != 302 and (said is None or said[1] not in tones):
            raise SystemExit(f"{kind}: {path} {told} answered {answer.status_code}, {said and said[2]}")


class Floor:
    """The shop with so much to do that every kind of scan can be sent many times."""

    def __init__(self) -> None:
        from django.utils import timezone

        from inventory.services.stock import adjust_stock
        from tools.stages.desk import Desk

        self.desk, self.hand = Desk(), Handheld()
        self.desk.numbers = iter(range(700_001, 800_000))
        self.today = timezone.localdate()
        for sku, _, _ in SOLD:
            told = {"sku": sku, "location": PLACE, "reason": "adjustment", "actor": self.desk.actor()}
            adjust_stock(quantity=2000, **told)
        self.enlarge()

    def enlarge(self) -> None:
        """Give the place fifteen hundred bins in 25 aisles, and 600 products with pieces in no bin and on their way."""
        from inventory.models import Bin, IncomingStock, Location, Product, StockLevel

        place, now = Location.objects.get(code=PLACE), self.desk.actor().now
        Bin.objects.bulk_create(
            Bin(location=place, code=f"Z{aisle:02}-{bay:02}", aisle=f"Z{aisle:02}", zone="BIG", sequence=2000,
                x_mm=20_000 + 3000 * aisle, y_mm=1000 + 1000 * bay)
            for aisle in range(25) for bay in range(60)
        )  # fmt: skip
        products = Product.objects.bulk_create(Product(sku=f"BENCH-{number:03}") for number in range(600))
        StockLevel.objects.bulk_create(StockLevel(product=one, location=place, on_hand=9) for one in products)
        IncomingStock.objects.bulk_create(
            IncomingStock(
                product=one, location=place, quantity=9, expected_on=self.today, reference="B", created_at=now
            )
            for one in products
        )

    def work(self, count: int) -> list[Any]:
        """Return open work of so many orders of four lines at the place."""
        return [self.desk.work_of(self.desk.order(SOLD, token="tok_ok")) for _ in range(count)]

    def pick(self) -> None:
        """Walk with orders in totes: the bin, the product, and something else."""
        from fulfillment.models import FulfillmentOrder, PickList
        from fulfillment.services import walking

        at_once = 12
        for _ in range(TIMES // (at_once * len(SOLD)) + 1):
            work = FulfillmentOrder.objects.filter(pk__in=[one.pk for one in self.work(at_once)])
            place, person = work[0].location_id, self.hand.person.pk
            claim = {"work": work, "location_id": place, "picker_id": person, "actor": self.desk.actor()}
            walk = walking.claim_work(orders=at_once, **claim)
            path = f"/floor/{walk.number}/scan/"
            while (now := walking.walk_of(PickList.objects.get(pk=walk.pk)).now) is not None:
                task = now.task
                if task.bin:
                    self.hand.send("pick: bin", path, "ok", task=task.pk, code=task.bin.split(" + ")[0])
                self.hand.send("pick: something else", path, "wrong", task=task.pk, code="TENT-2P")
                sku = task.level.product.sku
                self.hand.send("pick: product", path, "done", task=task.pk, code=sku, quantity=task.missing)

    def pack(self) -> None:
        """Pack picked work: the tote, each piece, something else, the box closed."""
        from fulfillment.models import PickTask

        totes = PickTask.objects.filter(pick_list__picker=self.hand.person, fulfillment_order__state="in_progress")
        rows = totes.order_by("pk").values_list("fulfillment_order__number", "pick_list__number", "tote").distinct()
        for number, walk, tote in list(dict.fromkeys(rows))[:TIMES]:
            self.hand.send("pack: tote", "/floor/pack/", code=f"{walk}-{tote}")
            path = f"/floor/pack/{number}/"
            for sku, pieces, _ in SOLD:
                self.hand.send("pack: something else", f"{path}scan/", "wrong", code="TENT-2P")
                for _ in range(pieces):
                    self.hand.send("pack: piece", f"{path}scan/", code=sku)
            self.hand.send("pack: close", f"{path}close/", code="")

    def stock(self) -> None:
        """Receive, put away, move and count."""
        from inventory.models import Bin
        from inventory.services.incoming import announce_stock

        told = {"location": PLACE, "quantity": 100_000, "expected_on": self.today + timedelta(days=1)}
        for sku, _, _ in SOLD:
            announce_stock(sku=sku, reference=f"BENCH-{sku}", actor=self.desk.actor(), **told)
        here = Bin.objects.filter(location__code=PLACE)
        here.update(capacity_mm3=None, capacity_g=None)
        racks, faces = (list(here.filter(kind=kind).values_list("code", flat=True)) for kind in ("reserve", "pick"))
        turns = zip(range(TIMES), cycle(SOLD), cycle(racks), cycle(faces), strict=False)
        for _, (sku, _, _), rack, face in turns:
            self.scan("receive", sku)
            self.scan("put away: bin", rack, "put-away")
            self.scan("put away: product", sku, "put-away")
            self.scan("move: bin", rack, "move")
            self.scan("move: product", sku, "move")
            self.scan("move: to bin", face, "move")
            self.clear("put-away", "move", "receive")
        self.count(racks)

    def count(self, racks: list[str]) -> None:
        """Count bins: the bin, each piece, nothing more."""
        for rack in [*racks] * (TIMES // (3 * len(racks)) + 1):
            self.scan("count: bin", rack, "count")
            for sku, _, _ in SOLD[:3]:
                self.scan("count: piece", sku, "count")
            self.scan("count: done", "", "count", act="done")

    def scan(self, kind: str, code: str, work: str = "receive", act: str = "scan") -> None:
        """Scan something of stock work."""
        self.hand.send(kind, f"/floor/{work}/{act}/", location=PLACE, code=code)

    def clear(self, *works: str) -> None:
        """Forget what is in hand, out of the figures."""
        for work in works:
            self.hand.client.post(f"/floor/{work}/clear/", {"key": uuid4(), "location": PLACE})

    def load(self) -> None:
        """Load parcels onto a truck, and one that goes elsewhere."""
        from django.utils import timezone

        from fulfillment.models import Manifest, Package, Shipment
        from fulfillment.services.label_buying import work_labels
        from fulfillment.services.labels import buy_labels

        packed = Shipment.objects.filter(state="packed", pack_session__packer=self.hand.person)
        for pk in packed.values_list("pk", flat=True):
            buy_labels(shipment_id=pk, actor=self.desk.actor())
        while work_labels(self.desk.actor(), 100):
            pass
        waiting = Package.objects.filter(shipment__state="labelled", shipment__location__code=PLACE, carrier="sandbox")
        numbers = list(waiting.exclude(tracking_number="").values_list("tracking_number", flat=True))[: TIMES + 1]
        self.hand.client.post("/floor/load/", {"location": PLACE, "carrier": "sandbox"})
        truck = Manifest.objects.filter(location__code=PLACE, carrier="sandbox", state="open").latest("pk")
        now = int(timezone.now().timestamp() * 1000)
        for number in numbers:
            self.hand.send("load: parcel", f"/floor/load/{truck.number}/scan/", code=number, read_at=now)
            self.hand.send("load: something else", f"/floor/load/{truck.number}/scan/", "wrong", code="NO-SUCH")


def waits() -> dict[str, dict[str, float]]:
    """Return the milliseconds of each kind of scan."""
    from oms.foundation.memory import keep_what_is_loaded

    floor = Floor()
    keep_what_is_loaded()
    parts: list[Callable[[], None]] = [floor.pick, floor.pack, floor.stock, floor.load]
    for part in parts:
        part()
    return {kind: dict(_figures(spent)) for kind, spent in floor.hand.spent.items()}


def _figures(spent: list[tuple[float, float]]) -> Iterator[tuple[str, float]]:
    """Yield median and 95th percentile of clock and processor, and how many there were."""
    for at, name in enumerate(("clock", "cpu")):
        told = sorted(1000 * one[at] for one in spent)
        yield name, round(told[len(told) // 2], 1)
        yield f"{name} p95", round(told[min(len(told) - 1, int(len(told) * 0.95))], 1)
    yield "times", len(spent)


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "oms.settings")
    django.setup()
    json.dump(waits(), sys.stdout, indent=2)
