# SPDX-License-Identifier: ISC
"""A TCP proxy in a thread that treats what passes as a bad network, or a bad middlebox, would."""
import asyncio
import random
import socket
import struct
import threading

CLEAN, DELAY, SPLIT, CORRUPT, HALF_CLOSE, RESET, BLACKHOLE, LATE, REFUSE = (
    "clean", "delay", "split", "corrupt", "half-close", "reset", "blackhole", "late", "refuse"
)
MODES = (DELAY, SPLIT, CORRUPT, HALF_CLOSE, RESET, BLACKHOLE, LATE, REFUSE)


def reset(writer):
    """An RST instead of a FIN."""
    sock = writer.get_extra_info("socket")
    if sock is not None:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


class Proxy:
    def __init__(self, seed):
        self.rng, self.mode, self.target = random.Random(seed), CLEAN, None
        self.connections = self.corrupted = 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=lambda: asyncio.run(self.serve()), daemon=True).start()

    async def serve(self):
        server = await asyncio.start_server(self.accept, sock=self.listener)
        await server.serve_forever()

    async def accept(self, reader, writer):
        self.connections += 1
        if self.mode == REFUSE:
            reset(writer)
            return
        if self.mode == LATE:  # so that connections overtake each other
            await asyncio.sleep(self.rng.uniform(0, 1))
        try:
            there, back = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            reset(writer)
            return
        await asyncio.gather(self.pump(reader, back), self.pump(there, writer))

    async def pump(self, reader, writer):
        try:
            while data := await reader.read(65536):
                await self.treat(data, writer)
            writer.write_eof()
        except OSError:
            reset(writer)

    async def treat(self, data, writer):
        mode = self.mode
        while self.mode == BLACKHOLE:  # nothing passes; it does when the network is back
            await asyncio.sleep(0.05)
        if mode == DELAY:
            await asyncio.sleep(self.rng.expovariate(10))
        elif mode == CORRUPT:
            data = bytearray(data)
            data[self.rng.randrange(len(data))] ^= 1 << self.rng.randrange(8)
            self.corrupted += 1
        elif mode == HALF_CLOSE and self.rng.random() < 0.5:
            writer.write(data[: len(data) // 2])
            writer.write_eof()
            raise OSError
        elif mode == RESET and self.rng.random() < 0.5:
            writer.write(data[: self.rng.randrange(len(data) + 1)])
            raise OSError
        if mode == SPLIT:
            for at in range(len(data)):
                writer.write(data[at : at + 1])
                await writer.drain()
                await asyncio.sleep(0)
        else:
            writer.write(data)
            await writer.drain()
