"""Latin spellings for letters that no installed face can draw."""

import unicodedata


def _pairs(letters: str, spellings: str) -> dict[str, str]:
    """Each letter with its spelling; the spellings are parted by spaces."""
    return dict(zip(letters, spellings.split(), strict=True))


_GREEK = _pairs("αβγδεζηθικλμνξοπρσςτυφχψω", "a v g d e z i th i k l m n x o p r s s t y f ch ps o")
_RUSSIAN = _pairs(
    "абвгдежзийклмнопрстуфхцчшщыэюяё", "a b v g d e zh z i y k l m n o p r s t u f kh ts ch sh shch y e yu ya yo"
)
_OTHER_CYRILLIC = _pairs("іїєґўђјљњћџѓќѕ", "i yi ye g u dj j lj nj c dz gj kj dz")
_HEBREW = _pairs("אבגדהוזחטיךכלםמןנסעףפץצקרשת", "a b g d h v z ch t y k k l m m n n s ' f p ts ts k r sh t")
_OTHER = _pairs("łđħıŋə\u2010−№×", "l d h i ng a - - No. x") | {"ъ": "", "ь": ""}
_TABLE: dict[str, str] = _GREEK | _RUSSIAN | _OTHER_CYRILLIC | _HEBREW | _OTHER
UNKNOWN = "?"


def _plain(letter: str) -> str:
    """One lower-case letter in Latin, or an empty text when it is unknown."""
    if letter in _TABLE:
        return _TABLE[letter]
    decomposed = [part for part in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(part)]
    return "".join(part if part.isascii() else _TABLE.get(part, "") for part in decomposed)


def romanize(character: str) -> str:
    """The nearest Latin spelling of one character; a question mark when there is none, never nothing for a letter."""
    if unicodedata.combining(character):
        return ""
    lower = character.lower()
    spelled = _plain(lower)
    if not spelled and lower not in _TABLE:
        return UNKNOWN
    return spelled if lower == character else spelled[:1].upper() + spelled[1:]
