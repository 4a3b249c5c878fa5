"""Tickets: what became of a command, asked at any moment, from any process."""
