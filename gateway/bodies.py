"""What a request may bring along: a limit on its size, and strict JSON before anything reads it.

Parsing blocks the event loop, on which the drivers and the engine live too: 150 MB of JSON held
them up for 20 s. So the limits are applied while the body arrives; nothing above them is parsed.
"""

import asyncio
import json
import math
import re

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.problems import problem

BODY_MAX = 64 * 1024
"""Longest body in bytes (ours; the longest request of the page is below 2 kB)."""

DEPTH_MAX = 32
"""Deepest nesting of a body (ours; requests have two levels)."""

BODY_TIMEOUT_S = 10.0
"""Longest wait for a body to arrive whole (assumed)."""

REQUESTS_MAX = 200
"""Requests under way at once, event streams among them; more are answered 503 (assumed)."""

INTEGER_MAX = 2**63 - 1
"""Largest whole number that is taken; the log and the protocols have no larger ones."""

_SURROGATE = re.compile("[\ud800-\udfff]")


class Refused(Exception):  # noqa: N818  an answer, not a defect
    """The body is refused with this status, for this reason."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


class BodyLimits:
    """ASGI middleware: at most `REQUESTS_MAX` requests, each with a small and strict body."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._under_way = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with its body read, or answer why it is refused."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if self._under_way >= REQUESTS_MAX:
            await problem(503, "too many requests are under way")(scope, receive, send)
            return
        self._under_way += 1
        try:
            await self._bounded(scope, receive, send)
        finally:
            self._under_way -= 1

    async def _bounded(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            body = await _body(Headers(scope=scope), receive)
            if body:
                check_json(body)
        except Refused as refusal:
            answer = problem(refusal.status, str(refusal))
            answer.headers["Connection"] = "close"  # what is left of the body is not read
            await answer(scope, receive, send)
            return
        if body is not None:
            await self._app(scope, _again(body, receive), send)


def check_json(body: bytes) -> None:
    """Raise Refused if a body is no JSON in UTF-8 (RFC 8259 §8.1), or such as we do not take."""
    try:
        text = body.decode()
        # What follows parses bytes and would also guess UTF-16, which this has not looked at.
        if _depth(text) > DEPTH_MAX:
            raise Refused(422, f"the body is nested deeper than {DEPTH_MAX} levels")
        document = json.loads(
            text, parse_constant=_constant, parse_float=_number, parse_int=_integer
        )
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise Refused(422, f"the body is no JSON: {error}") from None
    _refuse_surrogates(document)


async def _body(headers: Headers, receive: Receive) -> bytes | None:
    """Return the whole body, or None when whoever asked has gone; raises Refused."""
    told = headers.get("content-length", "0")
    too_long = Refused(413, f"a body has at most {BODY_MAX} bytes")
    if told.isdecimal() and int(told[:20]) > BODY_MAX:
        raise too_long
    parts = bytearray()
    try:
        async with asyncio.timeout(BODY_TIMEOUT_S):
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    return None
                parts += message.get("body", b"")
                if len(parts) > BODY_MAX:
                    raise too_long
                if not message.get("more_body", False):
                    return bytes(parts)
    except TimeoutError:
        raise Refused(408, f"the body did not arrive within {BODY_TIMEOUT_S:g} s") from None


def _again(body: bytes, receive: Receive) -> Receive:
    """Return a receiver that gives a body that was read already, then what comes after it."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def received() -> Message:
        return waiting.pop() if waiting else await receive()

    return received


def _depth(text: str) -> int:
    """Return how deep brackets are nested outside strings; one step per character, no more."""
    deepest = depth = 0
    in_string = escaped = False
    for character in text:
        if in_string:
            in_string = escaped or character != '"'
            escaped = not escaped and character == "\\"
        elif character == '"':
            in_string = True
        elif character in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif character in "]}":
            depth -= 1
    return deepest


def _constant(name: str) -> float:
    raise Refused(422, f"{name} is no number of JSON")


def _number(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise Refused(422, f"the number {text[:20]} is too large")
    return number


def _integer(text: str) -> int:
    if len(text) > len(str(INTEGER_MAX)) + 1 or abs(int(text)) > INTEGER_MAX:
        raise Refused(422, f"the number {text[:20]}… is too large")
    return int(text)


def _refuse_surrogates(document: object) -> None:
    match document:
        case str():
            if _SURROGATE.search(document):
                raise Refused(422, "a text holds half a character (a lone surrogate)")
        case dict():
            for key, value in document.items():
                _refuse_surrogates(key)
                _refuse_surrogates(value)
        case list():
            for value in document:
                _refuse_surrogates(value)
