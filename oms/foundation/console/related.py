"""Rows that are edited on another row's page: what became of them stands on that row's timeline."""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from django.http import HttpRequest
from django.utils import timezone

from oms.foundation.actor import Actor
from oms.foundation.audit import record


class TellsRelated:
    """Records the rows under a row as before and after, when saving its page has changed them.

    ``related_told`` are the kinds of them: what they are called on the timeline, and the function that puts them into
    words.
    """

    related_told: ClassVar[Sequence[tuple[str, Callable[[Any], str]]]]

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Save the rows under the row, and record what is different."""
        row = form.instance
        before = self._told(row)
        super().save_related(request, form, formsets, change)
        after = self._told(row)
        data = {name: [before[name], words] for name, words in after.items() if words != before[name]}
        if data:
            actor = Actor.of(request.user, now=timezone.now())
            record(actor, f"{row._meta.app_label}.change_{row._meta.model_name}", row, data=data)

    def _told(self, row: Any) -> dict[str, str]:
        """Return the rows under a row in words, by kind."""
        return {name: told(row) for name, told in self.related_told}
