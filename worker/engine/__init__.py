"""The engine in Redis as a worker meets it: lanes, chunks, and the scripts behind them."""
