"""Imports made-up files of the FCC into Shackbox and into SQLite, asks both the same, and prints what it took.

Called by callbook_peers.sh. SQLite is asked in process (its driver's own time included), Shackbox over HTTP on one
kept connection, as a page or a program would ask it; bench `callbook` measures Shackbox in process.
"""

import http.client
import json
import os
import random
import re
import shutil
import sqlite3
import statistics
import subprocess
import sys
import time
import urllib.parse

PROGRAM, FOLDER = sys.argv[1], sys.argv[2]
FILES = ["EN.dat", "AM.dat", "HD.dat", "counts"]
ASKED = 2000
PROBES = 500
PASSWORD = "correct horse battery staple"


def ms(values):
    values = sorted(values)
    return f"p50 {statistics.median(values) * 1e3:8.3f} ms   p99 {values[int(len(values) * 0.99)] * 1e3:8.3f} ms"


def timed(what, asks, ask):
    took = []
    for one in asks:
        began = time.perf_counter()
        ask(one)
        took.append(time.perf_counter() - began)
    print(f"  {what:<22} {ms(took)}", flush=True)


def rss(pid):
    with open(f"/proc/{pid}/status") as status:
        found = re.search(r"VmRSS:\s+(\d+)", status.read())
    return int(found.group(1)) / 1024


def people(count, seed):
    """Active persons of the register: call, first, last, state."""
    chance, found = random.Random(seed), []
    with open(f"{FOLDER}/full/EN.dat", "rb") as rows:
        size = os.path.getsize(f"{FOLDER}/full/EN.dat")
        while len(found) < count:
            rows.seek(chance.randrange(size // 8, size - 1000))
            rows.readline()
            fields = rows.readline().decode("latin-1").split("|")
            if len(fields) == 30 and fields[10].isalpha() and len(fields[10]) >= 5 and fields[23] == "I":
                found.append((fields[4], fields[8], fields[10], fields[17]))
    return found


def misspelt(word, chance):
    letters, at = list(word), chance.randrange(1, len(word) - 1)
    letters[at], letters[at - 1] = letters[at - 1], letters[at]
    return "".join(letters)


def sqlite(asked):
    path = f"{FOLDER}/sqlite.db"
    if os.path.exists(path):
        os.remove(path)
    print("SQLite", sqlite3.sqlite_version)
    columns = {
        name: ",".join(f"c{number}" for number in range(1, width + 1))
        for name, width in (("EN", 30), ("AM", 18), ("HD", 59))
    }
    script = "".join(f"create table {name}({columns[name]});" for name in columns)
    script += '\n.mode ascii\n.separator "|" "\\n"\n'
    script += "".join(f".import {FOLDER}/full/{name}.dat {name}\n" for name in columns)
    began = time.perf_counter()
    subprocess.run(["sqlite3", path], input=script, text=True, stderr=subprocess.DEVNULL, check=False)
    rows = time.perf_counter() - began
    book = sqlite3.connect(path)
    began = time.perf_counter()
    book.executescript(
        "create table person as select EN.c5 call, EN.c9 first, EN.c11 last, EN.c8 name, EN.c17 city, EN.c18 state, EN.c19 zip,"
        " HD.c6 status, AM.c6 class from EN join HD on HD.c2 = EN.c2 left join AM on AM.c2 = EN.c2;"
        "create index by_call on person(call); create index by_last on person(last, state); create index by_zip on person(zip);"
    )
    trees = time.perf_counter() - began
    began = time.perf_counter()
    book.executescript(
        "create virtual table words using fts5(call, first, last, name, city, state, content=person, prefix='2 3 4');"
        "insert into words(words) values('rebuild');"
        "create virtual table grams using fts5(last, content=person, tokenize='trigram');"
        "insert into grams(grams) values('rebuild');"
    )
    full_text = time.perf_counter() - began
    print(f"  import: rows {rows:.1f} s, join and b-trees {trees:.1f} s, FTS5 {full_text:.1f} s")
    print(f"  size {os.path.getsize(path) / 1e6:.0f} MB")
    all_rows = lambda query, *values: book.execute(query, values).fetchall()
    timed("exact", asked, lambda p: all_rows("select * from person where call = ?", p[0]))
    timed("prefix", asked, lambda p: all_rows("select * from person where call >= ? and call < ? limit 20", p[0][:3], p[0][:3] + "~"))
    timed("*suffix", asked[:100], lambda p: all_rows("select * from person where call like ? limit 20", "%" + p[0][-2:]))
    timed(
        "name + state",
        asked,
        lambda p: all_rows("select rowid from words where words match ? order by rank limit 20", f"last:{p[2]} state:{p[3]}"),
    )
    timed(
        "typing ahead",
        asked,
        lambda p: all_rows("select rowid from words where words match ? limit 10", f"last:{p[2][:4]}*"),
    )
    chance, found, took = random.Random(5), 0, []
    for person in asked[:PROBES]:
        wrong = misspelt(person[2], chance)
        grams = " OR ".join({f'"{wrong[at:at + 3]}"' for at in range(len(wrong) - 2)})
        began = time.perf_counter()
        hits = all_rows(
            "select person.call from grams join person on person.rowid = grams.rowid"
            " where grams match ? and person.state = ? order by grams.rank limit 20",
            grams,
            person[3],
        )
        took.append(time.perf_counter() - began)
        found += any(hit[0] == person[0] for hit in hits)
    print(f"  {'misspelt + state':<22} {ms(took)}   {found} of {PROBES} in the first 20")


class Server:
    def __init__(self):
        self.data = f"{FOLDER}/data"
        shutil.rmtree(self.data, ignore_errors=True)
        self.environment = {
            "SHACKBOX_DATA_DIR": self.data,
            "PATH": os.environ["PATH"],
            "SHACKBOX_WEB__LISTEN": "127.0.0.1:18073",
            "SHACKBOX_DNS__LISTEN": "127.0.0.1:15300",
            "SHACKBOX_CLUSTER__LISTEN": "127.0.0.1:17300",
            "SHACKBOX_LIMITS__MEMBER_PER_MINUTE": "1000000",
            "SHACKBOX_LOG__LEVEL": "warn",
        }
        self.run("user", "add", "K6BP", "--admin", "--password-stdin", given=PASSWORD)
        key = self.run("apikey", "create", "K6BP", "--scope", "full").stdout.strip()
        self.headers = {"Authorization": f"Bearer {key}"}

    def run(self, *arguments, given=None, measured=False):
        command = [PROGRAM, *arguments]
        if measured:
            command = ["/usr/bin/time", "-v", *command]
        return subprocess.run(command, env=self.environment, input=given, text=True, capture_output=True, check=True)

    def start(self):
        self.process = subprocess.Popen([PROGRAM], env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(200):
            try:
                self.connection = http.client.HTTPConnection("127.0.0.1", 18073)
                self.connection.request("GET", "/healthz")
                self.connection.getresponse().read()
                return
            except OSError:
                time.sleep(0.05)
        sys.exit("the server does not answer")

    def get(self, path, **query):
        self.connection.request("GET", f"{path}?{urllib.parse.urlencode(query)}", headers=self.headers)
        reply = self.connection.getresponse()
        body = reply.read()
        if reply.status != 200:
            sys.exit(f"{path} {query}: {reply.status} {body[:200]}")
        return json.loads(body)


def shackbox(asked):
    server = Server()
    print("Shackbox")
    began = time.perf_counter()
    done = server.run("callbook", "import", "fcc", *[f"{FOLDER}/full/{name}" for name in FILES], "--json", measured=True)
    wall = time.perf_counter() - began
    told = json.loads(done.stdout)
    peak = int(re.search(r"Maximum resident set size \(kbytes\): (\d+)", done.stderr).group(1)) / 1024
    cpu = sum(float(found) for found in re.findall(r"(?:User|System) time \(seconds\): ([\d.]+)", done.stderr))
    print(f"  import: {wall:.1f} s wall, {cpu:.1f} s CPU, {peak:.0f} MB peak, {told['calls']} calls, {told['rejected']} rows not used")
    book = f"{server.data}/callbook"
    size = sum(os.path.getsize(os.path.join(top, name)) for top, _, names in os.walk(book) for name in names)
    print(f"  size {size / 1e6:.0f} MB")
    server.start()
    before = rss(server.process.pid)
    record = "/api/v1/callbook/"
    search = "/api/v1/callbook/search"
    timed("exact", asked, lambda p: server.get(record + p[0]))
    timed("prefix", asked, lambda p: server.get(search, q=p[0][:3] + "*"))
    timed("*suffix", asked, lambda p: server.get(search, q="*" + p[0][-2:]))
    timed("name + state", asked, lambda p: server.get(search, q=f"name:{p[2]} state:{p[3]}"))
    for letters in (2, 3, 4):
        timed(f"typing ahead, {letters}", asked, lambda p: server.get("/api/v1/callbook/suggest", q=p[2][:letters]))
    chance, found, took = random.Random(5), 0, []
    for person in asked[:PROBES]:
        wrong = misspelt(person[2], chance)
        began = time.perf_counter()
        hits = server.get(search, q=f"{wrong} state:{person[3]}", limit=20)["items"]
        took.append(time.perf_counter() - began)
        found += any(hit["call"] == person[0] for hit in hits)
    print(f"  {'misspelt + state':<22} {ms(took)}   {found} of {PROBES} in the first 20")
    print(f"  memory: {before:.0f} MB before the first question, {rss(server.process.pid):.0f} MB after the last")
    day = f"{FOLDER}/l_am_mon"
    shutil.rmtree(day, ignore_errors=True)
    os.makedirs(day)
    subprocess.run(["zip", "-qj", f"{day}/l_am_mon.zip", *[f"{FOLDER}/day/{name}" for name in FILES]], check=True)
    told = json.loads(server.run("callbook", "import", "fcc", f"{day}/l_am_mon.zip", "--json").stdout)
    print(f"  a day's changes while it answers: {told['changed']} calls in {told['seconds']} s")
    server.process.terminate()
    server.process.wait()


if __name__ == "__main__":
    people_asked = people(ASKED, 3)
    sqlite(people_asked)
    shackbox(people_asked)
