"""Sample values of the gallery page. Invented figures; nothing here reaches a working screen."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

# The sample plan stands in the demo town's centre (longitude, latitude).
LON, LAT = 110.0500, 22.9300
STEP = 0.0012


class SampleForm(forms.Form):
    """A form with a required field, a choice and a text."""

    place = forms.CharField(label=_("Place"), help_text=_("Street and number, or a landmark"))
    kind = forms.ChoiceField(
        label=_("What it looks like"),
        choices=[("flow", _("Flowing")), ("jet", _("Spraying")), ("seep", _("Seeping"))],
        widget=forms.RadioSelect,
        initial="flow",
    )
    remark = forms.CharField(label=_("Remark"), required=False, widget=forms.Textarea)


def gallery_samples() -> dict[str, Any]:
    """Return the values that the components are shown with."""
    now = timezone.now()
    return {
        "now": now,
        "in_11_min": now + timedelta(minutes=11, seconds=40),
        "in_34_s": now + timedelta(seconds=34),
        "late_3_min": now - timedelta(minutes=3, seconds=12),
        "in_30_h": now + timedelta(hours=30, minutes=20),
        "started": now - timedelta(minutes=9),
        "form": SampleForm({"kind": "flow"}),
        "steps": sample_steps(),
        "alternatives": sample_alternatives(),
        "events": sample_events(),
        "etas": [
            {
                "eta": now + timedelta(hours=3),
                "at": now - timedelta(minutes=31),
                "author": "张强",
                "reason": "管件送达晚",
            },
            {
                "eta": now + timedelta(hours=1, minutes=30),
                "at": now - timedelta(hours=2),
                "author": "林晓",
                "reason": "换管 6 米，按 3 小时估",
            },
        ],
        "diff": sample_diff(),
        "confirm_points": [
            {"glyph": "burst", "text": "1,284 户停水，其中医院 1、学校 1"},
            {"glyph": "todo", "number": 4, "text": "抢修三班去关 4 个阀"},
            {"icon": "bell", "text": "通知 5 项马上发出，收不回"},
        ],
        "stages": sample_stages(),
        "tone_samples": [
            ("warn", "待批准"),
            ("danger", "关不了"),
            ("busy", "已派单"),
            ("ok", "已恢复"),
            ("planned", "计划"),
            ("unintended", "连带停水"),
            ("draft", "草稿"),
        ],
        "views": [
            {"label": "按时限", "url": "#", "current": True},
            {"label": "按人数", "url": "#by-people", "current": False},
        ],
    }


def sample_steps() -> list[dict[str, Any]]:
    """Return one plan step of every status."""
    return [
        _step(1, "V-0412", "解放路西 · DN400", "done", "已关好 · 76 圈", "03:21 孙建国"),
        _step(2, "V-0415", "中山路北 · DN300", "operating", "正在操作", "02:10"),
        _step(3, "V-0426", "解放路东 · DN400", "waiting", "等待", "180 m"),
        _step(4, "V-0419", "中山路南 · DN300", "cannot", "关不了 · 方榫打滑", ""),
        _step(5, "V-0420", "", "void", "v2 不再需要", ""),
    ]


def _step(number: int, code: str, where: str, status: str, note: str, end: str) -> dict[str, Any]:
    return {
        "number": number,
        "code": code,
        "asset": code,
        "where": where,
        "status": status,
        "note": note,
        "end": end,
        "facts": [("方向", "顺时针关"), ("大约", "58 圈"), ("口径", "DN300")],
    }


def sample_alternatives() -> list[dict[str, Any]]:
    """Return three ways to shut."""
    return [
        {
            "key": "A",
            "title": "A 最少 · 4 阀",
            "lines": ["1,284 户", "全部关完约 26 分"],
            "current": True,
        },
        {"key": "B", "title": "B 反供 · 关 4 开 1", "lines": ["1,102 户 −182", "约 31 分 +5"]},
        {"key": "C", "title": "C 避车道 · 5 阀", "lines": ["1,962 户 +678", "约 19 分 −7"]},
    ]


def sample_events() -> list[dict[str, Any]]:
    """Return a short history with one entry ahead."""
    now = timezone.now()
    return [
        {
            "at": now - timedelta(minutes=19),
            "tone": "danger",
            "text": "第一个报漏电话，之后 6 个并入",
        },
        {"at": now - timedelta(minutes=13), "tone": "warn", "text": "方案批准", "actor": "林晓"},
        {"at": now - timedelta(minutes=6), "tone": "busy", "text": "开始关阀，家中停水"},
        {"at": now + timedelta(hours=4), "tone": "draft", "text": "预计恢复", "future": True},
    ]


def sample_diff() -> list[dict[str, Any]]:
    """Return what changes between two plans."""
    return [
        {
            "label": "阀门",
            "before": "4 个",
            "removed": ["V-0419"],
            "added": ["V-0422", "V-0424"],
            "delta": "+1",
        },
        {"label": "用户", "before": "1,284 户", "after": "1,380 户", "delta": "+96", "worse": True},
        {"label": "人数", "before": "4,936", "after": "5,318", "delta": "+382", "worse": True},
        {"label": "关完", "before": "约 26 分", "after": "约 37 分", "delta": "+11 分"},
    ]


def sample_stages() -> list[dict[str, Any]]:
    """Return how far an outage has come."""
    labels = ("已报告", "批准方案", "关阀", "维修", "开阀", "恢复")
    states = ("done", "now", "ahead", "ahead", "ahead", "ahead")
    return [{"label": label, "state": state} for label, state in zip(labels, states, strict=True)]


def _at(east: float, north: float) -> list[float]:
    return [LON + east * STEP, LAT + north * STEP]


def _feature(kind: str, geometry: str, places: Any, **properties: Any) -> dict[str, Any]:
    return {
        "type": "Feature",
        "geometry": {"type": geometry, "coordinates": places},
        "properties": {"kind": kind, **properties},
    }


def sample_plan() -> dict[str, Any]:
    """Return a plan overlay (GeoJSON, EPSG:4326) with one of everything."""
    zone = [[-1.4, -0.3], [1.4, -0.3], [1.4, 0.3], [0.9, 0.5], [0.9, 1.9], [0.4, 1.9]]
    zone += [[0.4, 0.4], [-1.4, 0.3], [-1.4, -0.3]]
    dry = [[-0.4, -0.4], [1.0, -0.4], [0.8, -1.4], [-0.3, -1.5], [-0.4, -0.4]]
    return {
        "type": "FeatureCollection",
        "features": [
            _feature("zone", "Polygon", [[_at(*p) for p in zone]], label="07-07"),
            _feature("unintended", "Polygon", [[_at(*p) for p in dry]]),
            _feature("zone-pipe", "LineString", [_at(-1.2, 0), _at(1.2, 0)], dn=400),
            _feature("zone-pipe", "LineString", [_at(0.7, 0), _at(0.7, 1.7)], dn=200),
            _feature("unintended-pipe", "LineString", [_at(0, -0.4), _at(0, -1.2), _at(0.7, -1.2)]),
            _feature("weak-pipe", "LineString", [_at(-1.6, 1.6), _at(1.8, 1.9), _at(1.8, 0.2)]),
            _feature("valve", "Point", _at(-1.2, 0), id="V-0412", number=1, status="done"),
            _feature("valve", "Point", _at(-0.9, 0.25), id="V-0415", number=2, status="operating"),
            _feature("valve", "Point", _at(1.2, 0), id="V-0426", number=3, status="waiting"),
            _feature("valve", "Point", _at(-0.5, 0), id="V-0419", status="inoperable", rotation=0),
            _feature("valve", "Point", _at(0, -0.4), id="V-0431", status="open", rotation=90),
            _feature("burst", "Point", _at(0.3, 0), id="burst", label="DN400"),
            _feature("hydrant", "Point", _at(0, 0.12), id="H-12", dry=True),
            _feature("key-user", "Point", _at(0.3, 1.3), id="K-1", symbol="医", inside=True),
            _feature("key-user", "Point", _at(1.3, -0.9), id="K-2", symbol="校", inside=False),
            _feature("source", "Point", _at(-2.2, 1.8), id="S-1", label="城北水厂"),
            _feature("crew", "Point", _at(2, -1.6), id="C-3", name="抢修三班", minutes=9),
        ],
    }


def sample_areas() -> dict[str, Any]:
    """Return public areas (GeoJSON, EPSG:4326): off, returning, planned."""
    square = ([-1, -1], [1, -1], [1.2, 1], [-0.9, 0.9], [-1, -1])

    def area(state: str, label: str, east: float, north: float) -> dict[str, Any]:
        ring = [_at(east + x, north + y) for x, y in square]
        return _feature("area", "Polygon", [ring], state=state, label=label, id=f"{state}-1")

    return {
        "type": "FeatureCollection",
        "features": [
            area("off", "07:30", 0, 0),
            area("planned", "周一", -3, 1.5),
            area("returning", "", 2.5, -1.5),
        ],
    }


def map_samples() -> dict[str, Any]:
    """Return the values of the sample dispatcher screen."""
    return {**gallery_samples(), "plan": sample_plan()}


def public_samples() -> dict[str, Any]:
    """Return the values of the sample public page."""
    return {**gallery_samples(), "areas": sample_areas()}


def phone_samples() -> dict[str, Any]:
    """Return the values of the sample crew page."""
    samples = gallery_samples()
    return {**samples, "current_step": {**samples["steps"][2], "note": "解放路东侧绿化带"}}
