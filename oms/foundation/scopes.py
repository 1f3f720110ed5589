"""Who sees the floor's own rows: the system's books by permission, a bulk act by its person alone."""

from typing import Any

from django.contrib.auth.models import Group, User
from django.db.models import Q

from oms.foundation.models import AuditLine, BulkOperation, InboxMessage, OutboxEvent, PeriodicJob
from oms.foundation.scope import scope_rule, unscoped

unscoped(OutboxEvent, InboxMessage, PeriodicJob, AuditLine, User, Group)


@scope_rule(BulkOperation)
def own_operations(principal: Any) -> Q:
    """Show a person their own bulk acts."""
    return Q(user_id=principal.pk)
