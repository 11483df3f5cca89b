"""Reading the tables that people and vendors send: workbooks (XLSX) and CSV, one reader for all of them.

`reading` gives rows, whichever the file is, `cells` says what stands in a cell, `numbers` what it means where a number
is expected. What a file means is for its caller. Nothing is guessed: a file that cannot be read whole is refused, a
cell that can be read in two ways is a problem of its row.

Why a sheet is read here and not by a library: python-calamine gives the same blank for an empty cell, for a formula
without a result and for an error, and holds the sheet in memory; openpyxl reads the styles and settings of a workbook
before its values, and refuses files that spreadsheets open.
"""
