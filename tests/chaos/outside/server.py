"""``python -m tests.chaos.outside.server PORT WEB SECRET SEED``: the outside world behind one HTTP port."""

import json
import random
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

from tests.chaos.outside.book import Book
from tests.chaos.outside.messenger import Messenger

LOST_BEFORE, LOST_AFTER, STALLED, BROKEN, BUSY, DECLINED = 0.05, 0.07, 0.005, 0.03, 0.01, 0.02
STALL_SECONDS = 1.3
CARRIER_LIES = 0.01
POSTBOX_DROPS = 0.02


class World:
    """The book, the messenger, the dice and whether the world misbehaves."""

    def __init__(self, web: str, secret: str, seed: int) -> None:
        self.dice = random.Random(seed)
        self.book = Book()
        self.messenger = Messenger(web=web, secret=secret, dice=self.dice, book=self.book)
        self.calm = False
        self.spread = 1.0

    def happens(self, chance: float, what: str) -> bool:
        """Tell whether a fault happens now, and count it."""
        happened = not self.calm and self.dice.random() < chance
        self.book.counts[what] += happened
        return happened


class Door(BaseHTTPRequestHandler):
    """One call to the outside world."""

    protocol_version = "HTTP/1.1"
    world: ClassVar[World]

    def do_POST(self) -> None:
        """Answer, or fail to."""
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])) or b"{}")
        room, _, act = self.path.strip("/").partition("/")
        answer = getattr(self, f"on_{room}_{act}" if act else f"on_{room}")(asked)
        if answer is None:
            self.close_connection = True
            return
        status, body = answer
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the name its parent gave it
        """Keep quiet."""

    def on_gateway_do(self, asked: dict[str, Any]) -> tuple[int, Any] | None:
        """Move money, once a key."""
        world = self.world
        if world.happens(LOST_BEFORE, "dropped before effect"):
            return None
        if world.happens(BROKEN, "answered 500"):
            return 500, {}
        if world.happens(BUSY, "answered 429"):
            return 429, {}
        charge, is_new = world.book.charge(asked, declined=not world.calm and world.dice.random() < DECLINED)
        if is_new:
            world.messenger.tell_charge(charge)
        return self._answer(charge.told())

    def on_gateway_find(self, asked: dict[str, Any]) -> tuple[int, Any] | None:
        """Look a key up."""
        if self.world.happens(LOST_BEFORE, "dropped before effect"):
            return None
        charge = self.world.book.find(asked["key"])
        return (200, charge.told()) if charge else (404, {})

    def on_carrier_buy(self, asked: dict[str, Any]) -> tuple[int, Any] | None:
        """Sell a label every time."""
        if self.world.happens(LOST_BEFORE, "dropped before effect"):
            return None
        parcel = self.world.book.sell(asked)
        if self.world.happens(CARRIER_LIES, "label sold, then an error"):
            return 500, {}
        return self._answer(_parcel(parcel))

    def on_carrier_find(self, asked: dict[str, Any]) -> tuple[int, Any] | None:
        """Search a reference."""
        parcel = self.world.book.living(asked["reference"])
        return (200, _parcel(parcel)) if parcel else (404, {})

    def on_carrier_void(self, asked: dict[str, Any]) -> tuple[int, Any] | None:
        """Take a label back."""
        found = [one for one in self.world.book.parcels if one.carrier_reference == asked["carrier_reference"]]
        if not found or found[0].scanned:
            return 409, {"message": "The parcel is on its way; its label cannot be voided."}
        found[0].voided = True
        return self._answer({})

    def on_scan(self, asked: dict[str, Any]) -> tuple[int, Any]:
        """The driver has taken parcels: their journeys begin."""
        numbers = set(asked["numbers"])
        for parcel in self.world.book.parcels:
            if parcel.tracking_number in numbers and not parcel.scanned:
                parcel.scanned = True
                self.world.messenger.tell_journey(parcel, spread=self.world.spread)
        return 200, {}

    def on_mail(self, asked: dict[str, Any]) -> tuple[int, Any] | None:
        """Take a mail, and sometimes drop the line."""
        self.world.book.mails[f"{asked['order']} {asked['kind']} {asked['to']}"] += 1
        return None if self.world.happens(POSTBOX_DROPS, "mail taken, line dropped") else (200, {})

    def on_calm(self, asked: dict[str, Any]) -> tuple[int, Any]:
        """Misbehave no more."""
        self.world.calm, self.world.spread = True, 0.2
        return 200, {}

    def on_book(self, asked: dict[str, Any]) -> tuple[int, Any]:
        """Show everything."""
        slow = sorted(self.world.messenger.slowest)
        p99 = slow[int(len(slow) * 0.99)] if slow else 0.0
        return 200, {**self.world.book.as_json(), "letters": self.world.messenger.waiting, "webhook_p99": p99}

    def on_letters(self, asked: dict[str, Any]) -> tuple[int, Any]:
        """Tell how many messages wait."""
        return 200, {"waiting": self.world.messenger.waiting}

    def _answer(self, body: Any) -> tuple[int, Any] | None:
        """Answer what was done, late, or lose the answer."""
        if self.world.happens(STALLED, "stalled after effect"):
            time.sleep(STALL_SECONDS)
        return None if self.world.happens(LOST_AFTER, "dropped after effect") else (200, body)


def _parcel(parcel: Any) -> dict[str, Any]:
    """Return a label as the carrier answers."""
    names = (
        "carrier_reference",
        "reference",
        "tracking_number",
        "service",
        "cost",
        "weight_g",
        "postal_code",
        "country",
    )
    return {name: getattr(parcel, name) for name in names}


def main(port: str, web: str, secret: str, seed: str) -> None:
    """Serve until killed."""
    Door.world = World(web, secret, int(seed))
    Door.world.messenger.start()
    server = ThreadingHTTPServer(("127.0.0.1", int(port)), Door)
    server.daemon_threads = True
    server.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
