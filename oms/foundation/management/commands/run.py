"""``manage.py run``: the whole system in one process — database, demo shop, web server, worker and scheduler."""

import os
import signal
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from waitress import create_server

from oms import env
from oms.foundation.service import Workshop


class Command(BaseCommand):
    """Prints the address and the demo logins; Ctrl-C stops everything."""

    help = __doc__ or ""

    def handle(self, *args: Any, **options: Any) -> None:
        """Prepare the database, then serve until a signal comes."""
        host, port = env.text("HOST", "127.0.0.1"), env.number("PORT", 8000)
        settings.VAR_DIR.mkdir(parents=True, exist_ok=True)
        settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
        from oms.wsgi import application

        call_command("migrate", verbosity=0)
        call_command("demo_shop")
        try:
            server = create_server(application, host=host, port=port, threads=8, ident=None)
        except OSError as error:
            self.stderr.write(f"Port {port} cannot be used ({error.strerror}); choose another with PORT=8001 make run.")
            raise SystemExit(1) from None
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, _stop)
        with Workshop():
            self.stdout.write(f"Ready at http://{host}:{port}/ — Ctrl-C stops everything (process {os.getpid()}).")
            self.stdout.flush()
            try:
                server.run()
            except (KeyboardInterrupt, SystemExit):
                pass
            finally:
                server.close()
        self.stdout.write("Stopped.")


def _stop(number: int, frame: FrameType | None) -> None:
    """Leave the server's loop."""
    raise KeyboardInterrupt
