"""Experiments: many days of one or many schools, by one process or many, with the same numbers."""
