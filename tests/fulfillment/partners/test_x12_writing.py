"""Writing X12: what is written is read as the same, whatever letters are in it."""

from dataclasses import replace
from datetime import UTC, date, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from fulfillment.partners.x12 import acknowledgment as ack
from fulfillment.partners.x12.reading import read_interchanges
from fulfillment.partners.x12.syntax import Group, Party
from fulfillment.partners.x12.warehouse_order import (
    OrderedLine,
    Place,
    WarehouseOrder,
    as_sent,
    read_warehouse_order,
    write_warehouse_order,
)
from fulfillment.partners.x12.writing import Envelope, Message, write_interchange
from tests.fulfillment.partners.samples import ADVICE_OF_A_VENDOR

ENVELOPE = Envelope(Party("ZZ", "OURSHOP"), Party("01", "0123456789012"), 42, datetime(2026, 11, 22, 10, 5, tzinfo=UTC))
ORDER = WarehouseOrder(
    status="N",
    number="Q7F3Q9KX",
    order="T000123",
    warehouse="LEEDS3PL",
    to=Place("Ada Lovelace", "Engines Ltd", "12 The Headrow", "Floor 2", "Leeds", "WY", "LS1 4AP", "GB", "+44 1"),
    ship_on=date(2026, 11, 24),
    service="EXPRESS",
    notes=("Leave with the porter",),
    lines=(OrderedLine(2, "TEA", "871209028795", "Black tea"), OrderedLine(1, "CUP", "4006381333931", "Cup")),
)
texts = st.text(max_size=120)
orders = st.builds(
    WarehouseOrder,
    status=st.sampled_from("NF"),
    number=st.from_regex(r"Q[2-9A-Z]{7}", fullmatch=True),
    order=texts,
    warehouse=st.from_regex(r"[A-Z0-9]{1,16}", fullmatch=True),
    to=st.builds(Place, texts, texts, texts, texts, texts, texts, texts, st.sampled_from(["GB", "DE", "US"]), texts),
    ship_on=st.none() | st.dates(date(2000, 1, 1), date(2100, 1, 1)),
    service=texts,
    notes=st.lists(st.text(max_size=400), max_size=3).map(tuple),
    lines=st.lists(
        st.builds(OrderedLine, st.integers(1, 1_000_000), st.from_regex(r"[A-Z0-9-]{1,40}", fullmatch=True),
                  st.sampled_from(["", "871209028795", "4006381333931"]), texts),
        min_size=1, max_size=5,
    ).map(tuple),
)  # fmt: skip


def sent_and_read(message: Message, functional: str) -> Group:
    """Write a message and read it again."""
    (interchange,) = read_interchanges(write_interchange(ENVELOPE, functional, [message]).encode("ascii"))
    assert (interchange.sender, interchange.receiver) == (ENVELOPE.sender, ENVELOPE.receiver)
    assert (interchange.control, interchange.is_test, interchange.remarks) == ("000000042", False, ())
    (group,) = interchange.groups
    assert (group.functional, group.control, group.remarks) == (functional, "42", ())
    assert [one.fault for one in group.sets] == [None]
    return group


def test_an_order_is_read_as_it_was_written() -> None:
    (found,) = sent_and_read(write_warehouse_order(ORDER), "OW").sets
    assert read_warehouse_order(found) == ORDER == as_sent(ORDER)


@settings(max_examples=200, deadline=None)
@given(orders)
def test_any_order_is_read_as_it_can_be_sent_and_sending_it_again_changes_nothing(order: WarehouseOrder) -> None:
    (found,) = sent_and_read(write_warehouse_order(order), "OW").sets
    sent = as_sent(order)
    assert read_warehouse_order(found) == sent
    assert as_sent(sent) == sent


def test_delimiters_and_foreign_letters_in_a_text_harm_nothing() -> None:
    spoiled = replace(
        ORDER, to=replace(ORDER.to, name="Zoë*Straße~\nISA>", city="Łódź", company="Ελλάς"), notes=("x" * 500,)
    )
    (found,) = sent_and_read(write_warehouse_order(spoiled), "OW").sets
    read = read_warehouse_order(found)
    assert (read.to.name, read.to.city, read.to.company) == ("Zoe Strasse ISA", "Lodz", "Ellas")
    assert [len(note) for note in read.notes] == [80, 80, 80, 80]


def test_a_group_that_came_is_acknowledged_with_each_verdict_and_its_wrong_count() -> None:
    (came,) = read_interchanges(ADVICE_OF_A_VENDOR)
    taken, refused = ack.Verdict("945", "0001"), ack.Verdict("945", "0002", ack.REFUSED, ack.SEGMENTS_IN_ERROR)
    for verdicts, status in (([taken], "E"), ([taken, refused], "P"), ([refused], "R")):
        (found,) = sent_and_read(ack.write_acknowledgment(came.groups[0], verdicts), "FA").sets
        told = ack.read_acknowledgment(found)
        assert (told.functional, told.control, told.status) == ("IN", "000000001", status)
        assert list(told.verdicts) == verdicts


def test_a_verdict_on_the_group_holds_for_a_message_that_it_does_not_name() -> None:
    told = ack.Acknowledgment("OW", "42", "R")
    assert not told.of("940", "0001").is_taken
    assert ack.Acknowledgment("OW", "42", "A").of("940", "0001").is_taken
    named = ack.Acknowledgment("OW", "42", "P", (ack.Verdict("940", "1", "R", "5"),))
    assert (named.of("940", "0001").code, named.of("940", "0002").is_taken) == ("5", False)
