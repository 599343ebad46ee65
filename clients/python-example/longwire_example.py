# SPDX-License-Identifier: Apache-2.0
"""A Longwire client in Python's standard library, written from docs/protocol.md alone.

It shows every rule that a client has to keep, and cites the sentences of that page in brackets. One thread, nothing
happens behind its back: `pump` takes what has come, and heartbeats, polls and repairs are done there.

    client = Client('127.0.0.1', 8000)
    client.attach('websocket')                    # or 'poll'; again after a loss, over whichever works
    client.subscribe('chat:1', print, last=10)
    print(client.publish('chat:1', {'text': 'hello'}, key='k-1'))
    client.pump(5)
"""
import base64
import hashlib
import http.client
import json
import os
import secrets
import socket
import struct
import time


class Lost(Exception):
    """The carrier is gone. `code` is the close code, or None when the connection broke [D5]."""

    def __init__(self, code=None, retry_after=0):
        super().__init__(f'carrier lost, code {code}')
        self.code, self.retry_after = code, retry_after

    @property
    def fresh(self):
        """Whether to come back with a fresh session [D4]."""
        return self.code is not None and 4200 <= self.code < 4400

    @property
    def final(self):
        """Whether coming back unchanged is no use [D3] [D4]."""
        return self.code in (1000, 1002, 1003, 1007, 1008, 1009) or 4400 <= (self.code or 0) < 4600


class Refused(Exception):
    """A request was answered with `error`; it had no effect [R5] [R7]."""

    def __init__(self, frame):
        super().__init__(frame['name'])
        self.name, self.frame = frame['name'], frame


class WebSocket:
    """The carrier of choice [W1]: RFC 6455 from the client's side, JSON only [W2]."""

    def __init__(self, host, port):
        self.socket = socket.create_connection((host, port), timeout=10)
        self.buffer, self.message, self.sent_at = b'', b'', time.monotonic()
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall((f'GET /v1/ws HTTP/1.1\r\nHost: {host}:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n'
                             f'Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n'
                             'Sec-WebSocket-Protocol: longwire.v1.json\r\n\r\n').encode())
        while b'\r\n\r\n' not in self.buffer:
            self._more()
        head, self.buffer = self.buffer.split(b'\r\n\r\n', 1)
        proof = base64.b64encode(hashlib.sha1((key + '258EAFA5-E914-47DA-95CA-C5AB0DC85B11').encode()).digest())
        if not head.startswith(b'HTTP/1.1 101') or proof not in head:
            raise Lost()

    def _more(self):
        try:
            data = self.socket.recv(65536)
        except (ConnectionError, BrokenPipeError):
            raise Lost() from None
        if not data:
            raise Lost()
        self.buffer += data

    def _write(self, opcode, payload):
        mask = os.urandom(4)
        size = len(payload)
        length = bytes([0x80 | size]) if size < 126 else struct.pack('>BH', 0xFE, size)  # 64 KiB at most anyway [W9]
        try:
            self.socket.sendall(bytes([0x80 | opcode]) + length + mask + bytes(b ^ mask[i % 4] for i, b in enumerate(payload)))
        except OSError:
            raise Lost() from None
        self.sent_at = time.monotonic()

    def _frame(self):
        """One whole RFC 6455 frame out of the buffer, or None while its rest has not come."""
        data = self.buffer
        size = data[1] & 0x7F if len(data) > 1 else 0
        at = {126: 4, 127: 10}.get(size, 2)
        size = int.from_bytes(data[2:at], 'big') if at > 2 else size
        if len(data) < at or len(data) < at + size:
            return None
        self.buffer = data[at + size:]
        return data[0], data[at:at + size]

    def send(self, frames):
        for frame in frames:
            self._write(1, json.dumps(frame).encode())

    def heartbeat(self, interval_millis):
        """Exactly these fifteen characters, after so long a silence of ours [B1]."""
        if time.monotonic() - self.sent_at > interval_millis / 1000:
            self._write(1, b'{"type":"ping"}')

    def receive(self, seconds):
        """The frames of the next message; none when there was none in time."""
        deadline = time.monotonic() + seconds
        while True:
            while (frame := self._frame()) is None:
                self.socket.settimeout(max(0.001, deadline - time.monotonic()))
                try:
                    self._more()
                except TimeoutError:
                    return []
            first, payload = frame
            if first & 0x0F == 8:
                raise Lost(int.from_bytes(payload[:2], 'big') or None)
            if first & 0x0F == 9:
                self._write(10, payload)  # [B2]
            elif first & 0x0F in (0, 1):
                self.message += payload
                if first & 0x80:
                    value, self.message = json.loads(self.message), b''
                    return value if isinstance(value, list) else [value]  # [F1]

    def close(self):
        self.socket.close()


class Polling:
    """The same session over HTTP [P1], one request at a time, so that `ack` may be left out [P14]."""

    def __init__(self, host, port, attempts=5):
        self.host, self.port, self.attempts = host, port, attempts
        self.http = http.client.HTTPConnection(host, port, timeout=40)
        self.session, self.seq, self.outgoing, self.repeats = None, 0, [], 0

    def send(self, frames):
        self.outgoing += frames

    def heartbeat(self, interval_millis):
        """A poll is a sign of life by itself [B4]."""

    def receive(self, seconds):
        self.seq += 1  # from 1 within the turn [P3]
        body = {'seq': self.seq, 'wait': int(seconds * 1000), 'frames': self.outgoing}
        body |= {'session': self.session} if self.session else {}  # absent in the first poll, with connect [P2] [P4]
        self.outgoing = []
        answer = self._post(json.dumps(body))
        if answer['seq'] != self.seq:  # [P7]
            raise Lost()
        for frame in answer['frames']:
            if frame['type'] == 'connected':
                self.session = frame['session']  # opens the polls of this turn [P6]
        return answer['frames']

    def _post(self, body):
        """Asks until there is an answer: asking for the same seq again runs nothing again [P16]."""
        for attempt in range(self.attempts):
            try:
                self.http.request('POST', '/v1/poll', body, {'Content-Type': 'application/json'})
                response = self.http.getresponse()
                text = response.read()
            except (OSError, http.client.HTTPException):
                self.http.close()
                self.repeats += 1
                time.sleep(0.05 * attempt)
                continue
            if response.status == 200:
                return json.loads(text)
            if response.status != 408:  # 408: once more [P25]; 404 and 409: attach anew [P22] [P23]
                raise Lost()
        raise Lost()

    def close(self):
        self.http.close()


class Subscription:
    def __init__(self, deliver, on_reset):
        self.deliver, self.on_reset = deliver, on_reset
        self.epoch, self.offset, self.holes_to = None, 0, 0  # the last one delivered; up to where some may be missing
        self.recovered, self.reason = None, None

    def position(self):
        return {'epoch': self.epoch, 'offset': self.offset}


class Client:
    """One session, whatever carries it."""

    def __init__(self, host, port):
        self.host, self.port = host, port
        self.carrier, self.session, self.turn, self.id = None, None, 0, 0
        self.ping, self.client, self.resumed = 25_000, None, False
        self.nonce = secrets.token_hex(8)
        self.subscriptions, self.waiting, self.replies = {}, {}, {}

    def attach(self, kind='websocket', resume=True):
        """A new carrier for the session; for a fresh one when there is none, or it is not to be resumed."""
        if self.carrier:
            self.carrier.close()
        if not resume:
            self.session, self.nonce = None, secrets.token_hex(8)  # one nonce for each session [P5]
        self.carrier = (WebSocket if kind == 'websocket' else Polling)(self.host, self.port)
        self.turn += 1  # higher than all before, with every attempt [U1]
        self.id += 1
        channels = {name: each.position() if each.epoch else {}  # the list is the truth [U4] [U5]
                    for name, each in self.subscriptions.items()}
        resumption = {'turn': self.turn, 'channels': channels} | ({'session': self.session} if self.session else {})
        connect = {'type': 'connect', 'id': self.id, 'nonce': self.nonce, 'agent': 'longwire-python-example',
                   'resume': resumption}  # first of all [C1] [O1]
        again = [dict(frame, retry=True) for frame in self.waiting.values()]  # unanswered, in order [U8]
        self.carrier.send([connect] + again)
        self._await(self.id)

    def _ask(self, frame):
        """Sends a request, and waits for the one frame that answers it [R1] [R2]."""
        self.id += 1
        frame['id'] = self.id
        self.waiting[self.id] = frame
        self.carrier.send([frame])
        return self._await(self.id)

    def _await(self, request):
        deadline = time.monotonic() + 30
        while request not in self.replies:
            if time.monotonic() > deadline:
                raise Lost()
            self._take(self.carrier.receive(1))
        self.waiting.pop(request, None)
        reply = self.replies.pop(request)
        if reply['type'] == 'error':
            raise Refused(reply)
        return reply

    def pump(self, seconds):
        """Takes what comes for so long."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            self.carrier.heartbeat(self.ping)
            self._take(self.carrier.receive(min(left, 5)))

    def subscribe(self, channel, deliver, on_reset=lambda frame: None, **where):
        self.subscriptions[channel] = Subscription(deliver, on_reset)
        return self._ask({'type': 'subscribe', 'channel': channel, **where})

    def publish(self, channel, data, key=None):
        safe = {'key': key} if key else {}  # to repeat [M7]
        return self._ask({'type': 'publish', 'channel': channel, 'data': data} | safe)

    def history(self, channel, **what):
        return self._ask({'type': 'history', 'channel': channel, **what})

    def _take(self, frames):
        for frame in frames:
            kind = frame['type']
            if kind == 'message':
                self._message(frame)
            elif kind == 'reset':
                self._reset(frame)
            elif kind == 'disconnect':
                raise Lost(frame['code'], frame.get('retry_after', 0))  # [D2] [P24]
            elif kind == 'connected':
                self.session, self.client, self.ping = frame['session'], frame['client'], frame['ping']  # [C6] [C7]
                self.turn, self.resumed = frame['turn'], frame['resumed']  # [U2]
            elif kind == 'subscribed':
                self._subscribed(frame)
            if frame.get('id'):
                self.replies[frame['id']] = frame

    def _subscribed(self, frame):
        mine = self.subscriptions.get(frame['channel'])
        if mine:
            mine.epoch, mine.recovered, mine.reason = frame['epoch'], frame['recovered'], frame.get('reason')
            mine.offset, mine.holes_to = frame['offset'] - frame['replay'], 0  # what is replayed ends at the head [S2] [S3] [S5]

    def _message(self, frame):
        mine = self.subscriptions.get(frame['channel'])
        if mine is None or frame['offset'] <= mine.offset:
            return  # seen, or not asked for [G5]
        if frame['offset'] > max(mine.offset, mine.holes_to) + 1:  # a hole without reset: nothing of it is delivered [G3] [G5]
            self._ask({'type': 'unsubscribe', 'channel': frame['channel']})
            self._ask({'type': 'subscribe', 'channel': frame['channel'], 'since': mine.position()})
            return
        mine.offset = frame['offset']
        mine.deliver(frame)

    def _reset(self, frame):
        mine = self.subscriptions.get(frame['channel'])
        if mine is None:
            return
        if frame['reason'] == 'epoch_changed':
            mine.epoch, mine.offset, mine.holes_to = frame['epoch'], frame['offset'], 0  # [G2]
        elif frame['reason'] == 'conflated':
            mine.holes_to = frame['to']  # [G4]
        else:
            mine.offset = frame['to']  # [G1]
        mine.on_reset(frame)
