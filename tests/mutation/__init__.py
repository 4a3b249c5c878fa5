"""Breaks put into the code, and whether its tests notice: `make mutate`."""
