"""What ./run demo prints comes from the town that the generator writes."""

import subprocess
import sys
from pathlib import Path

import pytest

from fixtures.town.build import build_town
from fixtures.town.write import write_town

SCRIPT = Path(__file__).resolve().parents[2] / "deploy/local/demo_facts.py"


def tell(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(SCRIPT), str(folder), *arguments],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("town")
    write_town(build_town(1, "small"), folder)
    return folder


@pytest.mark.slow
def test_a_burst_and_every_login_are_named(town: Path):
    place, name = tell(town, "burst").stdout.strip().split("  ", 1)
    lon, lat = map(float, place.split(","))
    assert (round(lon), round(lat)) == (110, 23)
    assert name
    logins = tell(town, "logins", "the-password").stdout.splitlines()
    assert len(logins) == 13
    assert all("the-password" in line for line in logins)


def test_a_folder_that_does_not_say_is_told_by_the_status(tmp_path: Path):
    told = tell(tmp_path, "burst")
    assert (told.returncode, told.stdout) == (1, "")
