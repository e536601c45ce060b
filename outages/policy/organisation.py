"""The departments and order categories that the regulations name, as they are shipped.

An installation may rename, add and re-route: these are the rows it starts with. The codes stay.
"""

from dataclasses import dataclass
from typing import Final

CALL_CENTRE: Final = "call_centre"
BUSINESS: Final = "business"
PRODUCTION: Final = "production"
ENGINEERING: Final = "engineering"
TECHNICAL: Final = "technical"
SUPERVISION: Final = "supervision"
DISPATCH_CENTRE: Final = "dispatch_centre"
LEADERS: Final = "leaders"


@dataclass(frozen=True)
class ShippedDepartment:
    """A department: its stable code, its names, and the other names it goes by."""

    code: str
    name: str
    name_en: str
    aliases: tuple[str, ...] = ()
    takes_orders: bool = True


@dataclass(frozen=True)
class ShippedCategory:
    """What an order is about, and which department executes it unless a rule says otherwise.

    `needs_place`: pipes, valves and hydrants are dispatched inside the GIS, never without an asset
    or a point. `needs_leak_check`: not repaired before the check has passed. `forward_only`: put
    on record and handed to the business system, nothing else is done with it here.
    """

    code: str
    name: str
    name_en: str
    department: str
    needs_place: bool = False
    needs_leak_check: bool = False
    forward_only: bool = False


DEPARTMENTS: Final = (
    ShippedDepartment(BUSINESS, "营业部", "Business Department", ("客户服务部",)),
    ShippedDepartment(CALL_CENTRE, "呼叫中心", "Call Centre", ("客服中心", "客户服务中心")),
    ShippedDepartment(PRODUCTION, "生产部", "Production Department"),
    ShippedDepartment(
        ENGINEERING, "工程公司", "Engineering Company", ("抢修", "维抢修队", "维修办")
    ),
    ShippedDepartment(TECHNICAL, "安监技术部", "Safety and Technical Department"),
    ShippedDepartment(
        SUPERVISION,
        "行政人事部",
        "Administration and Personnel",
        ("监察室", "办公室"),
        takes_orders=False,
    ),
    ShippedDepartment(DISPATCH_CENTRE, "供水调度中心", "Supply Dispatch Centre", ("调度中心",)),
    ShippedDepartment(LEADERS, "公司领导", "Company Leaders", takes_orders=False),
)

# Regulation 002: article 5(一) names engineering's twelve, 4 production's, 6 the technical ones;
# charges, metering and installation are recorded and forwarded (articles 5 and 8).
CATEGORIES: Final = (
    ShippedCategory("engineering_quality", "工程质量", "Quality of works", ENGINEERING),
    ShippedCategory("material_quality", "材料质量", "Quality of material", ENGINEERING),
    ShippedCategory("pipe_construction", "管道施工", "Pipe construction", ENGINEERING),
    ShippedCategory(
        "user_installation", "用户报装", "New connection", ENGINEERING, forward_only=True
    ),
    ShippedCategory(
        "pipe_repair",
        "管道维修",
        "Pipe repair",
        ENGINEERING,
        needs_place=True,
        needs_leak_check=True,
    ),
    ShippedCategory(
        "road_reinstatement", "路面修复", "Road reinstatement", ENGINEERING, needs_place=True
    ),
    ShippedCategory(
        "hydrant_replacement", "消防栓更换", "Hydrant replacement", ENGINEERING, needs_place=True
    ),
    ShippedCategory(
        "valve_chamber", "阀门（井）", "Valve (chamber)", ENGINEERING, needs_place=True
    ),
    ShippedCategory(
        "network_renewal",
        "管网改造及其盖板更换维修",
        "Network renewal and cover plates",
        ENGINEERING,
        needs_place=True,
    ),
    ShippedCategory("service_attitude", "服务态度", "Service attitude", ENGINEERING),
    ShippedCategory("service_time", "服务时限", "Service time limit", ENGINEERING),
    ShippedCategory("other_facilities", "其它供水设施", "Other supply facilities", ENGINEERING),
    ShippedCategory("plant", "水厂", "Water plant", PRODUCTION),
    ShippedCategory("booster_station", "厂外加压泵站设备", "Booster station", PRODUCTION),
    ShippedCategory("water_pressure", "水压", "Water pressure", PRODUCTION),
    ShippedCategory("design", "工程设计", "Design", TECHNICAL),
    ShippedCategory("network_map", "管网图资料", "Network map data", TECHNICAL),
    ShippedCategory("water_quality", "水质", "Water quality", TECHNICAL),
    ShippedCategory("charges", "收费", "Charges", BUSINESS, forward_only=True),
    ShippedCategory("metering", "计量", "Metering", BUSINESS, forward_only=True),
    ShippedCategory("business_matters", "业务咨询与建议", "Enquiries and suggestions", BUSINESS),
)

# What a report's kind is ordered as, where no asset says more.
CATEGORY_OF_KIND: Final = {
    "burst": "pipe_repair",
    "leak": "pipe_repair",
    "no_water": "pipe_repair",
    "low_pressure": "water_pressure",
    "water_quality": "water_quality",
    "other": "other_facilities",
    "charges": "charges",
    "metering": "metering",
    "workmanship": "engineering_quality",
    "conduct": "service_attitude",
    "consultation": "business_matters",
    "suggestion": "business_matters",
    "praise": "business_matters",
}
# What an order about an asset of this kind is, whatever was reported of it.
CATEGORY_OF_ASSET: Final = {
    "pipe": "pipe_repair",
    "valve": "valve_chamber",
    "hydrant": "hydrant_replacement",
    "plant": "plant",
    "pumping_station": "booster_station",
}
# What is left over after an order is ordered as, where it is not the same again.
CATEGORY_OF_RESIDUAL: Final = {"road": "road_reinstatement"}


def category_for(kind: str, asset_kind: str = "") -> str:
    """Return the code of the category that a report of `kind`, about an asset, is ordered as."""
    return CATEGORY_OF_ASSET.get(asset_kind) or CATEGORY_OF_KIND.get(kind, "other_facilities")
