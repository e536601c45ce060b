"""The pages of duties, sheets, permits, approvals, calls and the exchange, as their people."""

from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from gisapp.accounts.roles import sync_roles
from network.models import Organisation, Pipe
from outages.models import Anomaly, Outage, OutageTask
from outages.policy.matrix import Task
from outages.services import outages
from outages.services.rules import departments
from outages.services.rules.departments import ship_organisation
from outages.services.shutdown import plans
from tests.factories import NOON, lay, person
from tests.outages.conftest import Desk
from tests.outages.offices import office
from tests.outages.scenarios.test_outage_duties import STREET, with_persons


@pytest.fixture(autouse=True)
def _roles(db: None, settings: Any, tmp_path: Any) -> None:
    sync_roles()
    settings.ALLOWED_HOSTS = ["testserver"]
    settings.MEDIA_ROOT = tmp_path


def client_of(role: str) -> Client:
    client = Client()
    client.force_login(person(role))
    return client


def now_planned(desk: Desk, **facts: Any) -> Outage:
    """Draft works of the day after tomorrow, as the clock of the pages stands."""
    start = timezone.now() + timedelta(days=2)
    given = {
        "place": "解放路",
        "planned_start_at": start,
        "planned_end_at": start + timedelta(hours=6),
        **facts,
    }
    outage = outages.draft_planned_outage(**given, by=desk.dana, at=timezone.now())
    plan = plans.propose_plan(outage=outage, pipes=["p2"], by=desk.dana, at=timezone.now())
    return outages.confirm_impact(outage, plan=plan, by=desk.dana, at=timezone.now())


def now_burst(desk: Desk, **facts: Any) -> Outage:
    back = timezone.now() + timedelta(hours=6)
    return desk.approve(
        desk.propose(desk.report("p2")), estimated_restoration_at=back, **facts
    ).outage


def url(name: str, *args: Any) -> str:
    return reverse(f"outages:{name}", args=args)


def page(client: Client, name: str, *args: Any, **asked: str) -> str:
    answer = client.get(url(name, *args), asked)
    assert answer.status_code == 200, answer.content.decode()[:500]
    return answer.content.decode()


# -- 1xx the sheet ------------------------------------------------------------------------


def test_101_the_sheet_asks_for_the_trunk_road_and_goes_over_once_answered(desk: Desk) -> None:
    with_persons(100)
    outage, dana = now_planned(desk), client_of("dispatcher")
    shown = page(dana, "sheet", outage.pk)
    assert "是否在主干道路上施工" in shown and "缺" in shown
    assert dana.post(url("sheet-hand-over", outage.pk), {}).status_code == 422
    answer = dana.post(url("sheet-hand-over", outage.pk), {"on_trunk_road": "yes"})
    assert answer.status_code == 302
    outage.refresh_from_db()
    assert (outage.status, outage.on_trunk_road) == ("ready", True)
    ada = client_of("call_agent")
    assert "已阅" in page(ada, "sheet", outage.pk)
    ada.post(url("sheet-read", outage.sheets.get().pk))
    assert outage.sheets.get().read_by is not None


def test_103_the_sheet_names_every_street_without_water(desk: Desk) -> None:
    with_persons(100)
    Pipe.objects.filter(asset_id="p1").update(street="河堤路")
    Pipe.objects.filter(asset_id="p2").update(street="新华街", street_en="Xinhua Street")
    outage = now_planned(desk)
    shown = page(client_of("call_agent"), "sheet", outage.pk)
    assert "新华街" in shown
    assert "河堤路" not in shown, "its pipe keeps its water"


def test_102_the_call_centre_cannot_hand_over_a_sheet(desk: Desk) -> None:
    with_persons(100)
    outage = now_planned(desk)
    answer = client_of("call_agent").post(
        url("sheet-hand-over", outage.pk), {"on_trunk_road": "yes"}
    )
    assert answer.status_code == 403


# -- 2xx permit and leader -------------------------------------------------------------------


def a_photo() -> SimpleUploadedFile:
    out = BytesIO()
    Image.new("RGB", (40, 30), "white").save(out, "JPEG")
    return SimpleUploadedFile("permit.jpg", out.getvalue(), "image/jpeg")


def local(days: int = 0) -> str:
    return f"{timezone.localtime(timezone.now() + timedelta(days=days)):%Y-%m-%dT%H:%M}"


def test_201_the_permit_is_recorded_with_its_document_and_opens_the_gate(desk: Desk) -> None:
    with_persons(5001)
    outage, dana = now_planned(desk, on_trunk_road=False), client_of("dispatcher")
    dana.post(url("outage-ready", outage.pk))
    assert "待报批" in page(dana, "duties-of", outage.pk)
    dana.post(url("permit-apply", outage.pk), {"applied_at": local()})
    said = {"decision": "approved", "number": "", "decided_at": local()}
    answer = dana.post(url("permit-decide", outage.pk), said)
    assert answer.status_code == 409
    assert "批文号" in answer.content.decode()
    script = SimpleUploadedFile("a.pdf", b"%PDF-1.4 /JavaScript (app.alert(1)) %%EOF")
    said |= {"number": "118"}
    answer = dana.post(url("permit-decide", outage.pk), {**said, "document": script})
    assert answer.status_code == 409
    answer = dana.post(url("permit-decide", outage.pk), {**said, "document": a_photo()})
    assert answer.status_code == 302
    outage.refresh_from_db()
    assert outage.status == "ready"
    kept = dana.get(url("permit-document", outage.pk))
    assert kept["Content-Disposition"].startswith("attachment")
    assert "sandbox" in kept["Content-Security-Policy"]
    kept.close()


def test_202_the_leader_approves_from_his_page(desk: Desk) -> None:
    with_persons(100)
    outage = now_planned(desk, works="plant", on_trunk_road=False)
    client_of("dispatcher").post(url("outage-ready", outage.pk))
    lee = client_of("leader")
    assert outage.code in page(lee, "approvals")
    asked = outage.approvals.get()
    assert client_of("dispatcher").get(url("approvals")).status_code == 403
    empty = lee.post(url("approval-decide", asked.pk), {"decision": "reject", "comment": ""})
    assert empty.status_code == 409, "sent back only with a reason"
    assert lee.post(url("approval-decide", asked.pk), {"decision": "approve"}).status_code == 302
    outage.refresh_from_db()
    assert outage.status == "ready"
    again = lee.post(url("approval-decide", asked.pk), {"decision": "approve"})
    assert again.status_code == 409
    picture = lee.get(reverse("layers:plan-picture", args=[asked.sheet.plan_id]))
    assert picture["Content-Type"] == "image/svg+xml"


# -- 3xx duties and calls ----------------------------------------------------------------------


def test_301_my_list_holds_my_departments_duties_and_no_others(desk: Desk) -> None:
    with_persons(6000, key_user=True)
    outage = now_burst(desk)
    ada, dana = page(client_of("call_agent"), "duties"), page(client_of("dispatcher"), "duties")
    assert outage.code in ada and outage.code in dana
    assert "通知主管科室" in ada and "通知主管科室" not in dana
    assert "张贴停水通知" in dana and "张贴停水通知" not in ada
    assert "张贴停水通知" in page(client_of("call_agent"), "duties", owner="engineering")


def test_302_a_posting_is_done_with_a_photo_that_is_made_anew(desk: Desk) -> None:
    with_persons(100)
    outage, dana = now_burst(desk), client_of("dispatcher")
    posting = outage.duties.get(task=Task.POSTING, target="works")
    without = dana.post(url("duty-done", posting.pk), {})
    assert without.status_code == 409
    assert "凭证" in without.content.decode()
    assert dana.post(url("duty-done", posting.pk), {"photo": a_photo()}).status_code == 302
    posting.refresh_from_db()
    assert posting.status == "done"
    photo = dana.get(url("duty-photo", posting.pk))
    assert photo["Content-Type"] == "image/jpeg"
    photo.close()


def test_303_another_departments_duty_is_refused(desk: Desk) -> None:
    with_persons(100)
    posting = now_burst(desk).duties.get(task=Task.POSTING)
    answer = client_of("call_agent").post(url("duty-done", posting.pk), {"evidence": "贴好"})
    assert answer.status_code == 409
    assert "工程公司" in answer.content.decode()


def test_whom_to_ring_and_what_they_need_is_told_in_words(desk: Desk) -> None:
    lay(STREET, c_p2={"special_user": "dialysis", "name": "李梅", "phone": "13800000009"})
    outage = now_burst(desk, on_trunk_road=False)
    for name in ("duties-of", "calls"):
        shown = page(client_of("call_agent"), name, outage.pk)
        assert "血液透析" in shown
        assert "dialysis" not in shown, "the register's code"


def test_calls_inside_the_house_name_who_answers_at_this_hour(desk: Desk) -> None:
    ship_organisation()
    with_persons(6000)
    outage = now_burst(desk, on_trunk_road=False)
    asked = {"name": "黄世宁", "phone": "19600013002", "is_liaison": True}
    departments.add_acceptor(office("production"), **asked, by=None, at=NOON)
    for code, name, phone in (("B1", "", "0700-1"), ("B2", "公用事业科", "0700-2")):
        Organisation.objects.create(
            code=code, kind="bureau", name=f"{settings.PERMIT_AUTHORITY}{name}", phone=phone
        )
    ada = client_of("call_agent")
    shown = page(ada, "duties-of", outage.pk)
    assert "黄世宁 · 24 小时联络员" in shown and "tel:19600013002" in shown
    assert "公用事业科" in shown and "tel:0700-2" in shown, "the section, not the bureau's desk"
    call = outage.duties.get(task=Task.PHONE_LEADER)
    leader = ada.get(url("calls", outage.pk), {"call": call.pk}).content.decode()
    assert "公司领导的号码不上页面" in leader


def test_lists_name_the_place_in_the_readers_language(desk: Desk) -> None:
    with_persons(100)
    outage = now_burst(desk)
    Outage.objects.update(place="解放路", place_en="Jiefang Road")
    reader = client_of("call_agent")
    reader.cookies["django_language"] = "en"
    for name, *args in (("duties",), ("calls", outage.pk), ("exchange-outage", outage.pk)):
        shown = page(reader, name, *args)
        assert "Jiefang Road" in shown
        assert "解放路<" not in shown


def test_304_the_telephone_list_reads_out_the_notice_and_goes_on_to_the_next(desk: Desk) -> None:
    lay(STREET, c_p2={"key_user": True, "name": "市人民医院", "phone": "13800000009"})
    outage, ada = now_burst(desk, on_trunk_road=False), client_of("call_agent")
    shown = page(ada, "calls", outage.pk)
    assert "市人民医院" in shown and "13800000009" not in shown, "masked until it is asked for"
    assert "供水管道爆裂抢修" in shown
    call = outage.duties.get(task=Task.PHONE_KEY_USERS)
    number = ada.post(url("duty-phone", call.pk), headers={"Accept": "application/json"})
    assert number.json()["phone"] == "13800000009"
    assert ada.post(url("call-record", call.pk), {"result": "no_answer"}).status_code == 302
    assert "无人接听" in page(ada, "calls", outage.pk)
    ada.post(url("call-record", call.pk), {"result": "reached", "told_to": "总务科"})
    call.refresh_from_db()
    assert (call.status, call.attempts, call.told_to) == ("done", 2, "总务科")
    leaders = outage.duties.filter(task=Task.PHONE_LEADER)
    for row in leaders:
        ada.post(url("call-record", row.pk), {"result": "reached", "told_to": "分管领导"})
    for row in outage.duties.filter(task=Task.PHONE_PRODUCTION):
        ada.post(url("call-record", row.pk), {"result": "reached", "told_to": "生产部"})
    assert "电话都打完了" in page(ada, "calls", outage.pk)


def test_305_a_names_list_is_closed_to_who_may_not_see_customers(desk: Desk) -> None:
    lay(STREET, c_p2={"key_user": True, "name": "市人民医院"})
    outage = now_burst(desk)
    assert "市人民医院" not in page(client_of("production"), "duties-of", outage.pk)
    call = outage.duties.get(task=Task.PHONE_KEY_USERS)
    assert client_of("production").post(url("duty-phone", call.pk)).status_code == 403


def test_306_an_emergency_opens_every_channel_and_its_checklist(desk: Desk) -> None:
    with_persons(10)
    outage, dana = now_burst(desk, on_trunk_road=False), client_of("dispatcher")
    assert not outage.duties.filter(task=Task.PORTAL).exists()
    said = {"severity": "emergency", "reason": "主管爆裂，全区停水"}
    assert dana.post(url("outage-severity", outage.pk), said).status_code == 302
    found = set(outage.duties.values_list("task", flat=True))
    assert {Task.PORTAL, Task.NEWSPAPER, Task.NOTIFY_BUREAU_SECTION, Task.EXCHANGE} <= found
    assert outage.duties.filter(task=Task.EMERGENCY_STEP).count() == 7
    said |= {"severity": "ordinary", "reason": "已隔离"}
    dana.post(url("outage-severity", outage.pk), said)
    assert not outage.duties.filter(task=Task.PORTAL, status="pending").exists()


def test_307_works_moved_to_another_day_move_their_duties(desk: Desk) -> None:
    with_persons(100, key_user=True)
    outage, dana = now_planned(desk, on_trunk_road=False), client_of("dispatcher")
    dana.post(url("outage-ready", outage.pk))
    call = outage.duties.get(task=Task.PHONE_KEY_USERS)
    was = call.due_at
    told = {"planned_start_at": local(5), "planned_end_at": local(6), "reason": "雨天"}
    assert dana.post(url("outage-postpone", outage.pk), told).status_code == 302
    call.refresh_from_db()
    assert was is not None and call.due_at is not None
    assert call.due_at - was > timedelta(days=2)
    assert outage.sheets.count() == 2, "the call centre reads the new time"


def test_308_the_posted_notice_says_what_a_notice_must(desk: Desk) -> None:
    with_persons(100)
    shown = page(client_of("dispatcher"), "posting", now_burst(desk).pk)
    for said in ("停水原因", "停水范围", "起止时间", "预计恢复供水", "952525", "盖章", "解放路"):
        assert said in shown


def test_309_places_for_water_are_set_confirmed_and_taken_back(desk: Desk) -> None:
    with_persons(100)
    outage, dana = now_burst(desk), client_of("dispatcher")
    told = {"name": "解放路广场", "kind": "tanker", "lon": "110.05", "lat": "22.93"}
    assert dana.post(url("water-add", outage.pk), told).status_code == 302
    point = outage.supply_points.get()
    assert point.status == "confirmed"
    assert "解放路广场" in page(dana, "duties-of", outage.pk)
    assert "解放路广场" in page(dana, "posting", outage.pk)
    assert dana.post(url("water-withdraw", point.pk)).status_code == 302
    assert dana.post(url("water-withdraw", point.pk)).status_code == 409


# -- 4xx the dispatch centre -----------------------------------------------------------------------


def test_401_an_anomaly_told_twice_is_one_and_waits_for_an_agent(desk: Desk) -> None:
    centre, ada = client_of("dispatch_centre"), client_of("call_agent")
    told = {"client_key": str(uuid4()), "kind": "pressure", "place": "三塘泵站", "text": "压力骤降"}
    first = centre.post(url("anomaly-tell"), told)
    again = centre.post(url("anomaly-tell"), told)
    assert (first.status_code, again.status_code) == (302, 302)
    assert centre.post(url("anomaly-tell"), {}).status_code == 422
    assert 'class="badge"' in page(ada, "exchange")
    anomaly = Anomaly.objects.get()
    assert centre.post(url("anomaly-acknowledge", anomaly.pk)).status_code == 403
    assert ada.post(url("anomaly-acknowledge", anomaly.pk)).status_code == 302
    anomaly.refresh_from_db()
    assert anomaly.acknowledged_by is not None
    assert 'class="badge"' not in page(ada, "exchange")


def test_402_messages_of_a_large_outage_are_read_on_the_other_side_and_exported(
    desk: Desk,
) -> None:
    with_persons(6000)
    outage, centre, ada = now_burst(desk), client_of("dispatch_centre"), client_of("call_agent")
    message = outage.exchanges.get()
    assert "DN200" in page(centre, "exchange")
    assert centre.post(url("exchange-read", message.pk)).status_code == 302
    message.refresh_from_db()
    assert message.read_at is not None
    said = {"text": "已调低三塘泵站出口压力"}
    assert centre.post(url("exchange-answer", outage.pk), said).status_code == 302
    assert "三塘泵站" in page(ada, "exchange-outage", outage.pk)
    table = ada.get(url("exchange-export")).content.decode("utf-8-sig")
    assert outage.code in table and "DN200" in table


def test_403_a_message_by_hand_that_lacks_the_diameter_is_refused(desk: Desk) -> None:
    with_persons(100)
    outage, ada = now_burst(desk), client_of("call_agent")
    told = {"leak_location": "解放路", "pipe_diameter": "", "affected_area": "解放路"}
    asked = page(ada, "exchange-outage", outage.pk)
    assert asked.count("（可不填）") == 1, "the remark alone: the four items are asked for"
    answer = ada.post(url("exchange-send", outage.pk), told)
    assert answer.status_code == 422
    assert "管径" in answer.content.decode()
    told |= {"pipe_diameter": "DN200", "expected_repair_at": local(1)}
    assert ada.post(url("exchange-send", outage.pk), told).status_code == 302
    assert outage.exchanges.get().pipe_diameter == "DN200"


def test_404_organisations_of_the_area_are_named_with_their_number(desk: Desk) -> None:
    with_persons(100)
    outage = now_burst(desk, on_trunk_road=False)
    Organisation.objects.create(
        code="O1", kind="property", name="新城物业", phone="0766-1234567", geom=outage.area
    )
    from outages.services import duties

    duties.refresh(outage, by=desk.dana, at=timezone.now())
    assert OutageTask.objects.filter(target="org:O1").exists()
    shown = page(client_of("call_agent"), "calls", outage.pk)
    assert "新城物业" in shown and "0766-1234567" in shown
