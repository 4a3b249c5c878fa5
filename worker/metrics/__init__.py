"""Metrics and health of a worker for those who run it; loaded only when `OUTBOUND_METRICS_PORT` is set."""
