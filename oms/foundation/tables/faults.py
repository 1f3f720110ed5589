"""What can be wrong with a table: the whole file, one row, one cell."""

from dataclasses import dataclass

from oms.foundation.refusals import Refused


class BadFile(Refused):
    """A file that cannot be read as the table it should be; one sentence says why."""

    code = "bad_file"
    status = 422


@dataclass(frozen=True, slots=True)
class RowFault:
    """One row that is not taken: its number as a spreadsheet shows it, the column, and what to do."""

    row: int
    column: str
    code: str
    sentence: str

    def __str__(self) -> str:
        """Return the fault as one line for the clerk."""
        place = f"row {self.row}, column {self.column}" if self.column else f"row {self.row}"
        return f"{place}: {self.sentence}"


class BadCell(Exception):
    """A cell that is not what its column holds."""

    def __init__(self, sentence: str, *, code: str = "bad_cell") -> None:
        self.code = code
        self.sentence = sentence
        super().__init__(sentence)
