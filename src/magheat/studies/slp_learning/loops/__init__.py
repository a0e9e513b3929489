"""The simulator and its loops: example loops, maps, and where three models agree."""
