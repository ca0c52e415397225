"""Find things in documents as they were written, whatever their shape."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from twins.documents import Document, KeyPath

Documents = Mapping[str, Document]


def found_at(document: Document, path: Sequence[str]) -> Iterator[tuple[KeyPath, Any]]:
    """Yield (place, value) for everything that stands at a path."""
    found: list[tuple[KeyPath, Any]] = [((), document.data)]
    for part in path:
        found = [
            ((*place, key), inner)
            for place, value in found
            for key, inner in _entries(value)
            if part in ("*", key)
        ]
    yield from found


def _entries(value: Any) -> list[tuple[str | int, Any]]:  # noqa: ANN401  what YAML held
    if isinstance(value, dict):
        return list(value.items())
    return list(enumerate(value)) if isinstance(value, list) else []


def names_in(documents: Documents, file: str, section: str) -> set[str] | None:
    """Return the names that a section defines, or None where nobody can tell."""
    data = documents[file].data if file in documents else None
    section_data = data.get(section) if isinstance(data, dict) else None
    return {str(key) for key in section_data} if isinstance(section_data, dict) else None
