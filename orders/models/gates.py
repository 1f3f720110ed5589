"""Gates and holds: what keeps an order from the floor, each with its reason."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django_fsm import FSMField, transition

from oms.foundation.aggregate import Aggregate, words_check
from orders.models.orders import Order, OrderLine
from orders.states import GateName, GateState, HeldAct, HoldReason, HoldState


class Gate(models.Model):
    """The verdict of one check on one order, with the evidence it rests on; a waived gate stays open."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="gates")
    name = models.CharField(max_length=8, choices=GateName.choices)
    state = models.CharField(max_length=8, choices=GateState.choices, default=GateState.PENDING)
    code = models.CharField(max_length=48, blank=True, default="")
    reason = models.CharField(max_length=1000, blank=True, default="")
    evidence = models.JSONField(default=dict, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)
    waived_by = models.CharField(max_length=150, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "name"], name="gate_once"),
            words_check("name", GateName.values, "gate_name_word"),
            words_check("state", GateState.values, "gate_state_word"),
        ]
        indexes = [
            models.Index(
                fields=["name", "state", "order"], name="gate_not_open", condition=Q(state__in=["closed", "pending"])
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_name_display()}: {self.get_state_display()}"

    @property
    def is_open(self) -> bool:
        """Return whether the order may pass."""
        return self.state in (GateState.OPEN, GateState.WAIVED)


class Hold(Aggregate):
    """A stop on an order, a line or some pieces of it, until a person or a rule lets go."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="holds")
    line = models.ForeignKey(OrderLine, models.CASCADE, null=True, blank=True, related_name="holds")
    quantity = models.PositiveIntegerField(null=True, blank=True)
    state = FSMField(max_length=12, default=HoldState.OPEN, choices=HoldState.choices, protected=True)
    reason = models.CharField(max_length=24, choices=HoldReason.choices)
    note = models.CharField(max_length=1000, blank=True, default="")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    due_at = models.DateTimeField(null=True, blank=True)
    blocks = models.JSONField(default=list, help_text="The acts it blocks, such as release.")
    released_when = models.CharField(
        max_length=48, blank=True, default="", help_text="The rule that lets go by itself, such as payment_open."
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.CharField(max_length=150, blank=True, default="")

    class Meta:
        constraints = [
            words_check("state", HoldState.values, "hold_state_word"),
            words_check("reason", HoldReason.values, "hold_reason_word"),
        ]
        indexes = [models.Index(fields=["order"], name="hold_open", condition=Q(state="open"))]

    def __str__(self) -> str:
        return self.get_reason_display()

    @property
    def stream(self) -> str:
        """Return the order's stream: a hold's lines stand on the order's timeline."""
        return f"order:{self.order_id}"

    @property
    def why(self) -> str:
        """Return the reason, and the note if it has one."""
        reason = str(self.get_reason_display())
        return f"{reason} ({self.note})" if self.note else reason

    @property
    def blocked(self) -> str:
        """Return what it blocks, in words."""
        words = dict(HeldAct.choices)
        return ", ".join(str(words.get(word, word)) for word in self.blocks)

    @transition(field=state, source=HoldState.OPEN, target=HoldState.RELEASED)
    def release(self, *, by: str, at: datetime) -> None:
        """Let go."""
        self.ended_by, self.ended_at = by, at

    @transition(field=state, source=HoldState.OPEN, target=HoldState.OVERRIDDEN)
    def override(self, *, by: str, at: datetime) -> None:
        """Let go by a person's decision that a re-check cannot undo."""
        self.ended_by, self.ended_at = by, at

    @transition(field=state, source=HoldState.OPEN, target=HoldState.EXPIRED)
    def expire(self, *, by: str, at: datetime) -> None:
        """Let go because its time is over."""
        self.ended_by, self.ended_at = by, at
