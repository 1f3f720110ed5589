"""``manage.py rotate_secrets``: encrypt every stored secret with the first key of FIELD_KEYS.

Put the new key first, ``FIELD_KEYS=new,old``, and restart; run this; take the old key away, and restart again. It may
be stopped and run again at any time, while the shop is open.
"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from oms.foundation.rotation import rotate_all


class Command(BaseCommand):
    """Tells what was moved, column by column; ends with 1 when there is a secret that no key opens."""

    help = __doc__ or ""

    def handle(self, *args: Any, **options: Any) -> None:
        """Move the secrets and tell of them."""
        told = rotate_all()
        for one in told:
            self.stdout.write(str(one))
        if any(one.lost for one in told):
            raise CommandError("Some secrets cannot be opened: the key they were written with is not in FIELD_KEYS.")
        self.stdout.write("All secrets are under the newest key; the older ones can be taken out of FIELD_KEYS.")
