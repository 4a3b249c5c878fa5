"""What Meta tells by its webhook, and what is learned of it."""
