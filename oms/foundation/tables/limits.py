"""How much of a file is read: beyond that it is refused, not tried."""

MAX_BYTES = 20 * 1024 * 1024
MAX_UNPACKED = 200 * 1024 * 1024
MAX_ROWS = 200_000
MAX_COLUMNS = 250
MAX_LINE = 1_000_000
MAX_CELL = 32_000
MAX_BOOK_UNPACKED = 100 * 1024 * 1024
MAX_BOOK_RATIO = 100
MAX_BOOK_ENTRIES = 1_000
# beside the cells of rows that are sent back to be mended; means nothing when they return
WHY_COLUMN = "refused_because"
