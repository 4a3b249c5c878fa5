"""Traces of callers travel with their commands; nothing here loads OpenTelemetry before its user does."""
