"""The database, or the process itself, goes away in the middle of a request: the repetition has the one effect."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import psycopg
import pytest
from django.db import OperationalError, connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.http import HttpResponse

from oms.foundation import idempotency
from oms.foundation.models import IdempotencyKey, OutboxEvent
from orders.models import Order
from orders.services import capture
from tests.concurrency.together import together
from tests.factories import make_api_key, make_channel
from tests.orders.api.conftest import Caller, order_json

pytestmark = [pytest.mark.pg, pytest.mark.kill, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def key() -> str:
    """The key of a channel's system."""
    return make_api_key(make_channel("web"))


def post(key: str, idempotency_key: str = "k-1") -> HttpResponse:
    """Send the order on a connection of its own, as another process would."""
    caller = Caller(key)
    caller.client.raise_request_exception = False
    [answer] = together(lambda: caller.post("/orders/", order_json(), key=idempotency_key))
    return answer


def end_connection() -> None:
    """End the server's side of our own connection, as the death of either process does."""
    pid = connection.connection.info.backend_pid
    names = connection.get_connection_params()
    wanted = {name: names[name] for name in ("dbname", "user", "password", "host", "port") if names.get(name)}
    with psycopg.connect(**wanted, autocommit=True) as other:
        other.execute("select pg_terminate_backend(%s, 5000)", [pid])


@contextmanager
def dying(owner: Any, name: str, *, before: bool) -> Iterator[None]:
    """Let the connection end once, before or after a function."""
    real: Callable[..., Any] = getattr(owner, name)
    ends = [end_connection]

    def dies(*args: Any, **words: Any) -> Any:
        """Call the function, and end the connection on its first call."""
        if before and ends:
            ends.pop()()
        found = real(*args, **words)
        if ends:
            ends.pop()()
        return found

    with patch.object(owner, name, dies):
        yield


def stored() -> tuple[int, int, int]:
    """Return how many orders, facts and keys there are."""
    return Order.objects.count(), OutboxEvent.objects.count(), IdempotencyKey.objects.count()


def assert_busy(answer: HttpResponse) -> None:
    """Check that the caller was told to come back, and nothing else."""
    assert (answer.status_code, answer.json()["code"], answer["Retry-After"]) == (503, "busy", "2")


def test_F04_key_in_progress_survives_kill(key):
    with dying(idempotency, "_keep", before=True):
        assert_busy(post(key))
    assert stored() == (0, 0, 0)

    assert post(key).status_code == 201
    assert post(key)["Idempotent-Replayed"] == "true"
    assert stored() == (1, 1, 1)


def test_F71_web_worker_killed(key):
    with dying(capture, "insert_rows", before=False):
        assert_busy(post(key))
    assert stored() == (0, 0, 0)

    assert post(key, "k-2").status_code == 201
    assert post(key, "k-3").status_code == 200
    assert Order.objects.count() == 1


def test_F64_commit_answer_lost(key, monkeypatch):
    real = BaseDatabaseWrapper._commit

    def silent(wrapper: BaseDatabaseWrapper) -> None:
        """Commit, and lose the answer with the connection."""
        real(wrapper)
        end_connection()
        raise OperationalError("server closed the connection unexpectedly")

    with monkeypatch.context() as losing:
        losing.setattr(BaseDatabaseWrapper, "_commit", silent)
        first = post(key)
    again = post(key)

    assert_busy(first)
    assert (again.status_code, again["Idempotent-Replayed"]) == (201, "true")
    assert stored() == (1, 1, 1)


def test_F63_postgres_crashes(key):
    with dying(BaseDatabaseWrapper, "_commit", before=True):
        assert_busy(post(key))
    assert stored() == (0, 0, 0)

    assert post(key).status_code == 201
