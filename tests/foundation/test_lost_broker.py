"""A broker that goes away while a worker holds bells."""

import pytest
from django.conf import settings
from kombu import Queue

from oms.celery import app


@pytest.fixture
def held():
    """Return the channel of a worker that has taken a bell and not answered it yet."""
    if settings.EMBEDDED:
        pytest.skip("proves the way of Redis: the broker in memory goes away with its worker")
    with app.connection_for_read() as connection:
        channel = connection.default_channel
        bells = Queue("lost", routing_key="lost", auto_delete=True)(channel)
        bells.declare()
        bells.purge()
        with connection.Producer() as producer:
            producer.publish({}, routing_key="lost", exchange=bells.exchange)
        assert bells.get() is not None
        yield channel
        bells.delete()


def test_redis_keeps_no_list_of_taken_bells(held):
    (tag,) = held.qos._delivered
    assert not held.client.hexists(held.unacked_key, tag)


def test_a_worker_that_has_lost_redis_brings_nothing_back(held, monkeypatch):
    def refuse(*args, **options):
        """Fail as kombu does over a connection that it has let go of."""
        raise AttributeError("'NoneType' object has no attribute 'hostname'")

    assert held.qos._delivered
    with monkeypatch.context() as lost:
        lost.setattr(held, "_put", refuse)
        lost.setattr(held, "conn_or_acquire", refuse)
        held.qos.restore_unacked_once()
    assert held.client.llen("lost") == 0
