"""The simulator against theory: the cases, how each is run, and the page that tells of it."""
