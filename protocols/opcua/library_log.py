"""asyncua logs every attempt, with tracebacks; what matters is logged by driver and gateway."""

import logging


def hush() -> None:
    """Keep asyncua's log to what is fatal, unless somebody has set its level himself."""
    library = logging.getLogger("asyncua")
    if library.level == logging.NOTSET:
        library.setLevel(logging.CRITICAL)
