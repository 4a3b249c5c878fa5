"""Runs Messenger Platform commands against the Graph API: Dramatiq workers over lanes in Redis."""
