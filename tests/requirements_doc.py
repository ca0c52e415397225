"""Makes docs/requirements.md from docs/requirements.yaml and from the marks of the tests.

`uv run python -m tests.requirements_doc` writes the file. A test proves a part by its mark:
`@pytest.mark.requirement("R20")` for the twins part, `("R20.GW")` for another one.
"""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from twins.capability import BilingualTitles
from twins.documents import read_yaml

ROOT = Path(__file__).parent.parent
DATA = ROOT / "docs" / "requirements.yaml"
PAGE = ROOT / "docs" / "requirements.md"
OWN_PART = "TW"
"""The part that a mark without a part names."""

PartName = Annotated[str, Field(pattern=r"^(GW|TW|SIM|SC|PL)(-[a-z]+)?$")]
RowName = Annotated[str, Field(pattern=r"^R\d\d$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Part(_Strict):
    """One acceptance part: what is to be seen, and where it is built."""

    proof: str = Field(pattern=r"\.$")
    issue: int | str


class Row(_Strict):
    """One requirement."""

    title: BilingualTitles
    parts: dict[PartName, Part] = Field(min_length=1)


class Requirements(_Strict):
    """The data file."""

    rows: dict[RowName, Row]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """A test that names a part."""

    file: str
    test: str


def requirements() -> Requirements:
    """Read the data file."""
    return read_yaml(str(DATA), Requirements)


def proofs(folder: Path = ROOT / "tests") -> dict[str, list[Proof]]:
    """Return part (as `R20.TW`) → tests that name it, in the order of files and lines."""
    found: dict[str, list[Proof]] = defaultdict(list)
    for path in sorted(folder.rglob("test_*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        base = ROOT if path.is_relative_to(ROOT) else folder
        for test, part in _marks(tree):
            proof = Proof(file=path.relative_to(base).as_posix(), test=test)
            if proof not in found[part]:
                found[part].append(proof)
    return dict(found)


def _marks(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Yield (test, part) for every mark: on the function, its class, its module or a parameter."""
    above = list(_module_marks(tree))
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            of_class = [*above, *_named(node.decorator_list)]
            for member in node.body:
                yield from _of_function(member, of_class)
        else:
            yield from _of_function(node, above)


def _of_function(node: ast.stmt, inherited: list[str]) -> Iterator[tuple[str, str]]:
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return
    if node.name.startswith("test"):
        for part in [*inherited, *_named(node.decorator_list)]:
            yield node.name, part


def _module_marks(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        if isinstance(node, ast.Assign) and "pytestmark" in map(ast.unparse, node.targets):
            yield from _named([node.value])


def _named(expressions: list[ast.expr]) -> Iterator[str]:
    """Yield the parts that `requirement(…)` calls in these expressions name."""
    for expression in expressions:
        for node in ast.walk(expression):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.requirement":
                for argument in node.args:
                    named = str(ast.literal_eval(argument))
                    yield named if "." in named else f"{named}.{OWN_PART}"


def status(parts: Mapping[str, bool]) -> str:
    """Return `done` if every part is proved, `open` if none is, else `partly`.

    >>> status({"TW": True, "GW": False})
    'partly'
    """
    if all(parts.values()):
        return "done"
    return "partly" if any(parts.values()) else "open"


HEAD = """\
# Requirements

Made by `uv run python -m tests.requirements_doc` from `docs/requirements.yaml` and from the tests; do not edit.
A row is *done* only when every one of its parts is proved by a test, *partly* when some are, else *open*.
Parts: GW gateway and console, TW twins and rules, SIM simulator, SC scenarios, PL planning. Behind each part stands
its issue, or the area in which it is planned.

"""


def page(data: Requirements, tests: Mapping[str, list[Proof]]) -> str:
    """Return the page."""
    states = {
        name: status({part: bool(tests.get(f"{name}.{part}")) for part in row.parts})
        for name, row in data.rows.items()
    }
    counts = [f"{list(states.values()).count(one)} {one}" for one in ("done", "partly", "open")]
    lines = [HEAD + f"{len(states)} rows: {', '.join(counts)}.", "", *_overview(data, states)]
    for name, row in data.rows.items():
        lines += [
            "",
            f"## {name} {row.title['en']} · {row.title['zh']}",
            "",
            f"*{states[name]}*",
            "",
        ]
        for part, spec in row.parts.items():
            issue = f"issue {spec.issue}" if isinstance(spec.issue, int) else spec.issue
            lines.append(f"- **{part}** ({issue}): {spec.proof}")
            lines += [
                f"  - `{proof.file}`: {_sentence(proof.test)}"
                for proof in tests.get(f"{name}.{part}", [])
            ]
    return "\n".join(lines) + "\n"


def _overview(data: Requirements, states: Mapping[str, str]) -> list[str]:
    rows = [
        f"| {name} | {row.title['en']} | {row.title['zh']} | {', '.join(row.parts)} | {states[name]} |"
        for name, row in data.rows.items()
    ]
    return ["| row | requirement | 要求 | parts | state |", "|---|---|---|---|---|", *rows]


def _sentence(test: str) -> str:
    return re.sub(r"^test_", "", test).replace("_", " ")


def strays(data: Requirements, tests: Mapping[str, list[Proof]]) -> list[str]:
    """Return the marks that name no part of the data file, each with its tests."""
    known = {f"{name}.{part}" for name, row in data.rows.items() for part in row.parts}
    return [
        f"{part}: {proof.file}::{proof.test}"
        for part, named in sorted(tests.items())
        if part not in known
        for proof in named
    ]


def main() -> None:
    """Write the page."""
    data, tests = requirements(), proofs()
    PAGE.write_text(page(data, tests), encoding="utf-8")
    if lost := strays(data, tests):
        raise SystemExit("\n".join([f"these marks name no part of {DATA.name}:", *lost]))


if __name__ == "__main__":
    main()
