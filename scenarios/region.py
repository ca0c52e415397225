"""A region: many schools and the stations, shops and volunteers they share (`docs/regions.md`).

`region.yaml` says what holds for all; the bulk is CSV. A row of `schools.csv` is a school whose
gate is built as the template's: it has the template's devices, posts, bells and plans, and its own
pupils, guards by the norm, station and volunteers within reach.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import Field, RootModel

from scenarios.compilation import CheckedDocuments
from scenarios.loader import read_documents
from scenarios.notation import Name, Strict
from scenarios.table import parse_table
from twins.capability import BilingualTitles
from twins.documents import (
    ConfigError,
    Document,
    Problem,
    did_you_mean,
    parse_yaml,
    validated,
)

Row = TypeVar("Row", bound=Strict)


class RegionDocument(Strict):
    """`region.yaml`."""

    region: Name
    title: BilingualTitles
    synthetic: bool = False
    source: str = Field(min_length=1)
    """Where the figures come from, and what of them is made up."""
    template: str
    """School package after which every gate is built."""
    reach_m: float = Field(gt=0)
    """Volunteers within this straight distance of a gate belong to its school."""
    detour: float = Field(ge=1)
    """Way by road over straight distance."""


class SchoolRow(Strict):
    """A row of `schools.csv`. Places are metres east and north of a point of the region."""

    school: Name
    title_en: str = Field(min_length=1)
    title_zh: str = Field(min_length=1)
    kind: Literal["kindergarten", "primary", "middle", "secondary", "vocational"]
    pupils: int = Field(ge=1)
    east_m: float
    north_m: float
    station: Name


class StationRow(Strict):
    """A row of `stations.csv`."""

    station: Name
    title_en: str = Field(min_length=1)
    title_zh: str = Field(min_length=1)
    east_m: float
    north_m: float
    cars: int = Field(ge=1)


class ShopRow(Strict):
    """A row of `shops.csv`."""

    shop: Name
    title_en: str = Field(min_length=1)
    title_zh: str = Field(min_length=1)
    hours: str = Field(min_length=1)
    east_m: float
    north_m: float


class VolunteerRow(Strict):
    """A row of `volunteers.csv`; `member_of` is an organisation, or a shop for its people."""

    volunteer: Name
    volunteer_class: Literal["firm", "shop", "teacher", "guard"] = Field(alias="class")
    member_of: Name
    travel: Literal["on foot", "e-bike", "car"]
    kit: str = ""
    """Tools with a blank between them."""
    hours: str = ""
    """One window, or several with a semicolon between them."""
    east_m: float
    north_m: float


TABLES: Mapping[str, type[Strict]] = {
    "schools.csv": SchoolRow,
    "stations.csv": StationRow,
    "shops.csv": ShopRow,
    "volunteers.csv": VolunteerRow,
}
"""File → its rows."""

KEYS: Mapping[str, str] = {
    "schools.csv": "school",
    "stations.csv": "station",
    "shops.csv": "shop",
    "volunteers.csv": "volunteer",
}
"""File → the column whose values stand only once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """A checked region. Rows stand in the order of their ids, whatever the files' order."""

    folder: Path
    written: RegionDocument
    schools: tuple[SchoolRow, ...]
    stations: Mapping[str, StationRow]
    shops: tuple[ShopRow, ...]
    volunteers: tuple[VolunteerRow, ...]
    template: CheckedDocuments

    @property
    def organisations(self) -> frozenset[str]:
        """Return whom volunteers belong to, apart from shops."""
        return frozenset(one.member_of for one in self.volunteers if one.volunteer_class != "shop")


def shipped_regions() -> Mapping[str, Path]:
    """Return the package's own regions: id → folder."""
    folder = Path(str(files("scenarios").joinpath("regions")))
    return {path.name: path for path in sorted(folder.iterdir()) if path.is_dir()}


def load_region(folder_or_name: str | Path) -> Region:
    """Return a region; raises ConfigError with the problems of all its files."""
    folder = _folder(folder_or_name)
    problems: list[Problem] = []
    rows: dict[str, tuple[Document, list[Strict]]] = {}
    written = template = None
    for file, model in TABLES.items():
        try:
            rows[file] = _table(folder / file, model)
        except ConfigError as error:
            problems.extend(error.problems)
    try:
        document = parse_yaml(str(folder / "region.yaml"))
        written = validated(document, RegionDocument)
        template = read_documents(written.template)
    except ConfigError as error:
        problems.extend(error.problems)
    problems.extend(_disagreements(rows))
    if problems or written is None or template is None:
        raise ConfigError(problems)
    return Region(
        folder=folder,
        written=written,
        schools=tuple(sorted(_of(rows, SchoolRow), key=lambda one: one.school)),
        stations={
            one.station: one for one in sorted(_of(rows, StationRow), key=lambda one: one.station)
        },
        shops=tuple(sorted(_of(rows, ShopRow), key=lambda one: one.shop)),
        volunteers=tuple(sorted(_of(rows, VolunteerRow), key=lambda one: one.volunteer)),
        template=template,
    )


def _folder(folder_or_name: str | Path) -> Path:
    path, shipped = Path(folder_or_name), shipped_regions()
    if path.is_dir():
        return path
    if str(folder_or_name) in shipped:
        return shipped[str(folder_or_name)]
    hint = did_you_mean(str(folder_or_name), list(shipped))
    message = f"there is no such region folder and no region of this name{hint}"
    raise ConfigError([Problem(file=str(folder_or_name), message=message)])


def _table(path: Path, model: type[Strict]) -> tuple[Document, list[Strict]]:
    columns = [info.alias or name for name, info in model.model_fields.items()]
    document = parse_table(str(path), columns)
    return document, validated(document, RootModel[list[model]]).root  # type: ignore[valid-type]  # one list type per table


def _of(rows: Mapping[str, tuple[Document, list[Strict]]], model: type[Row]) -> list[Row]:
    return [row for _, table in rows.values() for row in table if isinstance(row, model)]


def _disagreements(rows: Mapping[str, tuple[Document, list[Strict]]]) -> Iterable[Problem]:
    """Yield ids that stand twice, and stations and shops that are named but not there."""
    ids = {
        file: {str(getattr(row, KEYS[file])) for row in table} for file, (_, table) in rows.items()
    }
    for file, (document, table) in rows.items():
        seen: set[str] = set()
        for number, row in enumerate(table):
            name = str(getattr(row, KEYS[file]))
            if name in seen:
                yield document.problem((number, KEYS[file]), f"{name!r} stands here twice")
            seen.add(name)
            column, named, known = _named(row, ids)
            if named and known is not None and named not in known:
                hint = did_you_mean(named, sorted(known))
                yield document.problem((number, column), f"there is no {named!r}{hint}")


def _named(row: Strict, ids: Mapping[str, set[str]]) -> tuple[str, str, set[str] | None]:
    """Return (column, name, known names) of what a row points at; an unread table is no ground."""
    match row:
        case SchoolRow():
            return "station", row.station, ids.get("stations.csv")
        case VolunteerRow(volunteer_class="shop"):
            return "member_of", row.member_of, ids.get("shops.csv")
        case _:
            return "", "", None
