"""``python -m tools.stages FILE``: make the shop, play it on, write the named pages; ``--empty`` makes only logins."""

import json
import os
import sys
from pathlib import Path


def main() -> None:
    """Prepare the database, play every scene, write where the pictures are."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "oms.settings")
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    file, empty = Path(sys.argv[1]), "--empty" in sys.argv
    if empty:
        from oms.outlets.demo.logins import make_logins

        make_logins()
        file.write_text("{}")
        return
    call_command("demo_shop")
    from tools.stages import scenes

    file.write_text(json.dumps(scenes.play()))


if __name__ == "__main__":
    main()
