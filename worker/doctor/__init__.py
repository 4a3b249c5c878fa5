"""Looks at an installation as a physician would, and says of each finding what it means and what to do."""
