"""``manage.py export_customer WHO``: print as JSON what is known of a customer, named by id or e-mail."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone

from oms.foundation.actor import Actor
from oms.foundation.refusals import Refused
from oms.outlets.privacy.exporting import export_customer
from oms.outlets.privacy.words import customer_named


class Command(BaseCommand):
    """Prints one JSON object, rows by kind, and nothing else on stdout."""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Name the customer."""
        parser.add_argument("who", help="the customer's id or e-mail")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print it."""
        actor = Actor.system("export_customer", now=timezone.now())
        try:
            found = export_customer(customer_id=customer_named(options["who"]).pk, actor=actor)
        except Refused as refusal:
            raise CommandError(refusal.sentence) from refusal
        self.stdout.write(json.dumps(found, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1))
