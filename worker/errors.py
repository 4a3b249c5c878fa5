"""What the direct client raises: the same classes as a ticket's `result`."""

from producer.errors.graph import Facts, GraphError, NoAnswer, RequestInfo, ResponseInfo

__all__ = ["Facts", "GraphError", "NoAnswer", "RequestInfo", "ResponseInfo"]
