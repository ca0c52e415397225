"""What replications say and how surely: intervals, stopping, warm-up, comparison, rare events.

Pure functions of numbers; nothing here draws, but for `splitting`, which is given its streams.
"""
