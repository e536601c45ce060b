"""The checklist of an emergency: what is started at once, whatever the matrix asks besides.

No regulation of the utility writes such a plan out; they ask that there is one and that it is
started at once (立即启动应急预案). So this is ours, in the order in which it is read at night.
"""

from dataclasses import dataclass
from typing import Final

from outages.policy.matrix import Owner


@dataclass(frozen=True)
class Step:
    """One line of the checklist, in both languages, and the department that does it."""

    code: str
    owner: Owner
    zh: str
    en: str


CHECKLIST: Final[tuple[Step, ...]] = (
    Step("lead", Owner.COMPANY_LEADER, "指定应急负责人，到岗指挥", "Name who leads, on the spot"),
    Step("crews", Owner.ENGINEERING, "召集备勤班组和设备", "Call in stand-by crews and equipment"),
    Step(
        "pressure",
        Owner.PRODUCTION,
        "调整水厂和泵站压力，保住未停片区",
        "Set plants and pumps to hold the areas that still have water",
    ),
    Step(
        "care",
        Owner.CALL_CENTRE,
        "逐一联系医院、养老院、学校",
        "Ring hospitals, care homes and schools one by one",
    ),
    Step(
        "water",
        Owner.ENGINEERING,
        "派出送水车，设临时取水点",
        "Send water tankers and set up standpipes",
    ),
    Step("desk", Owner.CALL_CENTRE, "热线加派座席，统一口径", "More agents, one script"),
    Step(
        "fire", Owner.CALL_CENTRE, "告知消防停水的消防栓", "Tell the fire service of dry hydrants"
    ),
)
