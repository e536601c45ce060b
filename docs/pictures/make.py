"""Take the pictures of README and docs out of the journey's album, so that they show the product.

./run test tests/journeys/test_burst_to_all_clear.py   photographs the screens as it goes
python docs/pictures/make.py                            keeps the ones that are shown
"""

from __future__ import annotations

import sys
from pathlib import Path

from PIL import Image

HERE = Path(__file__).resolve().parent
ALBUM = HERE.parents[1] / "test-results" / "journey"
# Picture -> moment of the journey.
SHOWN = {
    "control-room.png": "03-dispatcher-plan-1440.png",
    "crew-phone.png": "09-crew-step-390.png",
    "order.png": "18-crew-opening-390.png",
    "public.png": "06-public-1440.png",
}


def main() -> int:
    """Copy the pictures, packed; 1 where the journey has not been run."""
    missing = [name for name in SHOWN.values() if not (ALBUM / name).is_file()]
    if missing:
        sys.stderr.write(f"run the journey first: {', '.join(missing)} not in {ALBUM}\n")
        return 1
    for name, moment in SHOWN.items():
        with Image.open(ALBUM / moment) as picture:
            # All colours stay: a palette turned amber chips red.
            picture.convert("RGB").save(HERE / name, optimize=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
