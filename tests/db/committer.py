"""A process for test_durability: commits rows one by one and says each number once its transaction is stored.

Run as `python committer.py <url> <first number>`.
"""

import asyncio
import sys
from functools import partial

from sqlalchemy import BigInteger, Column, MetaData, Table, insert

from chatroom.db import Database

numbers = Table("numbers", MetaData(), Column("number", BigInteger, primary_key=True, autoincrement=False))


async def commit(url: str, number: int) -> None:
    """Commit until killed; two rows a transaction, so that half a one would show."""
    database = await Database.open(url)
    while True:
        async with database.begin(partial(print, number, flush=True)) as tx:
            await tx.run(insert(numbers), {"number": number})
            await tx.run(insert(numbers), {"number": -number})
        number += 1


if __name__ == "__main__":
    asyncio.run(commit(sys.argv[1], int(sys.argv[2])))
