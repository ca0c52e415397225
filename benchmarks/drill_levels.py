"""Drill D01 at L0 and on the wire, side by side: the same story, and how far the times differ.

    uv run python -m benchmarks.drill_levels --seed 7

The wire adds its polling: a press is seen within one poll of 50 ms, a command is read back within
two polls of 200 ms; each limit below is that bound plus what a busy machine of two cores adds
(assumed 250 ms).
"""

import argparse
import asyncio

from gatehouse.drills.running import DrillReport, run_drill

BOUND_S = 0.05 + 2 * 0.2 + 0.25
DECISIONS = ("alarm-raised", "incident-opened", "command-issued")


def decisions(report: DrillReport) -> list[tuple[str, str]]:
    """Return the platform's decisions in their order."""
    story = report.record.story
    return [(event.kind, event.subject) for event in story if event.kind in DECISIONS]


def main() -> int:
    """Print both levels; return 1 where order or times are off."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=7)
    seed = parser.parse_args().seed
    sim = asyncio.run(run_drill("d01", "sim", seed))
    wire = asyncio.run(run_drill("d01", "wire", seed))
    same = decisions(sim) == decisions(wire)
    print(f"seed {seed}: {len(decisions(sim))} decisions, {'same' if same else 'OTHER'} order")
    worst = 0.0
    for simulated, real in zip(sim.verdicts, wire.verdicts, strict=True):
        if simulated.measured_s is None or real.measured_s is None:
            continue
        difference = real.measured_s - simulated.measured_s
        worst = max(worst, abs(difference))
        print(
            f"{simulated.id:22} sim {simulated.measured_s:8.3f} s  wire {real.measured_s:8.3f} s "
            f" {difference:+.3f} s"
        )
    print(f"largest difference {worst:.3f} s, bound {BOUND_S:.3f} s")
    return int(not same or worst > BOUND_S)


if __name__ == "__main__":
    raise SystemExit(main())
