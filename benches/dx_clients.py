#!/usr/bin/env python3
"""Other people's clients against the DX cluster: what they send is taken, what they ask for is told.

    benches/dx_clients.py PROGRAM            # for instance target/release/shackbox

Python's xmlrpc.client always; PyPI odoo-client-lib and websockets where they are installed; npm ws where the directory
that PEERS_NODE names has it. Starts the program on an empty directory; exits 1 when a client fails.
"""

import asyncio
import importlib.metadata
import json
import os
import platform
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
import xmlrpc.client

MODEL = "ham.dx.spot"
NODE = r"""
const WebSocket = require('ws');
const [url, key, since, wanted] = process.argv.slice(2);
const heard = [];
const socket = new WebSocket(`${url}/ws/firehose?types=spot&since=${since}`, { headers: { Authorization: `Bearer ${key}` } });
socket.on('message', (text) => {
  const message = JSON.parse(text);
  if (message.type === 'spot') heard.push(message.seq);
  if (heard.length === Number(wanted)) { console.log(JSON.stringify({ version: require('ws/package.json').version, heard })); socket.close(); }
});
setTimeout(() => { console.error(`heard ${heard.length} of ${wanted}`); process.exit(1); }, 10000).unref();
"""


def vals(call, khz):
    return {"callsign": call, "frequency": khz, "spotter": "W1AW", "comment": "CW"}


def by_xmlrpc(url, key):
    uid = xmlrpc.client.ServerProxy(url + "/xmlrpc/2/common").authenticate("", "K6BP", key, {})
    models = xmlrpc.client.ServerProxy(url + "/xmlrpc/2/object")

    def push(*args, password=key):
        return models.execute_kw("", uid, password, MODEL, "push_spot", list(args))

    assert push(vals("JA1XA", 14025.0)) is True
    assert push([vals("JA1XB", 14026.0), vals("JA1XC", 14027.0)]) is True
    several = xmlrpc.client.MultiCall(models)
    for number in range(2):
        several.execute_kw("", uid, key, MODEL, "push_spot", [vals("JA2X" + "AB"[number], 14028.0 + number)])
    assert list(several()) == [True, True]
    for wrong, code in [((vals("JA1XA", 14025.0),), 3), (({"frequency": 1},), 2)]:
        try:
            push(*wrong, password="wrong" if code == 3 else key)
        except xmlrpc.client.Fault as fault:
            assert fault.faultCode == code, fault
        else:
            raise AssertionError(f"{wrong} was taken")
    print(f"xmlrpc.client of Python {platform.python_version()}: one, a list, a multicall, both faults")


def by_odoolib(port, key):
    try:
        import odoolib.tools
    except ImportError:
        print("odoo-client-lib: not installed")
        return
    for number, protocol in enumerate(["xmlrpc", "jsonrpc", "json2"]):
        login = dict(hostname="127.0.0.1", port=port, protocol=protocol, database="x", login="K6BP")
        connection = odoolib.get_connection(password=key, **login)
        spot = vals(f"DL{number}ODO", 7005.0 + number)
        model = connection.get_model(MODEL)
        assert (model.push_spot(vals=spot) if protocol == "json2" else model.push_spot(spot)) is True
        assert connection.check_login() is not False
        try:
            refused = odoolib.get_connection(password="wrong", **login).check_login() is False
        except odoolib.tools.AuthenticationError:
            refused = True
        assert refused, f"{protocol} took a wrong key"
    print(f"odoo-client-lib {importlib.metadata.version('odoo-client-lib')}: XML-RPC, JSON-RPC, JSON-2")


def post(url, key, number):
    spot = {"call": f"OH{number % 10}Q{chr(65 + number // 26)}{chr(65 + number % 26)}", "freq_hz": 21_005_000 + number * 1000, "spotter": "W1AW"}
    head = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    request = urllib.request.Request(url + "/api/v1/dx/spots", json.dumps(spot).encode(), head)
    return json.load(urllib.request.urlopen(request))["seq"]


async def by_websockets(url, key):
    """Hears some, goes away, misses some, comes back: everything once, in order."""
    try:
        import websockets
    except ImportError:
        print("websockets: not installed")
        return
    address = url.replace("http", "ws") + "/ws/firehose?types=spot"
    head = {"Authorization": f"Bearer {key}"}

    async def hear(socket, count):
        heard = []
        while len(heard) < count:
            message = json.loads(await asyncio.wait_for(socket.recv(), 10))
            assert message["type"] in ("hello", "spot"), message
            if message["type"] == "spot":
                heard.append(message["seq"])
        return heard

    async with websockets.connect(address, additional_headers=head) as socket:
        sent = [await asyncio.to_thread(post, url, key, number) for number in range(20)]
        assert await hear(socket, 20) == sent
    missed = [await asyncio.to_thread(post, url, key, number) for number in range(20, 60)]
    async with websockets.connect(f"{address}&since={sent[-1]}", additional_headers=head) as socket:
        live = [await asyncio.to_thread(post, url, key, number) for number in range(60, 80)]
        assert await hear(socket, 60) == missed + live
    print(f"websockets {websockets.__version__}: 20 live, 40 missed and replayed, 20 live, in order and once")


def by_ws(url, key):
    where = os.environ.get("PEERS_NODE", ".")
    if not os.path.isdir(os.path.join(where, "node_modules", "ws")):
        print("npm ws: not installed (set PEERS_NODE to a directory that has it)")
        return
    sent = [post(url, key, number) for number in range(100, 150)]
    command = ["node", "-e", NODE, "--", url.replace("http", "ws"), key, str(sent[0] - 1), "50"]
    # Of `node -e` the arguments begin one place earlier than of a script.
    command[2] = NODE.replace("slice(2)", "slice(1)")
    out = subprocess.run(command, cwd=where, capture_output=True, text=True, check=True).stdout
    answer = json.loads(out)
    assert answer["heard"] == sent
    print(f"npm ws {answer['version']}: 50 replayed, in order and once")


def main():
    program = os.path.abspath(sys.argv[1])
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as directory:
        data = ["--data-dir", os.path.join(directory, "data")]
        log = open(os.path.join(directory, "log"), "w")
        server = subprocess.Popen([program, "serve", "--listen", url[7:], *data], stdout=log, stderr=log)
        try:
            for _ in range(200):
                try:
                    urllib.request.urlopen(url + "/readyz")
                    break
                except OSError:
                    time.sleep(0.05)
            run = lambda *args, given=None: subprocess.run([program, *args, *data], input=given, capture_output=True, text=True, check=True).stdout
            run("user", "add", "K6BP", "--verified", "--password-stdin", given="three unrelated words here\n")
            key = run("apikey", "create", "K6BP", "--scope", "dx.write", "--scope", "dx.read").strip()
            by_xmlrpc(url, key)
            by_odoolib(port, key)
            asyncio.run(by_websockets(url, key))
            by_ws(url, key)
        finally:
            server.terminate()
            server.wait()


if __name__ == "__main__":
    main()
