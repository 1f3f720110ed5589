"""Substitutes that are offered to customers whose goods are missing, and what they said."""

import django.db.models.deletion
import django.utils.timezone
import django_fsm
from django.db import migrations, models

STATES = [
    ("open", "waits for an answer"),
    ("accepted", "accepted"),
    ("declined", "declined"),
    ("expired", "ran out"),
    ("withdrawn", "withdrawn"),
]


def pointer(model):
    """Return a foreign key under the name that all of them have there."""
    return models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="substitute_offers", to=model)


class Migration(migrations.Migration):
    dependencies = [
        ("fulfillment", "0014_pick_lists"),
        ("inventory", "0007_incoming_stock"),
        ("orders", "0011_shortage_policies"),
    ]

    operations = [
        migrations.CreateModel(
            name="SubstituteOffer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=0, editable=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("quantity", models.PositiveIntegerField()),
                (
                    "state",
                    django_fsm.FSMField(choices=STATES, default="open", max_length=10, protected=True),
                ),
                ("expires_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, editable=False, null=True)),
                ("order", pointer("orders.order")),
                ("order_line", pointer("orders.orderline")),
                ("product", pointer("inventory.product")),
            ],
            options={
                "verbose_name": "substitute offer",
                "indexes": [
                    models.Index(condition=models.Q(("state", "open")), fields=["expires_at"], name="offer_open"),
                    models.Index(fields=["order", "-id"], name="offer_by_order"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["accepted", "declined", "expired", "open", "withdrawn"])),
                        name="offer_state_word",
                    ),
                    models.CheckConstraint(condition=models.Q(("quantity__gt", 0)), name="offer_positive"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at__isnull", True), ("state", "open")),
                            models.Q(models.Q(("state", "open"), _negated=True), ("ended_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="offer_ended_has_its_moment",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "open")),
                        fields=("order_line",),
                        name="one_open_offer_a_line",
                    ),
                ],
            },
            bases=(django_fsm.ConcurrentTransitionMixin, models.Model),
        ),
    ]
