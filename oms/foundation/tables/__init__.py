"""Reading tables that people bring: CSV and XLSX, streamed row by row, with every fault named."""

from oms.foundation.tables.faults import BadCell, BadFile, RowFault
from oms.foundation.tables.reading import Table, read_table

__all__ = ["BadCell", "BadFile", "RowFault", "Table", "read_table"]
