"""What one row of the policy table is: its words, its kind, its source, its clock."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from outages.policy.values import Kind, Value, checked, from_json, parse, printed


class Status(StrEnum):
    """How sure a default is."""

    LITERAL = "literal"  # the number stands in the regulations
    ANALOGY = "analogy"  # it stands there for another trade
    INTERPRETATION = "interpretation"
    ASSUMPTION = "assumption"  # ours
    GAP = "gap"  # nobody says: the operator must set it


class Runs(StrEnum):
    """What a limit is counted from."""

    NOT = "not"  # no limit, or one that a report or a command watches
    AFTER = "after"  # from the moment it starts
    BEFORE = "before"  # back from a moment that is to come


class Words(NamedTuple):
    """A text in the two languages of the staff."""

    zh: str
    en: str

    def in_language(self, *, chinese: bool) -> str:
        """Return the text of one language."""
        return self.zh if chinese else self.en


@dataclass(frozen=True)
class PolicyKey:
    """One row of the table.

    `needs` names the switch without which the row is not in force. `owner` is the code of the
    department that has to keep a limit where the record does not say; `warned` and `told` are the
    roles that hear of a warning and of a breach.
    """

    key: str
    name: Words
    kind: Kind
    default: Value
    clock: Words
    applies: Words
    source: str
    status: Status
    choices: Mapping[str, Words] = field(default_factory=dict)
    runs: Runs = Runs.NOT
    warn_key: str = ""
    needs: str = ""
    may_be_unset: bool = False
    owner: str = ""
    warned: tuple[str, ...] = ()
    told: tuple[str, ...] = ("supervision",)

    def is_gap_while(self, value: Value) -> bool:
        """Whether the operator has yet to say what holds."""
        return self.status is Status.GAP and value is None

    def parse(self, text: str) -> Value:
        """Read a value for this key. Raises values.BadValue."""
        return self.checked(parse(self.kind, text, choices=tuple(self.choices)))

    def checked(self, value: Value) -> Value:
        """Return the value if this key may have it. Raises values.BadValue."""
        if value is None and not self.may_be_unset:
            raise MissingValue(self.key)
        return checked(self.kind, value, choices=tuple(self.choices))

    def from_json(self, stored: object) -> Value:
        """Return the value that the database keeps. Raises values.BadValue."""
        return from_json(self.kind, stored, choices=tuple(self.choices))

    def printed(self, value: Value, *, chinese: bool = False) -> str:
        """Print a value of this key, choices by their names."""
        if self.choices and value is not None:
            codes = value if isinstance(value, tuple) else (value,)
            named = [self.choices[str(code)].in_language(chinese=chinese) for code in codes]
            return ("、" if chinese else ", ").join(named)
        return printed(value, chinese=chinese, kind=self.kind)


class MissingValue(ValueError):
    """This key cannot be without a value."""

    def __init__(self, key: str) -> None:
        self.code, self.facts = "value_missing", {"key": key}
        super().__init__(f"{key} must have a value")
