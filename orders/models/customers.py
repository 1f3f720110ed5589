"""Customers: who ordered, found again by e-mail."""

from django.db import models
from django.db.models import Q

from oms.foundation.aggregate import Versioned, words_check
from orders.models.channels import ShortagePolicy
from orders.states import MOST_PRIORITY


class Customer(Versioned):
    """A person or company that orders; ``email`` is kept in lower case, ``phone`` as E.164 where it can be read."""

    name = models.CharField(max_length=200, blank=True, default="")
    email = models.CharField("e-mail", max_length=254, blank=True, default="")
    phone = models.CharField(max_length=40, blank=True, default="", db_index=True)
    language = models.CharField(max_length=8, blank=True, default="")
    note = models.TextField(blank=True, default="")
    shortage_policy = models.CharField(
        "when stock is short",
        max_length=12,
        choices=ShortagePolicy.choices,
        blank=True,
        default="",
        help_text="Blank: as the channel of the order has it.",
    )
    priority = models.PositiveSmallIntegerField(
        default=0,
        help_text=f"0 to {MOST_PRIORITY}; back-orders of a higher one are served first, but nobody waits for ever.",
    )
    erased_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        permissions = [("erase_personal_data", "Can erase what is known of a customer")]
        constraints = [
            models.UniqueConstraint(fields=["email"], condition=~Q(email=""), name="customer_email_once"),
            words_check("shortage_policy", ["", *ShortagePolicy.values], "customer_shortage_word"),
            models.CheckConstraint(condition=Q(priority__lte=MOST_PRIORITY), name="customer_priority"),
        ]
        indexes = [models.Index(fields=["name"], name="customer_name")]

    def __str__(self) -> str:
        return self.name or self.email or f"Customer {self.pk}"
