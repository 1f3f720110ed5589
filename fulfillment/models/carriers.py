"""Accounts at carriers: contracts of the shop, with their keys."""

import json

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from fulfillment.states import CarrierAdapter
from inventory.models import Location
from oms.foundation.aggregate import Versioned, words_check
from oms.foundation.secrets import EncryptedTextField

MOST_MINUTES = 24 * 60
MOST_PERCENT = 1000


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
    others_stand_in = models.BooleanField(
        "others stand in for it by themselves",
        default=False,
        help_text="When it refuses what another carrier may take, or stays silent for the minutes below, the labels are"
        " bought from another account. A label that may have been sold, “being confirmed”, never is.",
    )
    stand_in_after = models.PositiveSmallIntegerField(
        "minutes of silence until then",
        default=15,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_MINUTES)],
        help_text="Counted from when it was first found silent. What it refuses goes on at once.",
    )
    stand_in_extra = models.PositiveSmallIntegerField(
        "percent that they may cost more",
        null=True,
        blank=True,
        validators=[MaxValueValidator(MOST_PERCENT)],
        help_text="Than what it would have taken. A dearer one stands in when a person presses the button. Empty: no"
        " limit.",
    )
    stand_in_turn = models.PositiveSmallIntegerField(
        "its turn to stand in for others",
        null=True,
        blank=True,
        default=1,
        help_text="1 is asked first; accounts with the same turn are compared as always. Empty: it never stands in."
        " Those that use the test server stand in for each other alone.",
    )

    class Meta:
        ordering = ["code"]
        constraints = [
            words_check("adapter", CarrierAdapter.values, "carrier_adapter_word"),
            models.CheckConstraint(condition=~models.Q(code="sandbox"), name="carrier_code_not_sandbox"),
            models.CheckConstraint(
                condition=models.Q(stand_in_extra__isnull=True) | models.Q(stand_in_extra__lte=MOST_PERCENT),
                name="stand_in_extra_is_a_share",
            ),
            models.CheckConstraint(
                condition=models.Q(stand_in_after__gte=1, stand_in_after__lte=MOST_MINUTES), name="stand_in_in_a_day"
            ),
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
