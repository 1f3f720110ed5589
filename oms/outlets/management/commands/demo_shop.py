"""``manage.py demo_shop``: fill an empty database with a small made-up shop, and print its logins."""

from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand
from django.db import transaction

from oms import env
from oms.outlets.demo.logins import LOGINS, describe, make_logins
from orders.models import Channel

LOOPBACK = ("127.0.0.1", "localhost", "::1")


class Command(BaseCommand):
    """Does nothing to a database that holds people or channels already.

    Its passwords are known to everybody: where others can reach the address it is made only with ``DEMO=1``.
    """

    help = __doc__ or ""

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the shop once."""
        private = env.text("HOST", "127.0.0.1") in LOOPBACK
        if not env.flag("DEMO", default=private):
            return
        if not User.objects.exists() and not Channel.objects.exists():
            with transaction.atomic():
                make_logins()
            from oms.outlets.demo.shop import make_shop

            make_shop()
        if set(LOGINS) <= set(User.objects.values_list("username", flat=True)):
            self.stdout.write(describe())
