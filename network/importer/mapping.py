"""Which layer and column of a source is which of ours.

Known names need no mapping. A mapping file (TOML or JSON) names the rest:

    crs = "EPSG:4547"                 # for layers that state none

    [[layers]]
    layer = "JSLINE"                  # file name without ending, or layer of a GeoPackage
    kind = "pipes"                    # pipes nodes valves hydrants sources customers
    fields = { from_node = "起点点号", to_node = "终点点号" }
    values = { material = { "球铁" = "球墨铸铁" } }
    defaults = { status = "in_service" }
    where = { "附属物" = ["阀门", "闸阀"] }   # only these rows

A layer may be named more than once, for several kinds.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from network.importer.refusals import ImportRefused, refusal
from network.importer.vocabulary import FIELD_ALIASES, KINDS, LAYER_ALIASES, folded


@dataclass(frozen=True, slots=True)
class LayerRule:
    """How one layer becomes assets of one kind."""

    layer: str
    kind: str
    fields: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    defaults: Mapping[str, Any] = field(default_factory=dict)
    where: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def columns(self, names: Sequence[str]) -> dict[str, str]:
        """Return our field -> the source's column, by the rule first and by known names after.

        Raises ImportRefused where the rule names a column that is not there.
        """
        found = {}
        for ours, theirs in self.fields.items():
            if theirs not in names:
                raise refusal(
                    reason="mapping_broken",
                    name=self.layer,
                    error=f"{theirs!r} is no column of {self.layer}: {', '.join(names)}",
                )
            found[ours] = theirs
        by_folded: dict[str, str] = {}
        for name in names:
            by_folded.setdefault(folded(name), name)
        taken = set(found.values())
        for ours, aliases in FIELD_ALIASES[self.kind].items():
            if ours in found:
                continue
            # A shapefile keeps ten characters of a name.
            for alias in (*aliases.split(), folded(ours[:10])):
                column = by_folded.get(alias)
                if column is not None and column not in taken:
                    found[ours] = column
                    taken.add(column)
                    break
        return found


@dataclass(frozen=True, slots=True)
class LayerMapping:
    """All rules of one import, and the coordinate system for layers without one."""

    rules: Sequence[LayerRule] = ()
    crs: str | None = None

    def rules_for(self, layer: str) -> list[LayerRule]:
        """Return the rules that apply to a layer; a known name is a rule of its own."""
        named = [rule for rule in self.rules if folded(rule.layer) == folded(layer)]
        if named:
            return named
        kind = _KIND_BY_NAME.get(folded(layer))
        return [LayerRule(layer, kind)] if kind else []


_KIND_BY_NAME = {
    folded(alias): kind for kind, aliases in LAYER_ALIASES.items() for alias in aliases.split()
}
_RULE_KEYS = {"layer", "kind", "fields", "values", "defaults", "where"}


def read_mapping(path: Path) -> LayerMapping:
    """Read a mapping file. Raises ImportRefused naming what is wrong with it."""
    try:
        text = path.read_text(encoding="utf-8")
        content = json.loads(text) if path.suffix.lower() == ".json" else tomllib.loads(text)
        if not isinstance(content, dict) or content.keys() - {"crs", "layers"}:
            raise _broken(path, "only crs and layers belong at its top")
        rules = [_rule(path, entry) for entry in content.get("layers", [])]
    except (OSError, UnicodeDecodeError, ValueError, tomllib.TOMLDecodeError) as error:
        raise _broken(path, str(error)) from error
    return LayerMapping(tuple(rules), content.get("crs"))


def _rule(path: Path, entry: object) -> LayerRule:
    if not isinstance(entry, dict) or not {"layer", "kind"} <= entry.keys():
        raise _broken(path, "every entry of layers needs layer and kind")
    unknown = entry.keys() - _RULE_KEYS
    if unknown:
        raise _broken(path, f"unknown key {min(unknown)!r}")
    if entry["kind"] not in KINDS:
        raise _broken(path, f"{entry['kind']!r} is none of {', '.join(KINDS)}")
    known = FIELD_ALIASES[entry["kind"]]
    for part in ("fields", "values", "defaults"):
        wrong = set(entry.get(part, {})) - known.keys()
        if wrong:
            raise _broken(path, f"{entry['kind']} have no field {min(wrong)!r}")
    return LayerRule(**entry)


def _broken(path: Path, error: str) -> ImportRefused:
    return refusal(reason="mapping_broken", name=path.name, error=error)
