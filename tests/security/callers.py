"""Everybody who might call: nobody, strangers, staff of each role, and keys of channels' systems."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import Group, Permission, User
from django.test import Client
from django.utils import timezone

from inventory.models import LocationMembership
from orders.models import ApiKey, ChannelAccount, ChannelMembership
from orders.services.api_keys import digest_of
from tests.security.register import ALL_STAFF, Door, register
from tests.security.world import SECRET, World

CONSOLE = "console"
API = "api"


@dataclass(frozen=True)
class Caller:
    """One who calls: by which side, as which role, and whether the own shop is the limit of their sight."""

    name: str
    side: str
    client: Client
    role: str = ""
    knows_all: bool = False
    bound: bool = True
    user: User | None = None
    key: ApiKey | None = None

    def may(self, door: Door | None) -> bool:
        """Return whether the register lets the caller through a door."""
        if door is None:
            return False
        return self.knows_all or self.role in door.roles or (self.is_staff and ALL_STAFF in door.roles)

    @property
    def is_staff(self) -> bool:
        """Return whether the caller is a signed-in member of staff."""
        return self.user is not None and self.user.is_staff


def staff(world: World) -> list[Caller]:
    """Return everybody who may come with a browser: people of each role belong to the own shop alone."""
    admin = User.objects.create_superuser("matrix-admin")
    outsider = User.objects.create_user("matrix-outsider")
    found = [
        Caller("nobody", CONSOLE, Client(raise_request_exception=False)),
        _person("outsider", outsider),
        _person("staff without permissions", _bound(world, _user("bare"))),
        _person("administrator", admin, knows_all=True, bound=False),
        _person("service, everywhere", _with_role("everywhere", "service"), role="service", bound=False),
    ]
    return found + [_person(role, _bound(world, _with_role(role, role)), role=role) for role in register().roles]


def _person(name: str, user: User, **fields: Any) -> Caller:
    """Return a signed-in person."""
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return Caller(name, CONSOLE, client, user=user, **fields)


def _user(name: str) -> User:
    """Make a member of staff."""
    return User.objects.create_user(f"matrix-{name}", is_staff=True)


def _with_role(name: str, role: str) -> User:
    """Make a member of staff with a role."""
    user = _user(name)
    user.groups.add(Group.objects.get(name=register().roles[role]))
    return user


def _bound(world: World, user: User) -> User:
    """Limit a person to the own channel and the own location."""
    ChannelMembership.objects.create(user=user, channel=world.own.channel)
    LocationMembership.objects.create(user=user, location=world.own.location)
    return user


def keys(world: World, admin: Caller) -> Mapping[str, Caller]:
    """Return everybody who may come with an API key, or without one."""
    now = timezone.now()
    return {
        "nobody": Caller("nobody", API, Client(raise_request_exception=False)),
        "browser": Caller("an administrator's browser", API, admin.client),
        "able": _key("key with the scope", "MATRIXABLE", world.own.account, now),
        "unable": _key("key with every other scope", "MATRIXNONE", world.own.account, now),
        "stranger": _key("key of another channel", "MATRIXELSE", world.other_channel.account, now),
        "revoked": _key("revoked key", "MATRIXGONE", world.own.account, now, revoked_at=now),
        "expired": _key("expired key", "MATRIXLATE", world.own.account, now, expires_at=now - timedelta(days=1)),
    }


def _key(name: str, prefix: str, account: ChannelAccount, now: datetime, **fields: Any) -> Caller:
    """Return the holder of a key that may do everything; used just now, so that no call writes its last use."""
    later = now + timedelta(days=1)
    key = ApiKey.objects.create(
        account=account, name=name, prefix=prefix, digest=digest_of(SECRET), scopes=["*"], created_at=now,
        last_used_at=later, **fields,
    )  # fmt: skip
    client = Client(raise_request_exception=False, headers={"Authorization": f"Bearer oms_{prefix}_{SECRET}"})
    return Caller(name, API, client, key=key)


def every_permission() -> set[str]:
    """Return the names of all permissions there are."""
    rows = Permission.objects.values_list("content_type__app_label", "codename")
    return {f"{app}.{codename}" for app, codename in rows}
