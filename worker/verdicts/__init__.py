"""What an answer of Graph means and what is to be done: one table, which an operator can extend, and its judge."""

from worker.verdicts.judging import judge
from worker.verdicts.overrides import TableError
from worker.verdicts.row import Row
from worker.verdicts.table import DEFAULT, Table
from worker.verdicts.usage import usage_of
from worker.verdicts.verdict import Kind, RecipientFact, Scope, Then, Verdict

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
