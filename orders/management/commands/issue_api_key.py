"""Prints a new API key, once."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from inventory.models import Location
from oms.foundation.actor import Actor
from oms.foundation.refusals import NotFound, Refused
from orders.services.api_keys import ALL_SCOPES, issue_api_key
from orders.services.channels import account_named


class Command(BaseCommand):
    """Makes an API key of a channel or location and prints it alone on stdout; it cannot be shown again."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        owner = parser.add_mutually_exclusive_group(required=True)
        owner.add_argument("--channel", metavar="CODE")
        owner.add_argument("--location", metavar="CODE", help="for a third party or device: it sees what is done there")
        parser.add_argument("--device", action="store_true", help="it picks at the location, under its name")
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
            self.stdout.write(
                issue_api_key(
                    **_owner(options), name=options["name"], device=options["device"], scopes=scopes, actor=actor
                )
            )
        except Refused as refusal:
            raise CommandError(refusal.sentence) from refusal


def _owner(options: dict[str, Any]) -> dict[str, Any]:
    """Return whose key it is; raises :class:`Refused` for a code that nothing has."""
    if options["channel"]:
        return {"account_id": account_named(options["channel"]).pk}
    place = Location.objects.filter(code=options["location"]).first()
    if place is None:
        raise NotFound(f"There is no location “{options['location']}”.", code="unknown_location", field="location")
    return {"location_id": place.pk}
