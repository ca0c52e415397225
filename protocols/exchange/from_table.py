"""A register list, as CSV, → a description of ours."""

import csv
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from protocols.exchange.draft import Draft
from protocols.exchange.fitting import plain, snake
from protocols.exchange.from_profile import TYPES
from twins.documents import ConfigError, Problem

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "name": ("name", "point", "property", "tag", "signal", "description", "content"),
    "address": ("address", "register", "addr", "startingaddress", "pduaddress", "number"),
    "table": ("table", "registertype", "area", "primarytable", "function", "functioncode", "fc"),
    "as": ("as", "type", "datatype", "format", "rawtype"),
    "words": ("words", "wordorder"),
    "bytes": ("bytes", "byteorder"),
    "bits": ("bits", "bit", "startbitnr"),
    "scale": ("scale", "factor", "multiplier", "gain"),
    "offset": ("offset",),
    "unit": ("unit", "units"),
    "min": ("min", "minimum"),
    "max": ("max", "maximum"),
    "length": ("length", "registers", "registercount", "size"),
}
"""What a column says → titles that say it, without case and blanks."""

TABLES: Mapping[str, str] = {
    "co": "co", "coil": "co", "coils": "co", "0x": "co", "1": "co", "fc1": "co", "fc01": "co",
    "di": "di", "discrete": "di", "discreteinput": "di", "discreteinputs": "di", "1x": "di",
    "2": "di", "fc2": "di", "fc02": "di", "ir": "ir", "input": "ir", "inputregister": "ir",
    "inputregisters": "ir", "3x": "ir", "4": "ir", "fc4": "ir", "fc04": "ir", "hr": "hr",
    "holding": "hr", "holdingregister": "hr", "holdingregisters": "hr", "4x": "hr", "3": "hr",
    "fc3": "hr", "fc03": "hr",
}  # fmt: skip
"""How lists name a table, or the function that reads it → table."""

PRINTED: Mapping[str, str] = {"0": "co", "1": "di", "3": "ir", "4": "hr"}
"""First digit of a five-digit number → table (Modicon convention)."""

OTHER_TYPES: Mapping[str, str] = {
    "boolean": "bool", "bit": "bool", "word": "u16", "dword": "u32", "short": "s16", "int": "s16",
    "real": "f32", "float": "f32", "double": "f64", "unsigned": "u16", "signed": "s16",
}  # fmt: skip

OWN_TYPES = frozenset(
    ("bool", "u8", "s8", "u16", "s16", "u32", "s32", "u64", "s64", "f32", "f64", "bcd16", "bcd32",
     "string", "bits")
)  # fmt: skip

PRINTED_DIGITS = (5, 6)
LITTLE = frozenset(("little", "lsw", "low", "lowfirst", "lsb", "swapped", "cdab"))
BIG = frozenset(("big", "msw", "high", "highfirst", "msb", "abcd"))


def draft_of_table(file: str, *, one_based: bool) -> Draft:
    """Return a register list as a draft; raises ConfigError for a list that cannot be read."""
    try:
        text = Path(file).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError([Problem(file=file, message=f"cannot be read: {error}")]) from None
    delimiter = max(",;\t", key=text.partition("\n")[0].count)
    rows = csv.reader(io.StringIO(text), delimiter=delimiter)
    columns = _columns(file, next(rows, []))
    gaps: list[str] = []
    problems: list[Problem] = []
    points: dict[str, dict[str, Any]] = {}
    for cells in rows:
        line = {key: cells[place].strip() for key, place in columns.items() if place < len(cells)}
        if not any(line.values()):
            continue
        try:
            points[_new(line["name"], points)] = _point(line, gaps, shift=1 if one_based else 0)
        except ValueError as error:
            problems.append(Problem(file=file, line=rows.line_num, column=1, message=str(error)))
    if problems:
        raise ConfigError(problems)
    stem = snake(Path(file).stem).replace("_", "-")
    return Draft(
        document={
            "model": stem,
            "protocol": "modbus",
            "title": stem,
            "source": f"register list {Path(file).name}",
            "properties": points,
        },
        gaps=gaps,
    )


def _columns(file: str, titles: list[str]) -> dict[str, int]:
    """Return what each column says; raises ConfigError without a name and an address."""
    found: dict[str, int] = {}
    for key, words in COLUMNS.items():
        places = [place for place, title in enumerate(titles) if plain(title) in words]
        if places:
            found[key] = places[0]
    missing = [key for key in ("name", "address") if key not in found]
    if missing:
        message = f"no column for {' and '.join(missing)}; there is {', '.join(titles) or 'none'}"
        raise ConfigError([Problem(file=file, line=1, column=1, message=message)])
    return found


def _new(name: str, points: Mapping[str, Any]) -> str:
    if not name or name in points:
        raise ValueError(f"{name} stands here twice" if name else "a name is missing")
    return name


def _point(line: Mapping[str, str], gaps: list[str], *, shift: int) -> dict[str, Any]:
    name = line["name"]
    table, number = _place(line, shift)
    point: dict[str, Any] = {"at": f"{table}:{number}", **_type(line, table, gaps)}
    for key in ("words", "bytes"):
        order = plain(line.get(key, ""))
        if order in LITTLE:
            point[key] = "little"
        elif order and order not in BIG:
            gaps.append(f"{name}: the order {line[key]} is not known")
    for key in ("scale", "offset", "min", "max"):
        if line.get(key):
            point[key] = _number(name, key, line[key])
    point |= {key: line[key] for key in ("bits", "unit") if line.get(key)}
    if shift:
        point["printed"] = line["address"]
    return point


def _type(line: Mapping[str, str], table: str, gaps: list[str]) -> dict[str, Any]:
    kind = plain(line.get("as", ""))
    if not kind:
        return {"as": "bool"} if table in ("co", "di") else {}
    wire_type = kind if kind in OWN_TYPES else TYPES.get(kind) or OTHER_TYPES.get(kind)
    if wire_type is None:
        gaps.append(f"{line['name']}: the type {line['as']} is not known")
        return {}
    length = line.get("length", "")
    if wire_type in ("string", "bits") and length.isdigit():
        return {"as": wire_type, "length": int(length)}
    return {"as": wire_type}


def _place(line: Mapping[str, str], shift: int) -> tuple[str, int]:
    """Return table and number; a five-digit number names its table itself, if no column does."""
    text = line["address"]
    table = TABLES.get(plain(line.get("table", "")))
    try:
        number = int(text, 16 if text.lower().startswith("0x") else 10)
    except ValueError:
        raise ValueError(f"{text!r} is no address") from None
    if table is None and len(text) in PRINTED_DIGITS and text[0] in PRINTED:
        if not shift:
            raise ValueError(
                f"{text} counts from 1 and names its table; say --one-based for such a list"
            )
        return PRINTED[text[0]], int(text[1:]) - shift
    if table is None:
        raise ValueError(f"{text}: no table (co, di, ir, hr) is named for it")
    if number < shift:
        raise ValueError(f"{text}: a list that counts from 1 has no such number")
    return table, number - shift


def _number(name: str, key: str, text: str) -> float:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        raise ValueError(f"{name}: {key} {text!r} is no number") from None
