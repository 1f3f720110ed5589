"""A carrier that stands in without a person's word costs no more than the first choice's account allows."""

import pytest

from fulfillment.models import Shipment
from fulfillment.services.standing_in import ask_for_stand_in
from tests.factories import make_actor
from tests.fulfillment.accounts import open_account
from tests.fulfillment.stand_ins import again, refusing, some_shipment, work

pytestmark = pytest.mark.django_db


@pytest.fixture
def shipment() -> Shipment:
    """A packed shipment whose label was asked for."""
    return some_shipment()


def test_who_is_dearer_than_allowed_waits_for_a_person_and_is_named(shipment) -> None:
    refusing("fedex", others_stand_in=True, stand_in_extra=0)
    ups = open_account("ups")
    work()
    row = again(shipment)

    assert (row.carrier, row.turned_from, ups.book) == ("fedex", [], {})
    assert "ups: It takes £6.50; by itself at most 0 % more than £5.50 is paid." in row.stand_in_note
    ask_for_stand_in(shipment_id=row.pk, actor=make_actor())
    work(1)
    row = again(shipment)
    assert (row.carrier, row.stand_in_note, len(ups.book)) == ("ups", "", 1)


@pytest.mark.parametrize(("percent", "taken"), [(18, "fedex"), (19, "ups"), (None, "ups")])
def test_six_and_a_half_pounds_instead_of_five_and_a_half_are_between_18_and_19_percent_more(
    shipment, percent, taken
) -> None:
    refusing("fedex", others_stand_in=True, stand_in_extra=percent)
    open_account("ups")
    work()
    assert again(shipment).carrier == taken


def test_the_next_turn_is_asked_when_the_first_is_too_dear(shipment) -> None:
    refusing("fedex", others_stand_in=True, stand_in_extra=0)
    dear, same = open_account("ups"), open_account("fedex", stand_in_turn=2, code="fedex-2")
    work()
    assert (again(shipment).carrier, dear.book, len(same.book)) == ("fedex-2", {}, 1)


def test_the_measure_stays_the_first_choice_when_one_after_the_other_refuses(shipment) -> None:
    refusing("fedex", others_stand_in=True, stand_in_extra=40)
    refusing("ups", "The account is suspended.", others_stand_in=True, stand_in_extra=1000)
    last = open_account("dhl_express", stand_in_turn=2)
    work()
    work(1)
    note = again(shipment).stand_in_note
    assert "dhl_express: It takes £20.50; by itself at most 40 % more than £5.50 is paid." in note
    assert last.book == {}
