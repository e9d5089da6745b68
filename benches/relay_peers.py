#!/usr/bin/env python3
"""The relay between a page and a radio that answers without delay: how long a tune takes, a burst, a turned knob, idleness.

    benches/relay_peers.py PROGRAM [--idle SECONDS] [--peer URL]     # for instance target/dist/shackbox

The radio is a rigctld of this script's own, in a process of its own, that notes when a command came. Beside the relay the
same is done without anything between (the floor), and, with --peer, by another relay that is running already with this
script's rigctld as its radio (started on --radio-port): then only tunes are compared, by POST to its address with
{"freq": Hz}. Exits 1 when a target is missed.
"""

import argparse
import base64
import http.client
import json
import multiprocessing
import os
import signal
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

DUMP = (
    "1\n1\n0\n150000.000000 1500000000.000000 0x1ff -1 -1 0x3 0x1\n0 0 0 0 0 0 0\n"
    "150000.000000 1500000000.000000 0x1ff 5 100 0x3 0x1\n0 0 0 0 0 0 0\n0 0\n0 0\n"
    "targetable_vfo=0x3\nrigctld_version=Hamlib 4.5.4\ndone\n"
)
PAGE = {"X-Shackbox-Action": "execute", "Content-Type": "application/json"}
missed = []


def milliseconds(nanoseconds):
    return nanoseconds / 1e6


def share(values, part):
    ordered = sorted(values)
    return ordered[round((len(ordered) - 1) * part)]


def told(what, values, p50=None, p99=None):
    median, late = statistics.median(values), share(values, 0.99)
    print(f"{what}: median {median:.3f} ms, p90 {share(values, 0.9):.3f}, p99 {late:.3f}, most {max(values):.3f}")
    for name, value, target in [("median", median, p50), ("p99", late, p99)]:
        if target is not None and value > target:
            missed.append(f"{what}: {name} {value:.3f} ms, target {target} ms")


# The radio: its answers, and a pipe by which the other process asks what it heard and turns the knob.


def answer(radio, line):
    plain = line.removeprefix("+")
    letter, _, rest = plain.partition(" ")
    body, end = "", "RPRT 0\n"
    if letter == "\\chk_vfo":
        return "0\n"
    if letter == "\\dump_state":
        return DUMP
    if letter == "f":
        body = f"Frequency: {radio['hertz']}\n"
    elif letter == "m":
        body = f"Mode: {radio['mode']}\nPassband: 2400\n"
    elif letter == "t":
        body = f"PTT: {radio['ptt']}\n"
    elif letter == "s":
        body = "Split: 0\nTX VFO: VFOA\n"
    elif letter == "l":
        body = "-22\n"
    elif letter == "\\get_powerstat":
        body = "Power Status: 1\n"
    elif letter == "F":
        radio["hertz"] = int(float(rest))
    elif letter == "M":
        radio["mode"] = rest.split()[0]
    elif letter == "T":
        radio["ptt"] = int(rest)
    elif letter != "S":
        end = "RPRT -11\n"
    if not line.startswith("+"):
        return "".join(piece.partition(": ")[2] + "\n" for piece in body.splitlines()) or end
    names = {"f": "get_freq", "m": "get_mode", "t": "get_ptt", "s": "get_split_vfo", "F": "set_freq", "M": "set_mode",
             "T": "set_ptt", "S": "set_split_vfo", "l": "get_level", "\\get_powerstat": "get_powerstat"}
    return f"{names.get(letter, 'unknown')}: {rest}\n{body}{end}" if rest else f"{names.get(letter, 'unknown')}:\n{body}{end}"


def serve_client(stream, radio, log):
    stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    rest = b""
    while True:
        try:
            more = stream.recv(4096)
        except OSError:
            return
        now = time.monotonic_ns()
        if not more:
            return
        *lines, rest = (rest + more).split(b"\n")
        for line in lines:
            text = line.decode("latin-1").strip()
            log.append((now, text))
            stream.sendall(answer(radio, text).encode())


def radio_process(listener, pipe):
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    radio, log = {"hertz": 7_074_000, "mode": "USB", "ptt": 0}, []

    def accept():
        while True:
            stream, _ = listener.accept()
            threading.Thread(target=serve_client, args=(stream, radio, log), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    while True:
        word, value = pipe.recv()
        if word == "heard":
            pipe.send(list(log))
        elif word == "clear":
            log.clear()
            pipe.send(None)
        elif word == "turn":
            radio["hertz"] = value
            pipe.send(time.monotonic_ns())
        elif word == "hertz":
            pipe.send(radio["hertz"])


class Radio:
    def __init__(self, port):
        listener = socket.create_server(("127.0.0.1", port), backlog=64)
        self.address = "127.0.0.1:%d" % listener.getsockname()[1]
        self.pipe, other = multiprocessing.Pipe()
        self.process = multiprocessing.Process(target=radio_process, args=(listener, other), daemon=True)
        self.process.start()
        listener.close()

    def ask(self, word, value=None):
        self.pipe.send((word, value))
        return self.pipe.recv()

    def moves(self):
        """What it was tuned to, with when."""
        found = []
        for when, line in self.ask("heard"):
            letter, _, rest = line.removeprefix("+").partition(" ")
            if letter in ("F", "\\set_freq"):
                found.append((when, int(float(rest))))
        return found


# A page's websocket, as much of RFC 6455 as listening takes.


class Listener:
    def __init__(self, host, port):
        self.stream = socket.create_connection((host, port))
        self.stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        key = base64.b64encode(os.urandom(16)).decode()
        self.stream.sendall(
            f"GET /ws HTTP/1.1\r\nHost: {host}:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"X-Shackbox-Action: execute\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        self.rest = b""
        while b"\r\n\r\n" not in self.rest:
            self.rest += self.more()
        head, _, self.rest = self.rest.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 101"), head

    def more(self):
        more = self.stream.recv(65536)
        assert more, "the relay closed the websocket"
        return more

    def take(self, count):
        while len(self.rest) < count:
            self.rest += self.more()
        taken, self.rest = self.rest[:count], self.rest[count:]
        return taken

    def message(self):
        while True:
            first, length = self.take(2)
            if length == 126:
                (length,) = struct.unpack(">H", self.take(2))
            elif length == 127:
                (length,) = struct.unpack(">Q", self.take(8))
            body = self.take(length)
            if first & 0x0F == 1:
                return json.loads(body)
            if first & 0x0F == 9:
                self.send(0x8A, body)

    def send(self, first, body):
        assert len(body) < 126
        mask = os.urandom(4)
        masked = bytes(byte ^ mask[at % 4] for at, byte in enumerate(body))
        self.stream.sendall(bytes([first, 0x80 | len(body)]) + mask + masked)


# What is measured.


def tunes(what, radio, request, count, p50=None, p99=None, answered=None):
    """One tune after the other, not faster than the relay tunes a radio (50 times a second): until the bytes are at the radio, and until the answer."""
    there, back = [], []
    for step in range(count):
        hertz = 14_000_000 + step * 100
        radio.ask("clear")
        begun = time.monotonic_ns()
        request(hertz)
        back.append(milliseconds(time.monotonic_ns() - begun))
        when = next(when for when, told_hertz in radio.moves() if told_hertz == hertz)
        there.append(milliseconds(when - begun))
        time.sleep(0.03)
    told(f"{what}, until the bytes are at the radio", there, p50, p99)
    told(f"{what}, until it is answered", back, None, answered)


class Poster:
    """One connection that posts frequencies."""

    def __init__(self, host, port, path, headers, body):
        self.connection = http.client.HTTPConnection(host, port)
        self.connection.connect()
        self.connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.path, self.headers, self.body = path, headers, body

    def send(self, hertz):
        self.connection.request("POST", self.path, json.dumps(self.body(hertz)), self.headers)

    def answered(self):
        answer = self.connection.getresponse()
        text = answer.read()
        if answer.status != 200:
            raise SystemExit(f"{self.path} answered {answer.status}: {text[:200]!r}")
        return json.loads(text)

    def __call__(self, hertz):
        self.send(hertz)
        return self.answered()


def direct(radio):
    host, port = radio.address.split(":")
    stream = socket.create_connection((host, int(port)))
    stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def set_frequency(hertz):
        stream.sendall(f"+F {hertz}\n".encode())
        answered = b""
        while b"RPRT" not in answered:
            answered += stream.recv(4096)

    return set_frequency


def burst(radio, host, port, clients, each):
    """Everybody at once: every request is answered, the last one's frequency is the radio's, and it is not tuned each time."""
    radio.ask("clear")
    refused, lock = [], threading.Lock()

    def client(number):
        post = Poster(host, port, "/api/qsy", PAGE, lambda hertz: {"freq_hz": hertz})
        for step in range(each):
            try:
                post(14_000_000 + (number * each + step) * 10)
            except SystemExit as error:
                with lock:
                    refused.append(str(error))

    begun = time.monotonic()
    threads = [threading.Thread(target=client, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.monotonic() - begun
    last = 14_299_990
    post = Poster(host, port, "/api/qsy", PAGE, lambda hertz: {"freq_hz": hertz})
    answered = post(last)["freq_hz"]
    at_radio, moves = radio.ask("hertz"), len(radio.moves())
    print(f"{clients * each} tunes of {clients} clients in {took:.2f} s: {len(refused)} refused, the radio was tuned {moves} times")
    if refused or answered != last or at_radio != last:
        missed.append(f"burst: {len(refused)} refused {refused[:1]}, answered {answered}, at the radio {at_radio}, sent {last}")


def browser_burst(radio, host, port, count):
    """As a page's script does that asks for all at once: the browser sends six at a time, in order."""
    radio.ask("clear")
    waiting = iter([14_100_000 + step * 10 for step in range(count)])
    last = 14_100_000 + (count - 1) * 10
    lock = threading.Lock()

    def connection():
        post = Poster(host, port, "/api/qsy", PAGE, lambda hertz: {"freq_hz": hertz})
        while True:
            # Sent in order, answered in any.
            with lock:
                hertz = next(waiting, None)
                if hertz is None:
                    return
                post.send(hertz)
            post.answered()

    begun = time.monotonic()
    threads = [threading.Thread(target=connection) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(f"{count} tunes at once by a page: all answered after {time.monotonic() - begun:.2f} s, {len(radio.moves())} at the radio")
    if radio.ask("hertz") != last:
        missed.append(f"burst of a page: the radio is at {radio.ask('hertz')}, the last was {last}")


def sockets_burst(radio, host, port, count):
    """The same over the websocket of a page."""
    page = Listener(host, port)
    page.message()
    radio.ask("clear")
    last = 0
    for step in range(count):
        last = 14_200_000 + step * 10
        page.send(0x81, json.dumps({"type": "tune", "id": step, "freq_hz": last}).encode())
    ids, deadline = set(), time.monotonic() + 10
    while len(ids) < count and time.monotonic() < deadline:
        message = page.message()
        if message["type"] in ("tuned", "fault"):
            ids.add(message["id"])
    print(f"{count} tunes by websocket: {len(ids)} answered, {len(radio.moves())} at the radio")
    if radio.ask("hertz") != last or len(ids) != count:
        missed.append(f"burst by websocket: the radio is at {radio.ask('hertz')}, the last was {last}")


def knob(radio, host, port, count):
    """The operator turns the knob; how soon a page hears of it. Radios without automatic information are polled."""
    page = Listener(host, port)
    page.message()
    times = []
    for step in range(count):
        hertz = 21_000_000 + step * 100
        # Not in step with the polls.
        time.sleep(0.3 + (step * 37 % 100) / 1000)
        turned = radio.ask("turn", hertz)
        while page.message().get("freq_hz") != hertz:
            pass
        times.append(milliseconds(time.monotonic_ns() - turned))
    told("a turned knob until a page shows it, poll interval of 250 ms included", times, None, 300)


def listen(page):
    try:
        while True:
            page.message()
    except (AssertionError, OSError):
        return  # the relay was told to stop


def ticks(pid):
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return int(fields[11]) + int(fields[12])


def resident(pid):
    with open(f"/proc/{pid}/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmRSS")) / 1024


def idle(pid, seconds, what):
    before, begun = ticks(pid), time.monotonic()
    time.sleep(seconds)
    used = (ticks(pid) - before) / os.sysconf("SC_CLK_TCK") / (time.monotonic() - begun) * 100
    memory = resident(pid)
    print(f"{what}, {seconds} s: {memory:.1f} MB, {used:.2f} % of a core")
    if memory > 15 or used > 0.5:
        missed.append(f"{what}: {memory:.1f} MB (15), {used:.2f} % (0.5)")


def start(program, radio, directory):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = {
        "PATH": os.environ.get("PATH", ""),
        "SHACKBOX_DATA_DIR": directory,
        "SHACKBOX_RELAY__LISTEN": f"127.0.0.1:{port}",
        "SHACKBOX_RELAY__RIGCTLD": radio.address,
        "SHACKBOX_RELAY__SERVE": "off",
        # Ports of our own, so that a station's programs on this computer are left alone.
        "SHACKBOX_RELAY__PROGRAMS": "127.0.0.1:0",
        "SHACKBOX_LOG__LEVEL": "warn",
    }
    relay = subprocess.Popen([program, "relay"], env=environment, stderr=subprocess.DEVNULL)
    for _ in range(200):
        try:
            status = look("127.0.0.1", port, "/status")
            if status["rig"]["connected"]:
                return relay, "127.0.0.1", port
        except (OSError, http.client.HTTPException):
            pass
        if relay.poll() is not None:
            break
        time.sleep(0.05)
    raise SystemExit(f"{program} relay does not serve")


def look(host, port, path):
    connection = http.client.HTTPConnection(host, port, timeout=5)
    connection.request("GET", path)
    return json.loads(connection.getresponse().read())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--idle", type=int, default=60)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--radio-port", type=int, default=0)
    parser.add_argument("--peer")
    given = parser.parse_args()
    radio = Radio(given.radio_port)
    size = os.path.getsize(given.program) / 1e6
    print(f"{given.program}: {size:.1f} MB")
    tunes("nothing between", radio, direct(radio), given.count)
    if given.peer:
        url = urllib.parse.urlsplit(given.peer)
        post = Poster(url.hostname, url.port, url.path, {"Content-Type": "application/json"}, lambda hertz: {"freq": hertz})
        tunes(f"peer at {given.peer}", radio, post, min(given.count, 150))
    with tempfile.TemporaryDirectory() as directory:
        relay, host, port = start(given.program, radio, directory)
        try:
            if given.idle:
                idle(relay.pid, given.idle, "idle, no page open")
            post = Poster(host, port, "/api/qsy", PAGE, lambda hertz: {"freq_hz": hertz})
            post(14_000_000)
            tunes("POST /api/qsy", radio, post, given.count, 0.3, 2, 5)
            browser_burst(radio, host, port, 100)
            sockets_burst(radio, host, port, 100)
            before = resident(relay.pid)
            burst(radio, host, port, 10, 100)
            print(f"memory before that burst {before:.1f} MB, after it {resident(relay.pid):.1f} MB")
            knob(radio, host, port, min(given.count, 60))
            if given.idle:
                page = Listener(host, port)
                threading.Thread(target=listen, args=(page,), daemon=True).start()
                idle(relay.pid, given.idle, "one page open")
            begun = time.monotonic()
            relay.terminate()
            relay.wait(15)
            print(f"told to stop: gone after {time.monotonic() - begun:.2f} s")
        finally:
            relay.kill()
    for text in missed:
        print(f"missed: {text}")
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
