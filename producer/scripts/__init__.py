"""The engine's scripts that producers run, and the parts that all scripts share."""
