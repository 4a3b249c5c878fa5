"""The Graph API as this worker sees it: one client, and what it may answer."""
