"""The running server: keeps the drivers alive, runs the engine in real time, stores, serves."""
