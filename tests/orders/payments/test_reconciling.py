"""The gateway's book and ours are compared both ways: what stands in one alone is named."""

import pytest
from django.core.management import call_command

from oms.foundation.invariants import check
from orders.models import Payment, PaymentEvent, SandboxCharge
from tests.factories import NOW, take_order
from tests.orders.payments.desk import ask, payment_of

pytestmark = pytest.mark.django_db


def differences() -> dict[str, tuple[int, ...]]:
    """Return the rows of each comparison with an outside book that do not agree."""
    return {one.invariant.id: one.ids for one in check(NOW, classes=["X"]) if one.count}


def test_F39_unknown_charge_is_listed(capsys):
    take_order(token="tok_ok")
    ask(1)
    assert differences() == {}
    planted = SandboxCharge.objects.get()
    planted.pk, planted.key, planted.transaction_id = None, "somebody:else", "sb_else"
    planted.save()

    assert differences() == {"X1c": (planted.pk,)}
    with pytest.raises(SystemExit) as ended:
        call_command("verify", "--only", "X1c")
    assert ended.value.code == 1
    assert "a charge that we never asked for" in capsys.readouterr().out


def test_F65_failover_loses_commits():
    take_order(token="tok_ok")
    ask(1)
    PaymentEvent.objects.all().delete()

    assert differences() == {"X1c": (SandboxCharge.objects.get().pk,)}


def test_F65_an_outcome_that_was_lost_is_asked_for_with_the_same_key():
    order = take_order(token="tok_ok")
    before = {model: list(model.objects.values()) for model in (Payment, PaymentEvent)}
    ask(1)
    for model, rows in before.items():
        for row in rows:
            model.objects.filter(pk=row.pop("id")).update(**row)
    assert payment_of(order).authorized == 0

    ask(40)

    assert (payment_of(order).state, SandboxCharge.objects.count()) == ("authorized", 1)
    assert differences() == {}
