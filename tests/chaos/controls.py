"""``python -m tests.chaos.controls``: eight runs, each with one guard taken away; a witness must find what is wrong.

A run that is only too slow or too small proves nothing: it does not count as red.
"""

import subprocess
import sys

from tests.chaos.run import WRONG
from tests.chaos.seam.guards import GUARDS
from tests.town import HOME


def main() -> int:
    """Run every control; return 0 only when each turned red."""
    green = []
    for name, guard in GUARDS.items():
        words = [sys.executable, "-m", "tests.chaos.run", "control", "--guard-off", name, *sys.argv[1:]]
        print(f"\n=== without “{name}”: {guard.meaning}", flush=True)
        if subprocess.run(words, cwd=HOME, check=False).returncode != WRONG:
            green.append(name)
    print(
        f"\n{len(GUARDS) - len(green)} of {len(GUARDS)} controls red" + (f"; NOT: {', '.join(green)}" if green else "")
    )
    return int(bool(green))


if __name__ == "__main__":
    sys.exit(main())
