"""What people are told: all of it, in plain words, and nothing when something is missing."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from outages.choices import Cause, NoticeKind
from outages.models import Delivery, Event, Outage, OutageNotice
from outages.services import outages
from outages.services.publishing import notices
from outages.services.publishing.audience import AudienceRefused, mobile_number
from outages.services.publishing.wording import REQUIRED, MissingNoticeField, NoticeFields, render
from outages.services.shutdown import plans
from tests.factories import NOON, lay
from tests.outages.conftest import Desk
from tests.outages.test_plans import LINE

FULL = NoticeFields(
    kind="first",
    is_planned=False,
    cause="burst",
    supply="no_water",
    area_zh="解放路（中山路口）",
    area_en="Jiefang Road near Zhongshan Road",
    start=NOON,
    end=NOON + timedelta(hours=6),
    estimated_restoration=NOON + timedelta(hours=6),
    restored=NOON + timedelta(hours=5),
    hotline="952525",
)


@pytest.mark.parametrize("kind", list(NoticeKind))
@pytest.mark.parametrize("is_planned", [True, False])
def test_a_notice_says_everything_it_must_in_both_languages(kind: str, is_planned: bool) -> None:
    texts = render(replace(FULL, kind=kind, is_planned=is_planned))
    assert "解放路（中山路口）" in texts.text_zh
    assert "Jiefang Road near Zhongshan Road" in texts.text_en
    for text in (texts.text_zh, texts.text_en, texts.sms_zh, texts.sms_en):
        assert "952525" in text
        assert "None" not in text
    assert "敬请谅解" in texts.text_zh
    assert "sorry" in texts.text_en
    if kind in ("first", "update"):
        assert "爆裂" in texts.text_zh
        assert "11月21日12:00" in texts.text_zh
        assert "11月21日18:00" in texts.text_zh
        assert "Sat 21 Nov 18:00" in texts.text_en
        assert "储水" in texts.text_zh


@pytest.mark.parametrize(
    ("kind", "field"), [(kind, field) for kind, fields in REQUIRED.items() for field in fields]
)
def test_a_missing_field_stops_the_notice_and_is_named(kind: str, field: str) -> None:
    empty: Any = None if getattr(FULL, field) is not None and field in _TIMES else ""
    with pytest.raises(MissingNoticeField, match=field) as missing:
        render(replace(FULL, kind=kind, **{field: empty}))
    assert missing.value.field == field


_TIMES = {"start", "end", "estimated_restoration", "restored"}


@pytest.mark.parametrize("cause", list(Cause))
def test_every_cause_has_words(cause: str) -> None:
    assert render(replace(FULL, cause=cause)).text_zh


def test_no_valve_no_pipe_and_no_person_is_named(desk: Desk) -> None:
    lay(LINE, c_p3={"name": "王小明", "phone": "13812345678"})
    approval = desk.burst("p3")
    notice = approval.notice
    assert notice is not None
    said = " ".join(
        str(getattr(notice, field.name))
        for field in OutageNotice._meta.fields
        if field.name.startswith(("title", "text", "sms", "fields"))
    )
    for secret in ("V1", "V2", "p3", "c.p3", "王小明", "13812345678", "A000"):
        assert secret not in said


def test_an_outage_without_a_place_is_approved_and_its_notice_withheld(desk: Desk) -> None:
    from network.models import Pipe

    lay(LINE)
    Pipe.objects.update(street="", street_en="")
    approval = desk.burst("p3")
    assert approval.outage.status == "impact_confirmed"
    assert approval.notice is None
    withheld = Event.objects.get(verb="notice_withheld")
    assert "area_zh" in withheld.reason
    assert not Delivery.objects.exists()
    Outage.objects.update(place="解放路")
    outage = Outage.objects.get()
    notice = notices.draft_notice(outage, kind="first", by=desk.dana, at=desk.now)
    assert notices.publish_notice(notice, by=desk.dana, at=desk.now).status == "published"


def test_policy_may_leave_the_first_notice_to_a_person(desk: Desk, settings: Any) -> None:
    settings.NOTICE_AUTO_PUBLISH_UNPLANNED = False
    lay(LINE)
    approval = desk.burst("p3")
    assert approval.notice is not None
    assert approval.notice.status == "draft"
    assert not Delivery.objects.exists()
    assert approval.outage.published_at is None


@pytest.mark.parametrize("spoil", ["area", "customers"])
def test_an_empty_area_or_another_count_than_the_plans_is_refused(desk: Desk, spoil: str) -> None:
    lay(LINE)
    outage = desk.burst("p3").outage
    changed: dict[str, Any] = {"area": None} if spoil == "area" else {"customers": 99}
    Outage.objects.filter(pk=outage.pk).update(**changed)
    outage.refresh_from_db()
    with pytest.raises(AudienceRefused):
        notices.draft_notice(outage, kind="update", by=desk.dana, at=desk.now)


def test_one_message_per_phone_and_none_to_landlines(desk: Desk) -> None:
    lay(
        LINE,
        c_p3={"phone": "138 1234 5678", "email": "A@example.org"},
        c_p4={"phone": "+86-13812345678"},
    )
    plan = desk.propose(desk.report("p3"))
    wide = plans.adjust_plan(
        plan, what_if=plans.WhatIf.of(removed=["V2"]), reason="井被占", by=desk.dana, at=desk.now
    )
    approval = desk.approve(wide)
    assert approval.outage.customers == 2
    sent = Delivery.objects.exclude(channel="public_list").values_list("channel", "recipient")
    assert sorted(sent) == [("email", "a@example.org"), ("sms", "+8613812345678")]
    preview = notices.preview_notice(approval.outage)
    assert preview.recipients_by_channel == {"email": 1, "sms": 1}
    assert mobile_number("0775-1234567") == ""


def test_a_newer_version_takes_back_what_the_older_has_not_sent(desk: Desk) -> None:
    lay(LINE)
    outage = desk.burst("p3").outage
    outages.change_estimate(
        outage,
        estimated_restoration_at=NOON + timedelta(hours=8),
        reason="管件送到晚",
        by=desk.dana,
        at=desk.now,
    )
    first, update = OutageNotice.objects.order_by("version")
    assert list(first.deliveries.filter(channel="sms").values_list("status", flat=True)) == [
        "superseded"
    ]
    with pytest.raises(notices.PublishRefused, match="notice_no_draft"):
        notices.publish_notice(update, by=desk.dana, at=desk.now)


def test_an_edit_from_an_old_form_is_refused(desk: Desk) -> None:
    lay(LINE)
    outage = desk.burst("p3").outage
    version = outage.lock_version
    change = {
        "estimated_restoration_at": NOON + timedelta(hours=8),
        "reason": "管件送到晚",
        "by": desk.dana,
        "expected_version": version,
    }
    outages.change_estimate(outage, at=desk.now, **change)  # type: ignore[arg-type]
    with pytest.raises(outages.EditedMeanwhile, match="edited_meanwhile"):
        outages.change_estimate(outage, at=desk.now, **change)  # type: ignore[arg-type]
    assert outage.estimates.count() == 2


def test_an_update_says_that_the_time_changed_only_where_it_did(desk: Desk) -> None:
    """A new plan moves the area, not the hour: nobody is told of another time."""
    lay(LINE)
    wide = plans.adjust_plan(
        desk.propose(desk.report("p3")),
        what_if=plans.WhatIf.of(removed=["V2"]),
        reason="井上停着车",
        by=desk.dana,
        at=desk.now,
    )
    outage = desk.approve(wide).outage
    narrow = plans.adjust_plan(
        wide, what_if=plans.WhatIf(), reason="车开走了", by=desk.dana, at=desk.now
    )
    adopted = plans.adopt_plan(narrow, by=desk.dana, at=desk.now).notice
    assert adopted is not None
    assert "时间有变" not in adopted.title_zh + adopted.text_zh + adopted.sms_zh
    assert "time" not in adopted.title_en + adopted.text_en
    outages.change_estimate(
        outage,
        estimated_restoration_at=NOON + timedelta(hours=9),
        reason="管件晚到",
        by=desk.dana,
        at=desk.now,
    )
    moved = OutageNotice.objects.filter(outage=outage, kind="update").latest("version")
    assert "时间有变：管件晚到。" in moved.text_zh
    assert moved.title_zh.startswith("停水时间变更")
