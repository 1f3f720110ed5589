"""How rows are shown: buttons, facts, headings, cells, and what other rooms add to a list; knows no admin class."""
