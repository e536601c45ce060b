"""Logging as JSON lines (or plain lines in DEBUG), with request ids and without personal data.

Identifiers only: a query string may hold a name, a phone number or an address somebody searched
for, so it never reaches a log line; neither do client addresses, nor the tokens of addresses that
were told to one person alone.
"""

import logging
import re
from typing import Any, Final

import structlog
from django.http import HttpRequest
from django_structlog.middlewares import RequestMiddleware

# What follows opens a report or its rating to whoever has it (gisapp.public_side.urls).
_TOLD_TO_ONE: Final = re.compile(r"^(/public/(?:rate|reports/[^/]+)/)[^/]+")


class PathOnlyRequestMiddleware(RequestMiddleware):
    """Logs start and end of every request by method and path."""

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        """Name the request without its query string and without what opens a page to its bearer."""
        path = _TOLD_TO_ONE.sub(r"\1…", request.path)
        return f"{request.method} {path}"


def configure_structlog() -> None:
    """Route structlog through the standard library, so that one handler formats every line."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.filter_by_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.stdlib.add_logger_name,
            structlog.stdlib.add_log_level,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.processors.StackInfoRenderer(),
            structlog.processors.format_exc_info,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )


def logging_config(*, level: str, as_json: bool) -> dict[str, Any]:
    """Return the dictionary for settings.LOGGING; every line goes to standard error."""
    configure_structlog()
    renderer: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if as_json
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        "foreign_pre_chain": [
            structlog.contextvars.merge_contextvars,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.stdlib.add_logger_name,
            structlog.stdlib.add_log_level,
            structlog.processors.format_exc_info,
        ],
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": formatter},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": logging.WARNING},
        "loggers": {
            # Django's own mail-the-admins handler would send request data; one stream is enough.
            "django": {"handlers": [], "level": "INFO", "propagate": True},
            # Its "Not Found: /path" repeats what the middleware has said with the request id.
            "django.request": {"level": "ERROR"},
            "django_structlog": {"level": level},
            "celery": {"level": "INFO"},
            # django_structlog says the same of every task, with its request id.
            "celery.app.trace": {"level": "WARNING"},
            "celery.worker.strategy": {"level": "WARNING"},
            "axes": {"level": "WARNING"},
            "gisapp": {"level": level},
            "network": {"level": level},
            "outages": {"level": level},
            "layers": {"level": level},
        },
    }
