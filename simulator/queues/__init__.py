"""Waiting lines: lanes for people, units for calls, and the theory of both."""
