"""The gateway that an app serves, for its routes."""

from typing import Annotated

from fastapi import Depends, Request

from gateway.runtime import Gateway


def _gateway(request: Request) -> Gateway:
    gateway = request.app.state.gateway
    assert isinstance(gateway, Gateway)
    return gateway


Served = Annotated[Gateway, Depends(_gateway)]
