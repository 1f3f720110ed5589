"""When the next fact can be taken, and who is woken."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from oms.foundation import relay, work
from oms.foundation.models import OutboxEvent
from tests.foundation.tower import NOW, ring

pytestmark = pytest.mark.django_db


class TestNextFactDue:
    """When the next fact can be taken."""

    def test_nothing_waits(self):
        assert relay.next_fact_due() is None

    def test_a_fact_waits_now(self):
        ring("a")
        assert relay.next_fact_due() == NOW
        assert "flow" in work.due_queues()

    def test_what_stands_behind_a_fact_of_later_is_due_no_earlier(self, heard):
        ring("a", "b")
        first = OutboxEvent.objects.order_by("id").first()
        later = timezone.now() + timedelta(minutes=9)
        OutboxEvent.objects.filter(pk=first.pk).update(state="retry_wait", next_try_at=later)
        assert relay.next_fact_due() == later

    def test_what_another_worker_holds_is_due_when_its_lease_is_over(self):
        ring("a", "b")
        first = OutboxEvent.objects.order_by("id").first()
        later = timezone.now() + timedelta(seconds=30)
        OutboxEvent.objects.filter(pk=first.pk).update(lease_until=later)
        assert relay.next_fact_due() == later

    def test_what_is_done_or_dead_is_never_due(self):
        ring("a", "b")
        first = OutboxEvent.objects.order_by("id").first()
        OutboxEvent.objects.update(state="done")
        OutboxEvent.objects.filter(pk=first.pk).update(state="dead")
        assert relay.next_fact_due() is None


class TestTheBell:
    """Waking a worker."""

    @pytest.fixture(autouse=True)
    def rung(self, monkeypatch):
        """Keep the queues that were rung."""
        self.queues: list[str] = []
        monkeypatch.setattr(work, "wake", self.queues.append)

    def test_it_rings_once_for_a_transaction_and_queue(self, django_capture_on_commit_callbacks):
        with django_capture_on_commit_callbacks(execute=True):
            ring("a")
            with transaction.atomic():
                ring("b")
            work.ring("payments")
        assert self.queues == ["flow", "payments"]

    def test_it_still_rings_when_an_inner_transaction_failed(self, django_capture_on_commit_callbacks):
        with django_capture_on_commit_callbacks(execute=True):
            with pytest.raises(RuntimeError), transaction.atomic():
                ring("a")
                raise RuntimeError
            ring("b")
        assert self.queues == ["flow"]

    def test_it_is_silent_when_the_transaction_failed(self, django_capture_on_commit_callbacks):
        with django_capture_on_commit_callbacks(execute=True), pytest.raises(RuntimeError), transaction.atomic():
            ring("a")
            raise RuntimeError
        assert self.queues == []
