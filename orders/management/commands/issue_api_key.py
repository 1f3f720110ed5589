"""Prints a new API key, once."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from oms.foundation.actor import Actor
from oms.foundation.refusals import Refused
from orders.services.api_keys import ALL_SCOPES, issue_api_key
from orders.services.channels import account_named


class Command(BaseCommand):
    """Makes an API key of a channel and prints it, and nothing else, on stdout; it cannot be shown again."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("--channel", required=True, metavar="CODE")
        parser.add_argument("--name", default="", help="whose key it is")
        parser.add_argument(
            "--scopes",
            nargs="+",
            default=[ALL_SCOPES],
            metavar="PERMISSION",
            help="such as orders.view_order; default: all",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the key and print it."""
        actor = Actor.system("issue_api_key", now=timezone.now())
        scopes = [scope for word in options["scopes"] for scope in word.split(",") if scope]
        try:
            account = account_named(options["channel"])
        except Refused as refusal:
            raise CommandError(refusal.sentence) from refusal
        self.stdout.write(issue_api_key(account_id=account.pk, name=options["name"], scopes=scopes, actor=actor))
