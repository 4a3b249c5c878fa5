"""Worker processes: started, watched, probed and stopped."""
