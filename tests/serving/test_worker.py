"""The worker in front of the application: what it collects, what it refuses, what it never waits for."""

from __future__ import annotations

import json
import os
import signal
import socket
from contextlib import ExitStack

import pytest

from tests.faults.product import until
from tests.serving.echo import LARGE
from tests.serving.server import GET, rest, serving

POST = b"POST / HTTP/1.1\r\nHost: x\r\n"
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


def told(answer: bytes) -> dict:
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200"), answer
    return json.loads(body)


pytestmark = pytest.mark.usefixtures("system")


@pytest.fixture(scope="module")
def server():
    with serving() as running:
        yield running


@pytest.mark.parametrize(
    "pieces",
    [
        [POST + b"Content-Length: 5\r\n\r\nhello"],
        [POST + b"Content-Length: 5\r\n\r\n", b"hello"],
        [bytes([byte]) for byte in POST + b"Content-Length: 5\r\n\r\nhello"],
        [POST + b"Content-Length: 5\r\n\r\nhello, and more than that"],
        [POST + b"Transfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\nT: v\r\n\r\n"],
        [bytes([byte]) for byte in POST + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"],
    ],
    ids=["at once", "in two", "by bytes", "with more", "chunked", "chunked by bytes"],
)
def test_a_body_arrives_whole_however_it_is_sent(server, pieces):
    assert told(server.ask(*pieces))["body"] == "hello"


def test_who_asks_before_sending_is_told_once_to_go_on(server):
    expecting = b"Expect: 100-continue\r\nContent-Length: 5\r\n\r\n"
    with server.connect() as connection:
        connection.sendall(POST + expecting)
        assert connection.recv(1000) == CONTINUE
        connection.sendall(b"hello")
        assert told(rest(connection))["body"] == "hello"
    refused = server.ask(POST + b"X-Limit: 0\r\n" + expecting)
    assert CONTINUE not in refused and told(refused)["body"] == ""


@pytest.mark.parametrize(
    ("limit", "framing"),
    [(0, b"Content-Length: 5"), (4, b"Content-Length: 5"), (0, b"Transfer-Encoding: chunked")],
)
def test_what_will_be_refused_is_not_waited_for(server, limit, framing):
    """Nothing of the body is ever sent."""
    found = told(server.ask(POST + b"X-Limit: %d\r\n" % limit + framing + b"\r\n\r\n"))
    assert (found["body"], found["limit"]) == ("", limit)


def test_chunks_are_read_a_little_past_the_limit_and_no_further(server):
    endless = POST + b"Transfer-Encoding: chunked\r\n\r\n" + b"a\r\n0123456789\r\n" * 150
    found = told(server.ask(endless))
    assert found["limit"] < len(found["body"]) <= 1500


def test_the_answer_is_read_by_who_goes_on_sending(server):
    """A closed door would lose it: the kernel throws an answer away when bytes come that nobody reads."""
    length = 4 * 1024 * 1024
    head = POST + b"Content-Length: %d\r\n\r\n" % length
    assert told(server.ask(head, *[b"x" * 65_536] * (length // 65_536)))["body"] == ""


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (POST + b"Content-Length: five\r\n\r\n", 400),
        (POST + b"Content-Length: -5\r\n\r\n", 400),
        (POST + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello", 400),
        (POST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
        (POST + b"Transfer-Encoding: chunked\r\n\r\nfive\r\nhello\r\n0\r\n\r\n", 400),
        (POST + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello, too long\r\n0\r\n\r\n", 400),
        (POST + b"Transfer-Encoding: chunked\r\n\r\n5\nhello\n0\n\n", 400),
        (POST + b"Transfer-Encoding: gzip\r\n\r\n", 400),
        (POST + b"X: " + b"x" * 9_000 + b"\r\n\r\n", 431),
        (POST + b"X: " + b"x" * 70_000, 431),
        (b"nonsense\r\n\r\n", 400),
    ],
)
def test_what_is_no_request_is_refused_with_a_page(server, sent, status):
    assert server.ask(sent).startswith(b"HTTP/1.1 %d " % status)
    assert server.answers()


def test_a_request_that_breaks_off_never_reaches_the_application(server):
    with server.connect() as connection:
        connection.sendall(POST + b"Content-Length: 50\r\n\r\nhalf")
        connection.shutdown(socket.SHUT_WR)
        assert rest(connection) == b""
    assert server.answers()


def test_head_has_no_body_and_one_connection_is_one_request(server):
    head = server.ask(b"HEAD / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200") and head.endswith(b"\r\n\r\n")
    twice = server.ask(GET + GET)
    assert twice.count(b"HTTP/1.1 200") == 1 and b"Connection: close" in twice


def test_who_reads_slowly_keeps_nobody_waiting_and_gets_all_in_the_end(server):
    with ExitStack() as open_ones:
        readers = [open_ones.enter_context(server.connect()) for _ in range(3)]
        for reader in readers:
            reader.sendall(GET.replace(b"/ ", b"/large ", 1))
        assert server.answers()
        for reader in readers:
            assert len(rest(reader).partition(b"\r\n\r\n")[2]) == LARGE


def test_what_does_not_arrive_in_time_is_ended_with_a_sentence():
    with serving(TEST_PATIENCE="1") as server:
        for half in (b"GET / HTTP/1.1\r\n", POST + b"Content-Length: 50\r\n\r\nhalf"):
            answer = server.ask(half)
            assert answer.startswith(b"HTTP/1.1 408 ") and "请检查网络后重试" in answer.decode()
        assert server.ask(b"") == b"", "who has said nothing is told nothing"
        with server.connect() as reader:
            reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            reader.sendall(GET.replace(b"/ ", b"/large ", 1))
            until(lambda: ended(reader), "a reader who takes nothing to be let go")


def test_who_waits_for_a_busy_worker_is_not_late():
    with serving(TEST_PATIENCE="1") as server, server.connect() as begun, server.connect() as long:
        begun.sendall(POST + b"Content-Length: 5\r\n\r\nhe")
        long.sendall(GET.replace(b"/ ", b"/busy ", 1))
        assert told(rest(long))["method"] == "GET"
        begun.sendall(b"llo")
        assert told(rest(begun))["body"] == "hello"


def ended(connection: socket.socket) -> bool:
    """Whether the other side has given the connection up; reads nothing of it."""
    try:
        connection.send(b"x")
    except OSError:
        return True
    return False


def test_too_many_connections_cost_those_that_came_first_not_the_newest():
    with serving(TEST_MOST="5") as server, ExitStack() as open_ones:
        trickling = POST + b"Content-Length: 50\r\n\r\nhalf"
        known = open_ones.enter_context(server.connect())
        known.sendall(POST + b"X-Limit: 100000\r\nContent-Length: 5\r\n\r\n")
        assert server.answers()
        first, *others = [open_ones.enter_context(server.connect()) for _ in range(8)]
        for connection in (first, *others):
            connection.sendall(trickling)
        assert first.recv(1) == b""
        assert server.answers()
        known.sendall(b"hello")
        assert told(rest(known))["body"] == "hello", "somebody known is ended last"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_what_has_begun_may_end_when_the_server_stops_or_reloads(number):
    with serving() as server, server.connect() as begun, server.connect() as silent:
        before = told(server.ask(GET))["pid"]
        begun.sendall(POST + b"Content-Length: 5\r\n\r\nhe")
        assert server.answers()
        server.process.send_signal(number)
        assert rest(silent) == b"", "the worker ends; who has said nothing is not waited for"
        begun.sendall(b"llo")
        found = told(rest(begun))
        assert (found["body"], found["pid"]) == ("hello", before)
        if number is signal.SIGTERM:
            assert server.process.wait(30) == 0
        else:
            until(server.answers, "the next worker")


def test_a_killed_worker_leaves_no_file_of_a_body(tmp_path):
    with serving(TMPDIR=str(tmp_path)) as server, server.connect() as connection:
        worker = told(server.ask(GET))["pid"]
        connection.sendall(POST + b"X-Limit: 900000\r\nContent-Length: 800000\r\n\r\n" + b"x" * 500_000)
        until(lambda: written(worker, tmp_path) > 100_000, "the body to be on disk")
        os.kill(worker, signal.SIGKILL)
        until(server.answers, "the next worker")
        assert [path.name for path in tmp_path.iterdir() if path.stat().st_size] == []


def written(pid: int, folder) -> int:
    """Bytes of the files that a process has open in a folder, named or not."""
    total = 0
    for descriptor in os.listdir(f"/proc/{pid}/fd"):
        path = f"/proc/{pid}/fd/{descriptor}"
        if os.readlink(path).startswith(str(folder)):
            total += os.stat(path).st_size
    return total
