"""Lists page by cursor: `{results, next}`."""

from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from rest_framework.pagination import CursorPagination
from rest_framework.response import Response


class CursorPages(CursorPagination):
    """Cursor pages, newest first unless the view says otherwise. `page_size` up to 500.

    `next` repeats the parameters named in `parameters` and none else: what a client put into the
    address by mistake, a name or a number, is not passed on in links that others follow and log.
    """

    parameters: tuple[str, ...] = ()
    ordering = "-pk"
    page_size_query_param = "page_size"
    max_page_size = 500

    def paginate_queryset(self, queryset: Any, request: Any, view: Any = None) -> Any:
        page: Any = super().paginate_queryset(queryset, request, view)
        address = urlsplit(str(self.base_url))
        known = {self.page_size_query_param, *self.parameters}
        query = [(name, value) for name, value in parse_qsl(address.query) if name in known]
        self.base_url = urlunsplit(address._replace(query=urlencode(query)))
        return page

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"results": data, "next": self.get_next_link()})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        return {
            "type": "object",
            "required": ["results", "next"],
            "properties": {
                "results": schema,
                "next": {"type": ["string", "null"], "format": "uri"},
            },
        }
