"""The worker's half of the test kit: pytest fixtures, Graph on loopback, and a worker that drains the queue at once.

Nothing here is loaded before a test asks for it.
"""
