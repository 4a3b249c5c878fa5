"""The engine's scripts that only workers run."""
