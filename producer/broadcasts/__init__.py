"""Broadcasts: one message to any number of people, as one thing that is paused, resumed and cancelled."""
