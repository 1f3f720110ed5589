"""``manage.py grant_roles --shop ROLE --report ROLE``: let the shop and its reports connect without owning anything.

Run as the owner of the tables, after every ``migrate``. PostgreSQL only.
"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from oms.foundation.refusals import Refused
from oms.outlets.database_roles import grant_roles


class Command(BaseCommand):
    """Gives both roles what they need and takes all else away; running it again changes nothing."""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Name the roles."""
        parser.add_argument("--shop", required=True, help="the role of web server, workers and clock")
        parser.add_argument("--report", required=True, help="the role that only reads")

    def handle(self, *args: Any, **options: Any) -> None:
        """Grant, or say why not."""
        if options["shop"] == options["report"]:
            raise CommandError("--shop and --report must be two roles: the one that reads must not write.")
        try:
            grant_roles(shop=options["shop"], report=options["report"])
        except Refused as refusal:
            raise CommandError(refusal.sentence) from refusal
        self.stdout.write(f"{options['shop']} may run the shop, {options['report']} may read; neither owns anything.")
