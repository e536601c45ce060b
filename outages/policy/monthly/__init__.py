"""The monthly report's rules: which days it covers, when it is due, what is counted how.

    rows of the period ── count ──► Figures ── to_json ──► kept with the issued report

Pure: rows come in, figures go out. Every figure is a sum of rows, so that a total on the page can
be counted again in the database.
"""
