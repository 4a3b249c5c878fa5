"""What an answer of Graph means and what is to be done: one table, which an operator can extend, and its judge."""

from worker.judge.judging import judge
from worker.judge.overrides import TableError
from worker.judge.row import Row
from worker.judge.table import DEFAULT, Table
from worker.judge.usage import usage_of
from worker.judge.verdict import Kind, RecipientFact, Scope, Then, Verdict

__all__ = [
    "DEFAULT",
    "Kind",
    "RecipientFact",
    "Row",
    "Scope",
    "Table",
    "TableError",
    "Then",
    "Verdict",
    "judge",
    "usage_of",
]
