"""Which carriers there are: the sandbox, and the shop's own accounts, by code."""

from collections.abc import Iterable, Mapping, Sequence

from fulfillment.carriers.account import Account
from fulfillment.carriers.gateway import CarrierGateway
from fulfillment.carriers.kinds import KINDS
from fulfillment.carriers.sandbox import SandboxCarrier
from fulfillment.carriers.sandbox_rates import TARIFFS
from fulfillment.models import CarrierAccount, ShippingRate
from fulfillment.states import CarrierAdapter

CARRIERS: dict[str, CarrierGateway] = {SandboxCarrier.code: SandboxCarrier()}
_OPENED: dict[int, tuple[int, CarrierGateway]] = {}
"""The gateway of each account with the version it was made of: it keeps its token and knows who does not answer."""


def carrier(code: str) -> CarrierGateway:
    """Return the carrier, one that is switched off too: its labels live on; raises LookupError for an unknown one."""
    if code in CARRIERS:
        return CARRIERS[code]
    account = CarrierAccount.objects.filter(code=code).first()
    if account is None:
        known = sorted({*CARRIERS, *CarrierAccount.objects.values_list("code", flat=True)})
        raise LookupError(f"no carrier “{code}”; known: {', '.join(known)}")
    return gateway_of(account)


def gateway_of(account: CarrierAccount) -> CarrierGateway:
    """Return the gateway of an account, the same one until the account is changed."""
    kept = _OPENED.get(account.pk)
    if kept is None or kept[0] != account.version:
        values = Account(account.code, account.values, account.is_test)
        kept = account.version, KINDS[account.adapter].make(values)
        _OPENED[account.pk] = kept
    return kept[1]


def services_by_hand() -> list[tuple[str, str]]:
    """Return code and name of the services that a clerk can choose: of every carrier with an account in use."""
    adapters = CarrierAccount.objects.filter(is_active=True).order_by("adapter")
    used = list(adapters.values_list("adapter", flat=True).distinct())
    if not used:
        return [(one.service, one.name) for one in TARIFFS]
    known = [service for adapter in used for service in KINDS[adapter].services.items()]
    by_file = CarrierAccount.objects.filter(is_active=True, adapter=CarrierAdapter.FILE).values("code")
    on_card = ShippingRate.objects.filter(carrier__in=by_file, is_active=True).order_by("carrier", "service")
    names = on_card.values_list("service", "carrier").distinct()
    return known + [(service, f"{carrier} {service}") for service, carrier in names]


def codes_in_use() -> list[str]:
    """Return the codes of the carriers that labels are bought from now, in their order."""
    return list(CarrierAccount.objects.filter(is_active=True).values_list("code", flat=True)) or sorted(CARRIERS)


def carriers_at(location_ids: Iterable[int]) -> Mapping[int, Sequence[CarrierGateway]]:
    """Return the carriers that serve each location: its own accounts and those of all locations.

    Accounts that use a test server are asked only where no live one serves: their labels move nothing. The sandbox
    serves a shop that has no account in use anywhere.
    """
    accounts = list(CarrierAccount.objects.filter(is_active=True).order_by("code"))
    if not accounts:
        everybody = [CARRIERS[code] for code in sorted(CARRIERS)]
        return dict.fromkeys(location_ids, everybody)
    serving = {pk: [one for one in accounts if one.location_id in (None, pk)] for pk in location_ids}
    live = {pk: [one for one in own if not one.is_test] for pk, own in serving.items()}
    return {pk: [gateway_of(one) for one in live[pk] or own] for pk, own in serving.items()}
