"""The dependency audit of the security bar takes no silence for an answer."""

import pytest

from tests.security.audit import findings_of
from tests.security.verdict import BROKEN, HOLDS, NOT_CHECKED

SOUND = {"name": "django", "version": "5.2.19", "vulns": []}
UNKNOWN = {"name": "segno", "version": "1.6.6", "skip_reason": "could not be audited"}
HOLED = {"name": "old", "version": "1.0", "vulns": [{"id": "CVE-1", "fix_versions": ["1.1"]}]}


@pytest.mark.parametrize(
    ("packages", "verdict"),
    [([SOUND], HOLDS), ([], NOT_CHECKED), ([UNKNOWN], NOT_CHECKED), ([SOUND, UNKNOWN], NOT_CHECKED)],
)
def test_only_packages_that_were_looked_up_count(packages, verdict):
    assert findings_of(packages).verdict is verdict


def test_a_hole_breaks_the_bar_whatever_else_was_looked_up():
    found = findings_of([SOUND, UNKNOWN, HOLED])
    assert (found.verdict, found.holes) == (BROKEN, ["old 1.0: CVE-1, mended in 1.1"])


def test_a_program_that_could_not_check_does_not_end_well():
    assert (NOT_CHECKED.exit_code, BROKEN.exit_code, HOLDS.exit_code) == (3, 1, 0)
