"""Rules of the table that people keep by themselves: nothing in the program follows from them.

They stand in the table because the regulations have them. Whoever changes one reads here, and on
its page, that the program does not go by it; a test holds that it goes by all others.
"""

from collections.abc import Mapping
from typing import Final

from outages.policy.rows import Words

_PROPERTY: Final = Words("物业工单不在本系统办理", "orders of property services are not kept here")

ON_RECORD: Final[Mapping[str, Words]] = {
    "complaint_report_supervision": Words(
        "受理投诉即抄送，与此值无关", "supervision hears of a complaint at once, whatever is set"
    ),
    "consult_reply_other_dept": Words(
        "外部事项未单独登记，按一般咨询计时", "not told apart: they have the limit of any question"
    ),
    "extension_before_due": Words(
        "逾期申请一律保留并标记", "a late request is always kept and marked"
    ),
    "arrive_property_emergency": _PROPERTY,
    "arrive_public_hazard": _PROPERTY,
    "repair_public_other": _PROPERTY,
    "repair_private_other": _PROPERTY,
    "plant_plan_approver": Words(
        "一律由公司领导审批", "the company leader decides, whatever is set"
    ),
    "exchange_required_fields": Words("各项一律必填", "all of them must always be told"),
    "callback_sms_share": Words(
        "为电话回访比例以外的部分", "it is what the share by telephone leaves"
    ),
    "callback_complaint_phone": Words(
        "投诉一律电话回访", "complaints are always called by telephone"
    ),
    "callback_engineering_share": Words("本系统不做", "not done here"),
}
