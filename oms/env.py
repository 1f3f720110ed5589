"""Configuration read from the environment; unset means embedded and safe."""

import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

ROOT = Path(__file__).resolve().parent.parent
TRUE_WORDS = {"1", "true", "yes", "on"}


class BadEnvironment(Exception):
    """A variable of the environment cannot be used; the text says which and why."""


def text(name: str, default: str = "") -> str:
    """Return the variable, stripped, or the default when it is unset or empty."""
    return os.environ.get(name, "").strip() or default


def flag(name: str, default: bool = False) -> bool:
    """Return the variable as yes or no."""
    value = text(name)
    return value.lower() in TRUE_WORDS if value else default


def words(name: str, default: str = "") -> list[str]:
    """Return the comma-separated words of the variable."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def number(name: str, default: int) -> int:
    """Return the variable as a whole number.

    :raises BadEnvironment: when it is not one.
    """
    value = text(name, str(default))
    try:
        return int(value)
    except ValueError:
        raise BadEnvironment(f"{name} must be a whole number, not “{value}”.") from None


def chances(name: str) -> dict[str, float]:
    """Return a variable such as ``answer_lost=0.2,error=0.1`` as chances by name.

    :raises BadEnvironment: when a part is not ``name=number``.
    """
    try:
        return {key.strip(): float(value) for key, value in (part.split("=") for part in words(name))}
    except ValueError:
        raise BadEnvironment(f"{name} must read like answer_lost=0.2,error=0.1.") from None


def database(name: str = "DATABASE_URL") -> dict[str, Any]:
    """Return Django's database settings for ``sqlite:///file`` or ``postgresql://…``.

    :raises BadEnvironment: for any other scheme.
    """
    url = text(name, f"sqlite:///{ROOT / 'var' / 'oms.sqlite3'}")
    scheme = urlsplit(url).scheme
    if scheme == "sqlite":
        return _sqlite(url.removeprefix("sqlite:///"))
    if scheme in ("postgres", "postgresql"):
        return _postgresql(url)
    raise BadEnvironment(f"{name} must begin with sqlite:/// or postgresql://, not “{scheme}”.")


def _sqlite(path: str) -> dict[str, Any]:
    """Return SQLite settings: WAL, one writer at a time, no waiting readers."""
    if path != ":memory:":
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; "
            "PRAGMA cache_size=-20000; PRAGMA temp_store=MEMORY;",
        },
    }


def _postgresql(url: str) -> dict[str, Any]:
    """Return PostgreSQL settings with Django's own connection pool."""
    from psycopg.conninfo import conninfo_to_dict

    parts = urlsplit(url)
    info = conninfo_to_dict(url.replace("postgres://", "postgresql://", 1))
    pool = {"min_size": 1, "max_size": number("DATABASE_POOL", 12), "timeout": 5}
    options: dict[str, Any] = {"connect_timeout": 3, "pool": pool}
    options["options"] = "-c lock_timeout=10000 -c idle_in_transaction_session_timeout=60000"
    options.update({k: v for k, v in parse_qsl(parts.query) if k != "host"})
    return {
        "ENGINE": "django.db.backends.postgresql",
        # a connection that died in the pool, with its server, is not handed out
        "CONN_HEALTH_CHECKS": True,
        "NAME": info.get("dbname", ""),
        "USER": info.get("user", ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": info.get("host", ""),
        "PORT": str(info.get("port", "")),
        "OPTIONS": options,
    }


def secret(name: str, file: Path) -> str:
    """Return the variable, or a random secret kept in a private file made on first use."""
    value = text(name)
    if value:
        return value
    from django.core.management.utils import get_random_secret_key

    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        own = file.with_name(f"{file.name}.{os.getpid()}")
        own.touch(mode=0o600)
        own.write_text(get_random_secret_key())
        try:
            os.link(own, file)
        except FileExistsError:
            pass  # another process was first: its secret counts
        finally:
            own.unlink()
    return file.read_text().strip()
