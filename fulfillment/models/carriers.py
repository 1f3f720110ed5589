"""Accounts at carriers: contracts of the shop, with their keys."""

import json

from django.db import models

from fulfillment.states import CarrierAdapter
from inventory.models import Location
from oms.foundation.aggregate import Versioned, words_check
from oms.foundation.secrets import EncryptedTextField


class CarrierAccount(Versioned):
    """A contract with a carrier: the adapter that speaks to it, where it holds, and its keys, encrypted at rest."""

    code = models.SlugField(max_length=24, unique=True, help_text="Stands on labels and lists, such as ups-leeds.")
    adapter = models.CharField("carrier", max_length=16, choices=CarrierAdapter.choices)
    location = models.ForeignKey(
        Location,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="carrier_accounts",
        help_text="Empty serves every location.",
    )
    credentials = EncryptedTextField(blank=True, default="")
    is_test = models.BooleanField("uses the carrier's test server", default=False)
    is_active = models.BooleanField("in use", default=False)

    class Meta:
        ordering = ["code"]
        constraints = [
            words_check("adapter", CarrierAdapter.values, "carrier_adapter_word"),
            models.CheckConstraint(condition=~models.Q(code="sandbox"), name="carrier_code_not_sandbox"),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def values(self) -> dict[str, str]:
        """Return what was entered for the adapter's fields."""
        entered: dict[str, str] = json.loads(self.credentials or "{}")
        return entered

    def enter(self, values: dict[str, str]) -> None:
        """Keep what was entered, in memory."""
        self.credentials = json.dumps(values, sort_keys=True)
