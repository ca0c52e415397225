"""How many guards a school needs (R80). Norms are data with their sources; regions differ."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from twins.capability import Titles
from twins.management.finding import Finding, FindingKind, finding
from twins.management.registers import Headcount, Registers
from twins.school import School


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffingRule:
    """One sentence of a norm; the strictest sentence that applies counts."""

    guards: int = 0
    from_pupils: int = 0
    """It applies from so many pupils on."""
    boarding: bool | None = None
    """None: for day and boarding schools alike."""
    one_more_per: int = 0
    """One more guard for each full so many pupils above `above`; 0 for none."""
    above: int = 0
    per_gate: bool = False
    """`guards` for each gate that is opened."""
    per_mille: int = 0
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


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffingNorm:
    """A published norm as sentences."""

    title: Titles
    source: str
    """Where it stands; what could not be checked is called unverified."""
    rules: tuple[StaffingRule, ...]

    def required(self, headcount: Headcount) -> int:
        """Return how many full-time guards a school needs."""
        return max((rule.required(headcount) for rule in self.rules), default=0)


STAFFING_NORMS: Mapping[str, StaffingNorm] = {
    "gb-t-29315-2022": StaffingNorm(
        title={"en": "National: GB/T 29315-2022", "zh": "国家标准 GB/T 29315-2022"},
        source=(
            "Chongqing security association on GB/T 29315-2022: below 100 pupils 1, from 1000 "
            "pupils 3 and one more per 500; 100 to 999 pupils 2 and the boarding rule (2, one more "
            "per 300) are unverified"
        ),
        rules=(
            StaffingRule(guards=1),
            StaffingRule(guards=2, from_pupils=100),
            StaffingRule(guards=3, from_pupils=1000, one_more_per=500, above=1000),
            StaffingRule(guards=2, boarding=True, one_more_per=300, above=300),
        ),
    ),
    "hubei": StaffingNorm(
        title={"en": "Hubei", "zh": "湖北省"},
        source=(
            "local standard of Hubei: at least 2, above 1000 pupils one more per 500, boarding one "
            "more per 200; from where the 200 count is assumed"
        ),
        rules=(
            StaffingRule(guards=2, one_more_per=500, above=1000),
            StaffingRule(guards=2, boarding=True, one_more_per=200, above=1000),
        ),
    ),
    "chongqing": StaffingNorm(
        title={"en": "Chongqing", "zh": "重庆市"},
        source="Chongqing 2019: 4 from 100 persons; below that 1 is assumed from the national norm",
        rules=(StaffingRule(guards=1), StaffingRule(guards=4, from_pupils=100)),
    ),
    "per-gate": StaffingNorm(
        title={"en": "Check list by gates", "zh": "排查指标（按校门）"},
        source=(
            "an inspection check list: 2 per opened gate, above 1500 persons 2 per thousand, "
            "boarding 3 per thousand"
        ),
        rules=(
            StaffingRule(guards=2, per_gate=True),
            StaffingRule(from_pupils=1501, per_mille=2),
            StaffingRule(boarding=True, per_mille=3),
        ),
    ),
}
"""Norm → sentences. A school names the one that its region goes by. Where a norm says "one more
per 500", full five hundreds are counted (assumed)."""


def shortage(registers: Registers) -> int:
    """Return how many guards a school lacks; raises KeyError for an unknown norm."""
    norm = STAFFING_NORMS[registers.staffing_norm]
    headcount = registers.headcount
    return max(norm.required(headcount) - len(headcount.guards), 0)


def staffing_findings(school: School, registers: Registers) -> Iterator[Finding]:
    """Find a school with fewer guards than its norm asks for."""
    lacking = shortage(registers)
    if lacking:
        norm = STAFFING_NORMS[registers.staffing_norm]
        needed, there = norm.required(registers.headcount), len(registers.headcount.guards)
        detail = {
            "en": f"{there} of {needed} guards, {lacking} short ({norm.title['en']})",
            "zh": f"应配 {needed} 名，实有 {there} 名，缺 {lacking} 名（{norm.title['zh']}）",
        }
        yield finding(FindingKind.GUARDS_SHORT, school.id, registers.staffing_norm, detail)
