"""What a CoAP link needs beside its address: the keys that protect it, where it is protected."""

import json
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, ValidationInfo

from protocols.dialect import LinkSettings

SETTINGS, SECRET = "settings.json", "secret.json"
"""The two files of a security context, as aiocoap keeps it; the second is for its owner alone."""

NEEDED = ("sender-id", "recipient-id", "secret")
"""Without these no keys can be derived (RFC 8613 §3.2)."""


def _context(folder: str, info: ValidationInfo) -> str:
    """Return the whole path of a security context; raises ValueError where it is none."""
    base = (info.context or {}).get("folder", "")
    path = Path(base) / folder
    known: dict[str, object] = {}
    for name in (SETTINGS, SECRET):
        try:
            found = json.loads((path / name).read_text())
        except FileNotFoundError:
            continue
        except (OSError, ValueError) as error:
            raise ValueError(f"{path / name}: {error}") from error
        known |= found if isinstance(found, dict) else {}
    for key, value in known.items():
        if key.endswith("_hex") and not _is_hex(value):
            raise ValueError(f"{path}: {key} holds no bytes in hexadecimal digits")
    missing = [key for key in NEEDED if not {key, f"{key}_hex", f"{key}_ascii"} & set(known)]
    if missing:
        raise ValueError(f"{path} is no security context: {', '.join(missing)} missing")
    return str(path)


def _is_hex(value: object) -> bool:
    try:
        bytes.fromhex(str(value))
    except ValueError:
        return False
    return True


class CoapSettings(LinkSettings):
    """Settings of a `coap://` link."""

    oscore: Annotated[str, AfterValidator(_context)] | None = None
    """Folder of the OSCORE security context (RFC 8613), beside the school's files."""
