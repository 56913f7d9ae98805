"""gunicorn's worker that answers one request at a time, with a loop in front that collects them.

A request is handled once it is there to its last byte, and an answer leaves by itself: a slow sender or reader
costs the others nothing. A thread or a process for that would have to hand over what is whole; here the kernel keeps
what comes while a request is handled.
"""

from __future__ import annotations

import logging
import os
import selectors
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial

from gunicorn.http import wsgi
from gunicorn.http.errors import NoMoreData
from gunicorn.workers.sync import SyncWorker

from app.serving import BODY_LIMIT
from app.serving.exchange import Exchange, Stage
from app.serving.replacing import BOOK, give_up

MOST = 400
"""Connections of a worker, of at most two open files each: within the 1,024 that systems allow."""
LARGEST = 24 * 1024 * 1024
LOOK_SECONDS = 0.5
STOP_SECONDS = 10
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
LATE = (
    "请求没有在限定的时间内收完，没有执行任何操作。请检查网络后重试。 / "
    "The request did not arrive in time and nothing was done. Please check the network and try again."
)
log = logging.getLogger(__name__)


class CollectingWorker(SyncWorker):
    """The application may have `extensions["body_limit"]`: how many bytes to wait for, by the environ of the head."""

    wsgi: Callable

    def load_wsgi(self) -> None:
        try:
            super().load_wsgi()
        except Exception as error:
            if BOOK.replacing:
                give_up(error)
            raise
        extensions = getattr(self.wsgi, "extensions", {})
        self._limit_of = extensions.get("body_limit", lambda environ: LARGEST)
        self._application, self.wsgi, self._limit = self.wsgi, self._call, 0

    def _call(self, environ: dict, start_response):
        environ[BODY_LIMIT] = self._limit
        return self._application(environ, start_response)

    def run(self) -> None:
        self._exchanges: set[Exchange] = set()
        self._looked = 0.0
        self._selector = selectors.DefaultSelector()
        self._selector.register(self.PIPE[0], selectors.EVENT_READ, partial(os.read, self.PIPE[0], 4096))
        for listener in self.sockets:
            listener.setblocking(False)
            self._selector.register(listener, selectors.EVENT_READ, partial(self._accept, listener))
        while self.alive and self.is_parent_alive():
            self._turn()
        for listener in self.sockets:
            self._selector.unregister(listener)
        self._finish()

    def _finish(self) -> None:
        """Let requests under way finish, within limits; close silent connections at once."""
        end = time.monotonic() + STOP_SECONDS
        for exchange in [each for each in self._exchanges if each.silent or each.stage is Stage.LEAVING]:
            self._drop(exchange)
        while self._exchanges and time.monotonic() < end and self.is_parent_alive():
            self._turn()
        for exchange in list(self._exchanges):
            self._drop(exchange)

    def _turn(self) -> None:
        """Serve first those from whom something has come: nobody new is let in before."""
        self.notify()
        events = self._selector.select(LOOK_SECONDS)
        for key, _ in sorted(events, key=lambda event: event[0].fileobj in self.sockets):
            if isinstance(key.data, Exchange):
                if key.data in self._exchanges:
                    self._guarded(key.data, self._proceed)
            else:
                key.data()
        if time.monotonic() > self._looked + LOOK_SECONDS:
            self._looked = time.monotonic()
            self._end_overdue()

    def _accept(self, listener: socket.socket) -> None:
        while len(self._exchanges) >= MOST:
            least = min(self._exchanges, key=lambda exchange: exchange.rank)
            log.info("too many connections: that of %s is ended", least.address[0])
            self._drop(least)
        with suppress(BlockingIOError, ConnectionAbortedError):
            client, address = listener.accept()
            exchange = Exchange(client, address, listener, time.monotonic())
            self._exchanges.add(exchange)
            self._selector.register(client, selectors.EVENT_READ, exchange)
            self._guarded(exchange, self._proceed)

    def _guarded(self, exchange: Exchange, step) -> None:
        """Run a step of one exchange; no fault of it reaches the others."""
        try:
            step(exchange)
        except NoMoreData:
            self._drop(exchange)
        except OSError as error:
            log.debug("connection of %s: %s", exchange.address[0], error)
            self._drop(exchange)
        except Exception as error:
            self._refuse(exchange, error)

    def _refuse(self, exchange: Exchange, error: BaseException) -> None:
        """Answer with gunicorn's own sentence, 400 or the like."""
        self.handle_error(exchange.request, exchange.answer, exchange.address, error)
        self._guarded(exchange, self._send)

    def _proceed(self, exchange: Exchange) -> None:
        if exchange.stage is Stage.ANSWER:
            exchange.moved += exchange.answer.flush()
            self._send(exchange)
            return
        data = exchange.read()
        if data == b"":
            self._drop(exchange)
        elif data and exchange.stage is Stage.HEAD:
            self._collect_head(exchange, data)
        elif data and exchange.stage is Stage.BODY and exchange.collect_body(data):
            self._serve(exchange)

    def _collect_head(self, exchange: Exchange, data: bytes) -> None:
        rest = exchange.collect_head(data, self.cfg)
        if rest is None:
            return
        expects, exchange.request._expected_100_continue = exchange.request._expected_100_continue, False
        limit = self._ask_limit(exchange) if exchange.length != 0 else 0
        if not exchange.await_body(limit, time.monotonic()) or exchange.collect_body(rest):
            self._serve(exchange)
        elif expects:
            exchange.answer.sendall(CONTINUE)

    def _ask_limit(self, exchange: Exchange) -> int:
        server = exchange.listener.getsockname()
        _, environ = wsgi.create(exchange.request, exchange.answer, exchange.address, server, self.cfg)
        return min(LARGEST, self._limit_of(environ))

    def _serve(self, exchange: Exchange) -> None:
        """Take the application's answer, as a whole; it does not know how it leaves."""
        self._limit, begun = exchange.limit, time.monotonic()
        try:
            self.handle_request(exchange.listener, exchange.request, exchange.answer, exchange.address)
        except StopIteration:
            self._drop(exchange)
        except OSError:
            raise
        except (
            BaseException
        ) as error:  # as gunicorn's: SystemExit is how a worker that is asked to end leaves a request
            self._refuse(exchange, error)
        else:
            self._send(exchange)
        finally:
            exchange.forget_body()
            self._wait_longer(time.monotonic() - begun)

    def _wait_longer(self, seconds: float) -> None:
        """Put off the limits: meanwhile nobody else was listened to, which is not their fault."""
        for exchange in self._exchanges:
            exchange.since += seconds

    def _send(self, exchange: Exchange) -> None:
        """Send on to the next stage of the way out, as far as the kernel takes it."""
        if exchange not in self._exchanges:
            return
        if exchange.answer.waiting:
            if exchange.stage is not Stage.ANSWER:
                exchange.enter(Stage.ANSWER, time.monotonic())
                self._selector.modify(exchange.client, selectors.EVENT_WRITE, exchange)
            return
        if exchange.stage is Stage.ANSWER:
            self._selector.modify(exchange.client, selectors.EVENT_READ, exchange)
        # the rest of a body is read away, else the browser would never see the answer (RFC 9112, 9.6)
        exchange.client.shutdown(socket.SHUT_WR)
        exchange.enter(Stage.LEAVING, time.monotonic())

    def _end_overdue(self) -> None:
        now = time.monotonic()
        for exchange in [each for each in self._exchanges if each.overdue(now)]:
            if exchange.silent or exchange.stage in (Stage.LEAVING, Stage.ANSWER):
                self._drop(exchange)
                continue
            log.info("a request of %s did not arrive in time", exchange.address[0])
            with suppress(OSError):
                exchange.answer.sendall(plain(408, "Request Timeout", LATE))
            self._guarded(exchange, self._send)

    def _drop(self, exchange: Exchange) -> None:
        if exchange in self._exchanges:
            self._exchanges.remove(exchange)
            self._selector.unregister(exchange.client)
            exchange.close()


def plain(status: int, reason: str, sentence: str) -> bytes:
    """Return an answer without the application: one sentence."""
    body = f"{sentence}\n".encode()
    head = f"HTTP/1.1 {status} {reason}\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body
