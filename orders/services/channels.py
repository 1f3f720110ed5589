"""Channels: made once by code, found by code."""

from django.db import transaction

from oms.foundation.actor import Actor
from oms.foundation.audit import Act, record_many
from oms.foundation.refusals import NotFound
from orders.models import Channel, ChannelAccount


@transaction.atomic
def create_channel(*, code: str, name: str, actor: Actor, **fields: str | bool) -> tuple[ChannelAccount, bool]:
    """Return the channel's account of the same code and whether anything was made; a second call changes nothing."""
    channel, is_new = Channel.objects.get_or_create(code=code, defaults={"name": name, **fields})
    account, has_account = ChannelAccount.objects.get_or_create(code=code, defaults={"channel": channel})
    if is_new:
        record_many(actor, [Act("orders.create_channel", channel)])
    return account, is_new or has_account


def account_named(code: str) -> ChannelAccount:
    """Return the account; raises :class:`NotFound` that names the known ones."""
    account = ChannelAccount.objects.select_related("channel").filter(code=code).first()
    if account is None:
        known = ", ".join(ChannelAccount.objects.order_by("code").values_list("code", flat=True)[:50])
        sentence = f"There is no channel “{code}”. Known channels: {known or 'none; make one with create_channel'}."
        raise NotFound(sentence, code="unknown_channel", field="channel")
    return account
