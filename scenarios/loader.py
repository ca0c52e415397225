"""Read a school package, name everything wrong with it at once, and compile it."""

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from scenarios.check import check_package
from scenarios.compilation import CheckedDocuments, compile_package
from scenarios.drawing import DrawingDocument
from scenarios.models import models_in, shipped_models
from scenarios.package import SchoolPackage
from scenarios.registers import RegistersDocument
from scenarios.school import (
    DevicesDocument,
    SchoolDocument,
    TopologyDocument,
    WorkDocument,
    WorksDocument,
)
from scenarios.table import parse_table
from twins.documents import ConfigError, Document, Problem, did_you_mean, parse_yaml, validated

DOCUMENTS: Mapping[str, tuple[type[BaseModel], str]] = {
    "school.yaml": (SchoolDocument, "the school itself (一校一方案)"),
    "as_found.geojson": (DrawingDocument, "the as-found drawing (原始图)"),
    "design.geojson": (DrawingDocument, "the design drawing (设计改造图)"),
    "topology.yaml": (TopologyDocument, "the network topology (设备网络拓扑图)"),
    "works.csv": (WorksDocument, "the list of construction items (设施改造清单)"),
    "devices.yaml": (DevicesDocument, "the list of front-end devices (前端设备清单)"),
}
"""File → what it must be, and its name for people. Every school has all of them."""

REGISTERS = "registers.yaml"
"""What people keep in writing. A school without it keeps nothing, which `gatehouse check` tells."""


def shipped_schools() -> Mapping[str, Path]:
    """Return the package's own schools: id → folder."""
    folder = Path(str(files("scenarios").joinpath("schools")))
    return {path.name: path for path in sorted(folder.iterdir()) if path.is_dir()}


def school_folder(folder_or_name: str | Path) -> Path:
    """Return the folder of a school given by path or by the name of a shipped one.

    Raises ConfigError.
    """
    path, shipped = Path(folder_or_name), shipped_schools()
    if path.is_dir():
        return path
    if str(folder_or_name) in shipped:
        return shipped[str(folder_or_name)]
    hint = did_you_mean(str(folder_or_name), list(shipped))
    message = f"there is no such school folder and no school of this name{hint}"
    raise ConfigError([Problem(file=str(folder_or_name), message=message)])


def load_school(
    folder_or_name: str | Path, models: Mapping[str, str] | None = None
) -> SchoolPackage:
    """Return a school package; raises ConfigError with the problems of all its files.

    Device models come from `models` (name → file, by default the shipped ones) and from the
    school's own folder `models/`.
    """
    return compile_package(read_documents(folder_or_name, models))


def read_documents(
    folder_or_name: str | Path, models: Mapping[str, str] | None = None
) -> CheckedDocuments:
    """Return the documents of a school, right by themselves and together; raises ConfigError."""
    folder = school_folder(folder_or_name)
    library = {**(shipped_models() if models is None else models), **models_in(folder / "models")}
    problems: list[Problem] = []
    documents: dict[str, Document] = {}
    checked: dict[str, Any] = {}
    for file, (model, title) in DOCUMENTS.items():
        try:
            documents[file] = _parsed(folder / file, title)
            checked[file] = validated(documents[file], model)
        except ConfigError as error:
            problems.extend(error.problems)
    checked[REGISTERS] = RegistersDocument()
    if (folder / REGISTERS).exists():
        try:
            documents[REGISTERS] = parse_yaml(str(folder / REGISTERS))
            checked[REGISTERS] = validated(documents[REGISTERS], RegistersDocument)
        except ConfigError as error:
            problems.extend(error.problems)
    problems.extend(check_package(documents, library))
    if "school.yaml" in checked and checked["school.yaml"].school != folder.resolve().name:
        message = f"school: the folder is called {folder.resolve().name!r}; both must be the same"
        problems.append(documents["school.yaml"].problem(("school",), message))
    if problems:
        raise ConfigError(problems)
    return CheckedDocuments(
        folder=folder,
        models=library,
        written=documents,
        school=checked["school.yaml"],
        devices=checked["devices.yaml"],
        as_found=checked["as_found.geojson"],
        design=checked["design.geojson"],
        topology=checked["topology.yaml"],
        works=checked["works.csv"],
        registers=checked[REGISTERS],
    )


def _parsed(path: Path, title: str) -> Document:
    if not path.exists():
        raise ConfigError([Problem(file=str(path), message=f"is missing: {title}")])
    if path.suffix == ".csv":
        return parse_table(str(path), list(WorkDocument.model_fields))
    return parse_yaml(str(path))
