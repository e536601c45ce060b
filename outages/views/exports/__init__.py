"""Reports as files: the tables of a page as CSV, as a workbook, and on paper."""
