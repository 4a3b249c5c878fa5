"""Settle: what becomes of each command once its answer was judged."""
