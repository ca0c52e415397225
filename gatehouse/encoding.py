"""`gatehouse encode`: a write → the request that would go out, by the driver's codec."""

import json
from collections.abc import Sequence

from gatehouse.decoding import shown
from gatehouse.ordering import writes_of
from protocols.model import DeviceModel
from protocols.offline import OFFLINE
from protocols.recorded import Circumstances, Request
from twins.documents import ConfigError, Problem


def encode_words(
    model: DeviceModel, words: Sequence[str], circumstances: Circumstances
) -> tuple[Request, ...]:
    """Return the requests of a point's write or of an action; raises ConfigError."""
    if model.protocol not in OFFLINE:
        message = f"{model.name} speaks {model.protocol}, which has no bytes"
        raise ConfigError([Problem(file=model.name, message=message)])
    encode = OFFLINE[model.protocol].encode
    try:
        return tuple(encode(model, write, circumstances) for write in writes_of(model, words))
    except ValueError as error:
        raise ConfigError([Problem(file=model.name, message=str(error))]) from None


def to_json(model: DeviceModel, requests: Sequence[Request]) -> str:
    """Return the requests for programs."""
    document = {
        "model": model.name,
        "protocol": model.protocol,
        "requests": [
            {"point": request.point.name, "value": request.value, **request.terms}
            for request in requests
        ],
    }
    return json.dumps(document, ensure_ascii=False, indent=1)


def rows(requests: Sequence[Request]) -> list[list[str]]:
    """Return a row per request: point, value, and the request's terms."""
    return [
        [
            request.point.name,
            shown(request.value, request.point.unit),
            "  ".join(f"{term} {value}" for term, value in request.terms.items()),
        ]
        for request in requests
    ]
