"""One simulated behaviour per device type, under the same key as its capability."""
