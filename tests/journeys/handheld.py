"""A handheld in somebody's hand: a screen of 390 px, a scanner that types and ends with Enter, and no mouse."""

from collections.abc import Callable
from dataclasses import dataclass, field

from playwright.sync_api import Browser, Dialog, Page
from playwright.sync_api import TimeoutError as NoAnswer

from tools.demo_shop import Shop
from tools.photographer import sign_in

SCREEN = {"width": 390, "height": 844}
ANSWER_MS = 20_000


@dataclass
class Handheld:
    """Scans where the focus is, and reads what the page says."""

    page: Page
    shop: Shop
    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Say no to what the page asks before it goes on: who only scans answers nothing."""
        self.page.on("dialog", self._refuse)

    @classmethod
    def of(cls, browser: Browser, shop: Shop, person: str) -> "Handheld":
        """Hand one to a person, signed in."""
        context = browser.new_context(viewport=SCREEN, has_touch=True)
        context.set_default_timeout(ANSWER_MS)
        sign_in(context, shop, person)
        return cls(context.new_page(), shop)

    def open(self, path: str) -> None:
        """Go to a page of the floor."""
        answer = self.page.goto(self.shop.address + path)
        assert answer is not None and answer.ok, (path, answer and answer.status)

    def tap(self, words: str) -> None:
        """Touch a button or a link with these words on it, and wait for the page it leads to.

        :raises AssertionError: with what the page asked and shows, when it stays.
        """
        try:
            with self.page.expect_navigation():
                self.page.locator("button, a").filter(has_text=words).first.tap()
        except NoAnswer as error:
            raise AssertionError(f"{words} led nowhere; {self.asked}; {self.text('main')}") from error

    def scan(self, code: str) -> str:
        """Read a code with the scanner, and return what the page answers."""
        return self._sent(lambda: self._type(code))

    def press(self, words: str) -> str:
        """Touch a button that sends something of this page, and return what the page answers."""
        return self._sent(self.page.locator("button").filter(has_text=words).first.tap)

    def find(self, code: str) -> None:
        """Read a code that leads to another page."""
        with self.page.expect_navigation():
            self._type(code)

    def _refuse(self, dialog: Dialog) -> None:
        """Keep a question of the page, and say no."""
        self.asked.append(dialog.message)
        dialog.dismiss()

    def _type(self, code: str) -> None:
        """Type as a scanner does: where the focus is, with Enter behind it."""
        self.page.keyboard.type(code)
        self.page.keyboard.press("Enter")

    def _sent(self, act: Callable[[], None]) -> str:
        """Do something that the page sends by itself, and wait until it is drawn anew."""
        before = self.key
        with self.page.expect_response(lambda one: one.request.method == "POST") as answer:
            act()
        assert answer.value.ok, answer.value.status
        self.page.wait_for_function("key => document.querySelector('[name=key]')?.value !== key", arg=before)
        return self.said

    @property
    def key(self) -> str:
        """Return the key that the page holds for the next scan."""
        box = self.page.locator("[name=key]")
        return box.first.input_value() if box.count() else ""

    @property
    def said(self) -> str:
        """Return the answer to the last scan."""
        return " ".join(self.page.locator(".answer").all_inner_texts())

    def text(self, where: str) -> str:
        """Return the words of a part of the page; nothing when it is not there."""
        part = self.page.locator(where)
        return part.first.inner_text() if part.count() else ""
