"""Dispatch policies: pure functions from an incident and its responders to who is called now."""
