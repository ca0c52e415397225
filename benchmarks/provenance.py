"""Which code a figure is of."""

import subprocess
from pathlib import Path


def commit() -> str:
    """Return the short hash of the commit, or `none` outside a checkout."""
    asked = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parent,
    )
    return asked.stdout.strip() or "none"
