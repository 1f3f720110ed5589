"""``manage.py forget_second_factor NAME``: let somebody in by password alone who lost telephone and recovery codes."""

from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from oms.foundation.actor import Actor
from oms.foundation.logins.factor import forget_factor
from oms.foundation.refusals import Refused


class Command(BaseCommand):
    """Takes the second factor of one person away and ends their sessions."""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Name the person."""
        parser.add_argument("username")

    def handle(self, *args: Any, **options: Any) -> None:
        """Take it away; say so when there is none."""
        user = User.objects.filter(username=options["username"]).first()
        if user is None:
            raise CommandError(f"Nobody is called {options['username']}.")
        try:
            forget_factor(user_id=user.pk, actor=Actor.system("forget_second_factor", now=timezone.now()))
        except Refused as refusal:
            raise CommandError(refusal.sentence) from refusal
        self.stdout.write(
            f"{user.username} signs in by password alone now, and must set it up anew where it is required."
        )
