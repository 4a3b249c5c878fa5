"""What people asked for themselves."""
