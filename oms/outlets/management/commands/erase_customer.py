"""``manage.py erase_customer WHO``: erase what is known of a customer, named by id or e-mail; the books stay whole."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from oms.foundation.actor import Actor
from oms.foundation.refusals import Refused
from oms.outlets.privacy.erasing import erase_customer
from oms.outlets.privacy.words import customer_named


class Command(BaseCommand):
    """Erases for good; refuses with every reason while something of the customer's is under way."""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Name the customer."""
        parser.add_argument("who", help="the customer's id or e-mail")

    def handle(self, *args: Any, **options: Any) -> None:
        """Erase, or say why not."""
        actor = Actor.system("erase_customer", now=timezone.now())
        try:
            customer = erase_customer(customer_id=customer_named(options["who"]).pk, actor=actor)
        except Refused as refusal:
            raise CommandError(" ".join(reason.sentence for reason in refusal.reasons)) from refusal
        self.stdout.write(
            f"Customer {customer.pk} is erased. Back-ups made before still hold the data: let them expire."
        )
