"""Sets of sourcing rules: how locations are weighed, by version; a tested version never changes."""

from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Q
from django_fsm import FSMField, transition

from fulfillment.sourcing.criteria import Rule
from fulfillment.sourcing.rule_words import rule_words
from fulfillment.sourcing.snapshot import Rules
from fulfillment.states import RuleSetState
from oms.foundation.aggregate import Aggregate, words_check

S = RuleSetState
BUILT_IN = Rules()
"""What holds while no set is active: version 1."""


class RuleEffect(models.TextChoices):
    """What a rule does to the locations that it names."""

    EXCLUDE = "exclude", "Never ship from"
    ONLY = "only", "Ship only from"
    PREFER = "prefer", "Prefer"
    AVOID = "avoid", "Avoid"


class Preferred(models.TextChoices):
    """What decides first between locations, after parcels."""

    NEAREST = "nearest", "the nearest"
    MOST_STOCK = "most_stock", "the one with most stock"
    PRIORITY = "priority", "the one of higher priority"
    CHEAPEST = "cheapest", "the least freight, by the rate card"


class SourcingRuleSet(Aggregate):
    """One version of the sourcing rules. Amounts are minor units; ``content`` is what was tested, for good."""

    number = models.PositiveIntegerField("version", unique=True, editable=False)
    name = models.CharField(max_length=80)
    note = models.TextField(blank=True, default="", help_text="Why it is made; for whoever reads it next year.")
    state = FSMField(max_length=8, default=S.DRAFT, choices=S.choices, protected=True)
    prefer = models.CharField(
        "prefer", max_length=12, choices=Preferred.choices, default=Preferred.NEAREST,
        help_text="What decides between locations when orders need equally many parcels.",
    )  # fmt: skip
    allow_partial = models.BooleanField(
        "promise parts", default=True, help_text="Off: an order that is not wholly there is promised nothing."
    )
    max_parcels = models.PositiveSmallIntegerField(
        "most parcels", null=True, blank=True, help_text="Locations one order may leave from; empty is no limit."
    )
    split_penalty = models.BigIntegerField("a parcel costs", default=BUILT_IN.split_penalty)
    distance_weight = models.PositiveIntegerField("a kilometre costs", default=BUILT_IN.distance_weight)
    last_unit_fee = models.BigIntegerField("a store's last unit costs", default=0)
    late_day_fee = models.BigIntegerField("a late day costs", default=0)
    move_saving = models.BigIntegerField("moved before release when that saves", default=0)
    young_stock_fee = models.BigIntegerField("a week younger stock costs", default=0)
    shallow_stock_fee = models.BigIntegerField("shallow stock costs", default=0)
    content = models.JSONField(null=True, blank=True, editable=False)
    created_by = models.CharField(max_length=150, blank=True, default="", editable=False)
    tested_at = models.DateTimeField(null=True, blank=True, editable=False)
    replayed_at = models.DateTimeField(null=True, blank=True, editable=False)
    activated_at = models.DateTimeField(null=True, blank=True, editable=False)
    activated_by = models.CharField(max_length=150, blank=True, default="", editable=False)
    retired_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = "sourcing rule set"
        permissions = [("activate_sourcingruleset", "Can put sourcing rules into force")]
        constraints = [
            words_check("state", S.values, "rule_set_state_word"),
            words_check("prefer", Preferred.values, "rule_set_prefer_word"),
            models.UniqueConstraint(fields=["state"], condition=Q(state="active"), name="rule_set_one_active"),
            models.CheckConstraint(condition=Q(number__gt=0), name="rule_set_number_positive"),
            models.CheckConstraint(condition=Q(state="draft") | Q(content__isnull=False), name="rule_set_kept"),
            models.CheckConstraint(
                condition=Q(split_penalty__gte=0, last_unit_fee__gte=0, late_day_fee__gte=0), name="rule_set_fees"
            ),
            models.CheckConstraint(condition=Q(move_saving__gte=0), name="rule_set_saving"),
            models.CheckConstraint(
                condition=Q(young_stock_fee__gte=0, shallow_stock_fee__gte=0), name="rule_set_health_fees"
            ),
            models.CheckConstraint(
                condition=Q(max_parcels__isnull=True) | Q(max_parcels__gt=0), name="rule_set_some_parcels"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"

    @property
    def told(self) -> str:
        """Return which version it is, for a line of the timeline."""
        return f"Version {self.number}, “{self.name}”."

    @property
    def is_draft(self) -> bool:
        """Say whether it can still be changed."""
        return bool(self.state == S.DRAFT)

    def as_rules(self) -> Rules:
        """Return the set as the engine takes it: as it was tested, or as the draft is now."""
        if self.content is not None:
            return Rules.from_json(self.content)
        return Rules(
            version=self.number,
            split_penalty=self.split_penalty,
            distance_weight=self.distance_weight,
            prefer=self.prefer,  # type: ignore[arg-type]  # one of the choices
            allow_partial=self.allow_partial,
            max_parcels=self.max_parcels,
            last_unit_fee=self.last_unit_fee,
            late_day_fee=self.late_day_fee,
            move_saving=self.move_saving,
            young_stock_fee=self.young_stock_fee,
            shallow_stock_fee=self.shallow_stock_fee,
            ordered=tuple(row.as_rule(number) for number, row in enumerate(self.rows.all(), start=1)),
        )

    @transition(field=state, source=S.DRAFT, target=S.TESTED)
    def test(self, *, at: datetime) -> None:
        """The linter found no fault: what it says now is kept for good."""
        self.tested_at, self.content = at, self.as_rules().to_json()

    @transition(field=state, source=[S.TESTED, S.RETIRED], target=S.ACTIVE)
    def activate(self, *, at: datetime, by: str) -> None:
        """Orders are sourced by it from now on."""
        self.activated_at, self.activated_by, self.retired_at = at, by, None

    @transition(field=state, source=[S.DRAFT, S.TESTED, S.ACTIVE], target=S.RETIRED)
    def retire(self, *, at: datetime) -> None:
        """It is kept for its decisions, or was never needed."""
        self.retired_at = at
        if self.content is None:
            self.content = self.as_rules().to_json()


class SourcingRule(models.Model):
    """One rule of a set: for which orders it does what to which locations; an empty condition holds always."""

    rule_set = models.ForeignKey(SourcingRuleSet, models.CASCADE, related_name="rows")
    position = models.PositiveSmallIntegerField(default=0)
    name = models.CharField(max_length=80)
    effect = models.CharField(max_length=8, choices=RuleEffect.choices, default=RuleEffect.EXCLUDE)
    locations = models.JSONField(default=list, blank=True)
    kinds = models.JSONField("kinds of location", default=list, blank=True)
    amount = models.BigIntegerField("costs more by", default=0)
    channels = models.JSONField(default=list, blank=True)
    countries = models.JSONField(default=list, blank=True)
    postal_prefixes = models.JSONField("postcodes", default=list, blank=True)
    services = models.JSONField("shipping methods", default=list, blank=True)
    tags = models.JSONField(default=list, blank=True)
    skus = models.JSONField("SKUs", default=list, blank=True)
    capabilities = models.JSONField("skills", default=list, blank=True)
    total_from = models.BigIntegerField("total from", null=True, blank=True)
    total_to = models.BigIntegerField("total to", null=True, blank=True)
    weight_from = models.BigIntegerField("grams from", null=True, blank=True)
    weight_to = models.BigIntegerField("grams to", null=True, blank=True)

    WORDS = (
        "locations", "kinds", "channels", "countries", "postal_prefixes", "services", "tags", "skus", "capabilities",
    )  # fmt: skip
    NUMBERS = ("total_from", "total_to", "weight_from", "weight_to")

    class Meta:
        verbose_name = "rule"
        ordering = ["position", "pk"]
        constraints = [
            words_check("effect", RuleEffect.values, "sourcing_rule_effect_word"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="sourcing_rule_amount"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_inline_title(self) -> str:
        """Return what it says, over its folded form."""
        return f"{self.position} {self.name}: {rule_words(self.as_rule(self.position))}"

    def as_rule(self, number: int) -> Rule:
        """Return the rule as the engine takes it, with its place in the set."""
        told: dict[str, Any] = {name: tuple(getattr(self, name)) for name in self.WORDS}
        told |= {name: getattr(self, name) for name in ("name", "effect", "amount", *self.NUMBERS)}
        return Rule(number=number, **told)
