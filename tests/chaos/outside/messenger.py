"""The outside world's messages to the shop: late, out of order, repeated, and again until the shop has said 200."""

import heapq
import http.client
import json
import random
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from oms.foundation.signing import signed_headers
from tests.chaos.outside.book import Book, Charge, Parcel

STEPS = (("PU", "Picked up"), ("IT", "At the sorting centre"), ("OD", "On the van"), ("DL", "Delivered"))
PATIENCE, LONGEST_WAIT = 10.0, 2.0
SENDERS = 16
"""A carrier does not wait with one message until another, whose answer hangs, was taken."""


@dataclass(order=True, slots=True)
class Letter:
    """One message to an account of the shop, due at a moment of the monotonic clock."""

    due: float
    number: int
    account: str = field(compare=False)
    message_id: str = field(compare=False)
    body: bytes = field(compare=False)
    tries: int = field(default=0, compare=False)


class Messenger:
    """Sends letters from a heap by several threads."""

    def __init__(self, *, web: str, secret: str, dice: random.Random, book: Book) -> None:
        self.web, self.secret, self.dice, self.book = web, secret, dice, book
        self.heap: list[Letter] = []
        self.waits = threading.Condition()
        self.number = 0
        self.slowest: list[float] = []

    def start(self) -> None:
        """Start the senders."""
        for _ in range(SENDERS):
            threading.Thread(target=self._run, daemon=True).start()

    def tell_charge(self, charge: Charge) -> None:
        """Sometimes tell what became of a charge, sometimes three times."""
        if self.dice.random() < 0.3:
            body = {"key": charge.key, "kind": charge.kind, "currency": charge.currency, **charge.told()}
            for copy in range(3 if self.dice.random() < 0.34 else 1):
                self._post("pay", f"{charge.transaction_id}:{min(copy, 1)}", body, self.dice.uniform(0, 1.5))

    def tell_journey(self, parcel: Parcel, *, spread: float) -> None:
        """Tell every step of a parcel's way, scrambled and partly twice."""
        began = datetime.now(UTC)
        for step, (code, text) in enumerate(STEPS):
            body = {
                "id": f"{parcel.tracking_number}-{step}",
                "tracking_number": parcel.tracking_number,
                "code": code,
                "text": text,
                "place": "Leeds",
                "at": began.replace(microsecond=step).isoformat(),
            }
            for _ in range(2 if self.dice.random() < 0.25 else 1):
                self._post("sandbox", body["id"], body, step * spread + self.dice.uniform(0, 1.5))

    def _post(self, account: str, message_id: str, body: dict[str, Any], delay: float) -> None:
        """Put a letter on the heap."""
        with self.waits:
            self.number += 1
            data = json.dumps(body).encode()
            heapq.heappush(self.heap, Letter(time.monotonic() + delay, self.number, account, message_id, data))
            self.waits.notify()

    @property
    def waiting(self) -> int:
        """Return how many letters are not taken yet."""
        return len(self.heap)

    def _run(self) -> None:
        """Send what is due, for ever."""
        while True:
            with self.waits:
                while not self.heap or self.heap[0].due > time.monotonic():
                    self.waits.wait(min(0.2, max(0.005, self.heap[0].due - time.monotonic())) if self.heap else 0.2)
                letter = heapq.heappop(self.heap)
            began = time.monotonic()
            if self._deliver(letter):
                self.book.counts["webhooks taken"] += 1
                self.slowest.append(time.monotonic() - began)
            else:
                self._again(letter)

    def _again(self, letter: Letter) -> None:
        """Put a letter that was not taken back."""
        self.book.counts["webhooks tried again"] += 1
        with self.waits:
            letter.tries += 1
            letter.due = time.monotonic() + min(LONGEST_WAIT, 0.2 * 2**letter.tries)
            heapq.heappush(self.heap, letter)

    def _deliver(self, letter: Letter) -> bool:
        """Post a letter, signed, and tell whether the shop has taken it."""
        host, _, port = self.web.partition(":")
        line = http.client.HTTPConnection(host, int(port), timeout=PATIENCE)
        headers = signed_headers(self.secret, letter.message_id, int(time.time()), letter.body)
        try:
            line.request(
                "POST", f"/inbound/{letter.account}/", letter.body, {"Content-Type": "application/json", **headers}
            )
            answer = line.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            return False
        finally:
            line.close()
        if 400 <= answer.status < 500:
            self.book.counts[f"webhooks refused {answer.status}"] += 1
        return answer.status == 200
