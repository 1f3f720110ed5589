"""The one outbound HTTP client: time-outs, no redirects, and never an address inside our own network."""

import ipaddress
import socket
from collections.abc import Mapping
from urllib.parse import urlsplit

import requests
from django.conf import settings
from django.db import connection
from requests.adapters import HTTPAdapter
from urllib3.poolmanager import PoolManager

from oms.foundation.refusals import Invalid

CONNECT_SECONDS, READ_SECONDS = 3, 10
ANSWER_LIMIT = 1_048_576


class Unreachable(Exception):
    """No answer came: nothing is known about the effect at the other side."""


class _Pinned(HTTPAdapter):
    """Connects to the address that was checked, while TLS still asks for the host's name."""

    def __init__(self, host: str) -> None:
        self._host = host
        super().__init__()

    def init_poolmanager(self, *args: object, **kwargs: object) -> None:
        """Ask TLS for the certificate of the named host."""
        self.poolmanager = PoolManager(*args, assert_hostname=self._host, server_hostname=self._host, **kwargs)  # type: ignore[arg-type]


def check_target(url: str) -> tuple[str, str]:
    """Return the host and one checked address of a target.

    :raises Invalid: unless it is https on port 443 without credentials and every address it has is public.
    """
    parts = urlsplit(url)
    inside_allowed = settings.ALLOW_INSIDE_TARGETS
    host = parts.hostname or ""
    plain = not (parts.username or parts.password) and bool(host)
    if not plain or (not inside_allowed and (parts.scheme != "https" or (parts.port or 443) != 443)):
        raise Invalid("The address must begin with https:// and name a host.", code="bad_target", field="url")
    addresses = _resolve(host, parts.port or (443 if parts.scheme == "https" else 80))
    if not inside_allowed and not all(_is_public(address) for address in addresses):
        raise Invalid("The address points inside a private network.", code="inside_target", field="url")
    return host, addresses[0]


def _resolve(host: str, port: int) -> list[str]:
    """Return every address of a host; raises :class:`Invalid` when it has none."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError):
        raise Invalid(f"The host “{host}” cannot be found.", code="unknown_host", field="url") from None
    return [str(entry[4][0]) for entry in found]


def _is_public(address: str) -> bool:
    """Return whether an address is on the public internet, mapped IPv4 included."""
    ip = ipaddress.ip_address(address.split("%")[0])
    mapped = getattr(ip, "ipv4_mapped", None)
    return (mapped or ip).is_global


def call(method: str, url: str, *, body: bytes = b"", headers: Mapping[str, str] | None = None) -> tuple[int, bytes]:
    """Send one request and return status and body (at most 1 MiB).

    :raises Invalid: for a target that may not be called. :raises Unreachable: when no answer came.
    """
    if connection.in_atomic_block and not getattr(settings, "TESTING", False):
        raise RuntimeError("a network call may not be made inside a transaction")
    host, address = check_target(url)
    parts = urlsplit(url)
    netloc = f"[{address}]" if ":" in address else address
    target = parts._replace(netloc=f"{netloc}:{parts.port}" if parts.port else netloc).geturl()
    session = requests.Session()
    session.trust_env = False
    if parts.scheme == "https":
        session.mount("https://", _Pinned(host))
    try:
        answer = session.request(
            method,
            target,
            data=body,
            headers={**(headers or {}), "Host": parts.netloc.rpartition("@")[2]},
            timeout=(CONNECT_SECONDS, READ_SECONDS),
            allow_redirects=False,
            stream=True,
        )
        return answer.status_code, answer.raw.read(ANSWER_LIMIT, decode_content=True)
    except requests.RequestException as error:
        raise Unreachable(type(error).__name__) from error
    finally:
        session.close()
