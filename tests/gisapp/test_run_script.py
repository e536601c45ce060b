"""./run as a person or a script meets it, each time in a state folder of its own."""

import os
import subprocess
import tempfile
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).resolve().parents[2]


def run(*arguments: str, state: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Call ./run and return what it said."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return subprocess.run(
        [str(ROOT / "run"), *arguments],
        cwd="/",
        env={**kept, "MAINBREAK_STATE": str(state), **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_without_arguments_it_lists_its_verbs(tmp_path: Path):
    told = run(state=tmp_path / "s")
    assert told.returncode == 0
    for verb in ("demo", "test", "check", "bench", "manage", "setup", "stop"):
        assert f"./run {verb}" in told.stdout


def test_an_unknown_verb_is_refused_with_the_list(tmp_path: Path):
    told = run("fly", state=tmp_path / "s")
    assert told.returncode != 0
    assert "no verb 'fly'" in told.stderr
    assert "./run demo" in told.stderr
    assert told.stdout == ""


def test_stopping_what_never_ran_is_no_error(tmp_path: Path):
    told = run("stop", state=tmp_path / "s")
    assert told.returncode == 0
    assert "nothing was ever started" in told.stderr


@pytest.fixture(scope="module")
def instance():
    """A second instance beside the one the tests run on; stopped at the end."""
    # As root, the database server's own user must be able to pass: not through pytest's folder,
    # which every other run of pytest that begins meanwhile closes to others again.
    with tempfile.TemporaryDirectory(prefix="mainbreak-instance-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        state = folder / "state"
        told = run("manage", "check", state=state)
        assert told.returncode == 0, told.stderr
        yield state
        run("stop", state=state)


def servers(state: Path) -> dict[str, int]:
    """Return the process ids of an instance's servers that are alive."""
    files = {"postgres": state / "postgres/data/postmaster.pid", "redis": state / "redis/pid"}
    found = {}
    for name, file in files.items():
        if file.exists():
            pid = int(file.read_text().split()[0])
            if is_alive(pid):
                found[name] = pid
    return found


def is_alive(pid: int) -> bool:
    """Whether the process runs; one that ended may wait as a zombie for init to notice."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.mark.slow
def test_manage_says_nothing_but_the_commands_own_words(instance: Path):
    code = "print('only this')"
    told = run("manage", "shell", "--no-imports", "-c", code, state=instance)
    assert told.stdout == "only this\n", told.stderr


@pytest.mark.slow
def test_servers_stay_up_between_commands(instance: Path):
    before = servers(instance)
    assert before.keys() == {"postgres", "redis"}
    assert run("manage", "check", state=instance).returncode == 0
    assert servers(instance) == before


@pytest.mark.slow
def test_secrets_are_readable_by_their_owner_alone(instance: Path):
    assert (instance / "env").stat().st_mode & 0o077 == 0
    assert (instance / "redis/conf").stat().st_mode & 0o077 == 0
    assert not (instance / "postgres/password").exists()


@pytest.mark.slow
def test_stop_ends_this_instance_and_no_other(instance: Path):
    mine = servers(instance)
    assert run("stop", state=instance).returncode == 0
    assert servers(instance) == {}
    assert not any(is_alive(pid) for pid in mine.values())
    # The database that these tests run on is another instance.
    theirs = servers(Path(os.environ["MAINBREAK_STATE"]))
    assert theirs.keys() == {"postgres", "redis"}
    # And it comes back with what it had.
    told = run("manage", "check", "--database", "default", state=instance)
    assert told.returncode == 0, told.stderr
