"""Addresses with a NUL are nobody's question: no text of the database can hold one."""

from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.utils.deprecation import MiddlewareMixin


class PlainAddressMiddleware(MiddlewareMixin):
    """Answers 400 to an address with a NUL, where the database would stop with an error of ours."""

    get_response: Callable[[HttpRequest], HttpResponse]

    def process_request(self, request: HttpRequest) -> None:
        """Look at path and query, each written in its own way."""
        if "\0" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            msg = "a NUL in the address"
            raise BadRequest(msg)
