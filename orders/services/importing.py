"""Importing order files: chunks of orders, each captured in a transaction of its own; every refused row is named."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.db import DataError, IntegrityError, transaction

from oms.foundation.actor import Actor
from oms.foundation.tables import RowFault
from orders.channels.files import Told
from orders.models import ChannelAccount
from orders.services.capture import capture_orders

CHUNK_ORDERS, CHUNK_ROWS = 100, 3_000


@dataclass
class ImportTally:
    """What became of a file's orders; ``differing`` are taken orders whose total does not add up."""

    captured: int = 0
    known: int = 0
    refused: int = 0
    differing: int = 0
    faults: list[RowFault] = field(default_factory=list)


def import_orders(*, account_id: int, told: Iterable[Told], dry_run: bool = False, actor: Actor) -> ImportTally:
    """Capture every readable order of a file once and name the others; with ``dry_run`` nothing is kept."""
    tally = ImportTally()
    account = ChannelAccount.objects.select_related("channel").get(pk=account_id)
    for chunk in _chunks(_readable(told, tally)):
        try:
            _capture(account, chunk, tally, actor, dry_run)
        except (DataError, IntegrityError):
            _capture_singly(account, chunk, tally, actor, dry_run)
    return tally


def _readable(told: Iterable[Told], tally: ImportTally) -> Iterator[Told]:
    """Yield the orders without faults; the others are added to the tally."""
    for one in told:
        if one.order is not None:
            yield one
        else:
            tally.refused += 1
            tally.faults += one.faults


def _chunks(told: Iterable[Told]) -> Iterator[list[Told]]:
    """Yield lists of at most a hundred orders and about three thousand rows."""
    chunk: list[Told] = []
    rows = 0
    for one in told:
        chunk.append(one)
        rows += len(one.rows)
        if len(chunk) >= CHUNK_ORDERS or rows >= CHUNK_ROWS:
            yield chunk
            chunk, rows = [], 0
    if chunk:
        yield chunk


def _capture(account: ChannelAccount, chunk: list[Told], tally: ImportTally, actor: Actor, dry_run: bool) -> None:
    """Capture a chunk in one transaction and count it."""
    orders = [one.order for one in chunk if one.order is not None]
    with transaction.atomic():
        captured = capture_orders(account_id=account.pk, account=account, orders=orders, actor=actor)
        transaction.set_rollback(dry_run)
    tally.captured += sum(one.created for one in captured)
    tally.known += sum(not one.created for one in captured)
    tally.differing += sum(bool(one.difference) for one in captured if one.created)


def _capture_singly(
    account: ChannelAccount, chunk: list[Told], tally: ImportTally, actor: Actor, dry_run: bool
) -> None:
    """Capture the orders of a chunk one by one after the database refused it, and name the one it cannot hold."""
    for one in chunk:
        try:
            _capture(account, [one], tally, actor, dry_run)
        except (DataError, IntegrityError) as error:
            tally.refused += 1
            sentence = f"order {one.name} cannot be stored: {str(error).splitlines()[0][:200]}"
            tally.faults.append(RowFault(one.rows[0], "", "not_storable", sentence))
