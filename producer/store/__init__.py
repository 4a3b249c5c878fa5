"""Redis as this library uses it: keys, scripts, connections, and what is asked in steps."""
