"""Discounts of an order, as the customer saw them."""

from django.db import models
from django.db.models import Q

from orders.models.orders import Order, OrderLine


class OrderDiscount(models.Model):
    """A discount as the customer saw it: on one line, or on the whole order."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="discounts")
    line = models.ForeignKey(OrderLine, models.CASCADE, null=True, blank=True, related_name="discounts")
    code = models.CharField(max_length=80, blank=True, default="")
    amount = models.BigIntegerField()
    promotion_ref = models.CharField(max_length=80, blank=True, default="")

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(amount__gte=0), name="discount_not_negative")]

    def __str__(self) -> str:
        return self.code or "discount"
