"""Totes with labels of their own, which stand for a letter of a walk until what lies in them is packed."""

from django.db import models
from django.db.models import Q

from fulfillment.models.picking import PickList


class LabelledTote(models.Model):
    """That a tote was put on a cart: its label, and which tote of the walk it is; a walk's tote may be several."""

    code = models.CharField(max_length=24)
    pick_list = models.ForeignKey(PickList, models.PROTECT, related_name="labelled_totes")
    tote = models.CharField(max_length=2)
    at = models.DateTimeField()
    freed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["code"], condition=Q(freed_at=None), name="tote_on_one_cart"),
        ]

    def __str__(self) -> str:
        return f"{self.code} is {self.tote} of {self.pick_list}"
