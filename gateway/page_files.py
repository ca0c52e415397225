"""The files of the live page, and how they are served."""

from collections.abc import Awaitable, Callable
from importlib.resources import files

from fastapi import Response

SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}
"""The page takes nothing from other hosts and may not be framed."""

PAGE = {
    "/": ("index.html", "text/html; charset=utf-8"),
    "/page.css": ("page.css", "text/css; charset=utf-8"),
    **{
        f"/{name}": (name, "text/javascript; charset=utf-8")
        for name in ("page.js", "base.js", "cases.js", "gate.js")
    },
    "/icon.svg": ("icon.svg", "image/svg+xml"),
}


def page_bytes(name: str) -> bytes:
    """Return one of the page's files."""
    return files("gateway").joinpath("page", name).read_bytes()


def page_file(name: str, media_type: str) -> Callable[[], Awaitable[Response]]:
    """Return the endpoint of one of the page's files."""

    async def answer() -> Response:
        return Response(page_bytes(name), media_type=media_type, headers=SECURITY_HEADERS)

    return answer
