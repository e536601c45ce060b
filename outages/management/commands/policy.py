"""`manage policy`: the rules in force as a table, set from the shell, printed for the docs."""

from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from outages.forms.rules.calendar import days_of_csv
from outages.forms.rules.policy import VALUE_WORDS
from outages.policy.keys import KEYS, POLICY, SECTIONS
from outages.policy.on_record import ON_RECORD
from outages.policy.rows import PolicyKey
from outages.selectors.rules import policy
from outages.services.rules.policy import PolicyRefused, name_days, set_policy_text

DOCS = Path(settings.BASE_DIR) / "docs" / "policy.md"
HEAD = """# Policy

Every limit, threshold and switch of the utility, as shipped. Printed by `./run manage policy \
docs` from `outages/policy/keys.py`; a test holds it true. Leaders and administrators change \
values on the policy page, or with `./run manage policy set KEY VALUE --source TEXT \
[--from TIME]`; a change concerns only what starts after it, and every clock keeps the key and \
the value that it was started with (ADR 0013).

Status: *literal*: the number stands in the regulations. *analogy*: it stands there for another \
trade. *interpretation*: the text is read so. *assumption*: ours. *gap*: nobody says, the operator \
must set it, and until then there is no limit. *On record only*: people keep it, nothing in the \
program follows from it (`outages/policy/on_record.py`; a test holds that it goes by all others).

Sources: 000 manuals of several water companies, 002 the utility's own regulations of its call \
centre (呼叫中心管理规定), 003 rules of electricity hotlines, 004 rules of gas and property \
services. 他企: another water company.
"""


class Command(BaseCommand):
    help = "List the policy in force, set a value, enter calendar days, check, or print the docs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        listed = verbs.add_parser("list", help="every rule with its value in force")
        listed.add_argument("--at", help="the moment, as 2026-11-22T03:00 (default: now)")
        setting = verbs.add_parser("set", help="let a value be in force from a moment on")
        setting.add_argument("key")
        setting.add_argument("value", help='as people write it: "5 min", "2 working days", "on"')
        setting.add_argument("--source", required=True, help="the resolution that says so")
        setting.add_argument("--from", dest="begins", help="2026-12-01T00:00 (default: now)")
        setting.add_argument("--note", default="")
        days = verbs.add_parser(
            "calendar", help="enter the days of a CSV file: day,kind,name,source"
        )
        days.add_argument("file", type=Path)
        verbs.add_parser("check", help="exit 1 where something needs the operator")
        printing = verbs.add_parser("docs", help="print docs/policy.md")
        printing.add_argument("--check", action="store_true", help="exit 1 where the file differs")

    def handle(self, *args: Any, **options: Any) -> None:
        getattr(self, f"_{options['verb']}")(options)

    def _list(self, options: dict[str, Any]) -> None:
        at = _moment(options["at"]) or timezone.now()
        for found in policy.all_in_force(at=at):
            origin = found.row.source if found.row else f"default, {found.key.status}"
            value = found.key.printed(found.value)
            self.stdout.write(f"{found.key.key:<30} {value:<28} {origin}")

    def _set(self, options: dict[str, Any]) -> None:
        at = timezone.now()
        try:
            row = set_policy_text(
                options["key"],
                options["value"],
                effective_from=_moment(options["begins"]) or at,
                source=options["source"],
                note=options["note"],
                by=None,
                at=at,
            )
        except PolicyRefused as refused:
            raise CommandError(_words(refused)) from refused
        key = KEYS[row.key]
        begins = timezone.localtime(row.effective_from)
        self.stdout.write(
            f"{row.key}: {key.printed(key.from_json(row.value))} from {begins:%F %H:%M}"
        )

    def _calendar(self, options: dict[str, Any]) -> None:
        try:
            days = days_of_csv(options["file"].read_text("utf-8-sig"))
            rows = name_days(days, by=None, at=timezone.now())
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(str(error)) from error
        except ValidationError as wrong:
            raise CommandError("\n".join(wrong.messages)) from wrong
        except PolicyRefused as refused:
            raise CommandError(_words(refused)) from refused
        self.stdout.write(f"{len(rows)} days entered")

    def _check(self, _options: dict[str, Any]) -> None:
        at = timezone.now()
        found = policy.all_in_force(at=at)
        missing = [
            f"{each.key.key}: not set" for each in found if each.key.is_gap_while(each.value)
        ]
        missing += [
            f"calendar: the holidays of {year} are not entered"
            for year in policy.years_unknown(on=timezone.localdate(at))
        ]
        for line in missing:
            self.stdout.write(line)
        if missing:
            msg = f"{len(missing)} things wait for the operator"
            raise CommandError(msg)
        self.stdout.write("nothing waits for the operator")

    def _docs(self, options: dict[str, Any]) -> None:
        text = printed_docs()
        if not options["check"]:
            self.stdout.write(text, ending="")
        elif DOCS.read_text("utf-8") != text:
            msg = "docs/policy.md differs: ./run manage policy docs > docs/policy.md"
            raise CommandError(msg)


def printed_docs() -> str:
    """Return docs/policy.md as the table has it."""
    parts = [HEAD]
    for row in POLICY:
        if row.key in SECTIONS:
            heading = SECTIONS[row.key]
            parts.append(
                f"\n## {heading.en} / {heading.zh}\n\n"
                "| Key | Rule | Default | Clock | Applies to | Source | Status |\n"
                "|---|---|---|---|---|---|---|\n"
            )
        parts.append(_printed_row(row))
    return "".join(parts)


def _printed_row(row: PolicyKey) -> str:
    needs = f"; only with `{row.needs}`" if row.needs else ""
    choices = "; ".join(words.en for words in row.choices.values())
    default = row.printed(row.default) + (f" (of: {choices})" if len(row.choices) > 1 else "")
    cells = (
        f"`{row.key}`",
        f"{row.name.zh} / {row.name.en}",
        default,
        row.clock.en,
        row.applies.en + needs + _not_gone_by(row),
        row.source,
        str(row.status),
    )
    return "| " + " | ".join(cell.replace("|", "/") for cell in cells) + " |\n"


def _not_gone_by(row: PolicyKey) -> str:
    return f"; on record only: {ON_RECORD[row.key].en}" if row.key in ON_RECORD else ""


def _words(refused: PolicyRefused) -> str:
    """Say what was refused; commands lie beside the views, whose words they cannot borrow."""
    return f"{refused}. {VALUE_WORDS.get(refused.code, '')}".strip()


def _moment(text: str | None) -> datetime | None:
    if not text:
        return None
    at = parse_datetime(text)
    if at is None:
        msg = f"no moment: {text!r}; write 2026-12-01T00:00"
        raise CommandError(msg)
    return at if timezone.is_aware(at) else timezone.make_aware(at)
