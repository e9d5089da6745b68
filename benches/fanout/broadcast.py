"""Every message to everybody, by PyPI `websockets`: the usual server of a page that shows spots."""

import asyncio
import sys

from websockets.asyncio.server import broadcast, serve


async def main() -> None:
    clients = set()

    async def take(client) -> None:
        clients.add(client)
        try:
            async for text in client:
                broadcast(clients, text)
        finally:
            clients.discard(client)

    async with serve(take, "127.0.0.1", int(sys.argv[1]), compression=None):
        await asyncio.Future()


asyncio.run(main())
