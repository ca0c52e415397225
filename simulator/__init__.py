"""The pretended world: devices, people and what they do, on a simulated clock.

Floor 2. It talks to the platform through `simulator.port` alone, so the same world plays against
the engine at full speed (`simulator.run`) and against the gateway on real sockets.
"""
