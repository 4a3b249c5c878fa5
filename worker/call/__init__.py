"""Call: commands become Graph calls, and the calls become answers."""
