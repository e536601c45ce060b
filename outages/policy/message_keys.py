"""The policy's rows about messages: who looks first, what waits, what an opt-out stops.

A part of the table of outages.policy.keys.
"""

from typing import Final

from outages.policy.rows import PolicyKey, Status, Words
from outages.policy.values import Kind, Span, Unit

_MIN, _HOUR = Unit.MINUTES, Unit.HOURS
_ASSUMED, _READ = Status.ASSUMPTION, Status.INTERPRETATION

# fmt: off
MESSAGES: Final[tuple[PolicyKey, ...]] = (
    PolicyKey("second_approver_customers",
              Words("通知需第二人复核的户数", "a second person approves a notice"),
              Kind.COUNT, 5_000, Words("多于此数", "to more customers than"),
              Words("停水通知", "notices"), "—", _ASSUMED),
    PolicyKey("call_again", Words("未接通后再次致电", "call again after no answer"),
              Kind.DURATION, Span(30, _MIN), Words("未接 → 再次待拨", "no answer → due again"),
              Words("停水电话通知", "calls about an outage"), "—", _ASSUMED),
    PolicyKey("quiet_hours", Words("静默时段", "quiet hours"),
              Kind.HOURS, "22:00-07:00",
              Words("短信、微信顺延至时段结束", "SMS and WeChat wait until they end"),
              Words("不紧急的停水通知", "notices that can wait"), "—", _ASSUMED,
              may_be_unset=True),
    PolicyKey("quiet_hours_for", Words("静默时段内顺延的通知", "notices that wait in quiet hours"),
              Kind.SEVERAL, ("planned",), Words("发布时", "when published"),
              Words("抢修停水及已开始的停水从不顺延；重要用水户、特殊用户即时通知",
                    "never emergencies or what has begun; key and special users at once"),
              "002 第16条、第17条（即时通知的情形不顺延）", _ASSUMED, may_be_unset=True,
              choices={
                  "planned": Words("计划停水（含其恢复供水）",
                                   "planned outages (their all-clear too)"),
                  "all_clear": Words("抢修后的恢复供水", "water is back after an emergency")}),
    PolicyKey("quiet_lead", Words("顺延不得晚于停水前", "known so long before the beginning"),
              Kind.DURATION, Span(6, _HOUR),
              Words("顺延后距停水开始不足此时长则立即发送",
                    "where the morning is nearer to it than this, it goes at once"),
              Words("计划停水", "planned outages"), "—", _ASSUMED),
    PolicyKey("callback_quiet_hours",
              Words("回访短信静默时段", "hours without call-backs by SMS"),
              Kind.HOURS, "21:00-08:00", Words("顺延至时段结束", "they wait until these end"),
              Words("短信回访", "call-backs by SMS"), "—", _ASSUMED, may_be_unset=True),
    PolicyKey("opt_out_stops", Words("退订后不再发送", "what an opt-out stops"),
              Kind.SEVERAL, ("call_back", "all_clear"),
              Words("排队时与发送前各核对一次", "looked at when queued and before it is sent"),
              Words("退订短信或邮件的用户", "who asked for no SMS or e-mail"),
              "《城市供水条例》第22条（停水须通知用户）", _READ, may_be_unset=True,
              choices={
                  "call_back": Words("回访", "call-backs"),
                  "all_clear": Words("恢复供水", "water is back"),
                  "planned": Words("计划停水", "planned outages"),
                  "unplanned": Words("抢修停水", "emergencies")}),
)
# fmt: on
