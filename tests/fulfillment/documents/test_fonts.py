"""Every script finds a face, or a spelling that can be read."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from fulfillment.documents import fonts
from fulfillment.documents.direction import visual_order
from fulfillment.documents.fonts import Run, runs, unit_width
from fulfillment.documents.label import render_label
from fulfillment.documents.papers import Address
from fulfillment.documents.transliteration import romanize
from tests.fulfillment.documents.samples import label
from tests.fulfillment.documents.scanning import joined_text

DEJAVU = any(Path(folder, "DejaVuSans.ttf").is_file() for folder in fonts.FONT_FOLDERS)
needs_dejavu = pytest.mark.skipif(not DEJAVU, reason="DejaVu Sans is not installed on this machine")


def forget_fonts() -> None:
    """Make the next text look for its fonts again."""
    fonts.embedded_faces.cache_clear()
    runs.cache_clear()
    unit_width.cache_clear()


@pytest.fixture
def bare_machine(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine without any font file."""
    monkeypatch.setattr(fonts, "FONT_FOLDERS", ())
    forget_fonts()
    yield
    forget_fonts()


def test_latin_is_one_run_of_helvetica() -> None:
    """West European text needs no embedded font."""
    assert runs("Zoë Müller, 5 €") == (Run("Helvetica", "Zoë Müller, 5 €"),)
    assert runs("Zoë", True) == (Run("Helvetica-Bold", "Zoë"),)


@needs_dejavu
@pytest.mark.parametrize("text", ["Αθήνα", "Москва", "Łódź", "Şişli"])
def test_wide_words_are_drawn_by_one_embedded_face(text: str) -> None:
    """A word does not change its face in the middle."""
    assert runs(text) == (Run("DejaVuSans", text),)


@needs_dejavu
def test_only_the_word_that_needs_it_changes_face() -> None:
    """The rest of the line stays Helvetica."""
    assert runs("105 63 Αθήνα") == (Run("Helvetica", "105 63 "), Run("DejaVuSans", "Αθήνα"))


@needs_dejavu
def test_hebrew_is_drawn_in_visual_order_with_numbers_kept() -> None:
    """Letters run from right to left, the house number does not."""
    assert "".join(run.text for run in runs("רחוב הרצל 12")) == "12 לצרה בוחר"


@pytest.mark.parametrize(
    ("logical", "visual"),
    [
        ("Street 12", "Street 12"),
        ("שלום", "םולש"),
        ("רחוב הרצל 12, דירה 34", "34 הריד ,12 לצרה בוחר"),
        ("תל אביב 61000-12", "61000-12 ביבא לת"),
        ("חברה (Acme Ltd) חיפה", "הפיח (Acme Ltd) הרבח"),
        ("Herzl הרצל 12 street", "Herzl 12 לצרה street"),
        ("Apt א", "Apt א"),
    ],
)
def test_visual_order(logical: str, visual: str) -> None:
    """Right-to-left parts are turned, numbers, Latin words and brackets stay readable."""
    assert visual_order(logical) == visual


@pytest.mark.parametrize(
    ("text", "font"),
    [("東京都カタカナ", "HeiseiKakuGo-W5"), ("广东省深圳市", "STSong-Light"), ("서울특별시", "HYGothic-Medium")],
)
@pytest.mark.usefixtures("bare_machine")
def test_east_asian_text_uses_the_viewers_font(text: str, font: str) -> None:
    """Japanese, Chinese and Korean each get their own collection."""
    assert runs(text) == (Run(font, text),)


@pytest.mark.usefixtures("bare_machine")
@pytest.mark.parametrize(
    ("text", "spelled"),
    [
        ("Αθήνα", "Athina"),
        ("Щукин Женя", "Shchukin Zhenya"),
        ("Київ", "Kiyiv"),
        ("שלום", "shlvm"),
        ("Łódź", "Lódz"),
        ("Şişli", "Sisli"),
        ("Straße ☃", "Straße ?"),
    ],
)
def test_without_a_face_letters_are_spelled_in_latin(text: str, spelled: str) -> None:
    """No black box, no exception, and in reading order."""
    assert "".join(run.text for run in runs(text)) == spelled
    assert {run.font for run in runs(text)} == {"Helvetica"}


@pytest.mark.usefixtures("bare_machine")
def test_label_without_any_font_file_is_readable() -> None:
    """The whole paper works on a bare machine."""
    receiver = Address("Γιώργος Παππάς", "Οδός Ερμού 15", "Αθήνα", "105 63", "GR")
    text = joined_text(render_label(label(ship_to=receiver)))
    assert "Giorgos Pappas" in text
    assert "105 63 Athina" in text


@needs_dejavu
def test_label_carries_names_of_every_script_as_text() -> None:
    """The text can be searched and copied."""
    receiver = Address("Γιώργος", "Москва", "東京都", "1", "GR", company="שלום", line2="서울")
    text = joined_text(render_label(label(ship_to=receiver)))
    for expected in ("Γιώργος", "Москва", "東京都", "서울"):
        assert expected in text
    assert "שלום" in text or "שלום"[::-1] in text  # readers of PDF may turn drawing order back


@pytest.mark.parametrize("text", ["\ud800", "\x00\x07", "👩‍🚀", "\u202eabc", "a\u0301", "𠮷", "ไทย", "\ue000", ""])
def test_no_character_raises(text: str) -> None:
    """Whatever a marketplace sends can be printed."""
    assert unit_width(text) >= 0
    assert render_label(label(reference=text or "-", service=text)).startswith(b"%PDF")


def test_marks_of_direction_and_controls_disappear() -> None:
    """An override of direction in a name cannot turn the label round."""
    assert fonts.printable("a\u202eb\tc\u200bd") == "ab cd"
    assert fonts.printable("e\u0301") == "é"


def test_broken_font_file_is_passed_over(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A damaged file on the machine does not stop the printing."""
    (tmp_path / "DejaVuSans.ttf").write_bytes(b"not a font")
    monkeypatch.setattr(fonts, "FONT_FOLDERS", (str(tmp_path),))
    forget_fonts()
    try:
        assert runs("Αθήνα") == (Run("Helvetica", "Athina"),)
    finally:
        monkeypatch.undo()
        forget_fonts()


def test_romanize_keeps_case_and_marks_the_unknown() -> None:
    """Capital letters stay capital, what has no spelling is a question mark."""
    assert romanize("Ж") == "Zh"
    assert romanize("ж") == "zh"
    assert romanize("ь") == ""
    assert romanize("☃") == "?"
