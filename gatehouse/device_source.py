"""Where a device model named on the command line comes from: a file, or the library."""

from collections.abc import Mapping
from pathlib import Path

from protocols.descriptions import library, read_model
from protocols.model import DeviceModel
from twins.documents import ConfigError, Problem, did_you_mean


def model_named(name: str, parameters: Mapping[str, str] | None = None) -> DeviceModel:
    """Return the model of a file or of a name in the library; raises ConfigError."""
    return read_model(model_file(name), parameters)


def model_file(name: str) -> str:
    """Return the file of a model; raises ConfigError where there is none."""
    known = library()
    if name in known and not Path(name).is_file():
        return known[name]
    if Path(name).is_file():
        return name
    hint = did_you_mean(name, list(known))
    raise ConfigError(
        [Problem(file=name, message=f"there is no such file or model of the library{hint}")]
    )
