"""A description on its way from another format: written down, with what it does not know yet."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9 _./()-]*[A-Za-z0-9._)]|[A-Za-z]")
"""Text that YAML reads as itself without quotes."""

_TAKEN = frozenset(("true", "false", "null", "yes", "no", "on", "off", "y", "n"))

KEY_ORDER = ("model", "is", "protocol", "title", "source", "parameters", "repeat", "namespaces",
             "subscription", "quirks", "properties", "writes", "actions", "calls", "verify",
             "derived", "events")  # fmt: skip


@dataclass(slots=True, kw_only=True)
class Draft:
    """The content of a description, and the gaps that a person must fill."""

    document: dict[str, Any]
    gaps: list[str] = field(default_factory=list)

    def to_yaml(self) -> str:
        """Return it as a file, the gaps on top as comments."""
        lines = [f"# to do: {gap}" for gap in self.gaps]
        for key in KEY_ORDER:
            value = self.document.get(key)
            if value is None or value in ({}, []):
                continue
            if isinstance(value, Mapping) and key in BLOCKS:
                lines.append(f"{key}:")
                lines += [f"  {scalar(name)}: {flow(one)}" for name, one in value.items()]
            else:
                lines.append(f"{key}: {flow(value)}")
        return "\n".join(lines) + "\n"


BLOCKS = frozenset(("properties", "writes", "actions", "calls", "verify", "derived", "events"))
"""Sections that have a line for each entry."""


def flow(value: Any) -> str:  # noqa: ANN401  any YAML value
    """Return a value on one line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{scalar(key)}: {flow(one)}" for key, one in value.items()) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(flow(one) for one in value) + "]"
    return scalar(value)


def scalar(value: Any) -> str:  # noqa: ANN401  any YAML scalar
    """Return a scalar, in quotes where YAML would read it as something else."""
    if isinstance(value, str):
        plain = _PLAIN.fullmatch(value) and value.lower() not in _TAKEN
        return value if plain else json.dumps(value, ensure_ascii=False)
    return json.dumps(value)
