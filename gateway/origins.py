"""Who may talk to the server while there are no accounts: pages and programs of this machine.

A web page from elsewhere can make a browser send requests here. It cannot lie about `Origin`, and
after DNS rebinding its `Host` is still its own name, so both are checked on every request. A
browser sends no `Origin` with a picture or a script that it loads, but it says in `Sec-Fetch-Site`
that another site's page wanted it; a page of another port of this machine is `same-site`.
"""

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.page_files import PAGE
from gateway.problems import problem

FOREIGN_SITES = frozenset({"cross-site", "same-site"})
"""Values of `Sec-Fetch-Site` (W3C Fetch Metadata §2.4) that tell of a page that is not ours."""

OPEN_TO_LINKS = frozenset(PAGE)
"""What another page may link to: the live page itself, which says nothing to who cannot read it."""

LOCAL_HOSTS = frozenset({"127.0.0.1", "::1", "localhost"})
"""The addresses the server may be bound to and the names it may be called by."""


def local(authority: str) -> bool:
    """Return whether `host` or `host:port` names this machine by one of its local names."""
    try:
        return urlsplit(f"//{authority}").hostname in LOCAL_HOSTS
    except ValueError:
        return False


class LocalOnly:
    """ASGI middleware: refuses a foreign `Host`, `Origin` or `Sec-Fetch-Site` with 403."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer that it is refused."""
        if scope["type"] == "http":
            reason = _objection(Headers(scope=scope), scope["path"])
            if reason:
                await problem(403, reason)(scope, receive, send)
                return
        await self._app(scope, receive, send)


def _objection(headers: Headers, path: str) -> str:
    host = headers.get("host", "")
    if not local(host):
        return f"the host {host!r} is not this machine"
    origin = headers.get("origin")
    if origin is not None and origin != f"http://{host}":
        return f"a page of {origin!r} may not talk to this server"
    if headers.get("sec-fetch-site") in FOREIGN_SITES and path not in OPEN_TO_LINKS:
        return "a page of another site may not talk to this server"
    return ""
