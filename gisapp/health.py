"""Whether this process lives, and whether it can do its work."""

import structlog
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis import Redis, RedisError

logger = structlog.get_logger(__name__)


@login_not_required
@never_cache
@require_safe
def live(_request: HttpRequest) -> JsonResponse:
    """Answer as long as the process can answer; touches neither database nor Redis."""
    return JsonResponse({"status": "alive"})


@login_not_required
@never_cache
@require_safe
def ready(_request: HttpRequest) -> JsonResponse:
    """Answer 200 when the database and Redis answer, 503 naming what does not."""
    state = {"database": _database_answers(), "redis": _redis_answers()}
    return JsonResponse(
        {name: "ok" if good else "away" for name, good in state.items()},
        status=200 if all(state.values()) else 503,
    )


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        logger.warning("database_away", error=type(error).__name__)
        return False
    return True


def _redis_answers() -> bool:
    try:
        with Redis.from_url(
            settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2
        ) as redis:
            redis.ping()
    except RedisError as error:
        logger.warning("redis_away", error=type(error).__name__)
        return False
    return True
