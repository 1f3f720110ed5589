"""The floor's tables: what waits, what was done, and who did it."""

from oms.foundation.models.audit import AuditLine
from oms.foundation.models.bulk import BulkItem, BulkOperation
from oms.foundation.models.idempotency import IdempotencyKey
from oms.foundation.models.queue import HandledEvent, InboxMessage, OutboxEvent, PeriodicJob

__all__ = [
    "AuditLine",
    "BulkItem",
    "BulkOperation",
    "HandledEvent",
    "IdempotencyKey",
    "InboxMessage",
    "OutboxEvent",
    "PeriodicJob",
]
