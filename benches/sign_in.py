#!/usr/bin/env python3
"""Signs 200 people in at once, and asks meanwhile for pages; prints a table for docs/performance.md.

    cargo build --release
    benches/sign_in.py target/release/shackbox

Everybody comes from a network of their own: the program stands behind a proxy here, as far as it can tell, so that
the limit of sign-ins per network is not what is measured. Standard library only.
"""
import http.client, json, os, sys, tempfile, threading, time
from system import CALL, Pages, Server, percentile, row

PASSWORD = "every password is long enough"
AT_ONCE = 200


def sign_in(port, number, password, gate, ends):
    """The seconds it took, and the status."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    connection.connect()
    body = json.dumps({"call": CALL, "password": password})
    headers = {"Content-Type": "application/json", "X-Forwarded-For": f"198.18.{number // 250}.{number % 250 + 1}",
               "Origin": f"http://127.0.0.1:{port}"}
    gate.wait()
    begin = time.perf_counter()
    connection.request("POST", "/api/v1/session", body, headers)
    reply = connection.getresponse()
    reply.read()
    ends.append((time.perf_counter() - begin, reply.status))


def storm(port, password):
    gate, ends = threading.Barrier(AT_ONCE), []
    people = [threading.Thread(target=sign_in, args=(port, number, password, gate, ends)) for number in range(AT_ONCE)]
    begin = time.perf_counter()
    for person in people:
        person.start()
    for person in people:
        person.join()
    statuses = {status: sum(status == other for _, other in ends) for status in {status for _, status in ends}}
    return [took for took, _ in ends], statuses, time.perf_counter() - begin


def main():
    with tempfile.TemporaryDirectory(prefix="shackbox-measure-") as work:
        server = Server(os.path.abspath(sys.argv[1]), os.path.join(work, "data"),
                        SHACKBOX_WEB__TRUSTED_PROXIES="127.0.0.1")
        server.command("user", "add", CALL, "--admin", "--password-stdin", text=PASSWORD)
        key = json.loads(server.command("apikey", "create", CALL, "--scope", "full", "--name", "bench", "--json"))["key"]
        server.start()
        time.sleep(1)
        print("| what | measured | target |\n|---|---|---|")
        row("memory before", f"{server.memory('VmHWM'):.0f} MB", "")
        for what, password in [("right", PASSWORD), ("wrong", PASSWORD + "?")]:
            pages = Pages(server.port, key)
            pages.start()
            times, statuses, seconds = storm(server.port, password)
            p99 = pages.end()
            row(f"{AT_ONCE} sign-ins at once, {what} password, all answered ({statuses})", f"{seconds:.2f} s", "")
            row("one of them, median (p99)", f"{percentile(times, 50):.2f} s ({percentile(times, 99):.2f})", "")
            row("a page of the log meanwhile, p99", f"{p99 * 1000:.1f} ms ({len(pages.times)} asked for)", "100 ms")
        row("peak memory of it", f"{server.memory('VmHWM'):.0f} MB", "bounded")
        server.stop()


main()
