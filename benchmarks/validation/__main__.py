"""Plays every case and writes docs/validation.md: `python -m benchmarks.validation`.

Takes about two minutes; `--only S07 S12` plays and prints some and writes nothing. S11 needs the
extra `analysis`. Ends with 1 where a row misses, and then writes the page all the same.
"""

import argparse
import sys
import time

from benchmarks.validation.page import PAGE, case_lines, page
from benchmarks.validation.table import RUNNERS, run
from benchmarks.validation.verdict import cases
from simulator.analysis.sensitivity import available


def main() -> int:
    """Play the cases; return 0 if all pass, 1 if not, 2 if they cannot all be played."""
    asked = argparse.ArgumentParser(prog="python -m benchmarks.validation")
    asked.add_argument("--only", nargs="*", choices=sorted(RUNNERS), default=[])
    only = asked.parse_args().only
    if not available() and (not only or "S11" in only):
        print("S11 needs SALib: pip install 'gatehouse[analysis]'", file=sys.stderr)
        return 2
    rows = {}
    for name, case in cases().items():
        if only and name not in only:
            continue
        begin = time.process_time()
        rows[name] = run(name)
        passes = all(row.passes for row in rows[name])
        spent = time.process_time() - begin
        print(f"{name} {'pass' if passes else 'MISSED'} {spent:6.1f} s  {case.title}")
        if only or not passes:
            print("\n".join(case_lines(name, case, rows[name])))
    if not only:
        PAGE.write_text(page(rows), encoding="utf-8")
    return int(not all(row.passes for found in rows.values() for row in found))


if __name__ == "__main__":
    sys.exit(main())
