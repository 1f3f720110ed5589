"""Who uses the shop: channels that send orders, a warehouse that ships them, a desk that cancels and refunds."""

import queue
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.assortment import COMMON, TIGHT
from tests.chaos.goods_in import receive
from tests.chaos.line import Line, Reply
from tests.chaos.notebook import Notebook, Refunded
from tests.chaos.pace import paced, taken, tell
from tests.chaos.scale import Scale

ADDRESS = {"name": "Ann Lee", "line1": "1 High Street", "city": "Leeds", "postal_code": "LS1 4AP", "country": "GB"}
BULK = 20
DOUBLE, CANCELLED_EARLY, REFUNDED, VOIDED = 0.12, 0.03, 0.08, 0.1
POLL_SECONDS, FEED_SHARE = 3.0, 0.85
# most pieces go in walks and truckloads; of those that go alone, many meet a second click or the desk's cancellation
ALONE, TOGETHER, BUSY = 0.1, 20, 40
DOUBLE_CLICK, CANCELLED_LATE = 0.3, 0.25
LISTS = (("fulfillment-orders", "open"), ("shipments", "packed"), ("shipments", "labelled"))


def order(external_id: str, dice: random.Random, *, token: str = "", scarce_share: float = 0.0) -> dict[str, Any]:
    """Return an order of one to three lines, or of one that wants a product that is scarce."""
    scarce = dice.random() < scarce_share
    skus = (
        [f"T{dice.randrange(TIGHT)}"] if scarce else [f"C{n}" for n in dice.sample(range(COMMON), dice.randint(1, 3))]
    )
    lines = [{"sku": sku, "quantity": dice.randint(1, 2), "unit_price": "10.00"} for sku in skus]
    total = f"{sum(10 * line['quantity'] for line in lines)}.00"
    paid = {"gateway": "sandbox", "token": token} if token else {"gateway": "external", "status": "paid"}
    return {
        "external_id": external_id,
        "currency": "EUR",
        "customer": {"name": "Ann Lee", "email": f"{external_id}@example.com"},
        "shipping_address": ADDRESS,
        "billing_address": ADDRESS,
        "lines": lines,
        "payments": [{"method": "card", "amount": total, **paid}],
        "total": total,
    }


@dataclass
class Crowd:
    """All clients of a run; the channels end by themselves, :meth:`close` ends everybody."""

    life: Line
    lane: Line
    outside: str
    notebook: Notebook
    seed: int
    scale: Scale
    everybody: list[threading.Thread] = field(default_factory=list)
    closed: threading.Event = field(default_factory=threading.Event)
    desk: "queue.PriorityQueue[tuple[float, str, int]]" = field(default_factory=queue.PriorityQueue)

    def start(self, *, goods: int) -> list[threading.Thread]:
        """Start every client, let so many scarce pieces come, and return the threads of channels and goods."""
        lives, span = self.scale.lives, self.scale.seconds * FEED_SHARE
        half = lives // 2
        feeders = [
            self._thread(self._send_lives, range(half), span),
            self._thread(self._send_lives, range(half, lives), span),
            self._thread(self._send_lane, self.scale.lane, span),
            self._thread(receive, self.life, self.notebook, goods, span, random.Random(self.seed + 30)),
        ]
        waiting: queue.Queue[tuple[str, dict[str, Any]]] = queue.Queue()
        self._thread(self._watch, waiting)
        for number in range(4):
            self._thread(self._work, waiting, random.Random(self.seed + 10 + number))
        for number in range(2):
            self._thread(self._refund, random.Random(self.seed + 20 + number))
        return feeders

    def close(self) -> None:
        """End every client once its last answer is there: what was asked and not heard of tells no witness anything."""
        self.closed.set()
        for thread in self.everybody:
            thread.join()

    def _thread(self, target: Callable[..., None], *args: Any) -> threading.Thread:
        """Start a client; one that breaks is wrong."""

        def run() -> None:
            """Do it, and complain of what broke."""
            try:
                target(*args)
            except Exception as error:  # noqa: BLE001  a client that breaks must show up in the report
                self.notebook.complain(f"{target.__name__} broke: {type(error).__name__} {error}")

        thread = threading.Thread(target=run, daemon=True)
        self.everybody.append(thread)
        thread.start()
        return thread

    # ------------------------------------------------------------ channels

    def _send_lives(self, numbers: range, span: float) -> None:
        """Send orders evenly over the span, some of them twice at the same moment, some cancelled soon after."""
        dice = random.Random(self.seed + numbers.start)
        for number in paced(numbers, span):
            told = order(f"life-{number}", dice, token="tok_ok")
            replies = self._send(told, dice)
            if replies[0].ok and dice.random() < CANCELLED_EARLY:
                self._cancel(replies[0].json["number"], dice)

    def _send(self, told: dict[str, Any], dice: random.Random) -> list[Reply]:
        """Send an order, perhaps twice, and compare the answers."""
        key = f"key-{told['external_id']}"
        if dice.random() >= DOUBLE:
            replies = [self.life.post("orders/", told, key=key)]
        else:
            twin = key if dice.random() < 0.5 else f"{key}-again"
            replies = self.life.both(("orders/", told, key), ("orders/", told, twin))
            self.notebook.count("double submits")
            if twin == key and replies[0].body != replies[1].body:
                self.notebook.complain(f"one key, two answers for {told['external_id']}")
        for reply in replies:
            if reply.ok:
                self.notebook.took(told["external_id"], reply.json["number"])
            else:
                self.notebook.complain(f"{told['external_id']} was refused: {reply.status} {reply.body[:200]!r}")
        return replies

    def _send_lane(self, count: int, span: float) -> None:
        """Send orders in bulk."""
        dice = random.Random(self.seed + 5)
        for start in paced(range(0, count, BULK), span):
            numbers = range(start, min(start + BULK, count))
            rows = [order(f"lane-{number}", dice, scarce_share=self.scale.scarce_share) for number in numbers]
            reply = self.lane.post("orders/bulk/", {"orders": rows}, key=f"bulk-{start}")
            if not reply.ok:
                self.notebook.complain(f"bulk {start} was refused: {reply.status} {reply.body[:200]!r}")
                continue
            for row, result in zip(rows, reply.json["results"], strict=True):
                if result["status"] in (200, 201):
                    self.notebook.took(row["external_id"], result["order"]["number"])
                else:
                    self.notebook.complain(f"{row['external_id']} was refused: {result}")

    # ------------------------------------------------------------ warehouse

    def _watch(self, waiting: "queue.Queue[tuple[str, dict[str, Any]]]") -> None:
        """Look at the three lists of the floor and put what is new on the stack of work."""
        seen: set[tuple[str, str, int]] = set()
        while not self.closed.is_set():
            for kind, state in LISTS if waiting.qsize() < BUSY else ():
                for row in self.life.get(f"{kind}/?state={state}&page_size=100")["results"]:
                    mark = (state, row["number"], row["version"] if state == "labelled" else 0)
                    if mark not in seen:
                        seen.add(mark)
                        waiting.put((state, row))
            self.closed.wait(POLL_SECONDS)

    def _work(self, waiting: "queue.Queue[tuple[str, dict[str, Any]]]", dice: random.Random) -> None:
        """Do what the lists ask for: together what waits together, and now and then a piece alone."""
        while not self.closed.is_set():
            found = [(state, row, dice.random() < ALONE) for state, row in taken(waiting, most=TOGETHER)]
            for state in ("open", "packed", "labelled"):
                self._do_together(state, [row for known, row, alone in found if known == state and not alone], dice)
                for row in (row for known, row, alone in found if known == state and alone):
                    self._do_one(state, row, dice)

    def _do_one(self, state: str, row: dict[str, Any], dice: random.Random) -> None:
        """Do what one row waits for."""
        if state == "open":
            for act in ("start_picking", "confirm_picked", "pack"):
                if not self._expect(self.life.post(f"fulfillment-orders/{row['number']}/{act}/")):
                    return
        elif state == "packed":
            self._expect(self.life.post(f"shipments/{row['number']}/buy_labels/"))
        elif dice.random() < VOIDED:
            self._label_anew(row["number"])
        else:
            self._ship(row, dice)

    def _label_anew(self, number: str) -> None:
        """Give the labels back, and ask for others as soon as the carrier has taken them."""
        self.notebook.count("labels voided")
        asked = self._expect(self.life.post(f"shipments/{number}/void_labels/"))
        while asked and not self.closed.wait(POLL_SECONDS):
            reply = self.life.post(f"shipments/{number}/buy_labels/")
            if self._expect(reply) or reply.code != "has_labels":
                return

    def _do_together(self, state: str, rows: list[dict[str, Any]], dice: random.Random) -> None:
        """Do what rows of one list wait for in one call for each act; none waits for none."""
        by_number = {row["number"]: row for row in rows}
        numbers = list(by_number)
        if state == "open":
            for act in ("start_picking", "confirm_picked", "pack"):
                numbers = self._act_together("fulfillment-orders", act, numbers)
        elif state == "packed":
            self._act_together("shipments", "buy_labels", numbers)
        else:
            for number in self._act_together("shipments", "ship", numbers):
                self._handed_over(by_number[number], dice)

    def _act_together(self, kind: str, act: str, numbers: list[str]) -> list[str]:
        """Do an act on rows and return those on which it was done."""
        if not numbers:
            return []
        self.notebook.count("acts together", len(numbers))
        reply = self.life.post(f"{kind}/bulk/{act}/", {"numbers": numbers})
        if not self._expect(reply):
            return []
        results = reply.json["results"]
        for one in results:
            if one["status"] not in (200, 409):
                self.notebook.complain(f"unexpected result of {act}: {one}")
        return [one["number"] for one in results if one["status"] == 200]

    def _ship(self, row: dict[str, Any], dice: random.Random) -> None:
        """Hand a shipment over: sometimes by two clicks, sometimes while the desk cancels the order."""
        path, chance = f"shipments/{row['number']}/ship/", dice.random()
        if chance < DOUBLE_CLICK:
            replies = self.life.both((path, {}, f"ship-{row['number']}"), (path, {}, f"ship-{row['number']}-2"))
            if sum(reply.ok for reply in replies) > 1:
                self.notebook.complain(f"shipment {row['number']} was shipped twice")
        elif chance < DOUBLE_CLICK + CANCELLED_LATE:
            cancel = (f"orders/{row['order']}/cancel/", {"reason": "changed my mind"}, f"cancel-{row['order']}")
            acts = [(path, {}, f"ship-{row['number']}"), cancel]
            first = dice.randrange(2)
            answers = dict(zip((first, 1 - first), self.life.both(acts[first], acts[1 - first]), strict=True))
            replies = [answers[0]]
            self._note_race(row["order"], shipped=answers[0].ok, cancelled=answers[1].ok)
        else:
            replies = [self.life.post(path, key=f"ship-{row['number']}")]
        for reply in replies:
            if self._expect(reply):
                self._handed_over(reply.json, dice)

    def _note_race(self, number: str, *, shipped: bool, cancelled: bool) -> None:
        """Count who won; both cannot have happened."""
        if shipped and cancelled:
            self.notebook.complain(f"order {number} was shipped and cancelled")
        self.notebook.count("cancel refused, shipped", shipped and not cancelled)
        self.notebook.count("cancelled before shipping", cancelled)
        if cancelled:
            self.notebook.cancelled.add(number)

    def _handed_over(self, shipment: dict[str, Any], dice: random.Random) -> None:
        """Let the driver scan the parcels, and the desk perhaps refund the order later."""
        numbers = [package["tracking_number"] for package in shipment["packages"]]
        if not all(numbers):
            self.notebook.complain(f"shipment {shipment['number']} was shipped without a tracking number")
        self.notebook.shipped.add(shipment["order"])
        tell(self.outside, "/scan", {"numbers": numbers})
        if dice.random() < REFUNDED:
            self.desk.put((time.monotonic() + 2.0, shipment["order"], 0))

    # ------------------------------------------------------------ desk

    def _cancel(self, number: str, dice: random.Random) -> None:
        """Cancel an order a moment after it came."""
        time.sleep(dice.uniform(0, 0.3))
        reply = self.life.post(f"orders/{number}/cancel/", {"reason": "ordered twice"})
        if reply.ok:
            self.notebook.cancelled.add(number)
            self.notebook.count("cancelled before shipping")
        else:
            self._expect(reply)

    def _refund(self, dice: random.Random) -> None:
        """Refund shipped orders, two people at the same moment, each more than half: one of them is too late."""
        while not self.closed.is_set():
            try:
                due, number, tries = self.desk.get(timeout=0.5)
            except queue.Empty:
                continue
            time.sleep(max(0.0, due - time.monotonic()))
            told = self.life.get(f"orders/{number}/")
            if told["payment_status"] != "paid":
                if tries < 20 and told["payment_status"] in ("authorized", "pending"):
                    self.desk.put((time.monotonic() + 2.0, number, tries + 1))
                continue
            amount = int(told["total"].partition(".")[0]) * 60
            body = {"amount": f"{amount // 100}.{amount % 100:02d}", "reason": "damaged"}
            path = f"orders/{number}/refund/"
            replies = self.life.both((path, body, f"refund-{number}-a"), (path, body, f"refund-{number}-b"))
            for reply in replies:
                self.notebook.count("refunds accepted" if reply.ok else "refunds refused")
                if reply.ok:
                    self.notebook.refunds.append(Refunded(number, amount))
            if sum(reply.ok for reply in replies) != 1:
                self.notebook.complain(f"two refunds of 60 % of {number}: {[reply.status for reply in replies]}")

    def _expect(self, reply: Reply) -> bool:
        """Return whether the shop said yes; a refusal in words is fine, anything else is wrong."""
        if not reply.ok and reply.status != 409:
            self.notebook.complain(f"unexpected answer {reply.status}: {reply.body[:200]!r}")
        return reply.ok
