"""What is published after commits, in the order of the rooms' logs.

Theory of operation. A transaction that moves the head of a room publishes events and answers after its commit.
PostgreSQL releases a row's lock before the COMMIT is answered, so of two transactions that move the same head the
later one may get its answer first, and clients would see seq 8 before seq 7. Therefore each transaction has a `Turn`:

1. `claim` when it moves a head, which seq it begins with there. While the statement has not said so, the claim is 0,
   before everybody; `place` puts the true seq in its place once it is known.
2. `tell` after the COMMIT. Where nobody of this process has a lower seq in any of its rooms, the callbacks run at
   once; otherwise they are held.
3. Whoever has run its callbacks leaves its rooms, and runs what was held for it alone (`_let_on`).
4. `end` always: it returns when the callbacks have run, and lets the others pass when the transaction did not commit.

A transaction may move several rooms and waits for those before it in each. That cannot be a circle: the database's
locks gave the seqs, and two transactions that waited for each other would be its deadlock. All of it belongs to one
event loop; between nodes the order comes from the seqs themselves. A COMMIT whose answer never comes holds up those
behind it until its statement times out (10 s).
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence

Deeds = Sequence[Callable[[], object]]


class CommitOrder:
    """The transactions of this process that have moved heads and not told of it yet, by room."""

    __slots__ = ("_rooms",)

    def __init__(self) -> None:
        self._rooms: dict[str, list[Turn]] = {}

    def turn(self) -> "Turn":
        """Give a transaction its place, which claims nothing yet."""
        return Turn(self._rooms)


class Turn:
    """One transaction's place in the rooms that it moves. `tell` after its commit, `end` in any case."""

    __slots__ = ("_held", "_rooms", "_told", "seqs")

    def __init__(self, rooms: dict[str, list["Turn"]]) -> None:
        self._rooms = rooms
        self.seqs: dict[str, int] = {}
        """The first seq it gives in each room."""
        self._held: Deeds | None = None
        self._told: asyncio.Future[None] | None = None

    def claim(self, moves: Mapping[str, int]) -> None:
        """Note which seq each room has, or will have at least (`place` says which): whoever has a higher one waits."""
        for room_id, seq in moves.items():
            if room_id not in self.seqs:
                self.seqs[room_id] = seq
                self._rooms.setdefault(room_id, []).append(self)

    def place(self, moves: Mapping[str, int]) -> None:
        """Note which seqs rooms got whose claim was a guess: those with lower ones wait no longer."""
        self.seqs.update(moves)
        for room_id in moves:
            others = self._rooms[room_id]
            if len(others) > 1:
                self._let_on([others])

    def drop(self, room_ids: Iterable[str]) -> None:
        """Let go of rooms that did not move after all."""
        self._let_on([self._leave(room_id) for room_id in room_ids])

    def tell(self, deeds: Deeds) -> None:
        """Do the deeds of a committed transaction: now, or as soon as those before it have done theirs."""
        if self._is_next():
            try:
                for deed in deeds:
                    deed()
            finally:
                self.drop([*self.seqs])
        else:
            self._held, self._told = deeds, asyncio.get_running_loop().create_future()

    async def end(self) -> None:
        """Return when it has told; one that did not commit lets the others pass."""
        if self._told is not None:
            await asyncio.wait((self._told,))  # not itself, for to be cancelled would cancel it
            self._told.result()
        elif self.seqs:
            self.drop([*self.seqs])

    def _is_next(self) -> bool:
        for room_id, seq in self.seqs.items():
            others = self._rooms[room_id]
            if len(others) > 1 and any(other.seqs[room_id] < seq for other in others):
                return False
        return True

    def _leave(self, room_id: str) -> list["Turn"]:
        """Take itself out of a room; return who is left there."""
        others = self._rooms[room_id]
        others.remove(self)
        del self.seqs[room_id]
        if not others:
            del self._rooms[room_id]
        return others

    def _let_on(self, rooms: Iterable[list["Turn"]]) -> None:
        """Let those tell who have waited for this one."""
        for turn in [turn for others in rooms for turn in others]:
            turn.tell_late()

    def tell_late(self) -> None:
        """Do the deeds that were held. A fault of theirs is that of whoever committed them."""
        if self._held is None or self._told is None or not self._is_next():
            return
        deeds, self._held = self._held, None
        try:
            self.tell(deeds)
        except Exception as error:  # noqa: BLE001 - the one who waits in `end` raises it
            self._told.set_exception(error)
        else:
            self._told.set_result(None)
