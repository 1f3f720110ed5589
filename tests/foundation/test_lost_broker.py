"""A broker that goes away while a worker holds bells."""

from uuid import uuid4

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
        # a name of its own: tests beside this one share the broker
        name = f"lost-{uuid4().hex}"
        bells = Queue(name, routing_key=name, auto_delete=True)(channel)
        bells.declare()
        with connection.Producer() as producer:
            producer.publish({}, routing_key=name, exchange=bells.exchange)
        assert bells.get() is not None
        yield channel, name
        bells.delete()


def test_redis_keeps_no_list_of_taken_bells(held):
    channel, _ = held
    (tag,) = channel.qos._delivered
    assert not channel.client.hexists(channel.unacked_key, tag)


def test_a_worker_that_has_lost_redis_brings_nothing_back(held, monkeypatch):
    def refuse(*args, **options):
        """Fail as kombu does over a connection that it has let go of."""
        raise AttributeError("'NoneType' object has no attribute 'hostname'")

    channel, name = held
    assert channel.qos._delivered
    with monkeypatch.context() as lost:
        lost.setattr(channel, "_put", refuse)
        lost.setattr(channel, "conn_or_acquire", refuse)
        channel.qos.restore_unacked_once()
    assert channel.client.llen(name) == 0
