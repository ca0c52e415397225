"""Figures: each prints machine and seed; last results in results.md."""
