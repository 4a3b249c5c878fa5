"""Take: chunks come from the lanes to free threads, as long as this process may have them."""
