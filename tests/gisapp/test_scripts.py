"""The scripts: pure modules in node, files that the import map names, vendored copies unchanged."""

import hashlib
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from django.template import Context, Template

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "gisapp" / "static"
VENDOR = STATIC / "vendor"


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
def test_pure_modules_pass_their_own_tests() -> None:
    tests = sorted(str(file) for file in (ROOT / "tests" / "js").glob("*.test.mjs"))
    assert tests
    done = subprocess.run(
        ["node", "--test", *tests],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_every_import_between_modules_is_in_the_import_map() -> None:
    mapped = Template("{% load shell %}{% import_map %}").render(Context())
    for file in sorted((STATIC / "gisapp" / "js").rglob("*.js")):
        for specifier in re.findall(r'from "([^"]+)"', file.read_text(encoding="utf-8")):
            assert f'"{specifier}"' in mapped, f"{file.name} imports {specifier}"


def test_every_text_that_scripts_ask_for_is_embedded() -> None:
    from gisapp.script_texts import script_texts

    asked = set()
    for file in (STATIC / "gisapp" / "js").rglob("*.js"):
        asked |= set(re.findall(r'\bt\("(\w+)"', file.read_text(encoding="utf-8")))
    assert asked
    assert asked <= set(script_texts())


def test_vendored_files_are_the_ones_listed() -> None:
    listed = re.findall(
        r"^\| \S+ \| \S+ \| \S+ \| (\S+) \| ([0-9a-f]{64}) \|$",
        (VENDOR / "VERSIONS.md").read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    found = {
        str(file.relative_to(VENDOR))
        for file in VENDOR.rglob("*")
        if file.suffix in (".js", ".css")
    }
    assert {name for name, _sum in listed} == found
    for name, expected in listed:
        content = (VENDOR / name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == expected, name
        assert b"sourceMappingURL" not in content


def test_templates_hold_no_inline_style_or_script() -> None:
    for file in sorted((ROOT / "gisapp" / "templates").rglob("*.html")):
        text = file.read_text(encoding="utf-8")
        assert not re.search(r"\sstyle=|<style|\son[a-z]+=\"", text), file.name
        for tag in re.findall(r"<script[^>]*>", text):
            assert "nonce=" in tag, f"{file.name}: {tag}"
