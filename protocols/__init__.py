"""How we talk: descriptions of real devices, and per protocol a driver and an emulator."""
