"""The buttons of a row: what leads, what is at hand, what is folded away, and what is closed."""

from django.contrib.auth.models import Group

from oms.foundation.actions import Action, Offer
from oms.foundation.look.buttons import arrange
from oms.foundation.refusals import Reason


def offer(name: str, *, danger: bool = False, shut: bool = False) -> Offer:
    """Return an open or closed offer of an act."""
    action = Action(
        model=Group,
        name=name,
        label=name,
        permission="",
        service=print,
        subject="id",
        irreversible="made up",
        danger=danger,
    )
    return Offer(action, (Reason("shut", "Not now."),) if shut else ())


def names(offers) -> list[str]:
    """Return the names of the offered acts."""
    return [one.action.name for one in offers]


def test_the_first_two_wanted_acts_lead_in_the_order_they_are_wanted():
    found = arrange([offer("a"), offer("b"), offer("c")], leading=["c", "b", "a"], everyday=())

    assert names(found.leading) == ["c", "b"]
    assert names(found.everyday) == ["a"]
    assert not found.rare


def test_the_main_act_is_shown_closed_when_nothing_else_leads():
    found = arrange([offer("release", shut=True), offer("note")], leading=["release"], everyday=())

    assert not found.leading
    assert found.blocked is not None
    assert found.blocked.action.name == "release"
    assert not found.closed


def test_a_closed_main_act_is_folded_away_where_another_act_leads():
    found = arrange([offer("release", shut=True), offer("waive")], leading=["waive", "release"], everyday=())

    assert found.blocked is None
    assert names(found.closed) == ["release"]


def test_harmful_and_rare_acts_are_folded_away_among_many():
    many = [offer(name) for name in "abcdef"] + [offer("cancel", danger=True)]
    found = arrange(many, leading=["a"], everyday=["b", "c"])

    assert names(found.everyday) == ["b", "c"]
    assert names(found.rare) == ["d", "e", "f", "cancel"]


def test_few_acts_are_never_folded_away():
    found = arrange([offer("a"), offer("close", danger=True)], leading=["a"], everyday=())

    assert names(found.everyday) == ["close"]
    assert not found.rare


def test_the_first_act_leads_where_none_was_wanted_more():
    found = arrange([offer("a"), offer("b")], leading=[], everyday=())

    assert names(found.leading) == ["a"]
    assert names(found.everyday) == ["b"]


def test_without_any_act_there_is_no_bar():
    assert not arrange([], leading=["a"], everyday=())
