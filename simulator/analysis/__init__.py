"""Mathematics beside the simulation: closed forms that simulated numbers must meet."""
