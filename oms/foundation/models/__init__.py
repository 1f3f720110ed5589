"""The floor's tables: what waits, what was done, and who did it."""

from oms.foundation.models.audit import AuditLine
from oms.foundation.models.bulk import BulkItem, BulkOperation
from oms.foundation.models.idempotency import IdempotencyKey
from oms.foundation.models.imports import ImportFile, ImportRow, ImportSession
from oms.foundation.models.logins import PersonSession, RecoveryCode, SecondFactor
from oms.foundation.models.queue import HandledEvent, InboxMessage, OutboxEvent, PeriodicJob
from oms.foundation.models.verification import Verification

__all__ = [
    "AuditLine",
    "BulkItem",
    "BulkOperation",
    "HandledEvent",
    "IdempotencyKey",
    "ImportFile",
    "ImportRow",
    "ImportSession",
    "InboxMessage",
    "OutboxEvent",
    "PeriodicJob",
    "PersonSession",
    "RecoveryCode",
    "SecondFactor",
    "Verification",
]
