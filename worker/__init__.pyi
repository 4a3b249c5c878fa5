from worker.client import MessengerClient
from worker.errors import GraphError, NoAnswer, RequestInfo, ResponseInfo

__all__ = ["GraphError", "MessengerClient", "NoAnswer", "RequestInfo", "ResponseInfo"]
