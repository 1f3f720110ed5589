"""What the tests of supply share."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command


@pytest.fixture
def imported(tmp_path):
    """Return a function that writes a file, imports it, and returns (exit code, summary, faults)."""

    def run(kind: str, content: str, *options: str) -> tuple[int, str, list[str]]:
        """Import the content as a file of the kind."""
        path: Path = tmp_path / f"{kind}.csv"
        path.write_text(content)
        out, err, code = StringIO(), StringIO(), 0
        try:
            call_command(f"import_{kind}", str(path), *options, stdout=out, stderr=err, no_color=True)
        except CommandError as error:
            code = error.returncode
            err.write(f"{error}\n")
        return code, out.getvalue().strip(), err.getvalue().splitlines()

    return run
