"""Rows of a bulk act that failed are tried again by a person."""

import pytest
from django.test import Client

from oms.foundation import bulk, bulk_again
from oms.foundation.models import BulkOperation
from oms.foundation.refusals import Refused
from orders.models import Channel
from tests.foundation.closing import ACTOR, active, preview, run
from tests.foundation.rows import make_channels

pytestmark = pytest.mark.django_db
LIST = "/foundation/bulkoperation/"


@pytest.fixture
def failed(boss, shop):
    """A bulk act on three rows: one done, one refused, one failed; what broke is mended since."""
    rows = make_channels(3)
    operation = preview("close", rows, boss)
    Channel.objects.filter(pk=rows[1].pk).update(is_active=False)
    shop.trouble[rows[2].code] = ZeroDivisionError("broken")
    run(operation, reason="stocktaking")
    shop.trouble.clear()
    return operation


def retry(operation, person):
    """Preview the same act on what failed."""
    return bulk_again.retry_preview(operation_id=operation.pk, principal=person, actor=ACTOR)


def waiting():
    """Return the acts that wait for a person."""
    return list(bulk_again.with_failures(BulkOperation.objects.all()))


def test_it_runs_on_the_rows_that_failed_alone_with_the_same_values(failed, boss):
    again = retry(failed, boss)
    assert (again.action, list(again.items.values_list("label", flat=True))) == (
        "close",
        [str(failed.items.get(outcome="failed").label)],
    )
    assert bulk_again.opening_values(again) == {"reason": "stocktaking"}

    run(again, **bulk_again.opening_values(again))

    assert again.state == "done"
    assert active(Channel.objects.all()) == [False, False, False]
    assert Channel.objects.filter(name="closed stocktaking").count() == 2


def test_it_waits_for_a_person_until_it_was_tried_again(failed, boss):
    assert waiting() == [failed]
    again = retry(failed, boss)
    assert waiting() == []
    bulk.cancel(operation_id=again.pk, actor=ACTOR)
    assert waiting() == [failed]


def test_it_is_tried_again_once(failed, boss):
    retry(failed, boss)
    with pytest.raises(Refused, match="No row of this bulk act waits"):
        retry(failed, boss)
    assert BulkOperation.objects.count() == 2


def test_refused_rows_are_not_tried_again(boss):
    rows = make_channels(1)
    Channel.objects.update(is_active=False)
    operation = run(preview("close", rows, boss))
    with pytest.raises(Refused, match="No row of this bulk act waits"):
        retry(operation, boss)
    assert waiting() == []


def test_the_page_has_the_button_and_the_list_the_filter(failed, boss):
    client = Client()
    client.force_login(boss)
    page = client.get(f"{LIST}{failed.pk}/change/").content.decode()
    assert "Try the failed rows again" in page
    assert list(client.get(f"{LIST}?person=yes").context["cl"].result_list) == [failed]

    client.post(f"{LIST}{failed.pk}/step/", {"step": "retry"})

    again = BulkOperation.objects.get(retries=failed)
    assert 'value="stocktaking"' in client.get(f"{LIST}{again.pk}/change/").content.decode()
    assert list(client.get(f"{LIST}?person=yes").context["cl"].result_list) == []
