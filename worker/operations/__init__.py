"""What an operator asks and does: dead letters, holds, broadcasts, recipients, and why a command has not been sent.

Plain functions on a Redis client and the installation's `Keys`, whose answers the command line and the dashboard show.
Nothing here reads a whole key at once, and nothing shows a text, a token or a recipient that was not asked for.
"""

from worker.operations import broadcasts, dead_letters, explaining, holds, recipients, traffic

__all__ = ["broadcasts", "dead_letters", "explaining", "holds", "recipients", "traffic"]
