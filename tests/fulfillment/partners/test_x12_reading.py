"""Reading X12: real files are read whatever is sloppy in them, broken ones are refused with the segment at fault."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fulfillment.partners.x12.acknowledgment import read_acknowledgment
from fulfillment.partners.x12.reading import MOST_BYTES, read_interchanges
from fulfillment.partners.x12.shipping_advice import read_shipping_advice
from fulfillment.partners.x12.syntax import TransactionSet, Unreadable
from fulfillment.partners.x12.warehouse_order import OrderedLine, read_warehouse_order
from tests.fulfillment.partners.samples import (
    ACKNOWLEDGMENT_OF_A_VENDOR,
    ADVICE,
    ADVICE_OF_A_VENDOR,
    HEAD,
    ORDER_OF_A_VENDOR,
    TAIL,
    spoiled,
)


def only_set(body: bytes) -> TransactionSet:
    """Return the one message of a file."""
    (interchange,) = read_interchanges(body)
    (group,) = interchange.groups
    (found,) = group.sets
    return found


def test_a_vendors_order_is_read_though_its_segments_end_with_line_feeds() -> None:
    order = read_warehouse_order(only_set(ORDER_OF_A_VENDOR))
    assert (order.status, order.number, order.order, order.service) == ("N", "35131", "POMAIL", "UPS GROUND")
    assert order.lines == (OrderedLine(1, "110220", "871209028795"),)


def test_a_vendors_advice_is_read_behind_its_byte_order_mark_and_its_wrong_count_is_noted() -> None:
    (interchange,) = read_interchanges(ADVICE_OF_A_VENDOR)
    assert interchange.groups[0].remarks == ("Segment 25 (GE) counts 2 messages, there are 1.",)
    advice = read_shipping_advice(interchange.groups[0].sets[0])
    assert (advice.number, advice.carrier, advice.pieces, advice.weight_g) == ("12345", "TRUK", 144, 6_967_179)
    assert [(line.numbers, line.lot) for line in advice.lines] == [
        (("10071179016458", "007117901645"), "40550"),
        (("10071179016458", "007117901645"), "40551"),
    ]


def test_a_vendors_acknowledgment_is_read_with_its_verdict_on_each_message() -> None:
    told = read_acknowledgment(only_set(ACKNOWLEDGMENT_OF_A_VENDOR))
    assert (told.functional, told.control, told.status) == ("IN", "000000001", "R")
    assert [(one.kind, one.status, one.code) for one in told.verdicts] == [("810", "A", ""), ("810", "R", "5")]


def test_unprintable_delimiters_and_a_header_of_no_fixed_width_are_read() -> None:
    text = (HEAD + ADVICE + TAIL).replace(" ", "").replace("~\n", "\x1e").replace("*", "\x1d").replace(">", "\x1f")
    assert read_shipping_advice(only_set(text.encode())).number == "Q1234567"


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"", "Segment 1 begins with “”, not with ISA: this is no X12 interchange."),
        (spoiled("ISA", "SA"), "Segment 1 begins with “SA*00*          *00*    ”, not with ISA"),
        (spoiled("ST*945", "T*945"), "Segment 3 “T*945*0001” stands where a message (ST) begins or the group ends."),
        (spoiled("GS*SW", "G*SW"), "Segment 2 “G*SW*THEM*US*20261122*10” stands where a group (GS) begins"),
        (spoiled(TAIL, ADVICE + TAIL), "Segment 10 (GS) repeats group 7, which stands above already."),
        (2 * (HEAD + ADVICE + TAIL).encode(), "Segment 11 (ISA) repeats interchange 000000007"),
        (spoiled("SE*6*0001~\n", ""), "Segment 8 (GE) comes before the SE of segment 3."),
        (spoiled("GE*1*7", "GE*1*8"), "Segment 9 (GE) ends 8, but 7 was begun."),
        (spoiled("IEA*1*000000007", "IEA*1*000000009"), "Segment 10 (IEA) ends 000000009, but 000000007 was begun."),
        (spoiled(TAIL, ""), "Segment 10 is missing or has no end: the file breaks off."),
        (spoiled("*000000007*0", "**0"), "Segment 1 (ISA) has no control number of 1 to 14 characters."),
        (spoiled("REF-9", "RE\x00F"), "Segment 4 “W06*F*Q1234567**RE?F” holds a character that no message has."),
        (spoiled("REF-9", "R" * 1001), "holds an element of more than 1000 characters."),
        (spoiled("*0*P*>~", "*0*P*A~"), "Segment 1 (ISA) does not end with a component separator"),
        (b"ISA*00*1~", "Segment 1 (ISA) has not 16 elements."),
        (b"x" * (MOST_BYTES + 1), "Segment 1 begins a file of more than 1,048,576 bytes; send it in parts."),
    ],
)
def test_a_broken_file_is_refused_in_one_sentence_with_its_segment(body: bytes, sentence: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read_interchanges(body)
    assert sentence in str(refused.value)


@pytest.mark.parametrize(
    ("old", "new", "code", "sentence"),
    [
        ("SE*6*0001", "SE*9*0001", "4", "Segment 8 (SE) counts 9 segments, there are 6."),
        ("SE*6*0001", "SE*6*0002", "3", "Segment 8 (SE) ends message 0002, not 0001."),
        ("GE*1", "ST*945*0001~SE*2*0001~GE*2", "23", "Segment 9 (ST) repeats message 0001 of its group."),
    ],
)
def test_a_message_that_does_not_close_is_refused_alone(old: str, new: str, code: str, sentence: str) -> None:
    (interchange,) = read_interchanges(spoiled(old, new))
    fault = interchange.groups[0].sets[-1].fault
    assert fault is not None
    assert (fault.code, fault.sentence) == (code, sentence)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("W06*F*Q1234567", "W06*F*", "Segment 4 (W06) names no order."),
        ("W06*", "X06*", "Segment 3 begins a message without W06."),
        ("W12*", "X12*", "Segment 4 (W06) is followed by no line (W12)."),
        ("*SK*TEA", "", "Segment 7 (W12) names no product."),
        ("CC*2*2", "CC*2*2.5", "Segment 7 (W12) says “2.5” where whole pieces must stand."),
        ("CC*2*2", "CC*2*-2", "Segment 7 (W12) says “-2” where whole pieces must stand."),
        ("CC*2*2", "CC*2*", "Segment 7 (W12) says “” where whole pieces must stand."),
    ],
)
def test_an_advice_that_tells_too_little_is_refused(old: str, new: str, sentence: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read_shipping_advice(only_set(spoiled(old, new)))
    assert str(refused.value) == sentence


def test_parcels_go_by_their_own_numbers_before_the_shipments() -> None:
    marked = spoiled("LX*1~\n", "MAN*GM*00370**CP*1ZA~MAN*GM*00371~LX*1~").replace(b"SE*6", b"SE*8")
    assert read_shipping_advice(only_set(marked)).tracking == ("1ZA", "00371")
    assert read_shipping_advice(only_set(spoiled("N9*2I", "N9*CN"))).tracking == ("1Z999",)
    assert read_shipping_advice(only_set(spoiled("2*2**EA", "2*2.000**EA"))).pieces == 2


def sentences_of(body: bytes) -> list[str]:
    """Read a file and all that is in it; return why it or what is in it cannot be read."""
    try:
        found = read_interchanges(body)
    except Unreadable as why:
        return [str(why)]
    told = []
    for message in (one for each in found for group in each.groups for one in group.sets):
        for reader in (read_shipping_advice, read_warehouse_order, read_acknowledgment):
            try:
                reader(message)
            except Unreadable as why:
                told.append(str(why))
    return told


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_a_message_or_a_sentence(noise: bytes) -> None:
    for body in (noise, HEAD.encode() + noise, (HEAD + ADVICE).encode() + noise):
        assert all(one.startswith("Segment ") and one.isprintable() for one in sentences_of(body))


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 900), st.integers(0, 40), st.binary(max_size=12))
def test_any_damage_to_a_sound_file_is_a_message_or_a_sentence(at: int, lost: int, noise: bytes) -> None:
    for sound in (ADVICE_OF_A_VENDOR, ORDER_OF_A_VENDOR, ACKNOWLEDGMENT_OF_A_VENDOR):
        found = sentences_of(sound[:at] + noise + sound[at + lost :])
        assert all(one.startswith("Segment ") and one.isprintable() for one in found)
