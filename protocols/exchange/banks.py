"""Points that differ in a running number alone, written as one: the `repeat:` of a description."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

LEAST = 3
"""Points that are worth a bank."""

_NUMBER = re.compile(r"\d+")

Numbered = dict[str, dict[int, tuple[str, dict[str, Any]]]]
"""Template of a name → number → (name, notation)."""


def banked(
    sections: Mapping[str, Mapping[str, dict[str, Any]]], needed: Sequence[int] = ()
) -> tuple[str, dict[str, dict[str, Any]]]:
    """Return `first..last` and the sections with their banks folded; all banks share one span.

    `needed` are the numbers that something else, as a derived value, counts over.
    """
    groups = {section: _groups(points) for section, points in sections.items()}
    span = list(needed) or _commonest(groups)
    if not span:
        return "", {section: dict(points) for section, points in sections.items()}
    folded = {
        section: _folded(points, groups[section], span) for section, points in sections.items()
    }
    return f"{span[0]}..{span[-1]}", folded


def template_of(names: Mapping[int, str]) -> str:
    """Return names by number as one template, or nothing where they are no bank."""
    return _template([(number, name) for number, name in names.items()])


def _groups(points: Mapping[str, dict[str, Any]]) -> Numbered:
    found: Numbered = {}
    for name, notation in points.items():
        match = _NUMBER.search(name)
        if match is not None:
            key = f"{name[: match.start()]}#{name[match.end() :]}"
            found.setdefault(key, {})[int(match[0])] = (name, notation)
    return found


def _commonest(groups: Mapping[str, Numbered]) -> list[int]:
    spans = Counter(
        tuple(sorted(members))
        for numbered in groups.values()
        for members in numbered.values()
        if len(members) >= LEAST and max(members) - min(members) == len(members) - 1
    )
    weights: dict[tuple[int, ...], int] = {span: len(span) * count for span, count in spans.items()}
    heaviest = max(weights.items(), key=lambda one: (one[1], one[0]), default=((), 0))
    return list(heaviest[0])


def _folded(
    points: Mapping[str, dict[str, Any]], groups: Numbered, span: Sequence[int]
) -> dict[str, Any]:
    banks: dict[str, tuple[str, dict[str, Any]]] = {}
    for members in groups.values():
        bank = _bank(members) if sorted(members) == list(span) else None
        if bank is not None:
            banks.update({name: bank for name, _ in members.values()})
    folded: dict[str, Any] = {}
    for name, notation in points.items():
        template, document = banks.get(name, (name, notation))
        folded[template] = document
    return folded


def _bank(members: Mapping[int, tuple[str, dict[str, Any]]]) -> tuple[str, dict[str, Any]] | None:
    """Return a bank's name and notation, or None where its points differ in more than numbers."""
    name = _template([(number, member) for number, (member, _) in members.items()])
    first = next(iter(members.values()))[1]
    document: dict[str, Any] = {}
    for key, value in first.items():
        values = [(number, notation.get(key)) for number, (_, notation) in members.items()]
        if all(one == value for _, one in values):
            document[key] = value
        elif key in ("at", "printed", "not", "bits"):
            document[key] = _template([(number, str(one)) for number, one in values])
        else:
            return None
    same = all(set(notation) == set(first) for _, notation in members.values())
    return (name, document) if name and same and all(v != "" for v in document.values()) else None


def _template(texts: Sequence[tuple[int, str]]) -> str:
    """Return texts by number as one with `{n}`, or nothing where no sum of n makes them."""
    (_, text), *_ = texts
    skeletons = {_NUMBER.sub("#", one) for _, one in texts}
    if len(skeletons) > 1 or "{" in text or "0x" in text:
        return ""
    parts = _NUMBER.split(text)
    columns = [[(number, _NUMBER.findall(one)[place]) for number, one in texts]
               for place in range(len(parts) - 1)]  # fmt: skip
    terms = [_term(column) for column in columns]
    if any(term is None for term in terms):
        return ""
    return parts[0] + "".join(str(term) + part for term, part in zip(terms, parts[1:], strict=True))


def _term(column: Sequence[tuple[int, str]]) -> str | None:
    """Return numbers as `{n}`, `{2*n-1}`, `{n:02}`, or as they are where they do not change."""
    if len({text for _, text in column}) == 1:
        return column[0][1]
    (first, low), (second, high), *_ = column
    factor, rest = divmod(int(high) - int(low), second - first)
    shift = int(low) - factor * first
    padded = any(text != str(int(text)) for _, text in column)
    width = len(low) if padded else 0
    fits = all(format(factor * number + shift, f"0{width}" if width else "") == text
               for number, text in column)  # fmt: skip
    if rest or factor < 1 or not fits:
        return None
    product = "n" if factor == 1 else f"{factor}*n"
    return "{" + product + (f"{shift:+d}" if shift else "") + (f":0{width}" if width else "") + "}"
