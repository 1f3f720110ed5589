"""Asks for known holes of the pinned packages, and never takes silence for an answer.

pip-audit ends well when it could not look a package up; here every package must have been looked up.
"""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.security.verdict import BROKEN, HOLDS, NOT_CHECKED, Verdict
from tests.town import HOME

FILES = ("requirements.txt", "requirements-dev.txt", "requirements-security.txt")
SECONDS = 100


@dataclass
class Findings:
    """What an audit found: packages looked up, those nobody could look up, and the holes, each as a line."""

    checked: list[str] = field(default_factory=list)
    unchecked: list[str] = field(default_factory=list)
    holes: list[str] = field(default_factory=list)

    @property
    def verdict(self) -> Verdict:
        """A hole breaks the bar; a package that was not looked up, or no package at all, proves nothing."""
        if self.holes:
            return BROKEN
        return NOT_CHECKED if self.unchecked or not self.checked else HOLDS


def findings_of(packages: Sequence[Mapping[str, Any]]) -> Findings:
    """Return what pip-audit's report says of each package."""
    found = Findings()
    for package in packages:
        name = f"{package['name']} {package.get('version', '')}".strip()
        if "skip_reason" in package or "vulns" not in package:
            found.unchecked.append(name)
            continue
        found.checked.append(name)
        for hole in package["vulns"]:
            fixed = ", ".join(hole.get("fix_versions", [])) or "no release yet"
            found.holes.append(f"{name}: {hole['id']}, mended in {fixed}")
    return found


def audit() -> Verdict:
    """Look every pinned package up and print what came of it."""
    files = [word for name in FILES if (HOME / name).exists() for word in ("-r", name)]
    command = [
        sys.executable,
        "-m",
        "pip_audit",
        *files,
        "--no-deps",
        "--disable-pip",
        "--format",
        "json",
        "--timeout",
        "5",
    ]
    try:
        done = subprocess.run(command, cwd=HOME, capture_output=True, text=True, timeout=SECONDS, check=False)
        packages = json.loads(done.stdout)["dependencies"]
    except (subprocess.TimeoutExpired, json.JSONDecodeError, KeyError) as error:
        print(f"The audit gave no report ({type(error).__name__}): no package was checked.")
        return NOT_CHECKED
    found = findings_of(packages)
    print("\n".join([*found.holes, f"{len(found.checked)} packages checked, {len(found.holes)} known holes."]))
    if found.unchecked or not found.checked:
        print(f"NOT CHECKED: {len(found.unchecked)} packages; the service that knows of holes did not answer for them.")
    return found.verdict
