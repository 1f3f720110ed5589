"""A third party and the shop at the same request at the same moment: one of both holds, and nothing is lost."""

from functools import partial

import pytest
from django_fsm import ConcurrentTransition

from fulfillment.models import FulfillmentPartner, PartnerMessage, Shipment, SupplierRequest
from fulfillment.services.supplier_requests import ask_suppliers
from fulfillment.services.third_party.answering import accept_cancel, ask_to_cancel, confirm
from fulfillment.services.third_party.receiving import receive_file
from fulfillment.services.third_party.settling import settle_message
from inventory.models import StockLevel
from oms.foundation.refusals import Refused
from orders.services.cancel import cancel_order
from tests.concurrency.rival import no_row_locks, rival_after
from tests.concurrency.together import errors, together
from tests.factories import make_actor, make_location, make_product, make_stock, take_order
from tests.fulfillment.partners.edi import advice, edi_partner, file_of
from tests.fulfillment.shop import sourced

pytestmark = [pytest.mark.pg, pytest.mark.race, pytest.mark.django_db(transaction=True)]
LOCKED = "fulfillment.services.third_party.answering.lock_request"


@pytest.fixture
def request_to_partner() -> SupplierRequest:
    """A third party that speaks EDI, asked for two of its ten TEA and asked to cancel."""
    place = make_location("LEEDS", kind="3pl")
    tea = make_product("TEA")
    make_stock(tea, place, 10)
    edi_partner(place)
    (work,) = sourced(take_order([(tea, 2, 1000)]))
    (request,) = ask_suppliers(order_ids=[work.order_id], actor=make_actor())
    ask_to_cancel(request_id=request.pk, reason="too slow", then="wait", actor=make_actor())
    return request


def came(request: SupplierRequest) -> PartnerMessage:
    """Store an advice that all of a request was sent, and leave it to be read."""
    partner = FulfillmentPartner.objects.get()
    body = file_of(advice(request.number, {"TEA": 2}, ("1Z1",)))
    (row,) = receive_file(partner_id=partner.pk, body=body, actor=make_actor()).new
    return row


def test_a_945_and_an_agreed_cancellation_at_the_same_moment_leave_one_truth_and_a_message_for_a_person(
    request_to_partner: SupplierRequest,
) -> None:
    message = came(request_to_partner)
    agreed = partial(accept_cancel, request_id=request_to_partner.pk, actor=make_actor())

    with rival_after(LOCKED, partial(settle_message, message_id=message.pk, actor=make_actor())) as rival:
        agreed()

    assert rival.outcome.state == "person"
    request_to_partner.refresh_from_db()
    assert (request_to_partner.state, Shipment.objects.count()) == ("cancelled", 0)
    level = StockLevel.objects.get()
    assert (level.on_hand, level.allocated) == (10, 0)


def test_a_945_that_is_first_leaves_nothing_to_cancel(request_to_partner: SupplierRequest) -> None:
    message = came(request_to_partner)
    agreed = partial(accept_cancel, request_id=request_to_partner.pk, actor=make_actor())

    with rival_after("fulfillment.services.third_party.settling.lock_request", agreed) as rival:
        settle_message(message_id=message.pk, actor=make_actor())

    assert isinstance(rival.outcome, Refused)
    request_to_partner.refresh_from_db()
    assert (request_to_partner.state, Shipment.objects.get().state) == ("fulfilled", "shipped")
    level = StockLevel.objects.get()
    assert (level.on_hand, level.allocated) == (8, 0)


@pytest.mark.twin
def test_without_the_locks_only_the_state_as_it_was_read_stops_the_second(request_to_partner: SupplierRequest) -> None:
    agreed = partial(accept_cancel, request_id=request_to_partner.pk, actor=make_actor())
    sent = partial(confirm, request_id=request_to_partner.pk, carrier="ups", tracking=["1Z1"], actor=make_actor())

    with no_row_locks(), rival_after(LOCKED, sent) as rival, pytest.raises((ConcurrentTransition, Refused)):
        agreed()

    assert isinstance(rival.outcome, SupplierRequest)


def test_the_same_file_twice_at_once_is_stored_and_done_once(request_to_partner: SupplierRequest) -> None:
    partner = FulfillmentPartner.objects.get()
    body = file_of(advice(request_to_partner.number, {"TEA": 2}, ("1Z1",)))
    twice = partial(receive_file, partner_id=partner.pk, body=body, actor=make_actor())

    found = together(twice, twice)

    assert errors(found) == []
    (message,) = PartnerMessage.objects.filter(direction="in")
    settle = partial(settle_message, message_id=message.pk, actor=make_actor())
    assert errors(together(settle, settle)) == []
    assert (Shipment.objects.count(), StockLevel.objects.get().on_hand) == (1, 8)
    assert PartnerMessage.objects.filter(kind="997").count() == 1


def test_an_order_is_not_cancelled_while_its_third_party_says_that_it_has_left(
    request_to_partner: SupplierRequest,
) -> None:
    order_id = request_to_partner.fulfillment_order.order_id
    gone = partial(cancel_order, order_id=order_id, actor=make_actor())

    with rival_after(LOCKED, gone) as rival:
        confirm(request_id=request_to_partner.pk, carrier="ups", tracking=["1Z1"], actor=make_actor())

    assert isinstance(rival.outcome, Refused)
    assert Shipment.objects.get().state == "shipped"
