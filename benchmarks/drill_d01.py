"""CPU time of drill D01 at full speed, after start-up: `python -m benchmarks.drill_d01`.

Files are read and models compiled before the clock starts. The limit is 40 ms (median of five).
"""

import json
import platform
import statistics
import sys
import time

from benchmarks.provenance import commit
from gatehouse.links import compile_models
from scenarios.drill_loader import load_drill_with_school
from simulator.run import run_drill

SEED = 7
RUNS = 5
LIMIT_MS = 40.0


def main() -> int:
    """Print the figures as JSON; return 1 where the limit is missed."""
    drill, package = load_drill_with_school("d01")
    models = compile_models(package)
    taken = []
    for _ in range(RUNS):
        begin = time.process_time()
        record = run_drill(school=package.school, drill=drill, models=models, seed=SEED)
        taken.append(1000 * (time.process_time() - begin))
    median = statistics.median(taken)
    figures = {
        "benchmark": "drill_d01",
        "machine": f"{platform.machine()}, Python {platform.python_version()}",
        "commit": commit(),
        "seed": SEED,
        "story_events": len(record.story),
        "cpu_ms": [round(one, 1) for one in taken],
        "median_ms": round(median, 1),
        "limit_ms": LIMIT_MS,
    }
    print(json.dumps(figures))
    return int(median > LIMIT_MS)


if __name__ == "__main__":
    sys.exit(main())
