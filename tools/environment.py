"""Keeps `.venv` in step with the requirement files, using nothing but Python's standard library.

``python3 tools/environment.py runtime``, ``… dev`` or ``… security``; a second call with unchanged files takes no
noticeable time.
"""

import hashlib
import subprocess
import sys
import venv
from pathlib import Path

HOME = Path(__file__).resolve().parent.parent
VENV = HOME / ".venv"
PYTHON = VENV / "bin" / "python"
LAYERS = {
    "runtime": ["requirements.txt"],
    "dev": ["requirements.txt", "requirements-dev.txt"],
    "security": ["requirements.txt", "requirements-dev.txt", "requirements-security.txt"],
}
OLDEST = (3, 11)


def main(layer: str) -> int:
    """Bring the environment up to the layer; return the exit code."""
    if sys.version_info[:2] < OLDEST:
        return refuse(f"Python 3.11 or newer is needed, this is {sys.version.split()[0]}. Set PYTHON=… to a newer one.")
    runs = environment_runs()
    if runs and stamp(layer) == fingerprint(layer):
        return 0
    if not runs:
        print("Making the virtual environment .venv …", flush=True)
        try:
            venv.create(VENV, with_pip=True, clear=True)
        except (subprocess.CalledProcessError, OSError):
            return refuse("No virtual environment could be made. On Debian or Ubuntu: apt-get install python3-venv")
    return install(layer)


def install(layer: str) -> int:
    """Install the layer's last file, which draws in the ones before it, and remember what was installed."""
    file = LAYERS[layer][-1]
    print(f"Installing {file} (once, half a minute or so) …", flush=True)
    pip = [str(PYTHON), "-m", "pip", "install", "-qq", "--disable-pip-version-check", "-r", file]
    if subprocess.run(pip, cwd=HOME, check=False).returncode:
        return refuse(f"pip could not install {file}; its own words stand above.")
    for name, files in LAYERS.items():
        if set(files) <= set(LAYERS[layer]):
            stamp_file(name).write_text(fingerprint(name))
    return 0


def fingerprint(layer: str) -> str:
    """Return a digest of the requirement files that the layer consists of."""
    texts = [(HOME / file).read_bytes() for file in LAYERS[layer]]
    return hashlib.sha256(b"\0".join([sys.version.encode(), *texts])).hexdigest()


def environment_runs() -> bool:
    """Tell whether the environment's Python starts; one copied or half made does not."""
    try:
        return subprocess.run([str(PYTHON), "-c", "import pip"], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def stamp_file(layer: str) -> Path:
    """Return the file that remembers what was installed for the layer."""
    return VENV / f".installed-{layer}"


def stamp(layer: str) -> str:
    """Return the digest of what was installed for the layer, empty if nothing was."""
    file = stamp_file(layer)
    return file.read_text() if file.exists() else ""


def refuse(sentence: str) -> int:
    """Say why it cannot go on; return the exit code."""
    print(sentence, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "runtime"))
