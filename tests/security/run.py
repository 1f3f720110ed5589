"""``python -m tests.security.run [part …]``: every check of the security bar, in turn, then one line for each.

Exit 0: all hold · 1: something does not hold · 3: nothing is known to be wrong, but something could not be checked,
which is never a success.
"""

import os
import secrets
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

from tests.security.audit import audit
from tests.security.secret_scan import scan
from tests.security.verdict import HOLDS, Verdict, verdict_of
from tests.town import HOME

EMBEDDED = {"DATABASE_URL": "", "REDIS_URL": ""}


@dataclass(frozen=True)
class Part:
    """One part of the bar: its name, what it proves, and the check."""

    name: str
    proves: str
    check: Callable[[], Verdict]


def production() -> dict[str, str]:
    """Return the environment of a shop on the open internet; nothing of it is called."""
    return {
        "ALLOWED_HOSTS": "shop.example",
        "CSRF_TRUSTED_ORIGINS": "https://shop.example",
        "DATABASE_URL": "postgresql://oms:word@127.0.0.1:1/oms",
        "DEMO": "0",
        "FIELD_KEYS": secrets.token_urlsafe(48),
        "HTTPS": "1",
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "SECOND_FACTOR": "*",
        "SECRET_KEY": secrets.token_urlsafe(48),
    }


def run(*words: str, environment: dict[str, str] | None = None) -> Verdict:
    """Run a module of Python's in the given environment; what it prints is shown."""
    command = [sys.executable, *words]
    done = subprocess.run(command, cwd=HOME, env={**os.environ, **(environment or EMBEDDED)}, check=False)
    return verdict_of(done.returncode)


def deploy() -> Verdict:
    """Hold Django's deployment checks and our own against the settings of a production shop."""
    check = ["manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    return run("-W", "error", *check, environment=production())


def analysis() -> Verdict:
    """Hold the code against the rules of ruff about security and against the rules of the house."""
    rules = run("-m", "ruff", "check", "--select", "S,DTZ,BLE,T10", "--quiet", ".")
    return rules if rules is not HOLDS else run("-m", "pytest", "-q", "tests/architecture")


def fuzz() -> Verdict:
    """Throw described and undescribed calls at the API, as every kind of caller."""
    return run("-m", "pytest", "-q", "tests/security/fuzz.py")


def matrix() -> Verdict:
    """Call every surface as everybody, and hold the answers against the register."""
    return run("-m", "pytest", "-q", "-n", "2", "tests/security")


PARTS = [
    Part("deploy", "production settings pass every deployment check", deploy),
    Part("rules", "the code keeps the security rules of ruff and of the house", analysis),
    Part("secrets", "neither the tree nor any version of it holds a secret", scan),
    Part("dependencies", "no pinned package has a known hole", audit),
    Part("fuzz", "no call of anybody breaks the API or its description", fuzz),
    Part("matrix", "everybody reaches what the register says, and nothing else", matrix),
]


def main(wanted: list[str]) -> int:
    """Run the wanted parts, all without a name, and tell what came of each; return the exit code."""
    unknown = set(wanted) - {part.name for part in PARTS}
    if unknown:
        print(f"There is no part {', '.join(sorted(unknown))}; the parts are {', '.join(part.name for part in PARTS)}.")
        return 1
    lines, worst = [], HOLDS
    for part in PARTS:
        if wanted and part.name not in wanted:
            continue
        print(f"\n=== {part.name}: {part.proves}", flush=True)
        begun = time.monotonic()
        verdict = part.check()
        worst = max(worst, verdict, key=lambda one: one.weight)
        lines.append(f"{verdict.word:12} {part.name:13} {time.monotonic() - begun:5.0f} s   {part.proves}")
    print("\n" + "\n".join(lines), flush=True)
    return worst.exit_code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
