"""Who sees the floor's own rows: the system's books by permission, a bulk act or an import by its person alone."""

from typing import Any

from django.contrib.auth.models import Group, User
from django.db.models import Q

from oms.foundation.models import (
    AuditLine,
    BulkOperation,
    ImportSession,
    InboxMessage,
    OutboxEvent,
    PeriodicJob,
    Verification,
)
from oms.foundation.scope import scope_rule, unscoped

unscoped(OutboxEvent, InboxMessage, PeriodicJob, AuditLine, Verification, User, Group)


@scope_rule(BulkOperation)
@scope_rule(ImportSession)
def own_rows(principal: Any) -> Q:
    """Show a person their own bulk acts and imports."""
    return Q(user_id=principal.pk)
