"""An operator's verdict file: a row that changes one of ours, and a row that is new."""

from typing import Final

ROWS: Final = """
[rows.outside-window]
dead_letter = true

[rows.our-gateway-busy]
codes = [551]
subcodes = [99]
kind = "throttled"
scope = "page"
hold_for_s = 600
reason = "Our gateway is busy."
"""
