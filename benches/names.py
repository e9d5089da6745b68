#!/usr/bin/env python3
"""The name server in the whole program; prints a table for docs/performance.md.

    cargo build --release
    ulimit -n 20000 && benches/names.py target/release/shackbox        # dnsperf for the flood, where it is installed
    benches/names.py zone NAMES                                        # the zone, as a master file
    benches/names.py queries NAMES COUNT                               # questions as dnsperf reads them

A zone of 100,000 names is imported beside a writer and read at the start; changes go in by 32 connections, each asked
for by UDP when it was acknowledged; then questions flood in while connections by TCP stand idle and pages of the log are
asked for. Standard library only.
"""
import asyncio, json, os, random, resource, shutil, socket, struct, subprocess, sys, tempfile, threading, time
from system import CALL, Client, Pages, Server, free_port, percentile

ORIGIN, NAMES = "club.example", 100_000


def call(number):
    """A callsign that looks like one, no two the same."""
    letter = lambda number: chr(97 + number % 26)
    digit, rest = number * 7919 % 4_569_760 % 10, number * 7919 % 4_569_760 // 10
    return (letter(number // 456_976) + letter(rest // 17_576) + str(digit) + letter(rest) + letter(rest // 26)
            + letter(rest // 676))


def zone(names, out):
    """A on all, AAAA on every 2nd, TXT on every 3rd, MX on every 4th."""
    out.write(f"$ORIGIN {ORIGIN}.\n$TTL 3600\n@ 7200 IN SOA ns1 hostmaster 2026110701 7200 1800 1209600 300\n"
              "@ IN NS ns1\nns1 IN A 192.0.2.53\n")
    for number in range(names):
        name = call(number)
        out.write(f"{name} IN A 10.{number >> 16}.{number >> 8 & 255}.{number & 255}\n")
        if number % 2 == 0:
            out.write(f"{name} IN AAAA 2001:db8::{number >> 16:x}:{number & 65535:x}\n")
        if number % 3 == 0:
            out.write(f'{name} IN TXT "station {number}"\n')
        if number % 4 == 0:
            out.write(f"{name} IN MX 10 ns1\n")


def queries(names, count, out):
    """An eighth of names that are missing; of the others more than a quarter asks for a type that the name has not."""
    chance = random.Random(5)
    for _ in range(count):
        number = chance.randrange(names)
        kind = chance.choices(("A", "AAAA", "TXT", "MX"), (45, 30, 15, 10))[0]
        name = f"no{number}" if chance.randrange(8) == 0 else call(number)
        out.write(f"{name}.{ORIGIN} {kind}\n")


def question(name, kind):
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))
    return struct.pack(">6H", 1, 0, 1, 0, 0, 0) + labels + b"\0" + struct.pack(">2H", kind, 1)


class Server(Server):
    """With a name server; `start_answering` returns the seconds until the first answer."""

    def __init__(self, binary, data, **settings):
        self.names = free_port()
        super().__init__(binary, data, SHACKBOX_DNS__LISTEN=f"127.0.0.1:{self.names}", SHACKBOX_CLUSTER__LISTEN="off",
                         SHACKBOX_DNS__CHANGES_PER_MINUTE="1000000", SHACKBOX_DNS__SETS_PER_ZONE="1000000", **settings)

    def start_answering(self, name):
        asked = time.perf_counter()
        begun = threading.Thread(target=self.start)
        begun.start()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
            one.connect(("127.0.0.1", self.names))
            one.settimeout(0.005)
            while True:
                try:
                    one.send(question(name, 1))
                    if one.recv(2000)[7] == 1:
                        break
                except OSError:
                    # Nobody there yet: not so fast that asking takes the processor from who is to answer.
                    time.sleep(0.002)
        seconds = time.perf_counter() - asked
        begun.join()
        return seconds

    def send(self, *args):
        begin, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
        self.command(*args)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return time.perf_counter() - begin, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


class Writer(threading.Thread):
    """Makes one change after the other; how long each took."""

    def __init__(self, port, key, zone):
        super().__init__(daemon=True)
        self.client, self.zone, self.times, self.stopped = Client(port, key), zone, [], False

    def run(self):
        number = 0
        while not self.stopped:
            number += 1
            change = {"action": "put", "name": "beside", "type": "A", "ttl": 60, "records": [f"10.0.{number >> 8 & 255}.{number & 255}"]}
            begin = time.perf_counter()
            self.client.ask("POST", f"/api/v1/dns/zones/{self.zone}/changes", json.dumps({"changes": [change]}))
            self.times.append(time.perf_counter() - begin)
            time.sleep(0.01)

    def end(self):
        self.stopped = True
        self.join()
        return self.times


class Asker(asyncio.DatagramProtocol):
    """One socket for all questions; an answer goes to who asked by the number that it bears."""

    def __init__(self):
        self.waiting, self.last = {}, 0

    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, packet, _):
        waits = self.waiting.pop(packet[:2], None)
        if waits and not waits.done():
            waits.set_result(packet)

    async def ask(self, packet):
        while True:
            self.last = self.last % 65_535 + 1
            number = struct.pack(">H", self.last)
            waits = self.waiting[number] = asyncio.get_running_loop().create_future()
            self.transport.sendto(number + packet[2:])
            try:
                return await asyncio.wait_for(waits, 1)
            except TimeoutError:
                pass


async def changes(server, key, connections, each):
    """So many changes by so many connections; seconds in all, of each until acknowledged, and from then until seen."""
    loop = asyncio.get_running_loop()
    _, asker = await loop.create_datagram_endpoint(Asker, remote_addr=("127.0.0.1", server.names))
    acknowledged, seen, later = [], [], 0

    async def one(which):
        nonlocal later
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        for number in range(each):
            name, address = call(which * 1000 + number % 50), bytes([10, 99, which, number % 251])
            change = {"action": "put", "name": name, "type": "A", "ttl": 60, "records": [socket.inet_ntoa(address)]}
            body = json.dumps({"changes": [change]}).encode()
            begin = time.perf_counter()
            writer.write(f"POST /api/v1/dns/zones/{ORIGIN}/changes HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                         f"Authorization: Bearer {key}\r\nContent-Type: application/json\r\n"
                         f"Content-Length: {len(body)}\r\n\r\n".encode() + body)
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
            text = await reader.readexactly(int(length.split(b":")[1]))
            done = time.perf_counter()
            if b" 200 " not in head.split(b"\r\n")[0] or b'"live"' not in text:
                raise SystemExit(head + text)
            acknowledged.append(done - begin)
            while address not in await asker.ask(question(f"{name}.{ORIGIN}", 1)):
                later += 1
            seen.append(time.perf_counter() - done)
        writer.close()

    begin = time.perf_counter()
    await asyncio.gather(*(one(which) for which in range(connections)))
    return time.perf_counter() - begin, acknowledged, seen, later


class Idlers:
    """Connections by TCP that ask nothing, from as many addresses as it takes; new ones come for those that are closed."""

    def __init__(self, port, count):
        self.sockets = []
        for number in range(count):
            one = socket.socket()
            one.setblocking(False)
            one.bind((f"127.0.{1 + number % 100}.{1 + number // 100 % 100}", 0))
            one.connect_ex(("127.0.0.1", port))
            self.sockets.append(one)
            if number % 100 == 99:
                time.sleep(0.01)

    def open(self):
        count = 0
        for one in self.sockets:
            try:
                count += one.recv(1) != b""
            except BlockingIOError:
                count += one.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0
            except OSError:
                pass
        return count

    def close(self):
        for one in self.sockets:
            one.close()


def flood(server, file, seconds):
    run = subprocess.run(["dnsperf", "-s", "127.0.0.1", "-p", str(server.names), "-d", file, "-c", "8", "-T", "1", "-q", "200",
                          "-l", str(seconds)], capture_output=True, text=True)
    lines = dict(line.strip().split(":", 1) for line in run.stdout.splitlines() if ":" in line)
    return f"{float(lines['Queries per second']):,.0f} a second, {lines['Queries lost'].split()[0]} lost"


def row(what, figure, target=""):
    print(f"| {what} | {figure} | {target} |", flush=True)


def ms(values, percent):
    return f"{percentile(values, percent) * 1000:.1f}"


def measure(binary):
    with tempfile.TemporaryDirectory(prefix="shackbox-names-") as work:
        file, asked = os.path.join(work, "zone"), os.path.join(work, "queries")
        with open(file, "w") as out:
            zone(NAMES, out)
        with open(asked, "w") as out:
            queries(NAMES, 200_000, out)
        server = Server(binary, os.path.join(work, "data"))
        server.command("user", "add", CALL, "--admin", "--verified")
        key = json.loads(server.command("apikey", "create", CALL, "--scope", "full", "--name", "bench", "--json"))["key"]
        print("| what | measured | target |\n|---|---|---|")
        server.start()
        empty = server.memory("VmRSS")
        client = Client(server.port, key)
        client.ask("POST", "/api/v1/dns/zones", json.dumps({"name": "other.example"}))
        writer = Writer(server.port, key, "other.example")
        writer.start()
        time.sleep(1)
        before, cpu = len(writer.times), server.cpu()
        taken, _ = server.send("dns", "import", ORIGIN, file)
        used = server.cpu() - cpu
        meanwhile = writer.end()[before:]
        row(f"{NAMES:,} names imported by a running server", f"{taken:.2f} s ({used:.1f} CPU s)")
        row("a change in another zone meanwhile, longest", f"{max(meanwhile) * 1000:.0f} ms")
        row("peak memory of it", f"{server.memory('VmHWM'):.0f} MB; {empty:.0f} MB before")
        server.stop()
        starts = []
        for _ in range(5):
            starts.append(server.start_answering(f"{call(7)}.{ORIGIN}"))
            if len(starts) < 5:
                server.stop()
        row(f"{NAMES:,} names, from the start of the program to the first answer, median (longest)",
            f"{ms(starts, 50)} ms ({ms(starts, 100)})", "1 s")
        row("memory after it", f"{server.memory('VmRSS'):.0f} MB")
        for connections, each in ((1, 100), (16, 100), (64, 100)):
            seconds, acknowledged, seen, later = asyncio.run(changes(server, key, connections, each))
            row(f"changes in it by {connections} connection{'s' * (connections > 1)}, a second",
                f"{connections * each / seconds:.0f}; each acknowledged within {ms(acknowledged, 50)} ms ({ms(acknowledged, 99)})",
                "500" if connections > 1 else "")
            row("from acknowledged to seen by UDP, median (p99)",
                f"{ms(seen, 50)} ms ({ms(seen, 99)}); {later} seen later than at the first question", "20 ms p99")
        pages = Pages(server.port, key)
        pages.start()
        time.sleep(3)
        row("a page of the log by itself, p99", f"{pages.end() * 1000:.1f} ms")
        if shutil.which("dnsperf"):
            pages = Pages(server.port, key)
            pages.start()
            answered = flood(server, asked, 10)
            row(f"a page of the log while questions flood in, p99; they: {answered}", f"{pages.end() * 1000:.1f} ms", "200 ms")
        before = server.memory("VmRSS")
        pages = Pages(server.port, key)
        pages.start()
        idlers = Idlers(server.names, 10_000)
        time.sleep(1)
        held, memory = idlers.open(), server.memory("VmRSS")
        answered = flood(server, asked, 5) if shutil.which("dnsperf") else ""
        row(f"a page of the log beside 10,000 idle connections by TCP and that flood, p99; questions: {answered}",
            f"{pages.end() * 1000:.1f} ms", "200 ms")
        row("connections kept of them, memory for it", f"{held}, {memory - before:.1f} MB", "512")
        time.sleep(8)
        row("connections kept ten seconds later", idlers.open(), "0")
        idlers.close()
        server.stop()


def main():
    match sys.argv[1:]:
        case ["zone", names]:
            zone(int(names), sys.stdout)
        case ["queries", names, count]:
            queries(int(names), int(count), sys.stdout)
        case [binary]:
            measure(os.path.abspath(binary))
        case _:
            raise SystemExit(__doc__)


if __name__ == "__main__":
    main()
