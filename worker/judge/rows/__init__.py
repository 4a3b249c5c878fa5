"""The rows of the verdict table that come with this worker, by group.

Codes and their classes are Meta's: https://developers.facebook.com/docs/messenger-platform/error-codes and
https://developers.facebook.com/docs/graph-api/guides/error-handling. What is done about them is this table's.
"""

from worker.judge.rows.access import ACCESS
from worker.judge.rows.marketing import MARKETING
from worker.judge.rows.outages import OUTAGES
from worker.judge.rows.recipients import RECIPIENTS
from worker.judge.rows.requests import REQUESTS
from worker.judge.rows.throttles import THROTTLES

__all__ = ["ROWS"]

ROWS = (*THROTTLES, *OUTAGES, *ACCESS, *RECIPIENTS, *REQUESTS, *MARKETING)
