"""The face: command line, drill runner, demo, reports. Holds only what needs both sides."""
