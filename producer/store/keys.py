"""The key space in Redis: every key that the engine writes, and what lies there.

All keys begin with the prefix and a colon (`outbound:` by default); a prefix in braces keeps them in one slot of a
Redis Cluster. `<page>`, `<id>` and so on stand for values; priorities are `i` (interactive) and `b` (bulk), rate
classes `t` (text), `m` (media), `p` (profile) and `o` (other).

| key | type | what |
|---|---|---|
| `commands` | hash | id → record of every command that has not ended (form: `scripts/record.lua`) |
| `lane:<page>/<class>/<priority>[/<broadcast>]` | list | ids in the order in which they leave |
| `ready:<priority>` | sorted set | Pages that can be taken from, by turn |
| `ring:<priority>:<page>` | sorted set | lanes of a Page that can be taken from, by turn |
| `asleep` | sorted set | lanes and Pages that are not taken from, by the time when they wake |
| `busy:<priority>:<page>` | set | people whose conversation has a head |
| `conversation:<page>/<person>/<priority>` | list | ids that wait behind the head |
| `asleep:turns` | hash | lanes that sleep for want of budget → their turn, for when they wake |
| `gathering` | hash | `<page>/<class>` → when what is interactive there has its budget: until then bulk gets none |
| `later` | sorted set | ids by due time: scheduled, or to be tried again; `~<conversation>` is one to be moved on |
| `expiring` | sorted set | ids by the time when they expire |
| `parked` | set | types that no present worker knows |
| `parked:<type>` | list | their ids |
| `taken:<worker>` | hash | token → whether its request began, when it was taken, and the ids |
| `tokens` | hash | worker → its last token that took, or was given back before it came: an older one takes nothing |
| `workers` | hash | worker → digest of its profile |
| `workers:info` | hash | worker → JSON for people |
| `policy` | string | how long outcomes are kept, and other bounds, as the last worker to come has them |
| `beats` | sorted set | worker by its last heartbeat |
| `profile:<digest>` | hash | what such a worker knows: rates, types, Pages with app and token fingerprint |
| `unserved` | set | Pages whose commands found no worker with a token that is not held; some may have ended |
| `rate` | hash | `<page>/<class>` → when its budget is full again (GCRA) |
| `rate:<page>/<limit>` | string | the same of a limit of one person's, which ends by itself |
| `log:<page>/<limit>` | list | times of the calls in a sliding window |
| `hold` | hash | `page:…`, `lane:…`, `app:…` → its holds: until when, for which token, why (`scripts/holding.lua`) |
| `hold:unused` | hash | `<scope>#<fingerprint>` → since when no present worker has the token that is held |
| `rousing` | hash | beginning of lanes, or `*` for all Pages, that the timer goes on to wake → how far it is |
| `probing` | hash | scope that was held → whose token; `#<mark of a chunk>` → the scopes that its one call tries |
| `mending` | set | lanes held for the tokens that present workers have, until one comes with another |
| `gentle` | hash | Pages and lanes that come back from a hold without a burst |
| `slow` | hash | Page → until when, and by which factor, its calls come further apart |
| `gone:<page>` | hash | person → until when it is remembered that they cannot be reached, and why; ends with the last |
| `opted:<page>` | hash | person → what they opted out of, `bulk` or `everything`, until they opt in |
| `window:<page>` | sorted set | person → when they last wrote, as Meta told (ms); for seven days |
| `broadcast:<id>`, `broadcast:<id>:people` | hash, set | a broadcast (`scripts/broadcast.lua`), and its people |
| `broadcasts` | sorted set | broadcasts by the time when they began |
| `outcome:<id>` | string | what became of a command, for the outcome retention |
| `blob:<id>` | string | the bytes of an upload, until its command ends; a dead letter keeps them |
| `staged:<ticket>` | hash | number → a part of a batch that is accepted in rounds; with `next`, it is accepted |
| `idempotent:<page>:<key>` | string | digest of what a key stands for, and its ticket; for a day unless set |
| `history:<id>` | list | its attempts that were not answered with success |
| `waiters`, `done:<id>` | sorted set, list | tickets that somebody waits for, and their signal |
| `dead`, `dead:records` | sorted set, hash | dead letters by time, and their records |
| `dead:dropped` | hash | how many were dropped, for being too many or too old, that the timer's keeper has not told |
| `dead:unreadable` | list | the ids of those whose records cannot be read, at most 100, that it has not told |
| `counts`, `counts:<page>`, `counts:broadcast:<id>` | hash | ended commands by outcome |
| `recent` | list | the latest 256 settles that brought `sent`: when, of how many commands, their mean and longest ms |
| `depth` | hash | commands of a Page that have not ended |
| `wake`, `wake:<worker>`, `halt:<worker>` | list | signals to idle workers, and to one: to look up, to stop |
| `alarm`, `vacant` | list | signals to the timer's keeper, and to those who could follow it |
| `audit` | set | Pages (`?` unknown) of heads that could not be read: the timer looks whose conversation lost it |
| `audit:at`, `audit:suspects`, `audit:judged` | hash | how far it is (`scripts/auditing.lua`) |
| `audit:pages` | list | the Pages that it looks at |
| `acts` | list | the latest 1,000 acts of people, as JSON: when, who, by which face, what, on what, what came of it |
| `keeper`, `next` | string | who keeps the timer, and when it is due |
| `clock`, `turn` | string | the server's time, never going back; the last turn given |
| `clock:ahead` | string | how many ms it is ahead of a clock that was set back, and since when by that clock |
| `clock:stepped` | hash | the last step of the server's clock: when, by how much; and steps not told yet |
"""

from typing import Final

import msgspec

PREFIX_DEFAULT: Final = "outbound"

CLASSES: Final = {"text": "t", "media": "m", "profile": "p", "other": "o"}
PRIORITIES: Final = {"interactive": "i", "bulk": "b"}


class Keys(msgspec.Struct, frozen=True):
    """Names the keys of one installation."""

    prefix: str = PREFIX_DEFAULT

    def of(self, name: str) -> str:
        """Returns the full key of `name`, a key of the table above."""
        return f"{self.prefix}:{name}"

    def outcome(self, command_id: str) -> str:
        """Returns the key of a command's outcome."""
        return f"{self.prefix}:outcome:{command_id}"

    def done(self, command_id: str) -> str:
        """Returns the key on which a waiting ticket is told that its command has ended."""
        return f"{self.prefix}:done:{command_id}"

    def blob(self, command_id: str) -> str:
        """Returns the key of the bytes that travel beside a command."""
        return f"{self.prefix}:blob:{command_id}"

    def staged(self, ticket: str) -> str:
        """Returns the key of the parts of a large batch that are not on the queue one by one yet."""
        return f"{self.prefix}:staged:{ticket}"
