"""The design tokens keep what the board promises: contrast for text and lines, colours that
colour-blind readers tell apart, and one dark theme however it is chosen."""

import itertools
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CSS = ROOT / "gisapp" / "static" / "gisapp" / "css"
ALL_CSS = [
    file
    for app in ("gisapp", "network", "outages", "layers")
    for file in sorted((ROOT / app / "static" / app / "css").glob("*.css"))
]

# Pairs of the board with the ratio measured there: (front, back, light, dark).
PAIRS = [
    ("text", "surface", 16.3, 14.7),
    ("text2", "surface", 7.8, 9.2),
    ("text3", "surface", 5.3, 6.2),
    ("text3", "sunk", 4.7, 6.6),
    ("ctl", "surface", 3.6, 3.9),
    ("on-accent", "accent", 6.9, 8.8),
    ("m-label", "m-street", 5.3, 5.4),
    ("m-trunk", "m-street", 6.7, 5.5),
    ("m-unint", "m-street", 9.6, 8.8),
    ("danger", "danger-bg", 5.7, 7.0),
    ("on-danger", "danger", 6.6, 8.2),
    ("warn", "warn-bg", 5.7, 8.2),
    ("ok", "ok-bg", 5.3, 7.1),
    ("viol", "viol-bg", 8.2, 9.1),
    ("text2", "accent-bg", 6.7, 7.8),
    ("m-pipe", "m-street", 3.6, 3.4),
    ("m-zone", "m-street", 7.1, 5.1),
    ("m-weak", "m-street", 3.4, 9.0),
    # Beyond the board: what the components also put on one another.
    ("accent", "accent-bg", None, None),
    ("accent", "surface", None, None),
    ("danger", "surface", None, None),
    ("warn", "surface", None, None),
    ("ok", "surface", None, None),
    ("viol", "surface", None, None),
    ("on-ok", "ok", None, None),
    ("m-on-todo", "m-todo", None, None),
    ("text2", "sunk", None, None),
    ("text2", "bg", None, None),
]
# Not text: outlines and lines need 3.0 only.
LINES = {"ctl", "m-trunk", "m-unint", "m-pipe", "m-zone", "m-weak"}
LINE_COLOURS = ["m-pipe", "m-trunk", "m-zone", "m-unint", "m-weak"]

# Machado, Oliveira and Fernandes 2009, severity 1.0, on linear RGB.
VISION = {
    "normal": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}

Vector = tuple[float, float, float]


def declarations(selector: str) -> dict[str, str]:
    """Return the tokens of the block that starts with this selector."""
    text = (CSS / "tokens.css").read_text(encoding="utf-8")
    block = text.split(selector + " {", 1)[1].split("}", 1)[0]
    return dict(re.findall(r"--([\w-]+):\s*(.+?);", block))


@pytest.fixture(scope="module")
def themes() -> dict[str, dict[str, str]]:
    light = declarations("\n:root")
    return {"light": light, "dark": light | declarations('\n:root[data-theme="dark"]')}


def _linear_channel(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def linear(colour: str) -> Vector:
    """Turn #RRGGBB into linear RGB between 0 and 1."""
    red, green, blue = (_linear_channel(int(colour[i : i + 2], 16) / 255) for i in (1, 3, 5))
    return red, green, blue


def contrast(front: str, back: str) -> float:
    """WCAG 2 contrast ratio."""
    weights = (0.2126, 0.7152, 0.0722)
    light = [sum(w * c for w, c in zip(weights, linear(x), strict=True)) for x in (front, back)]
    return (max(light) + 0.05) / (min(light) + 0.05)


def times(matrix: tuple[Vector, Vector, Vector], vector: Vector) -> Vector:
    first, second, third = (sum(m * v for m, v in zip(row, vector, strict=True)) for row in matrix)
    return first, second, third


def oklab(rgb: Vector) -> Vector:
    """Turn linear RGB into OKLab (Ottosson 2020)."""
    cone = times(
        (
            (0.4122214708, 0.5363325363, 0.0514459929),
            (0.2119034982, 0.6806995451, 0.1073969566),
            (0.0883024619, 0.2817188376, 0.6299787005),
        ),
        rgb,
    )
    long, medium, short = (max(value, 0) ** (1 / 3) for value in cone)
    return times(
        (
            (0.2104542553, 0.7936177850, -0.0040720468),
            (1.9779984951, -2.4285922050, 0.4505937099),
            (0.0259040371, 0.7827717662, -0.8086757660),
        ),
        (long, medium, short),
    )


def distance(one: str, other: str, vision: str) -> float:
    """Distance of two colours in OKLab, times 100, as seen with this vision."""
    seen = []
    for colour in (one, other):
        simulated = times(VISION[vision], linear(colour))
        red, green, blue = (min(max(c, 0.0), 1.0) for c in simulated)
        seen.append(oklab((red, green, blue)))
    return 100 * sum((a - b) ** 2 for a, b in zip(*seen, strict=True)) ** 0.5


def test_known_contrasts_come_out_right() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21.0)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)
    assert distance("#FF0000", "#FF0000", "normal") == 0


@pytest.mark.parametrize(("front", "back", "light", "dark"), PAIRS)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_pair_is_readable(
    themes: dict[str, dict[str, str]],
    theme: str,
    front: str,
    back: str,
    light: float | None,
    dark: float | None,
) -> None:
    tokens = themes[theme]
    ratio = contrast(tokens[front], tokens[back])
    assert ratio >= (3.0 if front in LINES else 4.5)
    stated = light if theme == "light" else dark
    if stated is not None:
        assert ratio == pytest.approx(stated, abs=0.16)


@pytest.mark.parametrize("vision", VISION)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_line_colours_are_told_apart(
    themes: dict[str, dict[str, str]], theme: str, vision: str
) -> None:
    tokens = themes[theme]
    pairs = itertools.combinations(LINE_COLOURS, 2)
    closest = min((distance(tokens[a], tokens[b], vision), a, b) for a, b in pairs)
    assert round(closest[0], 1) >= 8.0, closest


def test_done_is_never_a_line() -> None:
    # Zone red and done green fall together for some readers, so green is for squares and areas.
    lines = re.findall(r"\.ov-[\w-]*pipe \{[^}]*\}", (CSS / "map.css").read_text(encoding="utf-8"))
    assert lines
    assert not any("m-done" in rule for rule in lines)


def test_dark_is_one_theme_however_it_is_chosen() -> None:
    follows_system = declarations('  :root:not([data-theme="light"])')
    assert follows_system == declarations('\n:root[data-theme="dark"]')
    assert set(follows_system) <= set(declarations("\n:root"))


def test_every_token_used_is_declared() -> None:
    declared = set(declarations("\n:root"))
    local = {"glyph-on", "glyph-halo"}
    for file in ALL_CSS:
        used = set(re.findall(r"var\(--([\w-]+)", file.read_text(encoding="utf-8")))
        assert used <= declared | local, file.name


def test_only_tokens_and_paper_name_colours() -> None:
    for file in sorted(CSS.glob("*.css")):
        if file.name not in ("tokens.css", "print.css"):
            assert not re.findall(r"#[0-9A-Fa-f]{6}\b", file.read_text(encoding="utf-8")), file.name


def test_only_the_two_weights_that_chinese_fonts_have_are_asked_for() -> None:
    other = re.compile(r"font(?:-weight)?: (?:[1-35689]00|lighter|bolder)\b")
    for file in ALL_CSS:
        assert not other.search(file.read_text(encoding="utf-8")), file.name
