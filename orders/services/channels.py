"""Channels: made once by code, found by code."""

from django.db import transaction
from django.db.models import QuerySet

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


def account_named(code: str, accounts: "QuerySet[ChannelAccount] | None" = None) -> ChannelAccount:
    """Return the account, of all or of those given; raises :class:`NotFound` that names the known ones."""
    among = ChannelAccount.objects.all() if accounts is None else accounts
    account = among.select_related("channel").filter(code=code).first()
    if account is None:
        known = ", ".join(among.order_by("code").values_list("code", flat=True)[:50])
        sentence = f"There is no channel “{code}”. Known channels: {known or 'none; make one with create_channel'}."
        raise NotFound(sentence, code="unknown_channel", field="channel")
    return account
