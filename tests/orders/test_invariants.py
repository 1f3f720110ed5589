"""The invariants of demand: each sees the one row that is made wrong, and no other fires."""

import pytest

from tests.corruption import Corruption, see
from tests.orders.corruptions import CORRUPTIONS

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("books")]


@pytest.mark.parametrize("corruption", CORRUPTIONS, ids=[one.name for one in CORRUPTIONS])
def test_one_wrong_row_is_seen(corruption) -> None:
    found, expected = see(corruption)

    assert found == expected


@pytest.mark.parametrize("stream", ["order:", "order:1x", "order:-1", f"order:{10**18}"])
def test_a_fact_whose_stream_names_no_number_is_seen(stream) -> None:
    told = "select max(id) from foundation_outboxevent where stream like 'order:%'"
    sql = f"update foundation_outboxevent set stream = '{stream}' where id = {{row}}"
    found, expected = see(Corruption(name="I23o", row=told, sql=sql))

    assert found == expected
