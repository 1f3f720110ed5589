"""What the pages of master data share: every save stands on the timeline with what changed."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from inventory.attributes import attributes_text
from oms.foundation.actor import Actor
from oms.foundation.audit import record
from oms.foundation.console import ConsoleAdmin


def _shown(value: Any) -> str:
    """Return a form's value as the timeline keeps it."""
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return attributes_text(value) if isinstance(value, dict) else str(value)


class MasterData(ConsoleAdmin):
    """Editable master data; every save is written on the timeline with what changed."""

    editable = True

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save, and record the fields that changed as before and after."""
        super().save_model(request, obj, form, change)
        actor = Actor.of(request.user, now=timezone.now())
        word = "change" if change else "create"
        pairs = {name: [form.initial.get(name, ""), form.cleaned_data[name]] for name in form.changed_data}
        pairs = {name: [_shown(value) for value in pair] for name, pair in pairs.items()}
        data = {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
        record(actor, f"{obj._meta.app_label}.{word}_{obj._meta.model_name}", obj, data=data if change else {})
