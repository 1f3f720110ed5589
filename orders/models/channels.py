"""Where orders come from: channels, their accounts and the keys of their systems."""

from django.conf import settings
from django.db import models
from simple_history.models import HistoricalRecords

from inventory.models import Location
from oms.foundation.aggregate import Versioned, words_check
from oms.foundation.history import person_of
from oms.foundation.secrets import EncryptedTextField


class ChannelKind(models.TextChoices):
    """How customers reach the channel."""

    WEB = "web", "online shop"
    APP = "app", "mobile app"
    STORE = "store", "store"
    PHONE = "phone", "phone desk"
    SALES_REP = "sales_rep", "sales representative"
    MARKETPLACE = "marketplace", "marketplace"
    WHOLESALE = "wholesale", "wholesale"


class ShortagePolicy(models.TextChoices):
    """What happens to an order when stock does not cover it; a customer's own word goes before the channel's."""

    WAIT = "wait", "wait until all of it is there"
    SPLIT = "split", "ship what is there, the rest later"
    HOLD = "hold", "hold it for a person"
    BACKORDER = "backorder", "back-order it with the day that incoming stock tells"
    OFFER = "offer", "offer substitutes, else wait"


class Channel(Versioned):
    """A way in which customers order; its policies hold for all its orders."""

    code = models.SlugField(max_length=32, unique=True)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=12, choices=ChannelKind.choices, default=ChannelKind.WEB)
    currency = models.CharField(max_length=3, default="EUR")
    prices_include_tax = models.BooleanField(default=True)
    requires_email = models.BooleanField("e-mail required", default=True)
    requires_phone = models.BooleanField("phone required", default=False)
    shortage_policy = models.CharField(
        "when stock is short", max_length=12, choices=ShortagePolicy.choices, default=ShortagePolicy.WAIT
    )
    sends_mail = models.BooleanField("sends customer e-mails", default=True)
    sender_email = models.EmailField(blank=True, default="")
    is_active = models.BooleanField(default=True)
    history = HistoricalRecords(get_user=person_of)

    class Meta:
        ordering = ["code"]
        constraints = [
            words_check("kind", ChannelKind.values, "channel_kind_word"),
            words_check("shortage_policy", ShortagePolicy.values, "channel_shortage_word"),
        ]

    def __str__(self) -> str:
        return self.name


class ChannelAccount(Versioned):
    """One account at a channel: the adapter that speaks to it and its secrets, encrypted at rest."""

    channel = models.ForeignKey(Channel, models.PROTECT, related_name="accounts")
    code = models.SlugField(max_length=48, unique=True)
    adapter = models.CharField(max_length=32, default="api")
    webhook_secret = EncryptedTextField(blank=True, default="")
    credentials = EncryptedTextField(blank=True, default="")
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code


class ApiKey(models.Model):
    """A key of a channel's system, or of a third party or device at a location: only its hash is kept, shown once.

    A key of a location sees what is done there, whoever ordered it, and nothing else. With ``device`` it picks there.
    """

    account = models.ForeignKey(ChannelAccount, models.PROTECT, null=True, blank=True, related_name="api_keys")
    location = models.ForeignKey(Location, models.PROTECT, null=True, blank=True, related_name="api_keys")
    device = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="device_key", editable=False
    )
    name = models.CharField(max_length=80, blank=True, default="")
    prefix = models.CharField(max_length=12, unique=True)
    digest = models.CharField(max_length=64)
    scopes = models.JSONField(default=list, help_text="Permissions such as orders.view_order; “*” means all.")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "API key"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(account__isnull=True, location__isnull=False)
                | models.Q(account__isnull=False, location__isnull=True),
                name="api_key_of_one",
            ),
            models.CheckConstraint(
                condition=models.Q(device__isnull=True) | models.Q(location__isnull=False),
                name="api_device_at_location",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.prefix}…"


class ChannelMembership(models.Model):
    """Limits a person to some channels; a person without any sees all that the role allows.

    With ``own_only`` the person sees, of that channel, only the orders whose sales representative they are.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="channel_memberships")
    channel = models.ForeignKey(Channel, models.CASCADE, related_name="memberships")
    own_only = models.BooleanField("only their own orders", default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "channel"], name="channel_membership_once")]

    def __str__(self) -> str:
        return f"{self.user} in {self.channel.code}"
