"""`gatehouse td` and `gatehouse import`: device models out to others' formats, and in from them."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from protocols.descriptions import read_model
from protocols.exchange.draft import Draft
from protocols.exchange.edge_translator import for_edge_translator
from protocols.exchange.fitting import fitted
from protocols.exchange.from_profile import draft_of_profile
from protocols.exchange.from_table import draft_of_table
from protocols.exchange.from_thing import draft_of_thing
from protocols.exchange.node_wot import for_node_wot
from protocols.exchange.thing import canonical
from protocols.model import DeviceModel
from twins.documents import ConfigError, Problem, parse_yaml

TARGETS = ("canonical", "node-wot", "ua-edge-translator")


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """A description made from another format, and what is still to be done by hand."""

    text: str
    gaps: tuple[str, ...]


def thing_for(
    model: DeviceModel, target: str, address: str, namespace_index: int | None
) -> tuple[dict[str, Any], Sequence[str]]:
    """Return a Thing for its reader, and what it leaves out; raises ConfigError."""
    if target != "canonical" and not address:
        message = f"{target} needs the address of a device: --at URL"
        raise ConfigError([Problem(file=model.name, message=message)])
    try:
        if target == "canonical":
            return canonical(model, address), ()
        if target == "node-wot":
            return for_node_wot(model, address, namespace_index)
        return for_edge_translator(model, address)
    except ValueError as error:
        raise ConfigError([Problem(file=model.name, message=str(error))]) from None


def imported(file: str, device_type: str, name: str, *, one_based: bool) -> Import:
    """Return a Thing, an EdgeX profile or a register list as a description; raises ConfigError.

    What `gatehouse check` would say of it stands among the gaps.
    """
    draft = fitted(_draft(file, one_based=one_based), device_type)
    if name:
        draft.document["model"] = name
    problems = _problems(draft) if not draft.gaps else []
    draft.gaps += problems
    return Import(text=draft.to_yaml(), gaps=tuple(draft.gaps))


def _draft(file: str, *, one_based: bool) -> Draft:
    if Path(file).suffix.lower() in (".csv", ".tsv", ".txt"):
        return draft_of_table(file, one_based=one_based)
    document = parse_yaml(file)
    if isinstance(document.data, dict) and "deviceResources" in document.data:
        return draft_of_profile(document, one_based=one_based)
    return draft_of_thing(document)


def _problems(draft: Draft) -> list[str]:
    """Return what is wrong with a draft as a description."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "draft.yaml"
        file.write_text(draft.to_yaml(), encoding="utf-8")
        try:
            read_model(str(file))
        except ConfigError as error:
            return [f"line {problem.line}: {problem.message}" for problem in error.problems]
    return []
