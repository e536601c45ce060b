"""The words that files use for our layers, fields and values, in English and Chinese.

All names are compared in lower case, without blanks, hyphens and underscores.
"""

from __future__ import annotations

import re
from typing import Final, TypeVar

from network.choices import LinkKind, Operability, PipeRole, PipeStatus, ValveState

Value = TypeVar("Value")

KINDS: Final = ("pipes", "nodes", "valves", "hydrants", "sources", "customers")

LAYER_ALIASES: Final[dict[str, str]] = {
    "pipes": (
        "pipes pipe mains main watermains pipelines pipeline links jsline 管线 管道 管段 "
        "供水管线 给水管线 供水管道 给水管段"
    ),
    "nodes": "nodes node junctions junction jspoint 节点 管点 给水管点 供水管点",
    "valves": "valves valve 阀门 供水阀门 给水阀门",
    "hydrants": "hydrants hydrant firehydrants 消防栓 消火栓",
    "sources": "sources source reservoirs tanks waterworks 水源 水厂 水池",
    "customers": (
        "customers customer connections serviceconnections consumers meters 用户 用水户 水表 接户点"
    ),
}


def _id(names: str) -> str:
    """Return the words for an id; a table's own key is the last thing to take for one."""
    return f"id assetid {names} 编号 编码 唯一编号 code gid objectid fid"


_NODE = "node nodeid junction 节点 节点编号 所在节点 点号"
_PIPE = "pipe pipeid main 管线 管线编号 管段编号 所在管线 所属管线"
_LOCATION = "location address 地点 位置 地址 安装地点"

FIELD_ALIASES: Final[dict[str, dict[str, str]]] = {
    "pipes": {
        "id": _id("pipeid 管线编号 管段编号 管线编码 管段号"),
        "from_node": "fromnode startnode node1 from 起点点号 起点编号 起点 起始节点 上游节点",
        "to_node": "tonode endnode node2 to 终点点号 终点编号 终点 终止节点 下游节点",
        "kind": "kind type linktype 类型 管件类型",
        "flow": "flow flowdirection 流向",
        "diameter_mm": "diametermm diameter dn dia 管径 口径 公称直径 管径mm",
        "material": "material mat 材质 管材",
        "length_m": "lengthm length len 长度 管长 管线长度",
        "status": "status servicestatus 状态 使用状态",
        "role": "role class level 管线等级 管道级别 等级",
        "street": "street streetname road 所在道路 道路 街道 路名",
        "street_en": "streeten",
        "on_trunk_road": "ontrunkroad trunkroad 主干道 是否主干道",
        "year_laid": "yearlaid year installyear 建设年代 敷设年代 埋设年代 年代",
        "roughness": "roughness hazenwilliams cfactor hwc 海曾威廉系数 粗糙系数",
        "setting": "setting valvesetting 设定值 整定压力 阀后压力",
        "pump_curve": "pumpcurve 水泵曲线 泵曲线",
    },
    "nodes": {
        "id": _id("nodeid expno 物探点号 点号 管点编号 节点编号"),
        "elevation_m": "elevationm elevation elev high 高程 地面高程",
        "demand_m3_d": "demandm3d basedemand nodedemand 节点流量 节点用水量",
    },
    "valves": {
        "id": _id("valveid 阀门编号 阀门编码"),
        "node": _NODE,
        "pipe": _PIPE,
        "kind": "kind type valvetype 阀门类型 阀门类别 类型 附属物",
        "bore_mm": "boremm bore diameter dn diametermm 口径 管径 公称直径",
        "state": "state valvestate 开关状态 启闭状态 阀门状态 状态",
        "operable": "operable operability workable 可操作 是否可操作 能否操作",
        "flow_to_pipe": "flowtopipe 流向管线",
        "turns_to_close": "turnstoclose turns 圈数 关闭圈数",
        "closes_clockwise": "closesclockwise closedirection 关闭方向 顺时针关闭",
        "ground": "ground surface 路面 地面类型",
        "location": _LOCATION,
        "location_en": "locationen addressen",
        "chamber": "chamber manhole 井号 阀井编号 井盖编号",
        "checked_on": "checkedon checked inspectedon inspected recordedon recorddate 检查日期 "
        "巡检日期 记录日期 更新日期 普查日期",
    },
    "hydrants": {
        "id": _id("hydrantid 消防栓编号 消火栓编号"),
        "node": _NODE,
        "pipe": _PIPE,
        "location": _LOCATION,
        "location_en": "locationen addressen",
    },
    "sources": {
        "id": _id("sourceid"),
        "node": _NODE,
        "kind": "kind type 类型 水源类型",
        "name": "name 名称 水源名称 水厂名称",
        "name_en": "nameen",
        "inlet_pipes": "inletpipes inlets inlet 进水管 进水管线",
        "active": "active isactive 启用 是否启用",
        "head_m": "headm head totalhead waterlevel 水头 总水头 水位标高",
    },
    "customers": {
        "id": _id("customerid connectionid 用户编号"),
        "node": _NODE,
        "pipe": _PIPE,
        "account": "account accountno customercode 户号 用户号 用水户号",
        "name": "name customername 户名 用户名 姓名 名称",
        "address": "address addr 地址 用水地址 安装地址",
        "address_en": "addressen",
        "phone": "phone tel mobile 电话 手机 联系电话",
        "email": "email mail 邮箱",
        "category": "category usertype 用户类别 用水性质 类别",
        "persons": "persons people inhabitants 人口 人数 用水人口",
        "connections": "connections households 户数 表数",
        "demand_m3_d": "demandm3d dailydemand averagedemand 日用水量 日均用水量",
        "key_user": "keyuser 重点用户 是否重点用户",
        "large_user": "largeuser 大用户 是否大用户",
        "special_user": "specialuser 特殊用户",
    },
}


def folded(text: str) -> str:
    """Return a name as it is compared: lower case, no blanks, hyphens or underscores."""
    return re.sub(r"[\s_\-]+", "", text).lower()


# -- Values ------------------------------------------------------------------------------------


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _table(words: dict[Value, str]) -> dict[str, Value]:
    """Return what each word stands for."""
    return {word: value for value, row in words.items() for word in row.split()}


VALVE_STATES: Final = _table(
    {
        ValveState.OPEN: "open opened normallyopen o 1 true on 开 开启 常开 打开 全开",
        ValveState.CLOSED: "closed close shut normallyclosed c 0 false off 关 关闭 常关 常闭 全关",
        ValveState.UNKNOWN: "unknown u ? 未知 不明 不详",
    }
)

OPERABILITIES: Final = _table(
    {
        Operability.OPERABLE: "true 1 yes y t operable ok good 是 可 可操作 正常 完好 灵活",
        Operability.INOPERABLE: (
            "false 0 no n f inoperable broken seized stuck 否 不可 不可操作 锈死 损坏 关不动 "
            "故障 方榫打滑"
        ),
        Operability.INACCESSIBLE: (
            "inaccessible buried notfound blocked 被压占 压占 埋没 找不到井 找不到"
        ),
        Operability.UNKNOWN: "unknown null none ? 未知 不明 不详",
    }
)

BOOLEANS: Final = _table(
    {
        True: "true 1 yes y t 是 有",
        False: "false 0 no n f 否 无 没有",
    }
)

CLOCKWISE: Final = BOOLEANS | _table(
    {
        True: "clockwise cw right 顺时针 右",
        False: "anticlockwise counterclockwise ccw left 逆时针 左",
    }
)

PIPE_STATUSES: Final = _table(
    {
        PipeStatus.IN_SERVICE: (
            "inservice active existing operational inuse 1 open 在用 运行 使用 现状 已通水"
        ),
        PipeStatus.PLANNED: (
            "planned proposed design underconstruction construction 2 规划 设计 在建 未通水"
        ),
        PipeStatus.OUT_OF_SERVICE: "outofservice inactive standby notinservice 停用 暂停 备用",
        PipeStatus.ABANDONED: (
            "abandoned removed obsolete retired decommissioned dead 0 废弃 报废 拆除"
        ),
    }
)

PIPE_ROLES: Final = _table(
    {
        PipeRole.TRUNK: "trunk transmission primary 干管 主干管 输水管",
        PipeRole.DISTRIBUTION: "distribution secondary main 支管 配水管 次干管",
        PipeRole.SERVICE: "service lateral connection 入户管 接户管 户管",
    }
)

LINK_KINDS: Final = _table(
    {
        LinkKind.PIPE: "pipe main cvpipe 管道 管段 管线",
        LinkKind.PUMP: "pump booster 水泵 泵 加压泵",
        LinkKind.PRV: "prv pressurereducing pressurereducer 减压阀 pbv pressurebreaker",
        LinkKind.PSV: "psv pressuresustaining 持压阀 稳压阀",
        LinkKind.FCV: "fcv flowcontrol 流量控制阀 控流阀",
        LinkKind.TCV: "tcv gpv throttle throttlecontrol 节流阀",
        LinkKind.CHECK_VALVE: "check checkvalve cv nonreturn nrv 止回阀 单向阀 逆止阀",
    }
)

# Kinds of valve that do not cut: they let air out, drain, or govern pressure and flow. Everything
# else isolates, known or not: a valve that the records call by a local name is still a valve.
NOT_ISOLATING: Final = _words(
    "air airrelease airvacuum vacuum vent prv psv pbv fcv tcv gpv throttle "
    "throttlecontrol washout blowoff scour drain drainage flush flushing sludge "
    "pressurereducing pressurereducer pressuresustaining pressurerelief pressurebreaker "
    "relief flowcontrol control altitude float ballfloat 排气阀 进排气阀 空气阀 排泥阀 "
    "泄水阀 排水阀 排空阀 冲洗阀 减压阀 稳压阀 持压阀 泄压阀 安全阀 流量控制阀 控流阀 "
    "调节阀 节流阀 浮球阀 水位控制阀"
)
ONE_WAY: Final = _words(
    "check nonreturn nrv cv backflow backflowpreventer 止回阀 单向阀 逆止阀 倒流防止器"
)
ISOLATING: Final = _words(
    "gate butterfly ball plug isolation isolating sluice shutoff stop section boundary "
    "闸阀 蝶阀 球阀 旋塞阀 闸门 截止阀 控制闸阀 阀门 检修阀"
)


def valve_kind(text: str) -> str:
    """Return a valve's kind as it is compared: folded, without a trailing "valve"."""
    kind = folded(text)
    return kind.removesuffix("valve") or kind
