"""A burst of webhooks: ten thousand scans that a carrier sends at once, proven at the door and worked off behind it."""

import http.client
import json
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import psycopg

from tests.town import Town

MESSAGES, CLIENTS = 10_000, 64
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ACCOUNT, ADAPTER = "sandbox", "sandbox_carrier"
LONGEST_DRAIN = 600.0
WAITING = "select count(*) from foundation_inboxmessage where state in ('received', 'retry_wait')"
NOTED = "select count(*) from fulfillment_trackingevent where source_id like 'burst-%'"
PARCELS = "select tracking_number from fulfillment_package where tracking_number <> '' order by id"


@dataclass(frozen=True, slots=True)
class Burst:
    """What came of it: answers that were not 2xx, scans that parcels lack, and seconds.

    ``percentile_99`` is that of an answer at the door; ``drained`` is from the first message sent until none waits.
    """

    refused: int
    lost: int
    percentile_99: float
    sending: float
    drained: float


def burst(town: Town) -> Burst:
    """Send scans of the parcels that there are, and wait until the workers are done with them."""
    _open_account()
    with psycopg.connect(town.database_url, autocommit=True) as line:
        parcels = [number for (number,) in line.execute(PARCELS).fetchall()]
    messages = [_message(number, parcels[number % len(parcels)]) for number in range(MESSAGES)]
    began = time.monotonic()
    with ThreadPoolExecutor(CLIENTS) as clients:
        answers = list(clients.map(lambda one: _send(town.web, *one), messages))
    sent = time.monotonic()
    drained = _drained(town) - began
    seconds = sorted(spent for _, spent in answers)
    refused = sum(not 200 <= status < 300 for status, _ in answers)
    with psycopg.connect(town.database_url) as line:
        lost = MESSAGES - (line.execute(NOTED).fetchone() or (0,))[0]
    return Burst(refused, lost, seconds[int(0.99 * len(seconds)) - 1], sent - began, drained)


def _open_account() -> None:
    """Let the carrier have an account with a secret."""
    from orders.models import ChannelAccount
    from tests.factories import make_channel

    make_channel(ACCOUNT)
    ChannelAccount.objects.filter(code=ACCOUNT).update(adapter=ADAPTER, webhook_secret=SECRET)


def _message(number: int, parcel: str) -> tuple[bytes, dict[str, str]]:
    """Return body and headers of one scan."""
    from oms.foundation.signing import signed_headers

    now = datetime.now(UTC)
    scan = {
        "id": f"burst-{number}",
        "tracking_number": parcel,
        "code": "IT",
        "text": "At the sorting centre",
        "place": "Leeds",
        "at": (now - timedelta(seconds=number)).isoformat(),
    }
    body = json.dumps(scan).encode()
    return body, signed_headers(SECRET, f"burst-{number}", int(now.timestamp()), body)


def _send(web: str, body: bytes, headers: dict[str, str]) -> tuple[int, float]:
    """Send a message once; return the status and the seconds until it was answered."""
    host, _, port = web.partition(":")
    began = time.monotonic()
    line = http.client.HTTPConnection(host, int(port), timeout=30)
    try:
        line.request("POST", f"/inbound/{ACCOUNT}/", body, {**headers, "Content-Type": "application/json"})
        answer = line.getresponse()
        answer.read()
        return answer.status, time.monotonic() - began
    except OSError:
        return 599, time.monotonic() - began
    finally:
        line.close()


def _drained(town: Town) -> float:
    """Wait until no message waits, and return when that was."""
    ends = time.monotonic() + LONGEST_DRAIN
    with psycopg.connect(town.database_url, autocommit=True) as line:
        while (line.execute(WAITING).fetchone() or (0,))[0] and time.monotonic() < ends:
            time.sleep(0.5)
    return time.monotonic()
