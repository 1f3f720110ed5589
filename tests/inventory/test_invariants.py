"""The invariants of stock: each sees the one row that is made wrong, and no other fires."""

import pytest

from tests.corruption import see
from tests.inventory.corruptions import CORRUPTIONS

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("books")]


@pytest.mark.parametrize("corruption", CORRUPTIONS, ids=[one.name for one in CORRUPTIONS])
def test_one_wrong_row_is_seen(corruption) -> None:
    found, expected = see(corruption)

    assert found == expected
