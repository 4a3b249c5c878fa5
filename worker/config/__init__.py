"""What a worker is told: settings, Pages, tokens, the version of the Graph API; refused in a sentence."""
