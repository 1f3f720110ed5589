"""How clients come: evenly over a span, in heaps as large as what waits; and how they tell the outside world."""

import contextlib
import http.client
import json
import queue
import time
from collections.abc import Iterator
from typing import Any, TypeVar

One = TypeVar("One")


def taken(waiting: "queue.Queue[One]", *, most: int) -> list[One]:
    """Return what waits, at most so much; nothing after half a second of quiet."""
    found: list[One] = []
    with contextlib.suppress(queue.Empty):
        found.append(waiting.get(timeout=0.5))
        while len(found) < most:
            found.append(waiting.get_nowait())
    return found


def paced(numbers: range, span: float) -> Iterator[int]:
    """Yield the numbers evenly over so many seconds."""
    began = time.monotonic()
    for place, number in enumerate(numbers):
        time.sleep(max(0.0, began + span * place / max(1, len(numbers)) - time.monotonic()))
        yield number


def tell(outside: str, path: str, body: Any) -> Any:
    """Post to the outside world and return what it answers."""
    host, _, port = outside.partition(":")
    line = http.client.HTTPConnection(host, int(port), timeout=30)
    try:
        line.request("POST", path, json.dumps(body))
        return json.loads(line.getresponse().read())
    finally:
        line.close()
