"""Running one drill file at any level and judging what it told."""
