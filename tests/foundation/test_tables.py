"""Reading tables that people bring."""

import gzip
import io
import tracemalloc
import zipfile
from datetime import time

import pytest
from openpyxl import Workbook

from oms.foundation.tables import BadFile, read_table
from oms.foundation.tables.books import cell_text

EXPECTED = ["sku", "title", "price"]
PLAIN = "sku,title,price\nA1,Tea,4.90\nB2,Coffee,5.10\n"
ROWS = [
    (2, {"sku": "A1", "title": "Tea", "price": "4.90"}),
    (3, {"sku": "B2", "title": "Coffee", "price": "5.10"}),
]


def read(content: str | bytes, **options):
    """Read a file named f.csv with the expected columns."""
    content = content.encode() if isinstance(content, str) else content
    return read_table(content, name="f.csv", expected=EXPECTED, **options)


def refusal(content: str | bytes, **options) -> str:
    """Return the sentence with which the file is refused."""
    with pytest.raises(BadFile) as refused:
        list(read(content, **options))
    return refused.value.sentence


def book(*rows, **parts: bytes) -> bytes:
    """Return a workbook with the rows and, if given, replaced parts of its archive."""
    made = Workbook()
    for row in rows:
        made.active.append(row)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def archive(**parts: bytes) -> bytes:
    """Return a zip archive that passes for a workbook, with more parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("[Content_Types].xml", "<Types/>")
        made.writestr("xl/workbook.xml", "<workbook/>")
        for name, content in parts.items():
            made.writestr(f"xl/{name}", content)
    return out.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        PLAIN.encode(),
        PLAIN.encode("utf-8-sig"),
        PLAIN.encode("utf-16"),
        b"\xfe\xff" + PLAIN.encode("utf-16-be"),
        PLAIN.replace("\n", "\r\n").encode(),
        PLAIN.replace("\n", "\r").encode(),
        PLAIN.replace(",", ";").encode(),
        PLAIN.replace(",", "\t").encode(),
        ("sep=;\n" + PLAIN.replace(",", ";")).encode(),
        PLAIN.rstrip("\n").encode(),
        PLAIN.replace("sku,title,price", " SKU ,Title,PRICE,,").encode(),
        PLAIN.replace("A1,Tea", "\u200fA1\u200e, Tea\xa0").encode(),
        gzip.compress(PLAIN.encode()),
        book(["sku", "title", "price"], ["A1", "Tea", "4.90"], ["B2", "Coffee", "5.10"]),
    ],
    ids=[
        "utf8",
        "bom",
        "utf16",
        "utf16be",
        "crlf",
        "cr",
        ";",
        "tab",
        "sep",
        "no-end",
        "spelling",
        "marks",
        "gz",
        "xlsx",
    ],
)
def test_F84_encodings(content):
    table = read(content)
    shift = content.startswith(b"sep")

    assert list(table) == [(number + shift, row) for number, row in ROWS]
    assert (table.count, table.faults) == (2, [])


def test_windows_text_is_read_when_its_encoding_is_named():
    [(_, row)] = read("sku,title,price\nA1,£ mug,1\n".encode("cp1252"), encoding="cp1252")

    assert row["title"] == "£ mug"


def test_quoted_line_ends_separators_and_quotes_belong_to_the_cell():
    [(number, row), (after, _)] = read('sku,title,price\nA1,"Mirror ""7"",\nround",1\nB,x,2\n')

    assert (number, row["title"], after) == (2, 'Mirror "7",\nround', 3)


def test_blank_rows_count_as_rows_and_are_passed_over():
    assert [number for number, _ in read("sku,title,price\n\nA1,Tea,1\n,,\nB2,Tea,1\n")] == [3, 5]


def test_our_own_disarmed_export_reads_back_as_it_was():
    [(_, row)] = read("sku,title,price\nA1,'=1+1,1\n")

    assert row["title"] == "=1+1"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "f.csv is empty."),
        ("sku,title,price\n", "f.csv has a heading but no rows."),
        ("sku,titel\nA,b\n", "f.csv lacks the columns title, price. Found: sku, titel."),
        (
            "sku,location,on_hand\nA,LON,1\n",
            "f.csv lacks the columns title, price. This looks like a stock file. Found: sku, location, on_hand.",
        ),
        (
            "Name,Lineitem sku,Lineitem quantity,sku,title\n1,1,1,1,1\n",
            (
                "f.csv lacks the column price. This looks like a Shopify order export."
                " Found: Name, Lineitem sku, Lineitem quantity, sku, title."
            ),
        ),
        ("sku,title,price,sku\nA,b,c,d\n", "f.csv has the column sku twice; keep one."),
        (
            "sku,title,price\nA,£,1\n".encode("cp1252"),
            (
                "f.csv is not UTF-8 (line 2); it was probably saved as Windows text."
                " In Excel choose Save As, “CSV UTF-8”, or name the encoding: cp1252."
            ),
        ),
        (
            PLAIN.encode("utf-16-le"),
            "f.csv contains NUL characters, so it is no text file. In Excel choose Save As, “CSV UTF-8”.",
        ),
        ('sku,title,price\nA,"b,1\nB,c,1\n', "f.csv: a quotation mark in row 2 is opened but never closed."),
        (
            "sku,title,price\nA," + "x" * 1_000_001,
            "f.csv has a line of more than 1,000,000 characters; it is no table of rows.",
        ),
        (b"%PDF-1.7 ...", "f.csv is a PDF; export a table instead. Send a CSV or XLSX file."),
        (b"MZ\x90\x00", "f.csv is a program. Send a CSV or XLSX file."),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1",
            (
                "f.csv is an old Excel file (.xls) or one with a password; save it as .xlsx without a password."
                " Send a CSV or XLSX file."
            ),
        ),
        (gzip.compress(PLAIN.encode())[:-12], "f.csv is damaged: its packing cannot be undone. Send it again."),
        (gzip.compress(b"PK\x03\x04 xxxx"), "f.csv is a packed archive. Send a CSV or XLSX file."),
        (b"PK\x03\x04 broken", "f.csv is not a readable Excel workbook; open it in Excel and save it again."),
    ],
    ids=range(16),
)
def test_a_file_that_is_no_such_table_is_refused_with_one_sentence(content, sentence):
    assert refusal(content) == sentence


def test_an_unknown_encoding_is_refused():
    assert refusal(PLAIN, encoding="klingon") == "“klingon” is not an encoding; try utf-8 or cp1252."


def test_F82_a_file_above_the_limit_is_refused_unread():
    assert refusal(b"x" * (20 * 1024 * 1024 + 1)) == "f.csv has 20 MB; 20 MB are allowed. Split it."


def test_a_packed_file_that_grows_too_far_is_refused():
    bomb = gzip.compress(b"sku,title,price\n" + b"A,b,1\n" * 36_000_000, compresslevel=1)

    assert refusal(bomb) == "f.csv unpacks to more than 200 MB; split it into smaller files."


def test_F82_huge_file_refused():
    assert refusal("sku,title,price\n" + "A,b,1\n" * 200_001) == "f.csv has more than 200,000 rows; split it."


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (archive(bomb=b"0" * 30_000_000), "refused as a zip bomb"),
        (archive(**{f"p{n}": b"" for n in range(1001)}), "refused as a zip bomb"),
        (archive(**{"vbaProject.bin": b"x"}), "contains macros"),
        (archive(**{"lol.xml": b'<!DOCTYPE lolz [<!ENTITY lol "lol">]><lolz/>'}), "XML definitions"),
        (archive(**{"lol.xml": '<!DOCTYPE x SYSTEM "file:///etc/passwd"><x/>'.encode("utf-16")}), "XML definitions"),
        (archive(), "not a readable Excel workbook"),
    ],
    ids=["bomb", "entries", "macros", "laughs", "external", "hollow"],
)
def test_F83_hostile_file_refused(content, said):
    assert said in refusal(content)


def test_an_archive_that_is_no_workbook_is_refused():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("products.csv", PLAIN)

    assert "unpack it and send the file inside" in refusal(out.getvalue())


def test_rows_that_cannot_be_read_are_named_and_the_others_are_read():
    table = read("sku,title,price\nA,b,c,d\nB,Tea,1\nC,Tea\nD," + "x" * 32_001 + ',1\nE,"7" frame",1\nF,Tea,2\n')

    assert [row["sku"] for _, row in table] == ["B", "F"]
    assert [(one.row, one.column, one.code) for one in table.faults] == [
        (2, "", "too_many_cells"),
        (4, "", "too_few_cells"),
        (5, "title", "cell_too_long"),
        (6, "", "broken_quotes"),
    ]
    assert str(table.faults[2]) == (
        "row 5, column title: this cell has 32,001 characters; 32,000 are allowed. Is a quotation mark open?"
    )


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (12, "12"),
        (12.0, "12"),
        (0.1 + 0.2, "0.3"),
        (2022666947411, "2022666947411"),
        (1.23456789e15, "1.23E+15"),
        (True, "TRUE"),
        (time(16, 0), "16:00"),
        ("007", "007"),
    ],
)
def test_a_cell_of_a_workbook_reads_as_it_would_be_typed(value, text):
    assert cell_text(value) == text


def test_F82_a_long_file_is_read_in_little_memory(tmp_path):
    path = tmp_path / "long.csv.gz"
    path.write_bytes(gzip.compress(b"sku,title,price\n" + (b"A1," + b"x" * 300 + b",4.90\n") * 60_000, compresslevel=1))
    tracemalloc.start()

    rows = sum(1 for _ in read_table(path, name="long.csv.gz", expected=EXPECTED))

    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert rows == 60_000
    assert peak < 8 * 1024 * 1024
