"""Which device models there are and what they are, read as data.

How a model speaks to its device is none of our business here: only the name and the `is:` line are
read. `protocols` checks and compiles the rest.
"""

import re
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

_CAPABILITY = re.compile(r"^is:[ \t]*[\"']?([a-z0-9-]+)", re.MULTILINE)


def shipped_models() -> Mapping[str, str]:
    """Return the package's device models: name → file."""
    return models_in(Path(str(files("protocols").joinpath("devices"))))


def models_in(folder: Path) -> Mapping[str, str]:
    """Return the device models of a folder: name → file."""
    return {path.stem: str(path) for path in sorted(folder.glob("*.yaml"))}


def capability_of_model(file: str) -> str:
    """Return the capability that a model names, or nothing where it names none."""
    match = _CAPABILITY.search(Path(file).read_text(encoding="utf-8"))
    return match[1] if match else ""
