"""docker-compose.yml, the images' scripts and the front's doors, read as they are written."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
DOCKER = ROOT / "deploy" / "docker"
COMPOSITION = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
DEMO = yaml.safe_load((ROOT / "docker-compose.demo.yml").read_text(encoding="utf-8"))
EXAMPLE = (ROOT / ".env.example").read_text(encoding="utf-8")
# What podman-compose 1.0 puts a value in for; anything else it leaves standing as it is written.
READ_BY_BOTH = re.compile(r"\$(\$|\{\w+(:?[-?][^}]+)?\})")

PARTS: dict[str, Any] = {**COMPOSITION["services"], "sms": DEMO["services"]["sms"]}
every_part = pytest.mark.parametrize("name", PARTS)


def environment(name: str) -> dict[str, str]:
    """What the composition tells a part beside the file of settings."""
    return PARTS[name].get("environment") or {}


@every_part
def test_every_part_gives_up_what_it_does_not_need(name: str):
    part = PARTS[name]
    assert part["read_only"] is True
    assert part["cap_drop"] == ["ALL"]
    assert set(part["cap_add"]) <= {"CHOWN", "DAC_OVERRIDE", "FOWNER", "SETGID", "SETUID"}
    assert part["security_opt"] == ["no-new-privileges"]
    assert part["restart"] == "unless-stopped"
    assert "privileged" not in part and "network_mode" not in part


@every_part
def test_every_part_says_how_it_is(name: str):
    assert PARTS[name]["healthcheck"]["test"]


def test_logs_cannot_fill_the_disk():
    for name, part in COMPOSITION["services"].items():
        assert part["logging"]["options"]["max-size"], name


def test_only_the_front_listens_and_on_this_machine_unless_told():
    listening = {name for name, part in PARTS.items() if "ports" in part}
    assert listening == {"front"}
    for port in PARTS["front"]["ports"]:
        assert port.startswith("${FRONT_ADDRESS:-127.0.0.1}:")
    assert "\nFRONT_ADDRESS=127.0.0.1\n" in EXAMPLE


def test_the_public_side_meets_the_front_and_the_database_and_has_no_way_out():
    own = set(PARTS["public"]["networks"])
    assert all(COMPOSITION["networks"][network] == {"internal": True} for network in own)
    beside = {name for name, part in PARTS.items() if own & set(part["networks"])} - {"public"}
    assert beside == {"front", "web", "db"}
    assert "env_file" not in PARTS["public"]


def test_the_front_cannot_reach_the_database():
    assert not set(PARTS["front"]["networks"]) & set(PARTS["db"]["networks"])


def test_who_makes_tables_and_roles_is_told_to_the_web_alone():
    told = {name for name, part in PARTS.items() if part.get("env_file")}
    for name in told - {"web"}:
        for secret in ("DB_PASSWORD", "PUBLIC_DB_PASSWORD", "PUBLIC_SECRET_KEY"):
            assert environment(name)[secret] == "", f"{name} is told {secret}"
    assert "env_file" not in PARTS["db"] and "env_file" not in PARTS["front"]


def test_both_composers_put_the_same_values_in():
    for name in ("docker-compose.yml", "docker-compose.demo.yml"):
        text = "\n".join(
            line
            for line in (ROOT / name).read_text(encoding="utf-8").splitlines()
            if not line.lstrip().startswith("#")
        )
        asked = re.findall(r"\$.[^\s\"]*", READ_BY_BOTH.sub("", text))
        assert asked == [], f"{name}: {asked}"


def test_what_the_composition_asks_for_stands_in_the_example():
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    asked = set(re.findall(r"\$\{(\w+)", text))
    assert {"DB_PASSWORD", "FRONT_PORT"} <= asked
    assert asked <= set(re.findall(r"^([A-Z_]+)=", EXAMPLE, flags=re.MULTILINE))


def test_no_secret_has_a_value_in_the_example():
    secrets = re.findall(r"^(\w*(?:PASSWORD|KEY))=(.*)$", EXAMPLE, flags=re.MULTILINE)
    assert len(secrets) >= 8
    assert [name for name, value in secrets if value] == []


def test_every_part_becomes_a_user_of_its_own():
    for entrypoint in DOCKER.glob("*-entrypoint"):
        assert re.search(r"^ *become [a-z-]+ ", entrypoint.read_text(), re.MULTILINE), entrypoint


def test_the_database_is_told_to_stop_at_once():
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    database = dockerfile.split(" AS db\n")[1].split("\nFROM ")[0]
    assert "STOPSIGNAL SIGINT" in database


def test_the_public_door_leads_to_nothing_of_the_control_room():
    conf = (DOCKER / "nginx.conf").read_text(encoding="utf-8")
    control, public = conf.split("listen 8081;")
    assert "http://web:8000" in control
    assert "$web" not in public and "web:" not in public
    assert "$web" not in (DOCKER / "doors.conf").read_text(encoding="utf-8")
    assert "location / { return 404; }" in public


def test_what_the_front_answers_itself_carries_the_headers_of_the_rest():
    doors = (DOCKER / "doors.conf").read_text(encoding="utf-8")
    served = [
        block for block in doors.split("\nlocation ") if "alias" in block or "try_files" in block
    ]
    assert len(served) == 4
    for block in served:
        assert "X-Content-Type-Options nosniff" in block
        assert "Strict-Transport-Security $hsts" in block


def test_every_part_works_with_the_database_that_is_named():
    entrypoint = (DOCKER / "app-entrypoint").read_text(encoding="utf-8")
    assert entrypoint.count("db:5432") == 1
    assert "db:5432/${DB_NAME:-mainbreak}" in entrypoint
    assert environment("public")["DATABASE_URL"].endswith("@db:5432/${DB_NAME:-mainbreak}")


def test_the_kept_page_is_renewed_by_the_front_itself():
    entrypoint = (DOCKER / "front-entrypoint").read_text(encoding="utf-8")
    assert re.findall(r"^  look (\w+) ", entrypoint, re.MULTILINE) == ["zh", "en"]
    assert "X-Forwarded-Proto: https" in entrypoint
    assert "/public/" not in str(PARTS["front"]["healthcheck"])
