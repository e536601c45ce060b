"""Numbers, times and deadlines as the board words them, in both languages."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.forms import CharField, Form
from django.template import Context, Template, TemplateSyntaxError
from django.utils import timezone, translation

from gisapp.templatetags import ui, wording
from layers.public.spoken import moment_zh
from outages.views.desk.script import spoken_zh

NOW = datetime(2026, 11, 21, 19, 12, tzinfo=UTC)  # 03:12 on Sunday 22 November in Shanghai


@pytest.mark.parametrize(
    ("value", "chinese", "english"),
    [
        (None, "—", "—"),
        (0, "0", "0"),
        (1284, "1,284", "1,284"),
        (-182, "−182", "−182"),
        (126_000, "12.6 万", "126,000"),
        (100_000, "10 万", "100,000"),
    ],
)
def test_counts(value: int | None, chinese: str, english: str) -> None:
    for language, text in (("zh-hans", chinese), ("en", english)):
        with translation.override(language):
            assert wording.number(value) == text


@pytest.mark.parametrize(
    ("value", "noun", "chinese", "english"),
    [
        (1, "people", "1 人", "1 person"),
        (1284, "customers", "1,284 户", "1,284 customers"),
        (1, "to close", "关 1 个阀", "1 valve to close"),
        (0, "hydrants", "0 个消防栓", "0 hydrants"),
        (None, "people", "—", "—"),
    ],
)
def test_counted_nouns(value: int | None, noun: str, chinese: str, english: str) -> None:
    for language, text in (("zh-hans", chinese), ("en", english)):
        with translation.override(language):
            assert wording.counted(value, noun) == text


@time_machine.travel(NOW, tick=False)
@pytest.mark.parametrize(
    ("ahead", "chinese", "english"),
    [
        (timedelta(hours=2), "今天凌晨 05:12", "05:12 early this morning"),
        (timedelta(hours=4, minutes=18), "今天早上 07:30", "07:30 this morning"),
        (timedelta(hours=18), "今天晚上 21:12", "21:12 this evening"),
        (timedelta(hours=29), "明天 08:12", "tomorrow 08:12"),
        (timedelta(hours=53), "11月24日（周二）08:12", "Tue 24 Nov 08:12"),
    ],
)
def test_times_for_the_public(ahead: timedelta, chinese: str, english: str) -> None:
    for language, text in (("zh-hans", chinese), ("en", english)):
        with translation.override(language):
            assert wording.public_moment(NOW + ahead) == text


# Hour and minute, and what people call it; English says no more than it needs to.
PARTS_OF_THE_DAY = [
    ("00:00", "今天凌晨", "early this morning"),
    ("05:59", "今天凌晨", "early this morning"),
    ("06:00", "今天早上", "this morning"),
    ("08:59", "今天早上", "this morning"),
    ("09:00", "今天上午", "this morning"),
    ("11:59", "今天上午", "this morning"),
    ("12:00", "今天中午", "today"),
    ("12:15", "今天中午", "today"),
    ("12:59", "今天中午", "today"),
    ("13:00", "今天下午", "this afternoon"),
    ("17:59", "今天下午", "this afternoon"),
    ("18:00", "今天晚上", "this evening"),
    ("23:59", "今天晚上", "this evening"),
]


@time_machine.travel(NOW, tick=False)
@pytest.mark.parametrize(("clock", "chinese", "english"), PARTS_OF_THE_DAY)
def test_the_part_of_the_day_is_what_people_call_it(clock: str, chinese: str, english: str) -> None:
    hour, minute = (int(part) for part in clock.split(":"))
    at = timezone.localtime(NOW).replace(hour=hour, minute=minute)
    with translation.override("zh-hans"):
        assert wording.public_moment(at) == f"{chinese} {clock}"
    with translation.override("en"):
        assert wording.public_moment(at) == f"{clock} {english}"
    # Who reads a script aloud says the same, and so does the telephone.
    assert spoken_zh(at, NOW).startswith(chinese)
    assert moment_zh(at, NOW).startswith(chinese)


@time_machine.travel(NOW, tick=False)
def test_ages() -> None:
    with translation.override("zh-hans"):
        assert wording.age(NOW - timedelta(seconds=20)) == "刚刚"
        assert wording.age(NOW - timedelta(minutes=5)) == "5 分钟前"
        assert wording.age(NOW - timedelta(hours=2)) == "01:12"
        assert wording.moment(NOW - timedelta(hours=5)) == "11-21 周六 22:12"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(34, "0:34"), (700, "11:40"), (3960, "1:06:00"), (108_059, "1 天 6 时"), (-192, "+3:12")],
)
def test_countdowns_read_as_the_script_writes_them(seconds: int, text: str) -> None:
    with translation.override("zh-hans"):
        assert wording.remaining(timedelta(seconds=seconds)) == text


def test_deadline_stages() -> None:
    due = NOW + timedelta(seconds=90)
    stage = ui.deadline_stage
    assert stage(due, NOW, warn_s=60) == "running"
    assert stage(due, NOW, warn_s=90) == "warn"
    assert stage(due, due, warn_s=60) == "late"
    assert stage(due, due, warn_s=60, paused=True) == "paused"
    assert stage(due, due, warn_s=60, done=NOW) == "done"
    assert stage(None, NOW, warn_s=60) == "unknown"


def render(body: str, **values: object) -> str:
    return Template("{% load ui %}" + body).render(Context(values))


def test_values_are_escaped_in_components() -> None:
    hostile = '<img src=x onerror="1">'
    page = render(
        '{% chip "warn" text %}{% glyph "todo" text %}{% state_block "check" text %}', text=hostile
    )
    assert "<img" not in page
    assert page.count("&lt;img") == 3


def test_an_unknown_tone_is_a_mistake_not_a_blank() -> None:
    with pytest.raises(TemplateSyntaxError, match="purple"):
        render('{% chip "purple" "x" %}')


def test_unknown_impact_is_a_dash_never_zero() -> None:
    page = render("{% impact customers=None persons=None key_users=None %}")
    assert page.count("—") >= 3
    assert ">0<" not in page


def test_errors_are_tied_to_their_field() -> None:
    class Sample(Form):
        place = CharField(help_text="hint")

    page = render("{% form_field form.place %}", form=Sample({}))
    described = page.split('aria-describedby="', 1)[1].split('"', 1)[0].split()
    assert described
    for part in described:
        assert f'id="{part}"' in page
    assert 'aria-invalid="true"' in page
