"""The school day: bells, pupils, visitors, guards, vehicles, mistakes and, if asked, an attack."""
