"""One search for the control room: addresses, customers, assets, reports, outages."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from network.models import Customer, Hydrant, Pipe, Source, Valve
from network.selectors import current_revision
from network.words import bore, local
from outages import selectors
from outages.choices import Effect
from outages.models import BurstReport, Outage, WorkOrder
from outages.selectors.shutdown.pressure import Weakened
from outages.services.desk.caller_reasons import CallerReason, why_dry
from outages.views.desk.caller_why import staff_words
from outages.views.shape.screen import may
from outages.workflow import RUNNING_OUTAGES, OutageKind

LIMIT = 8
SHORTEST = 2


@dataclass(frozen=True)
class Hit:
    """One thing found: where it stands, and where it leads. `lon`, `lat` in EPSG:4326.

    `card_url` is an asset's own page; what is no asset has none. Of a customer `state` says
    whether he is `off`, `planned` to be, `weak` (low pressure) or `fine`, `why` says it in staff's
    words.
    """

    group: str
    kind: str
    id: str
    label: str
    detail: str
    url: str
    lon: float | None = None
    lat: float | None = None
    card_url: str = ""
    state: str = ""
    why: str = ""
    why_url: str = ""


@require_safe
@never_cache
@may("outages.view_outages")
def search(request: HttpRequest) -> HttpResponse:
    """Find what `q` names; as a page, or as JSON for the map (`?format=json`)."""
    text = request.GET.get("q", "").strip()[:100]
    hits = list(find(text, request.user)) if len(text) >= SHORTEST else []
    if request.GET.get("format") == "json":
        return JsonResponse({"q": text, "hits": [asdict(hit) for hit in hits]})
    groups: dict[str, list[Hit]] = {}
    for hit in hits:
        groups.setdefault(hit.group, []).append(hit)
    context = {"q": text, "groups": groups, "count": len(hits), "too_short": len(text) < SHORTEST}
    # A full group was cut short: it is said, for the number beside it is no total.
    context["limit"] = LIMIT
    return render(request, "outages/control/search.html", context)


def find(text: str, user: AbstractBaseUser | AnonymousUser) -> Iterator[Hit]:
    """Yield what fits: outages, reports and orders first, then assets, then customers."""
    yield from _outages(text)
    yield from _reports(text)
    yield from _orders(text)
    yield from _assets(text)
    if user.has_perm("outages.view_customers"):  # type: ignore[union-attr]
        yield from _customers(text)
    else:
        yield from _addresses(text)


def _outages(text: str) -> Iterator[Hit]:
    fits = Q(code__icontains=text) | Q(place__icontains=text) | Q(place_en__icontains=text)
    orders = WorkOrder.objects.filter(number__icontains=text).values("outage")
    rows = Outage.objects.filter(fits | Q(pk__in=orders)).order_by("-created_at")
    for row in rows[:LIMIT]:
        centre = row.area.centroid if row.area else None
        yield Hit(
            gettext("Outage"),
            "outage",
            row.code,
            f"{row.code} · {local(row.place, row.place_en)}",
            row.get_cause_display(),
            reverse("outages:outage", args=[row.pk]),
            centre.x if centre else None,
            centre.y if centre else None,
        )


def _reports(text: str) -> Iterator[Hit]:
    fits = Q(reference__icontains=text) | Q(address__icontains=text)
    for row in BurstReport.objects.filter(fits).order_by("-received_at")[:LIMIT]:
        placed = "outages:report" if row.geom else "outages:case"
        yield Hit(
            gettext("Reports"),
            "report",
            row.reference,
            row.reference,
            " · ".join(filter(None, [row.get_kind_display(), row.address])),
            reverse(placed, args=[row.pk if row.geom else row.reference]),
            row.geom.x if row.geom else None,
            row.geom.y if row.geom else None,
        )


def _orders(text: str) -> Iterator[Hit]:
    rows = WorkOrder.objects.filter(number__icontains=text, outage=None)
    for row in rows.select_related("category", "department").order_by("-issued_at")[:LIMIT]:
        yield Hit(
            gettext("Orders"),
            "order",
            row.number,
            f"{row.number} · {local(row.category.name, row.category.name_en)}",
            local(row.department.name, row.department.name_en),
            reverse("outages:order", args=[row.number]),
            None,
            None,
        )


def _assets(text: str) -> Iterator[Hit]:
    revision = current_revision()
    kinds: tuple[tuple[type[Valve | Pipe | Hydrant | Source], str, str], ...] = (
        (Valve, "valve", gettext("Valves")),
        (Pipe, "pipe", gettext("Pipes")),
        (Hydrant, "hydrant", gettext("Hydrants")),
        (Source, "source", gettext("Sources")),
    )
    for model, kind, group in kinds:
        fits = Q(asset_id__istartswith=text)
        if model is Pipe:
            fits |= Q(street=text) | Q(street_en__iexact=text)
        if model is Source:
            fits |= Q(name__icontains=text) | Q(name_en__icontains=text)
        rows = model._default_manager.filter(fits, revision=revision).order_by("asset_id")
        for row in rows[:LIMIT]:
            yield _asset_hit(row, kind, group)


def _asset_hit(row: Valve | Pipe | Hydrant | Source, kind: str, group: str) -> Hit:
    place = row.geom.interpolate_normalized(0.5) if isinstance(row, Pipe) else row.geom
    if isinstance(row, Pipe):
        detail = " · ".join(
            filter(None, [local(row.street, row.street_en), bore(row.diameter_mm), row.material])
        )
    elif isinstance(row, Source):
        detail = local(row.name, row.name_en)
    else:
        detail = local(row.location, row.location_en)
    return Hit(
        group,
        kind,
        row.asset_id,
        row.asset_id,
        detail,
        _on_map(place.x, place.y, row.asset_id),
        place.x,
        place.y,
        reverse("network:asset", args=[kind, row.asset_id]),
    )


def _on_map(lon: float, lat: float, label: str) -> str:
    query = urlencode({"at": f"{lat:.6f},{lon:.6f}", "label": label})
    return f"{reverse('outages:map')}?{query}"


def _customers(text: str) -> Iterator[Hit]:
    found = selectors.search_customers(text, limit=LIMIT)
    dry = [(hit.customer.asset_id, hit.concerns[0].plan) for hit in found if hit.concerns]
    reasons = why_dry(dry)
    for hit in found:
        row = hit.customer
        reason = reasons.get(row.asset_id)
        detail = " · ".join(filter(None, [row.name, row.account, hit.masked_phone]))
        yield Hit(
            gettext("Customers"),
            "customer",
            row.asset_id,
            local(row.address, row.address_en) or row.asset_id,
            detail,
            _on_map(row.geom.x, row.geom.y, row.address or row.asset_id),
            row.geom.x,
            row.geom.y,
            state=_state(hit),
            why=_why(hit, reason),
            why_url=_why_url(hit),
        )


def _state(hit: selectors.CustomerHit) -> str:
    if not hit.concerns:
        return "weak" if hit.weak else "fine"
    outage = hit.concerns[0].outage
    begun = outage.kind != OutageKind.PLANNED or outage.status in RUNNING_OUTAGES
    return "off" if begun else "planned"


def _why(hit: selectors.CustomerHit, reason: CallerReason | None) -> str:
    if not hit.concerns:
        return _weak_words(hit.weak) if hit.weak else ""
    first = hit.concerns[0]
    said = staff_words(reason) if reason else str(Effect(first.effect).label)
    return f"{first.outage.code}: {said}"


def _weak_words(weak: Weakened) -> str:
    """By which outage, and how much is left: 261122-01: 4.2 m left while its valves are shut."""
    text = gettext("%(code)s: %(after).1f m left while its valves are shut")
    return text % {"code": weak.outage.code, "after": weak.place.after_m}


def _why_url(hit: selectors.CustomerHit) -> str:
    if not hit.concerns:
        return reverse("outages:plan-pressure", args=[hit.weak.plan.pk]) if hit.weak else ""
    address = reverse("outages:plan-customer-why", args=[hit.concerns[0].plan.pk])
    return f"{address}?{urlencode({'q': hit.customer.asset_id})}"


def _addresses(text: str) -> Iterator[Hit]:
    """Places alone, for people who may not see customers."""
    seen: set[str] = set()
    for hit in selectors.search_customers(text, limit=LIMIT * 2):
        row: Customer = hit.customer
        if not row.address or row.address in seen or text not in row.address:
            continue
        seen.add(row.address)
        url = _on_map(row.geom.x, row.geom.y, row.address)
        label = local(row.address, row.address_en)
        yield Hit(
            gettext("Addresses"), "address", row.address, label, "", url, row.geom.x, row.geom.y
        )
