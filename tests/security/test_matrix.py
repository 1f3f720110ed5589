"""Every surface answers every caller as the register says, whosever row it is; GET and a refusal change nothing."""

import pytest

from tests.security.callers import API, CONSOLE
from tests.security.matrix import Cell
from tests.security.register import register

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_hurry")]
# nobody and who is limited to a channel or a location ask every engine; the others ask SQLite alone
ON_EACH = ("nobody", "service", "warehouse")


def people(*names):
    """Return the names, those that need not ask every engine with their mark."""
    return [name if name in ON_EACH else pytest.param(name, marks=pytest.mark.once) for name in names]


ROLES = people(*register().roles, "administrator", "service, everywhere")
PEOPLE = [*people("nobody", "outsider", "staff without permissions"), *ROLES]
KEYS = [
    "nobody",
    "an administrator's browser",
    "key with the scope",
    "key with every other scope",
    "revoked key",
    "expired key",
]


def shown(faults):
    """Return faults one a line."""
    return "\n" + "\n".join(faults)


def is_foreign(cell: Cell) -> bool:
    """Tell whether somebody reaches for another's row."""
    return cell.relation != "own" or cell.caller.name == "key of another channel"


def is_act(cell: Cell) -> bool:
    """Tell whether an act is pressed."""
    return bool(cell.surface.act) and cell.surface.method == "POST"


@pytest.mark.parametrize("name", ROLES)
def test_F90_other_location_is_invisible(matrix, name):
    faults = matrix.faults(lambda cell: cell.caller.side == CONSOLE and is_foreign(cell), name)
    assert faults == [], shown(faults)


@pytest.mark.parametrize("name", ["key with the scope", "key of another channel"])
def test_F91_other_channel_is_invisible(matrix, name):
    faults = matrix.faults(lambda cell: cell.caller.side == API and is_foreign(cell), name)
    assert faults == [], shown(faults)


@pytest.mark.parametrize("name", PEOPLE)
def test_F94_transition_needs_permission(matrix, name):
    faults = matrix.faults(lambda cell: cell.caller.side == CONSOLE and not is_foreign(cell) and is_act(cell), name)
    assert faults == [], shown(faults)


@pytest.mark.parametrize("name", PEOPLE)
def test_F95_get_changes_nothing(matrix, name):
    faults = matrix.faults(
        lambda cell: cell.caller.side == CONSOLE and not is_foreign(cell) and cell.surface.method == "GET", name
    )
    assert faults == [], shown(faults)


@pytest.mark.parametrize("name", PEOPLE)
def test_every_form_opens_to_those_who_may(matrix, name):
    faults = matrix.faults(
        lambda cell: (
            cell.caller.side == CONSOLE and not is_foreign(cell) and not is_act(cell) and cell.surface.method != "GET"
        ),
        name,
    )
    assert faults == [], shown(faults)


@pytest.mark.parametrize("name", KEYS)
def test_a_key_opens_what_its_scopes_say(matrix, name):
    faults = matrix.faults(lambda cell: cell.caller.side == API and not is_foreign(cell), name)
    assert faults == [], shown(faults)


def test_the_matrix_is_not_empty(matrix):
    """Fewer surfaces or calls than there were would mean that something is no longer looked at."""
    from tests.security.surfaces import surfaces

    found = surfaces()
    assert len(found) >= 800
    assert sum(1 for surface in found for cell in matrix.cells(surface)) >= 9_000
