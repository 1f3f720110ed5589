"""Makes a channel."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_slug
from django.utils import timezone

from oms.foundation.actor import Actor
from oms.foundation.money import exponent
from oms.foundation.refusals import Refused
from orders.models.channels import ChannelKind
from orders.services.channels import create_channel


class Command(BaseCommand):
    """Makes a channel and its account of the same code; making it again changes nothing."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("code", help="short and without blanks, such as web")
        parser.add_argument("--name", required=True, help="as people know it")
        parser.add_argument("--kind", choices=ChannelKind.values, default=ChannelKind.WEB.value)
        parser.add_argument("--currency", default="EUR")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the channel."""
        code = options["code"]
        try:
            validate_slug(code)
            exponent(options["currency"])
        except ValidationError as error:
            raise CommandError(f"“{code}” is no code: use letters, digits, - and _ only.") from error
        except Refused as refusal:
            raise CommandError(refusal.sentence) from refusal
        if len(code) > 32:
            raise CommandError("A code has at most 32 characters.")
        actor = Actor.system("create_channel", now=timezone.now())
        _, made = create_channel(
            code=code, name=options["name"][:120], kind=options["kind"], currency=options["currency"], actor=actor
        )
        self.stdout.write(f"channel {code} {'made' if made else 'was there already'}")
