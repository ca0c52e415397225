"""How many guards a school needs (R80). Norms are files with their sources; regions differ."""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files

from pydantic import BaseModel, ConfigDict, Field

from twins.capability import BilingualTitles
from twins.documents import read_yaml
from twins.management.finding import Finding, FindingKind, finding
from twins.management.registers import Headcount, Registers
from twins.school import School


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class StaffingRule(_Strict):
    """One sentence of a norm; the strictest sentence that applies counts."""

    guards: int = Field(default=0, ge=0)
    from_pupils: int = Field(default=0, ge=0)
    """It applies from so many pupils on."""
    boarding: bool | None = None
    """None: for day and boarding schools alike."""
    one_more_per: int = Field(default=0, ge=0)
    """One more guard for each full so many pupils above `above`; 0 for none. Where a norm says "one
    more per 500", full five hundreds are counted (assumed)."""
    above: int = Field(default=0, ge=0)
    per_gate: bool = False
    """`guards` for each gate that is opened."""
    per_mille: int = Field(default=0, ge=0)
    """Guards per thousand pupils, rounded up."""

    def required(self, headcount: Headcount) -> int:
        """Return how many guards this sentence asks for, 0 where it does not apply."""
        pupils = headcount.pupils
        if pupils < self.from_pupils:
            return 0
        if self.boarding is not None and self.boarding is not headcount.boarding:
            return 0
        guards = self.guards * (headcount.gates if self.per_gate else 1)
        if self.one_more_per:
            guards += max(pupils - self.above, 0) // self.one_more_per
        return guards + -(-pupils * self.per_mille // 1000)


class StaffingNorm(_Strict):
    """A published norm as sentences."""

    title: BilingualTitles
    source: str = Field(min_length=1)
    """Where it stands; what could not be checked is called unverified."""
    rules: tuple[StaffingRule, ...] = Field(min_length=1)

    def required(self, headcount: Headcount) -> int:
        """Return how many full-time guards a school needs."""
        return max((rule.required(headcount) for rule in self.rules), default=0)


@cache
def staffing_norms() -> Mapping[str, StaffingNorm]:
    """Return every norm of the package by name, read once. A new one is a file, no code."""
    folder = files("twins.management").joinpath("staffing_norms")
    found = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".yaml"))
    return {
        name.removesuffix(".yaml"): read_yaml(str(folder.joinpath(name)), StaffingNorm)
        for name in found
    }


def shortage(registers: Registers) -> int:
    """Return how many guards a school lacks; raises KeyError for an unknown norm."""
    norm = staffing_norms()[registers.staffing_norm]
    headcount = registers.headcount
    return max(norm.required(headcount) - len(headcount.guards), 0)


def staffing_findings(school: School, registers: Registers) -> Iterator[Finding]:
    """Find a school with fewer guards than its norm asks for."""
    lacking = shortage(registers)
    if lacking:
        norm = staffing_norms()[registers.staffing_norm]
        needed, there = norm.required(registers.headcount), len(registers.headcount.guards)
        detail = {
            "en": f"{there} of {needed} guards, {lacking} short ({norm.title['en']})",
            "zh": f"应配 {needed} 名，实有 {there} 名，缺 {lacking} 名（{norm.title['zh']}）",
        }
        yield finding(FindingKind.GUARDS_SHORT, school.id, registers.staffing_norm, detail)
