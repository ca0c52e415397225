"""Errors of the API as `application/problem+json` (RFC 9457)."""

from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

MEDIA_TYPE = "application/problem+json"

PROBLEMS_MAX = 10
"""Problems of one request that are listed; the others are counted."""

NAME_MAX = 200
"""Characters of a field's name that are repeated in an answer."""


def problem(status: int, detail: str, **more: object) -> JSONResponse:
    """Return one problem as a response; `detail` is for people."""
    content = {"title": HTTPStatus(status).phrase, "status": status, "detail": detail, **more}
    return JSONResponse(content, status, media_type=MEDIA_TYPE)


def register_problems(app: FastAPI) -> None:
    """Have every error of the app leave as a problem."""
    app.add_exception_handler(HTTPException, _of_http)
    app.add_exception_handler(RequestValidationError, _of_validation)
    app.add_exception_handler(Exception, _of_defect)


async def _of_http(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    return problem(error.status_code, str(error.detail))


async def _of_validation(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    found = error.errors()
    wrong = [
        {"at": ".".join(str(part) for part in one["loc"])[:NAME_MAX], "detail": one["msg"]}
        for one in found[:PROBLEMS_MAX]
    ]
    detail = "; ".join(f"{one['at']}: {one['detail']}" for one in wrong)
    if len(found) > PROBLEMS_MAX:
        detail += f"; and {len(found) - PROBLEMS_MAX} more"
    return problem(422, detail, errors=wrong)


async def _of_defect(_: Request, __: Exception) -> JSONResponse:
    # The server raises the error again after this answer, so it is logged with its traceback.
    return problem(500, "a defect of the server; its log says more")
