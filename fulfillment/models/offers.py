"""Offers of substitutes: what a customer may have instead of pieces that are missing, and what they said to it."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django_fsm import FSMField, transition

from fulfillment.states import OfferState
from inventory.models import Product
from oms.foundation.aggregate import Aggregate, words_check
from orders.models import Order, OrderLine


class SubstituteOffer(Aggregate):
    """A substitute offered for missing pieces of a line, at the promised price, until a moment; it keeps no stock."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="substitute_offers")
    order_line = models.ForeignKey(OrderLine, models.PROTECT, related_name="substitute_offers")
    product = models.ForeignKey(Product, models.PROTECT, related_name="substitute_offers")
    quantity = models.PositiveIntegerField()
    state = FSMField(max_length=10, default=OfferState.OPEN, choices=OfferState.choices, protected=True)
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = "substitute offer"
        constraints = [
            words_check("state", OfferState.values, "offer_state_word"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="offer_positive"),
            models.CheckConstraint(
                condition=Q(state=OfferState.OPEN, ended_at__isnull=True)
                | (~Q(state=OfferState.OPEN) & Q(ended_at__isnull=False)),
                name="offer_ended_has_its_moment",
            ),
            models.UniqueConstraint(
                fields=["order_line"], condition=Q(state=OfferState.OPEN), name="one_open_offer_a_line"
            ),
        ]
        indexes = [
            models.Index(fields=["expires_at"], name="offer_open", condition=Q(state=OfferState.OPEN)),
            models.Index(fields=["order", "-id"], name="offer_by_order"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.product.sku} instead of {self.order_line.sku}"

    @property
    def stream(self) -> str:
        """Return the order's stream: an offer's lines stand on the order's timeline."""
        return f"order:{self.order_id}"

    @transition(field=state, source=OfferState.OPEN, target=OfferState.ACCEPTED)
    def accept(self, *, at: datetime) -> None:
        """The customer takes it."""
        self.ended_at = at

    @transition(field=state, source=OfferState.OPEN, target=OfferState.DECLINED)
    def decline(self, *, at: datetime) -> None:
        """The customer does not want it."""
        self.ended_at = at

    @transition(field=state, source=OfferState.OPEN, target=OfferState.EXPIRED)
    def expire(self, *, at: datetime) -> None:
        """Nobody answered in time."""
        self.ended_at = at

    @transition(field=state, source=OfferState.OPEN, target=OfferState.WITHDRAWN)
    def withdraw(self, *, at: datetime) -> None:
        """Nothing is missing any more."""
        self.ended_at = at
