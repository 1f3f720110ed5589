"""The shop's processes in their production shape, on ports and in a folder of their own."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

HOME = Path(__file__).resolve().parents[1]
QUEUES = "flow,payments,carriers,channels,notifications,bulk"
BOOT_SECONDS = 60.0


def free_port() -> int:
    """Return a port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def children(pid: int) -> list[int]:
    """Return the ids of a process's children."""
    try:
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def tool(name: str) -> str:
    """Return the path of a PostgreSQL program of the newest version installed."""
    found = shutil.which(name)
    newest = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[4]))
    if found is None and not newest:
        raise SystemExit(f"this needs PostgreSQL's own programs; {name} was not found (apt-get install postgresql)")
    return str(newest[-1]) if newest else str(found)


def cpu_seconds(pid: int) -> float:
    """Return the processor time of a process, its living children and those it has buried."""
    ticks = 0
    for one in [pid, *children(pid)]:
        try:
            ticks += sum(int(word) for word in Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()[11:15])
        except OSError:
            continue
    return ticks / os.sysconf("SC_CLK_TCK")


@dataclass
class Town:
    """Starts, kills and starts again; ``processes`` holds what runs by name."""

    settings: str = "oms.settings"
    extra: dict[str, str] = field(default_factory=dict)
    postgres_options: dict[str, str] = field(default_factory=dict)
    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="oms-town-")))
    processes: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)
    lock: "threading.Lock" = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.postgres_port, self.redis_port, self.web_port = (free_port() for _ in range(3))
        self.folder.chmod(0o755)
        self.log = self.folder / "shop.log"

    @property
    def web(self) -> str:
        """Return the address of the web server."""
        return f"127.0.0.1:{self.web_port}"

    @property
    def database_url(self) -> str:
        """Return the address of the database."""
        return f"postgresql://postgres@127.0.0.1:{self.postgres_port}/oms"

    @property
    def environment(self) -> dict[str, str]:
        """Return the environment of every process of the shop."""
        return {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": self.settings,
            "PYTHONPATH": str(HOME),
            "DATABASE_URL": self.database_url,
            "REDIS_URL": f"redis://127.0.0.1:{self.redis_port}/0",
            "VAR_DIR": str(self.folder),
            "DATABASE_POOL": "4",
            "API_RATE": "1000000/min",
            **self.extra,
        }

    def start(self) -> None:
        """Start everything, the database empty and migrated."""
        self.start_postgres()
        self.start_redis()
        self._make_database()
        self.manage("migrate", "-v0")

    def open(self) -> None:
        """Start the shop's own processes."""
        self.start_web()
        for name in ("worker 1", "worker 2"):
            self.start_worker(name)
        self.start_clock()
        self.wait_for(self.web_port)

    def start_postgres(self) -> None:
        """Make a cluster of the run's own and start it; as root, by the user postgres."""
        data = self.folder / "postgres"
        data.mkdir()
        as_user = []
        if os.geteuid() == 0:
            shutil.chown(data, "postgres", "postgres")
            as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
        init = [*as_user, tool("initdb"), "-D", str(data), "-U", "postgres", "--auth=trust", "--no-sync"]
        subprocess.run(init, check=True, stdout=subprocess.DEVNULL, cwd="/")
        options = {
            "port": self.postgres_port,
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "max_connections": 120,
            "restart_after_crash": "on",
            "deadlock_timeout": "200ms",
            "log_lock_waits": "on",
            "shared_buffers": "128MB",
            **self.postgres_options,
        }
        words = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        self.spawn("postgres", [*as_user, tool("postgres"), "-D", str(data), *words], log="postgres.log", cwd="/")

    def _make_database(self) -> None:
        """Make the database as soon as the server takes connections."""
        self.wait_for(self.postgres_port)
        ends = time.monotonic() + BOOT_SECONDS
        while True:
            try:
                with psycopg.connect(self.database_url.replace("/oms", "/postgres"), autocommit=True) as line:
                    line.execute("CREATE DATABASE oms")
                return
            except psycopg.OperationalError:  # it is starting up
                if time.monotonic() > ends:
                    raise
                time.sleep(0.05)

    def start_redis(self) -> None:
        """Start a broker that keeps nothing."""
        words = ["--port", str(self.redis_port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self.spawn("redis", ["redis-server", *words, "--dir", str(self.folder)], log="redis.log")

    def start_web(self) -> None:
        """Start the web server with three children."""
        words = ["--preload", "--workers", "3", "--bind", self.web, "--timeout", "30", "--graceful-timeout", "1"]
        words += ["--no-control-socket"]
        self.spawn("web", [sys.executable, "-m", "gunicorn", "oms.wsgi:application", *words])

    def start_worker(self, name: str) -> None:
        """Start a Celery worker with two children."""
        quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
        words = ["worker", "--concurrency", "2", "--queues", QUEUES, "--hostname", name.replace(" ", ""), *quiet]
        self.spawn(name, [sys.executable, "-m", "celery", "-A", "oms", *words])

    def start_clock(self) -> None:
        """Start the scheduler."""
        words = ["beat", "--schedule", str(self.folder / "beat"), "--pidfile", ""]
        self.spawn("clock", [sys.executable, "-m", "celery", "-A", "oms", *words])

    def restart(self, name: str) -> None:
        """SIGKILL a process of the shop with all its children, and start it again."""
        with self.lock:
            self.kill(name)
            self._start(name)

    def revive(self) -> list[str]:
        """Start again what ended by itself, as a machine's service manager does; return the names."""
        with self.lock:
            ended = [name for name, one in self.processes.items() if one.poll() is not None]
            for name in ended:
                self._start(name)
        return ended

    def _start(self, name: str) -> None:
        """Start a process of the shop by its name."""
        if name.startswith("worker"):
            self.start_worker(name)
        else:
            {"web": self.start_web, "clock": self.start_clock, "redis": self.start_redis}[name]()

    def kill(self, name: str) -> None:
        """SIGKILL a process with all its children."""
        process = self.processes[name]
        signal_quietly(process.pid, signal.SIGSTOP)  # so that it starts no child while its children die
        for pid in [*children(process.pid), process.pid]:
            signal_quietly(pid, signal.SIGKILL)
        process.wait()

    @contextmanager
    def workers_rest(self) -> Iterator[None]:
        """Hold the workers and the clock, which should be idle, so that the doors have the machine to themselves."""
        held = [one.pid for name, one in self.processes.items() if name.startswith(("worker", "clock"))]
        for pid in held:
            os.killpg(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in held:
                os.killpg(pid, signal.SIGCONT)

    def manage(self, *words: str) -> str:
        """Run a management command of the shop and return what it printed."""
        done = subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=HOME,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise SystemExit(f"manage.py {' '.join(words)} failed:\n{done.stdout[-2000:]}{done.stderr[-4000:]}")
        return done.stdout

    def stop(self) -> list[int]:
        """End every process by its group, and return the ids of those that are still there."""
        groups = [process.pid for process in self.processes.values()]
        for process in self.processes.values():
            for sign in (signal.SIGCONT, signal.SIGKILL):
                try:
                    os.killpg(process.pid, sign)
                except ProcessLookupError:
                    break
            process.wait()
        time.sleep(0.2)
        return [pid for pid in groups if Path(f"/proc/{pid}").exists()]

    def spawn(self, name: str, words: list[str], *, log: str = "shop.log", cwd: str = "") -> None:
        """Start a process in a group of its own, its words added to a log of the run."""
        with (self.folder / log).open("ab") as out:
            self.processes[name] = subprocess.Popen(
                words, cwd=cwd or HOME, env=self.environment, stdout=out, stderr=out, start_new_session=True
            )

    def wait_for(self, port: int) -> None:
        """Wait until a port answers."""
        ends = time.monotonic() + BOOT_SECONDS
        while time.monotonic() < ends:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return
            time.sleep(0.05)
        raise SystemExit(f"port {port} did not answer within {BOOT_SECONDS:.0f} s; see {self.folder}")


def signal_quietly(pid: int, sign: signal.Signals) -> bool:
    """Send a signal; tell whether there was a process to get it."""
    try:
        os.kill(pid, sign)
    except ProcessLookupError:
        return False
    return True
