"""``manage.py diagnostics``: the state of the system as JSON, to send to whoever helps; no customer, no secret."""

import json
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from oms.foundation.diagnostics import diagnose


class Command(BaseCommand):
    """Prints versions, engines, queues with their age, jobs with their last result, and the size of each table."""

    help = __doc__ or ""

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the state."""
        self.stdout.write(json.dumps(diagnose(timezone.now()), indent=2, default=str))
