"""What rooms register with the floor: objections, boxes on pages, and who sees which rows."""

from typing import Any

import pytest
from django.db.models import Q

from oms.foundation import objections, panels, scope
from oms.foundation.refusals import NotFound, Reason, Refused
from oms.foundation.scope import scoped, scoped_row
from orders.models import Channel
from tests.foundation.rows import make_boss, make_channels, make_user

pytestmark = pytest.mark.django_db
BUSY = Reason("busy", "It is on the truck.")


class TestObjections:
    """A room on the right refuses an act of a room on the left."""

    @pytest.fixture(autouse=True)
    def none_yet(self, monkeypatch):
        """Forget what the rooms have registered."""
        monkeypatch.setattr(objections, "OBJECTORS", objections.defaultdict(list))

    def test_nobody_objects(self):
        assert objections.objections("orders.cancel", [1, 2]) == {}
        objections.refuse_objections("orders.cancel", 1)

    def test_every_reason_is_told_by_row(self):
        objections.objects_to("orders.cancel")(lambda ids: {1: [BUSY], 2: []})
        objections.objects_to("orders.cancel")(lambda ids: {pk: [Reason("late", "Too late.")] for pk in ids})
        found = objections.objections("orders.cancel", [1, 2])
        assert {pk: [one.code for one in reasons] for pk, reasons in found.items()} == {
            1: ["busy", "late"],
            2: ["late"],
        }

    def test_a_refusal_carries_them(self):
        objections.objects_to("orders.cancel")(lambda ids: {1: [BUSY]})
        with pytest.raises(Refused, match="on the truck") as refused:
            objections.refuse_objections("orders.cancel", 1)
        assert refused.value.code == "busy"
        objections.refuse_objections("orders.cancel", 2)
        objections.refuse_objections("orders.hold", 1)

    def test_one_that_is_loaded_twice_objects_once(self):
        def objector(ids: Any) -> Any:
            """Object to everything."""
            return {1: [BUSY]}

        objections.objects_to("orders.cancel")(objector)
        objections.objects_to("orders.cancel")(objector)
        assert objections.objections("orders.cancel", [1]) == {1: [BUSY]}


class TestPanels:
    """Boxes of rooms on the right."""

    @pytest.fixture(autouse=True)
    def none_yet(self, monkeypatch):
        """Forget what the rooms have registered."""
        monkeypatch.setattr(panels, "PANELS", panels.defaultdict(list))
        monkeypatch.setattr(panels, "PARTS", panels.defaultdict(dict))

    def test_they_stand_in_the_order_of_their_positions_once_each(self):
        for template, position in [("b", 60), ("a", 20), ("b", 10)]:
            panels.add_panel("orders.order", panels.Panel(template, template, lambda row, user: {}, position))
        assert [one.template for one in panels.PANELS["orders.order"]] == ["a", "b"]

    def test_parts_are_asked_once_for_all_rows(self):
        asked = []
        panels.add_part("orders.order", "shipments", lambda ids: asked.append(ids) or {2: ["S1"]}, empty=[])
        panels.add_part("orders.order", "count", lambda ids: {1: 5}, empty=0)
        assert panels.parts("orders.order", [1, 2]) == {
            1: {"shipments": [], "count": 5},
            2: {"shipments": ["S1"], "count": 0},
        }
        assert asked == [[1, 2]]

    def test_a_page_without_parts_has_none(self):
        assert panels.parts("orders.other", [1]) == {1: {}}


class TestScope:
    """Which rows a person sees at all."""

    @pytest.fixture(autouse=True)
    def rules(self, monkeypatch):
        """Start without rules."""
        monkeypatch.setattr(scope, "RULES", {})

    def test_a_model_without_a_rule_is_an_error_even_for_the_boss(self):
        with pytest.raises(LookupError, match="Channel has no scope rule"):
            scoped(make_boss(), Channel)

    def test_a_rule_limits_the_rows(self):
        mine, other = make_channels(2)
        scope.scope_rule(Channel)(lambda principal: Q(code=mine.code))
        person = make_user()
        assert list(scoped(person, Channel)) == [mine]
        assert scoped(make_boss(), Channel).count() == 2
        assert scoped_row(person, Channel, pk=mine.pk) == mine
        with pytest.raises(NotFound, match="There is no channel with this number"):
            scoped_row(person, Channel, pk=other.pk)

    def test_unscoped_rows_are_for_all(self):
        make_channels(2)
        scope.unscoped(Channel)
        assert scoped(make_user(), Channel).count() == 2
