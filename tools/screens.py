"""Photographs every page of the console into ``var/screens/``, on a desk and on a handheld, light and dark.

``python tools/screens.py [--only WORDS]``; exits 1 when a page answers with an error or its scripts complain.
"""

import argparse
import itertools
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

HOME = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(HOME))

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page  # noqa: E402  the path comes first

from tools.chromium import chromium, chromium_path  # noqa: E402
from tools.demo_shop import Shop, ShopDidNotStart, demo_shop  # noqa: E402
from tools.pages import Place, places  # noqa: E402

Scheme = Literal["light", "dark"]
FOLDER = HOME / "var" / "screens"
WIDTHS = {1440: 900, 390: 844}
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
TALLEST = 4000
MEANT_TO_FAIL = ("nothing-here",)


@dataclass
class Photographer:
    """Takes the pictures of one width and scheme; keeps what went wrong on the way."""

    context: BrowserContext
    folder: Path
    width: int
    faults: list[str] = field(default_factory=list)

    def shoot(self, address: str, place: Place) -> None:
        """Open one page, look for faults and save its picture."""
        page = self.context.new_page()
        page.on("pageerror", lambda error: self.note(place, f"script error: {error}"))
        page.on("console", lambda message: self.listen(place, message))
        answer = page.goto(address + place.path, wait_until="load")
        if place.name not in MEANT_TO_FAIL and (answer is None or answer.status >= 400):
            self.note(place, f"answered {answer.status if answer else 'nothing'}")
        page.wait_for_timeout(250)
        overflow = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        if overflow > 1:
            self.note(place, f"is {overflow} px wider than the screen")
        self.save(page, place)
        page.close()

    def save(self, page: Page, place: Place) -> None:
        """Save the picture of the whole page, as on a screen tall enough for it, so that bars stay at its edges."""
        height = min(page.evaluate("document.documentElement.scrollHeight"), TALLEST)
        page.set_viewport_size({"width": self.width, "height": height})
        page.screenshot(path=self.folder / f"{place.name}.png")

    def listen(self, place: Place, message: ConsoleMessage) -> None:
        """Note what the page's scripts complain about."""
        if message.type == "error" and place.name not in MEANT_TO_FAIL:
            self.note(place, message.text)

    def note(self, place: Place, fault: str) -> None:
        """Remember a fault of a page."""
        self.faults.append(f"{self.folder.name}/{place.name} {place.path}: {fault}")


def main() -> int:
    """Read the arguments, take the pictures where there is a browser; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="only pages whose name contains this")
    only = parser.parse_args().only
    if chromium_path() is None:
        print("No screenshots taken: there is no chromium on this machine (apt-get install chromium).")
        return 0
    try:
        return photograph(only)
    except ShopDidNotStart as error:
        print(error)
        return 1


def photograph(only: str) -> int:
    """Take the pictures of every page whose name contains the word; print the faults, return the exit code."""
    with demo_shop() as shop, chromium() as browser:
        state = log_in(browser, shop)
        walk = [place for place in discovered(browser, shop, state) if only in place.name]
        faults = [fault for photographer in photographers(browser, state) for fault in album(photographer, shop, walk)]
        shutil.copy(shop.log, FOLDER / "server.log")
    print(f"{len(walk)} pages, {len(walk) * len(WIDTHS) * len(SCHEMES)} pictures in {FOLDER}")
    if faults:
        print("\n".join(faults), f"What the server said: {FOLDER / 'server.log'}", sep="\n")
    return int(bool(faults))


def log_in(browser: Browser, shop: Shop) -> Any:
    """Log in as the demo shop's administrator; return the cookies to use for every picture."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{shop.address}/login/?next=/")
    page.screenshot(path=fresh(FOLDER) / "login.png")
    page.fill("input[name=username]", shop.username)
    page.fill("input[name=password]", shop.password)
    page.locator("input[name=password]").press("Enter")
    page.wait_for_url(f"{shop.address}/")
    state = context.storage_state()
    context.close()
    return state


def discovered(browser: Browser, shop: Shop, state: Any) -> list[Place]:
    """Return the pages that the console links to, each once."""
    context = browser.new_context(storage_state=state, viewport={"width": 1440, "height": 900})
    found = {place.path: place for place in places(context.new_page(), shop.address)}
    context.close()
    return list(found.values())


def photographers(browser: Browser, state: Any) -> Iterator[Photographer]:
    """Yield one photographer for every width and scheme."""
    for (width, height), scheme in itertools.product(WIDTHS.items(), SCHEMES):
        context = browser.new_context(
            storage_state=state, viewport={"width": width, "height": height}, color_scheme=scheme
        )
        yield Photographer(context, fresh(FOLDER / f"{width}-{scheme}"), width)
        context.close()


def album(photographer: Photographer, shop: Shop, walk: list[Place]) -> list[str]:
    """Take every picture of the walk; return the faults seen."""
    for place in walk:
        photographer.shoot(shop.address, place)
    return photographer.faults


def fresh(folder: Path) -> Path:
    """Return the folder, empty."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


if __name__ == "__main__":
    sys.exit(main())
