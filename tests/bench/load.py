"""Load by HTTP: orders as a channel sends them, one or many a call."""

import secrets
import threading
import time
from typing import Any

from tests.chaos.clients import ADDRESS
from tests.chaos.line import Line


def order(lines: int = 3) -> dict[str, Any]:
    """Return an order of a new customer with so many lines, discounts and a card payment."""
    mark = secrets.token_hex(6)
    told = [{"sku": f"C{n}", "quantity": 1 + n % 2, "unit_price": "10.00", "tax": "1.60"} for n in range(lines)]
    told[0]["discounts"] = [{"code": "SUMMER", "amount": "1.00"}]
    total = f"{sum(10 * one['quantity'] for one in told) - 2}.00"  # type: ignore[operator]
    return {
        "external_id": f"bench-{mark}",
        "currency": "EUR",
        "customer": {"name": "Ann Lee", "email": f"{mark}@example.com"},
        "shipping_address": ADDRESS,
        "billing_address": ADDRESS,
        "lines": told,
        "discounts": [{"code": "WELCOME", "amount": "1.00"}],
        "payments": [{"method": "card", "gateway": "sandbox", "token": "tok_ok", "amount": total}],
        "total": total,
    }


def rate(line: Line, *, clients: int, seconds: float, in_one_call: int = 1) -> float:
    """Return orders per second that so many clients get captured."""
    done = [0] * clients
    ends = time.monotonic() + seconds

    def send(place: int) -> None:
        """Send until the time is over."""
        while time.monotonic() < ends:
            if in_one_call == 1:
                reply = line.post("orders/", order())
            else:
                reply = line.post("orders/bulk/", {"orders": [order() for _ in range(in_one_call)]})
            if not reply.ok:
                raise SystemExit(f"the bench's own order was refused: {reply.status} {reply.body[:400]!r}")
            done[place] += in_one_call

    began = time.monotonic()
    threads = [threading.Thread(target=send, args=(place,)) for place in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(done) / (time.monotonic() - began)
