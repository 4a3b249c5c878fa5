"""The rows of the verdict table that come with this worker, by group.

Codes and their classes are Meta's: https://developers.facebook.com/docs/messenger-platform/error-codes and
https://developers.facebook.com/docs/graph-api/guides/error-handling. What is done about them is this table's.
"""

from worker.verdicts.rows.access import ACCESS
from worker.verdicts.rows.outages import OUTAGES
from worker.verdicts.rows.recipients import RECIPIENTS
from worker.verdicts.rows.requests import REQUESTS
from worker.verdicts.rows.throttles import THROTTLES

__all__ = ["ROWS"]

ROWS = (*THROTTLES, *OUTAGES, *ACCESS, *RECIPIENTS, *REQUESTS)
