"""Opens pages as one person or another, does their steps, and takes pictures: desk and handheld, light and dark."""

from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Response

from tools.demo_shop import Shop
from tools.pages import Place

Scheme = Literal["light", "dark"]
WIDTHS = {1440: 900, 390: 844}
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
TALLEST = 4000
NOWHERE = Place("", "")
SETTLE_MS = 150
SET_VALUE = "([where, value]) => document.querySelectorAll(where).forEach((box) => { box.value = value; })"
CLICK = "(where) => document.querySelector(where).click()"
DRESS = "(dark) => document.documentElement.classList.toggle('dark', dark)"
TOO_WIDE = "document.documentElement.scrollWidth - window.innerWidth"
HEIGHT = "document.documentElement.scrollHeight"


@dataclass
class Photographer:
    """Goes through one shop; keeps what went wrong on the way."""

    browser: Browser
    shop: Shop
    folder: Path | None = None
    prefix: str = ""
    widths: tuple[int, ...] = tuple(WIDTHS)
    faults: list[str] = field(default_factory=list)
    desks: dict[str, Page] = field(default_factory=dict)
    place: Place = NOWHERE
    answers: list[int] = field(default_factory=list)

    def desk_of(self, who: str) -> Page:
        """Return the browser page of a person, signed in; nobody's page without a name."""
        if who not in self.desks:
            context = self.browser.new_context(viewport={"width": 1440, "height": 900})
            if who:
                sign_in(context, self.shop, who)
            page = context.new_page()
            page.on("pageerror", lambda error: self.note(self.place, f"script error: {error}"))
            page.on("console", lambda message: self.listen(self.place, message))
            page.on("response", lambda answer: self.answers.append(answer.status) if _is_page(answer, page) else None)
            self.desks[who] = page
        return self.desks[who]

    def close(self) -> None:
        """Close every browser."""
        for page in self.desks.values():
            page.context.close()

    def visit(self, place: Place) -> None:
        """Open one page, do its steps, look for faults and take its pictures."""
        page = self.desk_of(place.who)
        self.place, self.answers = place, []
        width = 1440 if place.steps else self.widths[0]  # steps are written for the desk
        page.set_viewport_size({"width": width, "height": WIDTHS[width]})
        page.goto(self.shop.address + place.path, wait_until="load")
        take_steps(page, place)
        if self.answers[-1:] != [place.status]:
            self.note(place, f"answered {self.answers[-1:]}, expected {place.status}")
        for width in self.widths:
            self.look(page, place, width, WIDTHS[width])

    def look(self, page: Page, place: Place, width: int, height: int) -> None:
        """Look at a page on a screen of some width: it must not be wider than that."""
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(SETTLE_MS)
        overflow = page.evaluate(TOO_WIDE)
        if overflow > 1:
            self.note(place, f"is {overflow} px wider than a screen of {width} px")
        if self.folder is None:
            return
        page.set_viewport_size({"width": width, "height": min(page.evaluate(HEIGHT), TALLEST)})
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            page.evaluate(DRESS, scheme == "dark")
            page.wait_for_timeout(SETTLE_MS)
            page.screenshot(path=self.folder / f"{width}-{scheme}" / f"{self.prefix}{place.name}.png")

    def listen(self, place: Place, message: ConsoleMessage) -> None:
        """Note what the page's scripts complain about, and what its policy forbids."""
        if message.type == "error" and not (place.status >= 400 and "Failed to load resource" in message.text):
            self.note(place, message.text)

    def note(self, place: Place, fault: str) -> None:
        """Remember a fault of a page."""
        self.faults.append(f"{self.prefix}{place.name} {place.path}: {fault}")


def _is_page(answer: Response, page: Page) -> bool:
    """Tell whether an answer is the page itself."""
    return answer.request.is_navigation_request() and answer.frame == page.main_frame


def sign_in(context: BrowserContext, shop: Shop, who: str) -> None:
    """Sign a person in."""
    page = context.new_page()
    page.goto(f"{shop.address}/login/?next=/")
    page.fill("input[name=username]", who)
    page.fill("input[name=password]", shop.password)
    page.locator("input[name=password]").press("Enter")
    page.wait_for_url(f"{shop.address}/")
    page.close()


def take_steps(page: Page, place: Place) -> None:
    """Do the steps of a place: ``=box`` sets a hidden value, ``!button`` clicks what is hidden at this width."""
    for where, text in place.steps:
        _step(page, where, text)
        with suppress(TimeoutError):
            page.wait_for_load_state("networkidle")


def _step(page: Page, where: str, text: str | None) -> Any:
    """Do one step."""
    if where.startswith("="):
        return page.evaluate(SET_VALUE, [where[1:], text])
    if where.startswith("!"):
        return page.evaluate(CLICK, where[1:])
    box = page.locator(where).first
    if text is None:
        return box.click(timeout=5_000)
    return box.select_option(index=int(text[1:])) if text.startswith("#") else box.fill(text, timeout=5_000)
