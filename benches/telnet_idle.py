#!/usr/bin/env python3
"""Ten thousand logging programs that are connected and say nothing; prints a table for docs/performance.md.

    cargo build --release
    ulimit -n 20000 && benches/telnet_idle.py target/release/shackbox [connections]

They come from eight addresses of this machine, first without signing in, then each with a call of its own. Meanwhile
pages are asked for, and spots are sent by the API. Standard library only.
"""
import os, select, socket, string, sys, tempfile, threading, time
from system import CALL, Client, Pages, Server, free_port, percentile

PASSWORD = "every password is long enough"
SPOTS = 40


def call(number):
    letters = string.ascii_uppercase
    return f"K{number % 10}" + "".join(letters[number // step % 26] for step in (10, 260, 6760))


class Crowd:
    """Connections of one program, read as they come; `heard` counts those that had a text since it was asked for."""

    def __init__(self, port, count):
        self.poll, self.sockets, self.tails = select.epoll(), {}, {}
        for number in range(count):
            one = socket.socket()
            one.bind((f"127.0.0.{2 + number % 8}", 0))
            one.connect(("127.0.0.1", port))
            one.setblocking(False)
            self.sockets[one.fileno()], self.tails[one.fileno()] = one, b""
            self.poll.register(one, select.EPOLLIN)

    def until(self, text, seconds=120):
        """When each connection had the text; whoever does not get it in time is left out, as is whoever is gone."""
        times, end = {}, time.perf_counter() + seconds
        while len(times) < len(self.sockets) and time.perf_counter() < end:
            for fd, _ in self.poll.poll(1):
                try:
                    read = self.sockets[fd].recv(4096)
                except OSError:
                    read = b""
                if not read:
                    self.poll.unregister(fd)
                    self.sockets.pop(fd).close()
                    continue
                tail = self.tails[fd] + read
                if text in tail and fd not in times:
                    times[fd] = time.perf_counter()
                    tail = tail.split(text, 1)[1]
                self.tails[fd] = tail[-200:]
        return list(times.values())

    def say(self, line):
        for number, one in enumerate(self.sockets.values()):
            one.send(line(number).encode())

    def close(self):
        for one in self.sockets.values():
            one.close()


def row(what, figure):
    print(f"| {what} | {figure} |", flush=True)


def idle(server, seconds=10):
    begin = server.cpu()
    time.sleep(seconds)
    return (server.cpu() - begin) / seconds * 100


def main():
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 10_000
    with tempfile.TemporaryDirectory(prefix="shackbox-measure-") as work:
        telnet = free_port()
        server = Server(os.path.abspath(sys.argv[1]), os.path.join(work, "data"),
                        SHACKBOX_CLUSTER__LISTEN=f"127.0.0.1:{telnet}", SHACKBOX_CLUSTER__CONNECTIONS=str(count))
        server.command("user", "add", CALL, "--admin", "--verified", "--password-stdin", text=PASSWORD)
        key = server.command("apikey", "create", CALL, "--scope", "full", "--name", "bench").strip()
        server.start()
        time.sleep(2)
        print("| what | measured |\n|---|---|")
        base = server.memory("VmRSS")
        begin, cpu = time.perf_counter(), server.cpu()
        crowd = Crowd(telnet, count)
        asked = crowd.until(b"login: ")
        took, cpu = time.perf_counter() - begin, server.cpu() - cpu
        row(f"{len(asked)} connections asked who they are", f"{took:.1f} s, {cpu:.1f} CPU s")
        memory = server.memory("VmRSS") - base
        row("memory of each that has not signed in", f"{memory * 1024 / count:.1f} kB")
        begin, cpu = time.perf_counter(), server.cpu()
        threading.Thread(target=crowd.say, args=(lambda number: call(number) + "\r\n",)).start()
        entered = crowd.until(b"dxspider >")
        took, cpu = time.perf_counter() - begin, server.cpu() - cpu
        row(f"{len(entered)} of them signed in", f"{took:.1f} s, {cpu:.1f} CPU s")
        memory = server.memory("VmRSS") - base
        row("memory of each that has", f"{memory * 1024 / count:.1f} kB")
        over = socket.create_connection(("127.0.0.1", telnet))
        row("one more is told", over.makefile("rb").readline().decode().strip())
        row("while nothing happens", f"{idle(server):.1f} % of a core")
        pages = Pages(server.port, key)
        pages.start()
        time.sleep(10)
        row("a page of the log meanwhile, p99", f"{pages.end() * 1000:.1f} ms")
        client, delays, posts, missing, cpu = Client(server.port, key), [], [], 0, server.cpu()
        for number in range(SPOTS):
            begin = time.perf_counter()
            client.ask("POST", "/api/v1/dx/spots", f'{{"call":"{call(number)}","freq_hz":{14_000_000 + number * 1_000}}}')
            posts.append(time.perf_counter() - begin)
            times = crowd.until(b"DX de ", 20)
            missing += count - len(times)
            delays += [when - begin for when in times]
            time.sleep(0.2)
        cpu = (server.cpu() - cpu) / SPOTS
        row("a spot by the API, answered, p99", f"{percentile(posts, 99) * 1000:.1f} ms")
        row("that spot at each of them, median (p99)",
            f"{percentile(delays, 50) * 1000:.0f} ms ({percentile(delays, 99) * 1000:.0f}), {missing} missing")
        row("what it costs", f"{cpu * 1000:.0f} CPU ms for all")
        row("memory of each then", f"{(server.memory('VmRSS') - base) * 1024 / count:.1f} kB")
        crowd.close()
        time.sleep(3)
        row("memory when all are gone", f"{server.memory('VmRSS'):.0f} MB ({base:.0f} before)")
        server.stop()


main()
