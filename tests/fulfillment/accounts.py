"""A shop's own accounts at carriers of paper, for tests of what becomes of labels."""

from fulfillment.carriers import registry
from fulfillment.carriers.account import Account
from fulfillment.carriers.gateway import CarrierGateway
from fulfillment.carriers.kinds import KINDS
from fulfillment.models import CarrierAccount
from tests.contracts.carriers.fakes import Company
from tests.contracts.carriers.more_fakes import COMPANIES, ENTERED


def open_account(kind: str, **fields) -> Company:
    """Open an account in use and return the company of paper behind it."""
    account = CarrierAccount(**{"code": kind, "adapter": kind, "is_active": True} | fields)
    account.enter(ENTERED)
    account.save()
    company_type, numbers = COMPANIES[kind]
    company = company_type(numbers)
    gateway_to(company, account)
    return company


def gateway_to(company: Company, account: CarrierAccount) -> CarrierGateway:
    """Return a gateway as a process opens it that has just begun: without a token, trusting the carrier."""
    gateway = KINDS[account.adapter].make(Account(account.code, ENTERED), send=company)  # type: ignore[call-arg]
    registry._OPENED[account.pk] = (account.version, gateway)
    return gateway
