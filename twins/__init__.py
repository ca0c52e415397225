"""What we know and decide: observations, twins, rules, alarms, incidents, dispatch.

Floor 0. Nothing here knows a clock, a socket or chance: time is an argument, randomness a named
stream. The same code decides on the gate and in the simulation.
"""
