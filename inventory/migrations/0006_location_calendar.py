"""Locations get a calendar; every day with no handling, as before, until somebody sets one."""

from itertools import combinations

from django.db import migrations, models

EVERY_DAY = "1234567"
WORKING_DAYS = ["".join(days) for length in range(1, 8) for days in combinations(EVERY_DAY, length)]


def calendar(model):
    """Return the operations that add the calendar's columns to a table."""
    return [
        migrations.AddField(
            model_name=model,
            name="handling_days",
            field=models.PositiveSmallIntegerField(
                default=0, help_text="Working days from the day an order comes in to the day it leaves."
            ),
        ),
        migrations.AddField(
            model_name=model,
            name="working_days",
            field=models.CharField(
                default=EVERY_DAY, help_text="Parcels leave on these days; 1 is Monday, 7 is Sunday.", max_length=7
            ),
        ),
        migrations.AddField(
            model_name=model,
            name="closed_on",
            field=models.JSONField(
                blank=True, default=list, help_text="Days on which no parcel leaves, as ISO dates."
            ),
        ),
    ]


class Migration(migrations.Migration):
    dependencies = [("inventory", "0005_substitutes")]

    operations = [
        *calendar("location"),
        *calendar("historicallocation"),
        migrations.AddConstraint(
            model_name="location",
            constraint=models.CheckConstraint(
                condition=models.Q(("working_days__in", sorted(WORKING_DAYS))), name="location_working_days"
            ),
        ),
        migrations.AddConstraint(
            model_name="location",
            constraint=models.CheckConstraint(
                condition=models.Q(("handling_days__lte", 90)), name="location_handling_days"
            ),
        ),
    ]
