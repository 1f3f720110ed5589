"""Filters of lists that offer only what the person may see."""

from typing import Any

from django.contrib.admin import RelatedFieldListFilter
from django.http import HttpRequest

from oms.foundation.scope import scoped


class ScopedFilter(RelatedFieldListFilter):
    """Narrows a list by a related row in the person's scope: ``list_filter = [("location", ScopedFilter)]``."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Return the related rows in scope."""
        return [(str(row.pk), str(row)) for row in scoped(request.user, field.remote_field.model)]
