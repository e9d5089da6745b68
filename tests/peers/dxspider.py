#!/usr/bin/env python3
"""Runs a real DXSpider and a Shackbox against each other, on loopback, and says what holds.

DXSPIDER_HOME names a checkout of DXSpider's "mojo" branch; its Perl modules must be installed (Mojolicious, EV,
Net::CIDR::Lite, JSON, Data::Structure::Util, Math::Round, Curses, Date::Parse). The first argument is the program to
try (target/debug/shackbox), the second for how many minutes the link is watched at the end (0; two pings take six).
Nothing is written outside a temporary directory, and everything that is started is stopped.
"""

import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

HOME = os.environ.get("DXSPIDER_HOME")
NODE, LEAF, SYSOP = "N0CALL-2", "N0LEAF-2", "N0CALL"
VARS = """package main;
$mycall = "N0CALL-2"; $myname = "Fred"; $myalias = "N0CALL"; $mylatitude = +42.0; $mylongitude = -71.0;
$mylocator = "FN42GG"; $myqth = "Testville"; $myemail = "nobody\\@example.org";
@my_cc = qw(); @debug = qw(chan state progress); $do_xml = 0;
1;
"""
SHIM = """package Digest::SHA1; use Digest::SHA (); use Exporter 'import';
our @EXPORT_OK = qw(sha1 sha1_hex sha1_base64);
*sha1 = \\&Digest::SHA::sha1; *sha1_hex = \\&Digest::SHA::sha1_hex; *sha1_base64 = \\&Digest::SHA::sha1_base64; 1;
"""


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def waited(what, holds, seconds=30):
    """Waits until something holds and says so; ends the run if it does not."""
    begun = time.monotonic()
    while time.monotonic() - begun < seconds:
        try:
            found = holds()
        except OSError:
            found = None
        if found:
            print(f"ok    {what} ({time.monotonic() - begun:.1f} s)", flush=True)
            return found
        time.sleep(0.2)
    sys.exit(f"FAIL  {what}")


class Session:
    """A program at a telnet port."""

    def __init__(self, port, call, password=None):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self.text = ""
        self.until("login: ")
        self.send(call)
        if password:
            self.until("password: ")
            self.send(password)
        self.until("dxspider >")

    def send(self, line):
        self.socket.sendall(line.encode() + b"\r\n")

    def read(self, seconds=0.2):
        self.socket.settimeout(seconds)
        try:
            self.text += self.socket.recv(65536).decode("latin1")
        except TimeoutError:
            pass
        return self.text

    def until(self, text, seconds=20):
        end = time.monotonic() + seconds
        while text not in self.text:
            if time.monotonic() > end:
                raise OSError(f"{text!r} does not come after {self.text!r}")
            self.read()
        taken, self.text = self.text.split(text, 1)
        return taken

    def ask(self, command):
        self.send(command)
        return self.until("dxspider >")


class Spider:
    """The node."""

    def __init__(self, folder):
        self.root = folder / "spider"
        shutil.copytree(HOME, self.root, ignore=shutil.ignore_patterns(".git", "local", "local_data", "html", "sgml"))
        for name in ("local", "local_cmd", "local_data", "perl5lib/Digest"):
            (self.root / name).mkdir(parents=True, exist_ok=True)
        (self.root / "local/DXVars.pm").write_text(VARS)
        self.port = free_port()
        listen = f'package main;\nuse vars qw(@listen);\n@listen = (["127.0.0.1", {self.port}]);\n1;\n'
        (self.root / "local/Listeners.pm").write_text(listen)
        # The internal port would collide with a node that runs here already.
        variables = f"{VARS.removesuffix('1;' + chr(10))}$clusterport = {free_port()};\n1;\n"
        (self.root / "local/DXVars.pm").write_text(variables)
        if subprocess.run(["perl", "-MDigest::SHA1", "-e1"], capture_output=True).returncode:
            (self.root / "perl5lib/Digest/SHA1.pm").write_text(SHIM)
        self.environment = {**os.environ, "DXSPIDER_ROOT": str(self.root)}
        subprocess.run(["perl", "create_sysop.pl"], cwd=self.root / "perl", env=self.environment, check=True,
                       capture_output=True)
        self.process = None

    def start(self):
        log = open(self.root / "out.log", "ab")
        self.process = subprocess.Popen(["perl", "cluster.pl"], cwd=self.root / "perl", env=self.environment,
                                        stdout=log, stderr=log)
        sysop = waited("DXSpider runs", lambda: self.session(SYSOP))
        # Spots of others are held back for a minute.
        sysop.ask("set/register G1AAA")

    def session(self, call):
        return Session(self.port, call)

    def stop(self, how=signal.SIGKILL):
        if self.process:
            self.process.send_signal(how)
            self.process.wait()
            (self.root / "local_data/cluster.lck").unlink(missing_ok=True)
            self.process = None


class Shackbox:
    """The station."""

    def __init__(self, program, folder):
        self.program, self.folder = program, folder
        self.web, self.telnet = free_port(), free_port()
        self.process = None
        self.run("user", "add", "K1BBB", "--verified", "--password-stdin", stdin="correct horse battery staple\n")
        self.key = self.run("apikey", "create", "K1BBB", "--scope", "dx.read", "--scope", "dx.write").strip()

    def run(self, *words, stdin=""):
        done = subprocess.run([self.program, "--data-dir", self.folder, *words], input=stdin, text=True,
                              capture_output=True)
        if done.returncode:
            sys.exit(f"shackbox {' '.join(words)}: {done.stderr}")
        return done.stdout

    def start(self, **settings):
        environment = {
            **os.environ,
            "SHACKBOX_WEB__LISTEN": f"127.0.0.1:{self.web}",
            "SHACKBOX_CLUSTER__LISTEN": f"127.0.0.1:{self.telnet}",
            "SHACKBOX_CLUSTER__CALL": LEAF,
            "SHACKBOX_SOURCES__POTA__ENABLED": "false",
            "SHACKBOX_SOURCES__SOTA__ENABLED": "false",
            "SHACKBOX_SOURCES__LOTW__ENABLED": "false",
            "SHACKBOX_SOURCES__COUNTRY__ENABLED": "false",
            **settings,
        }
        log = open(self.folder / "out.log", "ab")
        self.process = subprocess.Popen([self.program, "--data-dir", self.folder, "serve"], env=environment,
                                        stdout=log, stderr=log)
        waited("Shackbox runs", lambda: self.get("/api/v1/dx/status"))

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait()
            self.process = None

    def get(self, path):
        request = urllib.request.Request(f"http://127.0.0.1:{self.web}{path}")
        request.add_header("Authorization", f"Bearer {self.key}")
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    def spots(self, comment):
        return [spot for spot in self.get("/api/v1/dx/spots?limit=200")["items"] if spot.get("comment") == comment]

    def upstream(self):
        return self.get("/api/v1/dx/status")["upstreams"][0]

    def session(self):
        return Session(self.telnet, "K1BBB", "correct horse battery staple")


def listening(shackbox):
    return shackbox.upstream()["state"] == "listening"


def as_upstream(spider, shackbox):
    """We are a user of the node."""
    long = "CW up 2, a comment of more than thirty letters"
    poster = spider.session("G1AAA")
    poster.ask("dx 14025.1 3B8CW before the start")
    feed = [{"host": f"127.0.0.1:{spider.port}", "login": "K1BBB-5", "kind": "spider", "name": "spider"}]
    shackbox.start(SHACKBOX_CLUSTER__UPSTREAMS=json.dumps(feed))
    waited("signed in as a user", lambda: listening(shackbox))
    waited("a spot of before comes with sh/dx", lambda: shackbox.spots("before the start"))
    poster.ask(f"dx 10116.5 ZD7BG {long}")
    poster.ask("dx JA1XYZ 21074.0 FT8 -11dB from PM95")
    spot = waited("a live spot comes, with all of its comment", lambda: shackbox.spots(long))[0]
    found = {name: spot.get(name) for name in ("call", "freq_hz", "mode", "spotter", "source", "dxcc")}
    wanted = {"call": "ZD7BG", "freq_hz": 10_116_500, "mode": "CW", "spotter": "G1AAA", "source": "telnet",
              "dxcc": 250}
    assert found == wanted, found
    spot = waited("a second one too", lambda: shackbox.spots("FT8 -11dB from PM95"))[0]
    assert (spot["mode"], spot["snr"], spot["band"]) == ("FT8", -11, "15m"), spot
    spider.stop()
    waited("the loss is noticed and told", lambda: shackbox.upstream().get("error"))
    time.sleep(3)
    spider.start()
    waited("it comes back", lambda: listening(shackbox), 60)
    poster = spider.session("G1AAA")
    poster.ask("dx 18070.0 5B4AGN after the crash")
    waited("spots come again", lambda: shackbox.spots("after the crash"))
    time.sleep(4)
    for comment in ("before the start", long, "FT8 -11dB from PM95", "after the crash"):
        assert len(shackbox.spots(comment)) == 1, (comment, shackbox.spots(comment))
    print("ok    each of them once, although sh/dx told them again")
    shackbox.stop()


def as_link(spider, shackbox, minutes):
    """We are a leaf of the node."""
    shackbox.start(SHACKBOX_CLUSTER__LINK__HOST=f"127.0.0.1:{spider.port}", SHACKBOX_CLUSTER__LINK__PEER=NODE)
    sysop = waited("the sysop is in", lambda: spider.session(SYSOP))
    waited("a node that was not told of us is told of as such",
           lambda: "set/spider" in shackbox.upstream().get("error", ""))
    sysop.ask(f"set/spider {LEAF}")
    waited("the handshake is accepted", lambda: listening(shackbox), 60)
    ours, poster = shackbox.session(), spider.session("G1AAA")
    poster.ask("dx 7012.3 VK9AA from the network")
    spot = waited("PC61 comes in", lambda: shackbox.spots("from the network"))[0]
    assert (spot["source"], spot["spotter"], spot["freq_hz"]) == ("node", "G1AAA", 7_012_300), spot
    ours.ask("dx 24900.0 T88XX from the leaf")
    line = waited("PC61 goes out", lambda: re.search(r"DX de K1BBB: +24900\.0  T88XX +from the leaf", poster.read()))
    print(f"      {line.group(0)}")
    # The node answers after its prompt.
    sysop.send("sh/dx T88XX")
    waited("it is in the node's sh/dx", lambda: "<K1BBB>" in sysop.read())
    hour = time.gmtime()
    date = time.strftime("%d-%b-%Y", hour)
    sysop.ask(f"pc {LEAF} PC23^{date}^{hour.tm_hour}^154^10^2^No Storms -> No Storms^AE5E^{NODE}^H29^~")
    waited("WWV comes in", lambda: "SFI=154, A=10, K=2" in ours.read())
    poster.ask("ann full hello from the network")
    waited("announcements come in", lambda: "To ALL de G1AAA: hello from the network" in ours.read())
    sysop.send(f"ping {LEAF}")
    line = waited("pings are answered", lambda: re.search(rf"Ping Returned from {LEAF}.*", sysop.read()))
    print(f"      {line.group(0).strip()}")
    before = shackbox.upstream()
    end = time.monotonic() + 60 * minutes
    while time.monotonic() < end:
        time.sleep(5)
        assert listening(shackbox), shackbox.upstream()
    after = shackbox.upstream()
    assert after["connections"] == before["connections"], after
    print(f"ok    still linked after {minutes} minutes: {after}")
    log = "".join(path.read_text("latin1") for path in (spider.root / "local_data/debug").glob("*/*"))
    sent = [line for line in log.splitlines() if f"<- I {LEAF} PC" in line]
    kinds = sorted({line.split(f"{LEAF} ")[1][:4] for line in sent})
    assert set(kinds) <= {"PC20", "PC51", "PC61", "PC92"}, kinds
    print(f"ok    frames that the node had from us: {len(sent)}, of {', '.join(kinds)}")
    shackbox.stop()


def main():
    if not HOME:
        sys.exit(__doc__)
    program = str(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "target/debug/shackbox").absolute())
    minutes = float(sys.argv[2]) if len(sys.argv) > 2 else 0
    with tempfile.TemporaryDirectory(prefix="shackbox-dxspider-") as folder:
        folder = pathlib.Path(folder)
        (folder / "data").mkdir(mode=0o700)
        spider, shackbox = Spider(folder), Shackbox(program, folder / "data")
        try:
            spider.start()
            as_upstream(spider, shackbox)
            as_link(spider, shackbox, minutes)
        finally:
            shackbox.stop()
            spider.stop()
    print("everything holds")


if __name__ == "__main__":
    main()
