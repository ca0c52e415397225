"""The loopback protocol: driver and emulator joined in memory, with faults drawn by seed."""
