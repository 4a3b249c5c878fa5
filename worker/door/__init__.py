"""The door: an HTTP server that looks like the Graph API and is the queue, for services in any language."""
