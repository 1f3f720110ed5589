"""A4 sheets with a heading on every page and a table that flows over pages; units are points."""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from fulfillment.documents.typesetting import LEADING, Align, draw_text, text_width, wrap

PAGE_WIDTH, PAGE_HEIGHT = float(A4[0]), float(A4[1])
MARGIN = 40.0
CONTENT_WIDTH = PAGE_WIDTH - 2 * MARGIN
FOOTER_HEIGHT = 26.0
TITLES_HEIGHT = 18.0
PADDING = 5.0
GAP = 8.0
NOTICE_GAP = 9.0
INK, GREY, HAIRLINE, SHADE = 0.0, 0.35, 0.75, 0.955


@dataclass(frozen=True)
class TextLine:
    """One line in a cell; `pill` prints it white on black."""

    text: str
    size: float
    bold: bool = False
    grey: bool = False
    pill: bool = False


Cell = tuple[TextLine, ...]


@dataclass(frozen=True)
class Column:
    """A column of the table; a column with `tick` draws a box for the pencil."""

    title: str
    width: float
    align: Align = "left"
    tick: bool = False


@dataclass(frozen=True)
class Row:
    """One row of the table, or a framed notice over the whole width."""

    cells: tuple[Cell, ...]
    notice: bool = False
    shaded: bool = False
    continued: bool = False

    @property
    def height(self) -> float:
        """How much of the page the row takes."""
        return (
            max(sum(line.size * LEADING for line in cell) for cell in self.cells)
            + 2 * PADDING
            + NOTICE_GAP * self.notice
        )


@dataclass(frozen=True)
class Sheet:
    """One document of one or many pages; `draw_heading` gets the canvas and the y of its lower edge."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    heading_height: float
    draw_heading: Callable[[Canvas, float], None]
    footer: str


def cell(text: str, width: float, size: float, *, bold: bool = False, grey: bool = False) -> Cell:
    """The text wrapped to the width of a cell."""
    return tuple(TextLine(line, size, bold, grey) for line in wrap(text, size, width, bold))


def notice(title: str, text: str) -> tuple[Row, ...]:
    """A framed row over the whole width, or no row when there is no text."""
    if not text.strip():
        return ()
    return (
        Row((cell(title, CONTENT_WIDTH - 24, 8, bold=True) + cell(text, CONTENT_WIDTH - 24, 13, bold=True),), True),
    )


def _split(row: Row, room: float) -> tuple[Row, Row]:
    """Cut a row that is higher than a page in two, the first no higher than the room."""
    heads, tails = [], []
    for lines in row.cells:
        kept, height = 0, 2 * PADDING + NOTICE_GAP * row.notice
        while kept < len(lines) and height + lines[kept].size * LEADING <= room:
            height += lines[kept].size * LEADING
            kept += 1
        heads.append(lines[: max(kept, 1)])
        tails.append(lines[max(kept, 1) :])
    return replace(row, cells=tuple(heads)), replace(row, cells=tuple(tails), continued=True)


def paginate(rows: Sequence[Row], room: float) -> list[list[Row]]:
    """Deal the rows out to pages with this much room each; there is always a first page."""
    pages: list[list[Row]] = [[]]
    left = room
    waiting = list(reversed(rows))
    while waiting:
        row = waiting.pop()
        if row.height > room:
            least = 2 * PADDING + 40
            row, tail = _split(row, left if left > least else room)
            waiting.append(tail)
        if row.height > left and pages[-1]:
            pages.append([])
            left = room
        pages[-1].append(row)
        left -= row.height
    return pages


def _draw_titles(canvas: Canvas, columns: Sequence[Column], top: float) -> None:
    """Draw the column titles on a black band."""
    canvas.setFillGray(INK)
    canvas.rect(MARGIN, top - TITLES_HEIGHT, CONTENT_WIDTH, TITLES_HEIGHT, stroke=0, fill=1)
    canvas.setFillGray(1)
    x = MARGIN
    for column in columns:
        _draw_aligned(canvas, column, x, top - 12.3, TextLine(column.title, 8, bold=True))
        x += column.width
    canvas.setFillGray(INK)


def _draw_aligned(canvas: Canvas, column: Column, x: float, y: float, line: TextLine) -> None:
    """Draw one line of a cell where its column wants it."""
    edge = {"left": x + GAP, "center": x + column.width / 2, "right": x + column.width - GAP}[column.align]
    if line.pill:
        width = text_width(line.text, line.size, line.bold) + 14
        left = edge - width * {"left": 0.0, "center": 0.5, "right": 1.0}[column.align]
        canvas.roundRect(left, y - line.size * 0.3, width, line.size * 1.3, 4, stroke=0, fill=1)
        edge = left + width / 2
        canvas.setFillGray(1)
        draw_text(canvas, edge, y, line.text, line.size, line.bold, "center")
    else:
        if line.grey:
            canvas.setFillGray(GREY)
        draw_text(canvas, edge, y, line.text, line.size, line.bold, column.align)
    if line.grey or line.pill:
        canvas.setFillGray(INK)


def _draw_cells(canvas: Canvas, columns: Sequence[Column], row: Row, top: float) -> None:
    """Draw the texts and the tick box of one row."""
    x = MARGIN
    for column, lines in zip(columns, row.cells, strict=True):
        y = top - PADDING
        for line in lines:
            _draw_aligned(canvas, column, x, y - line.size * 0.92, line)
            y -= line.size * LEADING
        if column.tick and not row.continued:
            canvas.setLineWidth(1.2)
            canvas.rect(x + (column.width - 13) / 2, top - PADDING - 14, 13, 13)
        x += column.width


def _draw_row(canvas: Canvas, columns: Sequence[Column], row: Row, top: float) -> None:
    """Draw one row of the table, or a notice in its frame."""
    bottom = top - row.height
    if row.notice:
        canvas.setLineWidth(2)
        canvas.rect(MARGIN + 1, bottom + 6, CONTENT_WIDTH - 2, row.height - 7)
        _draw_cells(canvas, (Column("", CONTENT_WIDTH),), row, top - 2)
        return
    if row.shaded:
        canvas.setFillGray(SHADE)
        canvas.rect(MARGIN, bottom, CONTENT_WIDTH, row.height - 0.5, stroke=0, fill=1)
        canvas.setFillGray(INK)
    canvas.setStrokeGray(HAIRLINE)
    canvas.setLineWidth(0.5)
    canvas.line(MARGIN, bottom, MARGIN + CONTENT_WIDTH, bottom)
    canvas.setStrokeGray(INK)
    _draw_cells(canvas, columns, row, top)


def _draw_page(canvas: Canvas, sheet: Sheet, rows: Sequence[Row], counter: str) -> None:
    """Draw one page: heading, notices, column titles, rows, footer."""
    y = PAGE_HEIGHT - MARGIN - sheet.heading_height
    sheet.draw_heading(canvas, y)
    titled = False
    for row in rows:
        if not row.notice and not titled:
            _draw_titles(canvas, sheet.columns, y)
            y -= TITLES_HEIGHT
            titled = True
        _draw_row(canvas, sheet.columns, row, y)
        y -= row.height
    canvas.setFillGray(GREY)
    draw_text(canvas, MARGIN, MARGIN - 12, sheet.footer, 8)
    draw_text(canvas, MARGIN + CONTENT_WIDTH, MARGIN - 12, counter, 8, bold=True, align="right")
    canvas.setFillGray(INK)
    canvas.showPage()


def render_sheets(title: str, sheets: Sequence[Sheet]) -> bytes:
    """One A4 PDF of all sheets; every sheet starts on its own page, counts its own pages.

    Equal sheets give equal bytes: the file holds no time of its making.
    """
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4, invariant=1, pageCompression=1)
    canvas.setTitle(title)
    for sheet in sheets:
        room = PAGE_HEIGHT - 2 * MARGIN - sheet.heading_height - TITLES_HEIGHT - FOOTER_HEIGHT
        pages = paginate(sheet.rows, room)
        for number, rows in enumerate(pages, start=1):
            _draw_page(canvas, sheet, rows, f"Page {number} of {len(pages)}")
    canvas.save()
    return buffer.getvalue()
