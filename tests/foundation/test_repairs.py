"""The repair plan of ``manage.py verify``."""

import pytest
from django.db import connection

from inventory.models import StockLevel
from tests.factories import make_location, make_product, make_stock
from tests.foundation.test_verify import broken, make_fact, verify

pytestmark = pytest.mark.django_db


class TestTheRepairPlan:
    """Is SQL for derived counters, and a person runs it."""

    @pytest.fixture
    def level(self):
        """Return a level whose two counters are wrong."""
        level = make_stock(make_product(), make_location(), 10)
        StockLevel.objects.filter(pk=level.pk).update(on_hand=12, allocated=3)
        return level

    def test_it_mends_what_it_names(self, level):
        code, text = verify("--repair-plan", "--class", "A")
        assert code == 1
        statements = [line for line in text.splitlines() if line.startswith("update")]
        assert len(statements) == 2
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
        assert StockLevel.objects.values_list("on_hand", "allocated", "version").get() == (10, 0, 2)
        assert broken() == {}

    def test_each_statement_stands_in_a_transaction_that_locks_first(self, level):
        lines = verify("--repair-plan", "--only", "I1")[1].splitlines()[2:]
        words = [line.partition(" ")[0].rstrip(";") for line in lines]
        locks = ["select"] if connection.vendor == "postgresql" else []
        assert words == ["--", "begin", *locks, "update", "commit"]
        assert all(line.endswith(" for update;") for line in lines if line.startswith("select"))

    def test_money_and_states_have_none(self):
        make_fact(state="dead")
        code, text = verify("--repair-plan", "--only", "I24d")
        assert (code, text) == (1, "-- No derived counter is wrong: there is nothing to repair.\n")
