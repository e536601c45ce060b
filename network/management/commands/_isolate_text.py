"""An answer of `manage isolate` for a person at a terminal."""

from collections.abc import Iterator
from typing import Any

LEFT_OPEN = {
    "fed_through_zone": "what lies beyond gets its water only through the zone",
    "dry_before": "what lies beyond has no water already",
    "no_source": "no source lies beyond",
    "held_elsewhere": "other valves or one-way devices keep the water out",
}
CUSTOMER = {
    "supplied": "keeps water",
    "in_zone": "dry: in the zone",
    "cut_off": "dry: cut off",
    "dry_before": "had no water before",
    "not_connected": "hangs on no pipe in service",
}
LONG_WAY = 12  # stretches and valves; what is longer is shortened in its middle


def as_text(answer: dict[str, Any]) -> str:
    """The answer for a person at a terminal."""

    def listed(name: str) -> str:
        return ", ".join(answer[name]) or "none"

    unintended = len(answer["customers_unintended"])
    zone, dry = len(answer["segment_pipes"]), len(answer["pipes_dry"])
    lines = [
        f"Burst on {answer['pipe']}",
        *(f"  ! {warning['text']}" for warning in answer["warnings"]),
        f"  Close {len(answer['valves_to_close'])}: {listed('valves_to_close')}",
        f"  Already closed: {listed('valves_already_closed')}",
        f"  Sources to shut: {listed('sources_to_shut')}",
        f"  Without water: {answer['customers']} customers, about {answer['persons']} persons",
        f"    in the zone {len(answer['customers_isolated'])}, outside it {unintended}, "
        f"dry before {len(answer['customers_already_dry'])} (not counted)",
        f"  Hydrants without water: {listed('hydrants_dry')}",
        f"  Pipes: {zone} in the zone, {dry} newly dry",
    ]
    if "explanation" in answer:
        lines += _explanation(answer["explanation"])
    if "alternatives" in answer:
        lines += _alternatives(answer["alternatives"])
    if "restore" in answer:
        lines += _restore(answer["restore"])
    if "pressure" in answer:
        lines += _pressure(answer["pressure"])
    return "\n".join(lines)


def _pressure(found: dict[str, Any]) -> Iterator[str]:
    if "error" in found:
        yield f"Pressure: {found['error']['text']}"
        return
    counts = found["counts"]
    yield f"Pressure for those who keep water ({counts['graded']} graded, {found['engine']})"
    yield f"  Now under 7 m: {counts['new_under_7']}, under 10 m: {counts['new_under_10']}"
    yield f"  Under 10 m before too: {counts['weak_before']}, not graded: {counts['ungraded']}"
    yield from (f"  ! {warning['text']}" for warning in found["warnings"])
    for weak in [each for each in found["customers"] if each["new"]][:LONG_WAY]:
        yield f"  {weak['id']}: {weak['before_m']:.1f} m before, {weak['after_m']:.1f} m after"


def _explanation(found: dict[str, Any]) -> Iterator[str]:
    yield "Why"
    for reason in found["close"]:
        yield f"  Close {reason['valve']}: {_way(reason['way'])}"
    for reason in found["leave_open"]:
        yield f"  Leave {reason['valve']} open: {LEFT_OPEN[reason['code']]}"
    for reason in found["already_closed"]:
        held = "way" in reason
        why = f"holds back {_way(reason['way'])}" if held else LEFT_OPEN[reason["code"]]
        yield f"  Keep {reason['valve']} closed: {why}"
    for reason in found["sources"]:
        yield f"  Shut {reason['source']}: {_way(reason['way'])}"
    for group in found["customers"]:
        yield f"  {group['count']} customers, {group['persons']} persons: {_group(group)}"
    for asked in found.get("asked_customers", []):
        text = f"  {asked['customer']} {CUSTOMER[asked['code']]}"
        if "way" in asked:
            text += f" by {_way(asked['way'])}"
        elif "group" in asked:
            text += f" ({_group(asked['group'])})"
        yield text


def _way(way: dict[str, Any]) -> str:
    steps = [
        step["valve"]
        if "valve" in step
        else _stretch(step["pipes"], step["count"], way["in_order"])
        for step in way["steps"]
    ]
    if len(steps) > LONG_WAY:
        first, last = steps[:3], steps[-5:]
        steps = [*first, f"... {len(steps) - len(first) - len(last)} more ...", *last]
    return " > ".join([way["source"], *steps])


def _stretch(pipes: list[str], count: int, in_order: bool) -> str:
    if count == len(pipes):
        return "-".join(pipes) if in_order else f"({', '.join(pipes)})"
    return f"{pipes[0]}-...-{pipes[-1]} ({count} pipes)" if in_order else f"({count} pipes)"


def _group(group: dict[str, Any]) -> str:
    if group["code"] == "dry_before":
        return "in the zone, dry before"
    if group["code"] == "in_zone":
        through = ", ".join(group["through"])
        return f"in the zone, through {through}" if through else "in the zone"
    behind = [f"shut {valve}" for valve in group["shut_valves"]]
    if group["from_zone"]:
        behind.append("the zone")
    return f"cut off by {', '.join(behind) or 'nothing that is drawn'}"


def _alternatives(found: dict[str, Any]) -> Iterator[str]:
    cut_short = "; more could be tried" if found["cut_short"] else ""
    yield f"Plans: {found['not_dominated']} of {found['tried'] + 1} tried are worth it{cut_short}"
    for nth, plan in enumerate(found["plans"], start=1):
        moves = ", ".join(
            f"{each['kind'].replace('_', ' ')} {each['asset']}" for each in plan["moves"]
        )
        yield f"  {nth}. {moves or 'as answered'}"
        turned = [f"close {', '.join(plan['valves_to_close']) or 'none'}"]
        for name, key in (
            ("open", "valves_to_open"),
            ("stop", "temporary_stops"),
            ("shut", "sources_to_shut"),
        ):
            if plan[key]:
                turned.append(f"{name} {', '.join(plan[key])}")
        yield f"     {'; '.join(turned)}; about {plan['minutes']:g} minutes"
        yield (
            f"     {plan['customers']} customers, {plan['persons']} persons, "
            f"{len(plan['key_users'])} key and {len(plan['special_users'])} special users"
        )
        if plan["uncertain_valves"]:
            yield f"     not sure to close: {', '.join(plan['uncertain_valves'])}"


def _restore(found: dict[str, Any]) -> Iterator[str]:
    yield "Water back for those cut off"
    for option in found["options"]:
        first = f"close {', '.join(option['close_first'])}, then " if option["close_first"] else ""
        zones = ""
        if option["joins_pressure_zones"]:
            zones = f"; joins pressure zones {', '.join(option['pressure_zones'])}"
        yield (
            f"  {first}open {', '.join(option['open'])}: "
            f"{len(option['customers'])} customers, {option['persons']} persons{zones}"
        )
    if not found["options"]:
        yield "  no closed valve would help"
    for point in found["points"]:
        yield (
            f"  Water at {point['place']}: {point['persons']} persons, "
            f"{point['mean_m']:.0f} m on average, {point['farthest_m']:.0f} m at most"
        )
    yield f"  {len(found['rest'])} customers wait for the repair"
