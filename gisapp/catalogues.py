"""Compiles locale/*/LC_MESSAGES/*.po to .mo without needing gettext on the machine."""

from pathlib import Path

import polib

LOCALE_DIR = Path(__file__).resolve().parent.parent / "locale"


def compile_catalogues(locale_dir: Path = LOCALE_DIR) -> list[Path]:
    """Write a .mo beside every .po that is newer than its .mo, and return those written."""
    written = []
    for po in sorted(locale_dir.glob("*/LC_MESSAGES/*.po")):
        mo = po.with_suffix(".mo")
        if mo.exists() and mo.stat().st_mtime >= po.stat().st_mtime:
            continue
        # A running server must never read half a file.
        partial = mo.with_suffix(".mo.partial")
        polib.pofile(str(po)).save_as_mofile(str(partial))
        partial.replace(mo)
        written.append(mo)
    return written


if __name__ == "__main__":
    compile_catalogues()
