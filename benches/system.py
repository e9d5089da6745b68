#!/usr/bin/env python3
"""Measures the running program the way its users meet it; prints a table for docs/performance.md.

    cargo build --release && cargo build --release --features testkit --example adif_tool
    benches/system.py target/release/shackbox target/release/examples/adif_tool

Generated logs go in over HTTP, pages are asked for meanwhile, contacts are pushed while a socket listens.
Standard library only.
"""
import base64, http.client, json, os, signal, socket, statistics, struct, subprocess, sys, tempfile, threading, time

CALL = "K6BP"


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Server:
    """The program on a data directory; `start` returns the seconds until the first page was there."""

    def __init__(self, binary, data, **settings):
        self.binary, self.data, self.port, self.process = binary, data, free_port(), None
        self.env = {**os.environ, "SHACKBOX_LIMITS__UPLOAD_BYTES": "1GiB", "SHACKBOX_SOURCES__COUNTRY__ENABLED": "false",
                    "SHACKBOX_BACKUP__ENABLED": "false", "SHACKBOX_LOG__LEVEL": "warn", **settings}

    def command(self, *args, text=None):
        done = subprocess.run([self.binary, *args, "--data-dir", self.data], env=self.env, input=text, text=True,
                              capture_output=True)
        if done.returncode:
            raise SystemExit(f"{args}: {done.stderr}")
        return done.stdout

    def start(self):
        begin = time.perf_counter()
        self.process = subprocess.Popen([self.binary, "--data-dir", self.data, "--listen", f"127.0.0.1:{self.port}"],
                                        env=self.env, stdout=subprocess.DEVNULL, stderr=sys.stderr)
        while True:
            try:
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
                connection.request("GET", "/login")
                if connection.getresponse().read():
                    return time.perf_counter() - begin
            except OSError:
                if self.process.poll() is not None:
                    raise SystemExit("the program ended")
                time.sleep(0.001)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()

    def memory(self, field):
        with open(f"/proc/{self.process.pid}/status") as status:
            line = next(line for line in status if line.startswith(field))
        return int(line.split()[1]) / 1024

    def cpu(self):
        with open(f"/proc/{self.process.pid}/stat") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Client:
    def __init__(self, port, key):
        self.port, self.key = port, key
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
        self.connection.connect()
        self.connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, method, path, body=None, kind="application/json"):
        headers = {"Authorization": f"Bearer {self.key}"}
        if body is not None:
            headers["Content-Type"] = kind
        self.connection.request(method, path, body=body, headers=headers)
        reply = self.connection.getresponse()
        text = reply.read()
        if reply.status >= 300:
            raise SystemExit(f"{method} {path}: {reply.status} {text[:400]}")
        return json.loads(text) if text[:1] in (b"{", b"[") else text

    def job(self, job):
        while True:
            state = self.ask("GET", f"/api/v1/jobs/{job}")
            if state["state"] in ("done", "failed", "cancelled"):
                if state["state"] != "done":
                    raise SystemExit(state)
                return state
            time.sleep(0.02)


class Pages(threading.Thread):
    """Asks for the first page of the log again and again, as a person with an open page does."""

    def __init__(self, port, key):
        super().__init__(daemon=True)
        self.client, self.times, self.stopped = Client(port, key), [], False

    def run(self):
        while not self.stopped:
            begin = time.perf_counter()
            self.client.ask("GET", f"/api/v1/logbook/qsos?logbook={CALL}&limit=100")
            self.times.append(time.perf_counter() - begin)
            time.sleep(0.02)

    def end(self):
        self.stopped = True
        self.join()
        return percentile(self.times, 99)


def percentile(values, percent):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


class Firehose:
    def __init__(self, port, key):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        nonce = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall((f"GET /ws/firehose?types=qso HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\n"
                             f"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {nonce}\r\n"
                             f"Authorization: Bearer {key}\r\n\r\n").encode())
        self.stream = self.socket.makefile("rb")
        status = self.stream.readline()
        if b"101" not in status:
            raise SystemExit(status)
        while self.stream.readline().strip():
            pass

    def message(self):
        while True:
            first, length = self.stream.read(2)
            length &= 127
            if length == 126:
                length = struct.unpack(">H", self.stream.read(2))[0]
            elif length == 127:
                length = struct.unpack(">Q", self.stream.read(8))[0]
            body = self.stream.read(length)
            if first & 15 == 1:
                return json.loads(body)


def live(port, key, count=500):
    """Seconds from sending a contact to hearing of it on the socket."""
    firehose, client, times = Firehose(port, key), Client(port, key), []
    firehose.message()
    for number in range(count):
        contact = {"call": f"JA{number % 10}X{chr(65 + number // 26 % 26)}{chr(65 + number % 26)}",
                   "start": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(946684800 + number * 3600)),
                   "band": "20m", "mode": "CW", "rst_sent": "599"}
        begin = time.perf_counter()
        client.ask("POST", f"/api/v1/logbook/qsos?logbook={CALL}", json.dumps(contact))
        while firehose.message().get("type") != "qso":
            pass
        times.append(time.perf_counter() - begin)
        # Operators log one by one; a burst is sent on in ticks of 25 ms on purpose.
        time.sleep(0.04)
    return times


def row(what, figure, target):
    print(f"| {what} | {figure} | {target} |", flush=True)


def main():
    binary, tool = (os.path.abspath(path) for path in sys.argv[1:3])
    with tempfile.TemporaryDirectory(prefix="shackbox-measure-") as work:
        logs = []
        for seed in range(1, 6):
            logs.append(os.path.join(work, f"{seed}.adi"))
            with open(logs[-1], "wb") as out:
                subprocess.run([tool, "generate", "200000", str(seed)], stdout=out, check=True)
        server = Server(binary, os.path.join(work, "data"))
        server.command("user", "add", CALL, "--admin")
        key = json.loads(server.command("apikey", "create", CALL, "--scope", "full", "--name", "bench", "--json"))["key"]
        server.start()
        client = Client(server.port, key)

        def load(log):
            with open(log, "rb") as body:
                text = body.read()
            begin = time.perf_counter()
            job = client.ask("POST", f"/api/v1/logbook/adif?callsign={CALL}", text, "application/octet-stream")["job"]
            return client.job(job), time.perf_counter() - begin

        pages, before = Pages(server.port, key), server.cpu()
        pages.start()
        done, seconds = load(logs[0])
        p99, used = pages.end(), server.cpu() - before
        added = done["result"]["added"]
        print("| what | measured | target |\n|---|---|---|")
        row(f"import of {added:,} contacts over HTTP, all of it", f"{seconds:.2f} s ({used:.1f} CPU s, pages included)", "5 s")
        row("peak memory of it", f"{server.memory('VmHWM'):.0f} MB", "300 MB")
        row("a page of the log meanwhile, p99", f"{p99 * 1000:.1f} ms", "100 ms")
        again, seconds = load(logs[0])
        assert again["result"]["added"] == 0, again
        row("the same file again", f"{seconds:.2f} s", "2 s")
        begin = time.perf_counter()
        undone = client.ask("POST", f"/api/v1/logbook/imports/{done['id']}/undo", b"")
        if "job" in undone:
            client.job(undone["job"])
        row("taking that import back", f"{time.perf_counter() - begin:.2f} s", "2 s")
        for log in logs:
            load(log)
        total = client.ask("GET", f"/api/v1/logbook/qsos?logbook={CALL}&limit=1")["total"]
        for name, query in [("first page", ""), ("page from the middle", f"&offset={total // 2}"),
                            ("band and mode", "&q=band:20m%20mode:CW"), ("call prefix", "&q=JA1"),
                            ("sorted by call", "&sort=call")]:
            times = []
            for _ in range(40):
                begin = time.perf_counter()
                client.ask("GET", f"/api/v1/logbook/qsos?logbook={CALL}&limit=100{query}")
                times.append(time.perf_counter() - begin)
            row(f"100 of {total:,} contacts, {name}, median (p99)",
                f"{statistics.median(times) * 1000:.1f} ms ({percentile(times, 99) * 1000:.1f})", "20 ms")
        times = live(server.port, key)
        row("a contact pushed until it is heard, median (p99)",
            f"{statistics.median(times) * 1000:.1f} ms ({percentile(times, 99) * 1000:.1f})", "10 ms p99")
        server.stop()
        starts = []
        for _ in range(5):
            starts.append(server.start())
            time.sleep(2)
            idle = server.memory("VmRSS")
            server.stop()
        row(f"cold start to the first page, {total:,} contacts, median", f"{statistics.median(starts) * 1000:.0f} ms", "300 ms")
        row("idle memory after it", f"{idle:.0f} MB", "60 MB")
        size = os.path.getsize(os.path.join(work, "data", "store.redb"))
        row("store on disk", f"{size / 1e6:.0f} MB, {size / total:.0f} bytes a contact", "")


if __name__ == "__main__":
    main()
