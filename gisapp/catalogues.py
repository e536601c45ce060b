"""Compiles every .po of the project and its apps to .mo, without gettext on the machine."""

from pathlib import Path

import polib

PROJECT_DIR = Path(__file__).resolve().parent.parent
# The project's own texts, and those of apps that keep theirs beside their code.
LOCALE_DIRS = (PROJECT_DIR / "locale", *sorted(PROJECT_DIR.glob("*/locale")))


def compile_catalogues(*locale_dirs: Path) -> list[Path]:
    """Write a .mo beside every .po that is newer than its .mo, and return those written."""
    written = []
    folders = locale_dirs or LOCALE_DIRS
    for po in sorted(po for folder in folders for po in folder.glob("*/LC_MESSAGES/*.po")):
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
