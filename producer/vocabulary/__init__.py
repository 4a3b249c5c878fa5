"""The vocabulary: functions that build commands, and what makes them the methods of an executor."""
