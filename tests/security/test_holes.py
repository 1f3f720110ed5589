"""The matrix can fail: every hole that is planted is found."""

import pytest
from django.urls import clear_url_caches

from tests.security.declared import undeclared
from tests.security.holes import HOLES

pytestmark = [pytest.mark.django_db, pytest.mark.once, pytest.mark.usefixtures("no_hurry")]
AT_LEAST = 20


@pytest.fixture(autouse=True)
def addresses_are_read_again():
    """Leave no planted address behind."""
    yield
    clear_url_caches()


@pytest.mark.parametrize("hole", HOLES, ids=lambda hole: hole.title)
def test_a_planted_hole_is_found(matrix, monkeypatch, hole):
    """Without it nothing is found: that is what the matrix itself shows."""
    hole.make(monkeypatch)
    if hole.door:
        found = matrix.faults(lambda cell: (cell.surface.kind, cell.surface.door) == (hole.kind, hole.door))
    else:
        found = undeclared()
    assert found != []


def test_there_are_enough_holes():
    assert len(HOLES) >= AT_LEAST
