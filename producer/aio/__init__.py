"""The producer for event loops: the same vocabulary as coroutines on `redis.asyncio`."""
