"""``manage.py check_rules`` says in words or as JSON what is wrong with sourcing rules, and exits 1 on faults."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tests.factories import make_location
from tests.fulfillment.rules import a_draft, in_force
from tests.fulfillment.shop import a_channel

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> tuple[int, str]:
    """Return exit code and output."""
    out = StringIO()
    try:
        call_command("check_rules", *arguments, stdout=out)
    except SystemExit as end:
        return int(end.code or 0), out.getvalue()
    return 0, out.getvalue()


def test_the_built_in_rules_are_sound() -> None:
    make_location("LON")
    assert run() == (0, "Version 1: 0 rules, 0 faults.\n")


def test_a_draft_with_a_fault_ends_with_1() -> None:
    make_location("LON")
    a_draft({"name": "Heavy", "effect": "avoid", "locations": ["LON"]}, name="Mine")

    code, said = run("--draft", "Mine")

    assert code == 1
    assert said.splitlines() == [
        "fault  Rule 1 “Heavy” does nothing: it needs an amount by which a parcel weighs more.",
        "Version 2: 1 rules, 1 faults.",
    ]


def test_json_tells_every_finding() -> None:
    a_channel("web2")
    make_location("LON", kind="store")
    make_location("MAN")
    in_force(a_draft({"name": "Shops", "locations": ["LON", "LDS"], "channels": ["web2"]}))

    code, said = run("--json", "--rules-version", "2")

    assert code == 0
    told = json.loads(said)
    assert (told["version"], told["faults"]) == (2, 0)
    assert [(one["code"], one["rules"]) for one in told["findings"]] == [("unknown", [1])]


@pytest.mark.parametrize("arguments", [("--draft", "None"), ("--rules-version", "9")])
def test_unknown_rules_are_refused(arguments: tuple[str, str]) -> None:
    with pytest.raises(CommandError, match="There is no"):
        run(*arguments)
