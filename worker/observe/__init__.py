"""What a worker tells of itself: logs, measures, traces."""
