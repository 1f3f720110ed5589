"""``manage.py decide KIND FILE``: a decision core on a problem in a file, without a database."""

import json
import os
import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from fulfillment.packing.instances import KINDS as CARTONS
from fulfillment.picking.instances import kinds as picking
from fulfillment.problems import BadInstance
from fulfillment.sourcing.optimal.failing import SolverFailed
from fulfillment.sourcing.optimal.instances import KINDS as SOURCING

REFUSED = 2
KINDS = {**SOURCING, **CARTONS, **picking(time.monotonic)}


class Command(BaseCommand):
    """Reads a problem as JSON and prints the answer as JSON."""

    help = __doc__ or ""
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("kind", help=f"{', '.join(KINDS)}, or longer, such as sourcing_stream_peak")
        parser.add_argument("file", help="the problem, as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Decide and print."""
        kind, path = options["kind"], Path(options["file"])
        known = next((name for name in KINDS if kind == name or kind.startswith(f"{name}_")), None)
        if known is None:
            raise CommandError(f"“{kind}” is no kind of problem; there are {', '.join(KINDS)}.", returncode=REFUSED)
        data = _read(path)
        try:
            answer = KINDS[known](data)
        except BadInstance as error:
            raise CommandError(f"{path.name} is no {kind}: {error}", returncode=REFUSED) from error
        except SolverFailed as error:
            raise CommandError(f"{path.name} could not be decided: the solver says “{error}”.") from error
        self.stdout.write(json.dumps(answer, separators=(",", ":")))


def _read(path: Path) -> Any:
    """Return what a file holds.

    :raises CommandError: when it cannot be read or is not JSON
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else "it cannot be read"
        raise CommandError(f"{path}: {reason}.", returncode=REFUSED) from error
    except (ValueError, RecursionError) as error:
        raise CommandError(f"{path.name} is not JSON in UTF-8.", returncode=REFUSED) from error
