"""CSV with a position for every complaint, in the same form as YAML: rows of named cells."""

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

from twins.documents import ConfigError, Document, KeyPath, Problem, did_you_mean


def parse_table(file: str, columns: Sequence[str]) -> Document:
    """Read a CSV file with exactly these columns in any order; raises ConfigError.

    A row is one line. Rows are numbered from 0 in the document and by line in complaints.
    """
    try:
        text = Path(file).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError([Problem(file=file, message=f"cannot be read: {error}")]) from None
    lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    if not lines:
        raise ConfigError([Problem(file=file, line=1, column=1, message="the header is missing")])
    header = list(_cells(lines[0][1]))
    problems = list(_wrong_header(file, lines[0][0], header, columns))
    rows: list[dict[str, str]] = []
    positions: dict[KeyPath, tuple[int, int]] = {}
    for number, line in lines[1:]:
        cells = list(_cells(line))
        if len(cells) != len(header):
            message = f"{len(cells)} cells where the header has {len(header)}"
            problems.append(Problem(file=file, line=number, column=1, message=message))
            continue
        row = len(rows)
        positions[(row,)] = (number, 1)
        rows.append({})
        for (_, name), (column, cell) in zip(header, cells, strict=True):
            positions[(row, name)] = (number, column)
            rows[row][name] = cell
    if problems:
        raise ConfigError(problems)
    return Document(file, rows, positions)


def _cells(line: str) -> Iterator[tuple[int, str]]:
    """Yield each cell with the column, from 1, at which it starts."""
    start, quoted = 0, False
    for place, character in enumerate(f"{line},"):
        if character == '"':
            quoted = not quoted
        if place == len(line) or (character == "," and not quoted):
            cell = next(iter(csv.reader([line[start:place]])), [""])
            yield start + 1, (cell[0] if cell else "").strip()
            start = place + 1


def _wrong_header(
    file: str, line: int, header: Sequence[tuple[int, str]], columns: Sequence[str]
) -> Iterator[Problem]:
    names = [name for _, name in header]
    for column, name in header:
        if name not in columns:
            message = f"{name!r} is not known here{did_you_mean(name, columns)}"
            yield Problem(file=file, line=line, column=column, message=message)
        elif names.count(name) > 1:
            yield Problem(
                file=file, line=line, column=column, message=f"{name!r} stands here twice"
            )
    for name in columns:
        if name not in names:
            yield Problem(file=file, line=line, column=1, message=f"{name!r} is missing")
