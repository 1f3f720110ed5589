"""Three witnesses who do not know each other: the clients' notebook, the outside world's book, our invariants."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from tests.chaos.notebook import Notebook

EXPECTED = re.compile(
    r"OperationalError|SchedulingError|InterfaceError|AdminShutdown|CrashShutdown|ConnectionError|ConnectionRefused|ConnectionReset"
    r"|TimeoutError|WorkerLostError|PoolTimeout|BrokenPipe|SystemExit|KeyboardInterrupt|kombu\.exceptions|redis\.exceptions"
    r"|CannotConnectNow|IdleInTransaction|QueryCanceled|LockNotAvailable|WorkerShutdown|EOFError|socket\.timeout"
)
RAISED = re.compile(
    r"^(?:[a-z_]+\.)*([A-Z][A-Za-z]+(?:Error|Exception|Allowed|Transition|Version|Violation|Detected|Lost))\b"
)
DATABASE_WORDS = ("deadlock detected", "violates check constraint", "violates unique constraint", "PANIC")


@dataclass
class Findings:
    """What was found wrong, by kind."""

    found: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def add(self, kind: str, sentences: Iterable[str]) -> None:
        """Add sentences of a kind."""
        told = list(sentences)
        if told:
            self.found[kind] += told

    @property
    def counts(self) -> dict[str, int]:
        """Return how many of each kind."""
        return {kind: len(told) for kind, told in self.found.items()}


def clients_say(book: Notebook, shop: "psycopg.Connection[Any]", findings: Findings) -> None:
    """Compare what was acknowledged with what the shop holds."""
    held = dict(shop.execute("select external_id, number from orders_order").fetchall())
    gone = {key: number for key, number in book.orders.items() if held.get(key) != number}
    findings.add("lost", (f"order {key} was taken as {number} and is gone" for key, number in gone.items()))
    twice = "select external_id from orders_order group by channel_account_id, external_id having count(*) > 1"
    findings.add("double", (f"order {key} is there twice" for (key,) in shop.execute(twice).fetchall()))
    states = dict(shop.execute("select number, state from orders_order").fetchall())
    alive = [number for number in book.cancelled if states.get(number) != "cancelled"]
    findings.add("lost", (f"cancelled {number} is {states.get(number)}" for number in alive))
    _refunds(book, shop, findings)
    _goods(book, shop, findings)
    findings.add("answers", book.wrong)


def _goods(book: Notebook, shop: "psycopg.Connection[Any]", findings: Findings) -> None:
    """Compare the pieces whose receipt was acknowledged with those the shop has counted."""
    row = shop.execute("select sum(quantity) from inventory_stockmovement where reason='receipt'").fetchone()
    held, told = int(row[0] or 0) if row else 0, book.counts["pieces received"]
    if held != told:
        kind = "double" if held > told else "lost"
        findings.add(kind, [f"{told} pieces were received, the shop has counted {held}"])


def _refunds(book: Notebook, shop: "psycopg.Connection[Any]", findings: Findings) -> None:
    """Compare the refunds that were acknowledged with those the shop holds."""
    sums = "select o.number, sum(r.amount) from orders_refund r join orders_order o on o.id=r.order_id group by 1"
    held = {number: int(amount) for number, amount in shop.execute(sums).fetchall()}
    told = Counter[str]()
    for one in book.refunds:
        told[one.number] += one.amount
    findings.add(
        "double",
        (f"refunds of {one}: {held[one]} asked, {told[one]} acknowledged" for one in held if held[one] != told[one]),
    )
    findings.add("lost", (f"a refund of {number} is gone" for number in told if number not in held))


def outside_says(book: dict[str, Any], shop: "psycopg.Connection[Any]", findings: Findings) -> None:
    """Compare every effect outside with the shop's own books, both ways."""
    done = [one for one in book["charges"] if one["status"] == "ok"]
    times = Counter(one["business"] for one in done)
    findings.add(
        "double",
        (f"{business} happened {count} times at the gateway" for business, count in times.items() if count > 1),
    )
    outside = {(one["business"], one["amount"], one["currency"]) for one in done}
    rows = shop.execute(
        "select key, amount, currency, outcome from orders_paymentevent where gateway='sandbox'"
    ).fetchall()
    inside = {(key, amount, currency) for key, amount, currency, outcome in rows if outcome == "ok"}
    open_ones = {
        (key, amount, currency) for key, amount, currency, outcome in rows if outcome in ("pending", "unknown")
    }
    unknown = sorted(outside - inside - open_ones)
    findings.add("phantom", (f"{one} happened outside, and our books do not know" for one in unknown))
    findings.add("claimed", (f"{one} is in our books and never happened" for one in sorted(inside - outside)))
    findings.add("unsettled", (f"{key} is {outcome}" for key, _, _, outcome in rows if outcome not in ("ok", "failed")))
    _labels(book, shop, findings)
    stored = "select source, message_id, count(*) from foundation_inboxmessage group by 1, 2 having count(*) > 1"
    findings.add(
        "double",
        (
            f"message {name} of {source} was taken {count} times"
            for source, name, count in shop.execute(stored).fetchall()
        ),
    )
    findings.add(
        "double", (f"mail sent {count} times: {mail.split()[:2]}" for mail, count in book["mails"].items() if count > 1)
    )


def _labels(book: dict[str, Any], shop: "psycopg.Connection[Any]", findings: Findings) -> None:
    """Compare labels sold with labels attached."""
    living = Counter(one["reference"] for one in book["parcels"] if not one["voided"])
    findings.add(
        "double", (f"{count} living labels for {reference}" for reference, count in living.items() if count > 1)
    )
    rows = shop.execute("select key, tracking_number, state from fulfillment_label").fetchall()
    attached = {number for _, number, state in rows if state in ("purchased", "printed", "void_requested")}
    numbers = {one["tracking_number"] for one in book["parcels"] if not one["voided"]}
    findings.add(
        "phantom", (f"label {number} was sold and is attached to nothing" for number in sorted(numbers - attached))
    )
    findings.add("claimed", (f"label {number} is ours and was never sold" for number in sorted(attached - numbers)))


def shop_says(findings: Findings) -> None:
    """Run every invariant."""
    from django.db import connections
    from django.utils import timezone

    from oms.foundation.invariants import check

    connections.close_all()  # what was open before the kills is dead
    # the book of the outside world is in another process: the other witnesses compare it
    for one in check(timezone.now(), classes=["A", "E"]):
        if one.error:
            findings.add("invariants", [f"{one.invariant.id} could not run: {one.error}"])
        if one.count:
            findings.add(
                "invariants", [f"{one.invariant.id}: {one.invariant.meaning}: {one.count} rows, {list(one.ids[:5])}"]
            )


def logs_say(folder: Path, findings: Findings) -> None:
    """Read the logs for errors that no kill explains."""
    unexpected = Counter[str]()
    for line in (folder / "shop.log").read_text(errors="replace").splitlines():
        if (raised := RAISED.match(line.strip())) and not EXPECTED.search(line):
            unexpected[f"{raised[1]}: {line.strip()[:160]}"] += 1
    findings.add("log", (f"{count} × {line}" for line, count in unexpected.most_common(20)))
    told = (folder / "postgres.log").read_text(errors="replace")
    findings.add("database log", (f"{told.count(word)} × {word}" for word in DATABASE_WORDS if word in told))


def unfinished(shop: "psycopg.Connection[Any]") -> dict[str, int]:
    """Return how much of each kind is still on its way."""
    questions = {
        "facts": "select count(*) from foundation_outboxevent where state in ('received','retry_wait')",
        "messages": "select count(*) from foundation_inboxmessage where state in ('received','retry_wait')",
        "payments": "select count(*) from orders_paymentevent where outcome in ('pending','unknown')",
        "labels": "select count(*) from fulfillment_label where state in ('requested','unknown','void_requested')",
        "mails": "select count(*) from outlets_notification where state='waiting'",
        "lives": "select count(*) from orders_order o join orders_channel c on c.id=o.channel_id where c.code='life'"
        " and o.state in ('placed','released') and not exists"
        " (select 1 from orders_hold h where h.order_id=o.id and h.state='open')",
        "lane": "select count(*) from orders_order o join orders_gate g on g.order_id=o.id and g.name='stock'"
        " where o.state='placed' and g.state='pending'",
    }
    return {name: int(shop.execute(sql).fetchone()[0]) for name, sql in questions.items()}  # type: ignore[index, arg-type]


STUCK = """
select o.number, o.state, o.payment_status, o.fulfillment_status,
    (select string_agg(g.name || ' ' || g.state || ' ' || g.reason, ', ') from orders_gate g where g.order_id = o.id),
    (select string_agg(f.number || ' ' || f.state, ', ') from fulfillment_fulfillmentorder f where f.order_id = o.id),
    (select string_agg(concat_ws(' ', s.number, s.state, p.tracking_status, l.state), ', ')
     from fulfillment_shipment s left join fulfillment_package p on p.shipment_id = s.id
     left join fulfillment_label l on l.package_id = p.id where s.order_id = o.id)
from orders_order o join orders_channel c on c.id = o.channel_id
where c.code = 'life' and o.state in ('placed', 'released')
    and not exists (select 1 from orders_hold h where h.order_id = o.id and h.state = 'open')
order by o.id limit 10
"""


def stuck(shop: "psycopg.Connection[Any]") -> list[str]:
    """Return the first lives that did not come to their end, with how far each part is."""
    return [" · ".join(str(part) for part in row) for row in shop.execute(STUCK).fetchall()]


def waiting_for_stock(shop: "psycopg.Connection[Any]") -> int:
    """Return how many orders wait for stock."""
    row = shop.execute("select count(*) from orders_order where fulfillment_status='backordered'").fetchone()
    return int(row[0]) if row else 0
