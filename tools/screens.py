"""Photographs every page of the console into ``var/screens/``, on a desk and on a handheld, light and dark.

``python tools/screens.py [--only WORDS]``; exits 1 when a page answers with an error or its scripts complain. A full
shop is played first, in which everything has happened once; then the lists of an empty one are looked at.
"""

import argparse
import shutil
import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

HOME = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(HOME))

from playwright.sync_api import Browser  # noqa: E402  the path comes first
from playwright.sync_api import Error as BrowserError  # noqa: E402

from tools.chromium import chromium, chromium_path  # noqa: E402
from tools.demo_shop import ShopDidNotStart, demo_shop  # noqa: E402
from tools.pages import Place, places  # noqa: E402
from tools.photographer import SCHEMES, WIDTHS, Photographer  # noqa: E402
from tools.special_pages import special_places  # noqa: E402

FOLDER = HOME / "var" / "screens"


def main() -> int:
    """Read the arguments, take the pictures where there is a browser; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="only pages whose name contains this")
    only = parser.parse_args().only
    if chromium_path() is None:
        print("No screenshots taken: there is no chromium on this machine (apt-get install chromium).")
        return 0
    for width in WIDTHS:
        for scheme in SCHEMES:
            fresh(FOLDER / f"{width}-{scheme}")
    try:
        with chromium() as browser:
            faults = [*photograph(browser, "full", only), *photograph(browser, "empty", only)]
    except ShopDidNotStart as error:
        print(error)
        return 1
    if faults:
        print("\n".join(faults), f"What the server said: {FOLDER}/server-*.log", sep="\n")
    return int(bool(faults))


def photograph(browser: Browser, shop_kind: str, only: str) -> list[str]:
    """Take the pictures of one shop, of the pages whose name contains the word; return the faults."""
    if only.startswith("empty-") and shop_kind == "full":
        return []
    with demo_shop(f"--{shop_kind}") as shop:
        prefix = "" if shop_kind == "full" else "empty-"
        photographer = Photographer(browser, shop, FOLDER, prefix)
        walk = [place for place in album(photographer, shop_kind) if only in f"{prefix}{place.name}"]
        for place in walk:
            try:
                photographer.visit(place)
            except BrowserError as error:
                photographer.note(place, str(error).splitlines()[0])
        photographer.close()
        shutil.copy(shop.log, FOLDER / f"server-{shop_kind}.log")
    print(f"{len(walk)} pages of the {shop_kind} shop, {len(walk) * len(WIDTHS) * len(SCHEMES)} pictures in {FOLDER}")
    return photographer.faults


def album(photographer: Photographer, shop_kind: str) -> Iterator[Place]:
    """Yield the pages to look at: all of a full shop, the lists of an empty one; each address once."""
    seen: set[tuple[str, str]] = set()
    page = photographer.desk_of("admin").context.new_page()
    special = special_places(photographer.shop.pages) if shop_kind == "full" else ()
    for place in chain(special, places(page, photographer.shop.address)):
        wanted = shop_kind == "full" or place.name in ("start", "search") or place.name.endswith("-list")
        key = (place.path, place.who)
        if wanted and (place.steps or key not in seen):
            yield place
        if not place.steps:
            seen.add(key)
    page.close()


def fresh(folder: Path) -> Path:
    """Return the folder, empty."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


if __name__ == "__main__":
    sys.exit(main())
