"""What happens to an order when stock is short: more ways, a customer's own, and who is served first."""

from django.db import migrations, models

WORDS = ["backorder", "hold", "offer", "split", "wait"]
CHOICES = [
    ("wait", "wait until all of it is there"),
    ("split", "ship what is there, the rest later"),
    ("hold", "hold it for a person"),
    ("backorder", "back-order it with the day that incoming stock tells"),
    ("offer", "offer substitutes, else wait"),
]


def policy_of_a_channel():
    """Return the column as it is now."""
    return models.CharField(choices=CHOICES, default="wait", max_length=12, verbose_name="when stock is short")


class Migration(migrations.Migration):
    dependencies = [("orders", "0010_deliver_by")]

    operations = [
        migrations.RemoveConstraint(model_name="channel", name="channel_shortage_word"),
        migrations.AlterField(model_name="channel", name="shortage_policy", field=policy_of_a_channel()),
        migrations.AlterField(model_name="historicalchannel", name="shortage_policy", field=policy_of_a_channel()),
        migrations.AddConstraint(
            model_name="channel",
            constraint=models.CheckConstraint(
                condition=models.Q(("shortage_policy__in", WORDS)), name="channel_shortage_word"
            ),
        ),
        migrations.AddField(
            model_name="customer",
            name="shortage_policy",
            field=models.CharField(
                blank=True,
                choices=CHOICES,
                default="",
                help_text="Blank: as the channel of the order has it.",
                max_length=12,
                verbose_name="when stock is short",
            ),
        ),
        migrations.AddField(
            model_name="customer",
            name="priority",
            field=models.PositiveSmallIntegerField(
                default=0,
                help_text="0 to 9; back-orders of a higher one are served first, but nobody waits for ever.",
            ),
        ),
        migrations.AddConstraint(
            model_name="customer",
            constraint=models.CheckConstraint(
                condition=models.Q(("shortage_policy__in", ["", *WORDS])), name="customer_shortage_word"
            ),
        ),
        migrations.AddConstraint(
            model_name="customer",
            constraint=models.CheckConstraint(condition=models.Q(("priority__lte", 9)), name="customer_priority"),
        ),
        migrations.AddField(
            model_name="order",
            name="priority",
            field=models.PositiveSmallIntegerField(
                blank=True,
                editable=False,
                help_text="None: that of the customer.",
                null=True,
                verbose_name="own priority",
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(condition=models.Q(("priority__lte", 9)), name="order_priority"),
        ),
        migrations.AlterModelOptions(
            name="order",
            options={
                "permissions": [
                    ("draft_order", "Can take orders by phone"),
                    ("place_order", "Can place drafts"),
                    ("release_order", "Can release and recall orders"),
                    ("hold_order", "Can hold orders and let them go"),
                    ("override_order", "Can override holds"),
                    ("waive_order", "Can waive gates"),
                    ("recheck_order", "Can check orders again"),
                    ("cancel_order", "Can cancel orders"),
                    ("prioritise_order", "Can set priorities"),
                    ("swap_order", "Can swap pieces for substitutes"),
                    ("readdress_order", "Can change addresses"),
                    ("pay_order", "Can record and retry payments"),
                    ("capture_order", "Can capture payments"),
                    ("refund_order", "Can refund customers"),
                    ("note_order", "Can add notes"),
                    ("tag_order", "Can set tags"),
                    ("mail_order", "Can stop and resume customer e-mails"),
                ]
            },
        ),
    ]
