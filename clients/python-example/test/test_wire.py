# SPDX-License-Identifier: Apache-2.0
"""What only real sockets show: handshakes, HTTP, event streams. Sentences of docs/protocol.md in brackets."""
import base64
import http.client
import json
import os
import pathlib
import socket
import struct
import sys
import tempfile
import time
import unittest

sys.path[:0] = [str(pathlib.Path(__file__).parent), str(pathlib.Path(__file__).parents[1])]
from longwire_example import Client, Lost, Polling, Refused, WebSocket  # noqa: E402
from server import ROOT, Server  # noqa: E402

PROBLEM = 'application/problem+json'
CODES = {each['name']: each['code'] for each in json.loads((ROOT / 'protocol/codes.json').read_text('utf-8'))['errors']}


def setUpModule():
    global server, quiet
    server = Server('--loops', '2')
    quiet = Stream('POST', {'seq': 1, 'stream': True, 'frames': [{'type': 'connect', 'id': 1}]})


def tearDownModule():
    quiet.close()
    server.stop()


def owner(channel):
    """Which of two loops has this channel: Java's hash of the name, folded."""
    value = 0
    for letter in channel:
        value = (31 * value + ord(letter)) & 0xFFFFFFFF
    return (value ^ (value >> 16)) & 1


def on_both_loops(name):
    return [next(f'{name}:{n}' for n in range(100) if owner(f'{name}:{n}') == loop) for loop in (0, 1)]


class Stream:
    """An event stream, read event by event."""

    def __init__(self, method, body=None, path='/v1/poll', headers=None):
        self.http = http.client.HTTPConnection('127.0.0.1', server.port, timeout=40)
        self.http.request(method, path, json.dumps(body) if body else None, headers or {})
        self.response = self.http.getresponse()
        self.type = self.response.headers['Content-Type']

    def event(self):
        """Its fields; a comment has the name ''. None at the end."""
        fields = {}
        while True:
            line = self.response.readline().decode()
            if not line:
                return None
            if line == '\n':
                return fields
            name, _, value = line.rstrip('\n').partition(':')
            value = value.removeprefix(' ')
            fields[name] = fields[name] + '\n' + value if name in fields else value

    def frame(self):
        for _ in range(2):
            event = self.event() or {'data': 'null'}
            if '' not in event:
                return json.loads(event['data'])
        raise AssertionError('nothing but signs of life, 25 s apart')

    def close(self):
        self.http.close()


class Case(unittest.TestCase):

    def http(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection('127.0.0.1', server.port, timeout=40)
        self.addCleanup(connection.close)
        connection.request(method, path, body, headers or {})
        response = connection.getresponse()
        return response, response.read()

    def refused(self, status, name, *request):
        response, body = self.http(*request)
        self.assertEqual((status, PROBLEM), (response.status, response.headers['Content-Type']), body)
        problem = json.loads(body)
        self.assertEqual((name, CODES[name]), (problem['name'], problem['code']))
        return response, problem

    def client(self, kind='websocket'):
        client = Client('127.0.0.1', server.port)
        client.attach(kind)
        self.addCleanup(lambda: client.carrier.close())
        return client

    def stream(self, *request, **more):
        stream = Stream(*request, **more)
        self.addCleanup(stream.close)
        return stream

    def socket(self):
        carrier = WebSocket('127.0.0.1', server.port)
        self.addCleanup(carrier.close)
        return carrier

    def closes(self, carrier, code):
        with self.assertRaises(Lost) as lost:
            while True:
                carrier.receive(10)
        self.assertEqual(code, lost.exception.code)


class HandshakeTest(Case):

    def upgrade(self, **changed):
        headers = {'Upgrade': 'websocket', 'Connection': 'Upgrade', 'Sec-WebSocket-Version': '13',
                   'Sec-WebSocket-Key': base64.b64encode(os.urandom(16)).decode()}
        headers.update({name.replace('_', '-'): value for name, value in changed.items()})
        return 'GET', '/v1/ws', None, {name: value for name, value in headers.items() if value}

    def test_subprotocols(self):
        """[W2] [W3] [W4]"""
        for offer, chosen in (('longwire.v1.cbor, longwire.v1.json', 'longwire.v1.cbor'),
                              ('other, longwire.v1.json, longwire.v1.cbor', 'longwire.v1.json')):
            connection = http.client.HTTPConnection('127.0.0.1', server.port, timeout=40)
            self.addCleanup(connection.close)
            method, path, body, headers = self.upgrade(Sec_WebSocket_Protocol=offer)
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            self.assertEqual((101, chosen), (response.status, response.headers['Sec-WebSocket-Protocol']))
        self.refused(400, 'unknown_subprotocol', *self.upgrade(Sec_WebSocket_Protocol='graphql-ws'))

    def test_what_is_no_upgrade(self):
        """[W5] [W6] [W7] [T1]"""
        response, _ = self.refused(426, 'upgrade_required', 'GET', '/v1/ws')
        self.assertEqual('websocket', response.headers['Upgrade'])
        self.refused(426, 'upgrade_required', *self.upgrade(Upgrade='h2c'))
        self.refused(400, 'bad_upgrade', *self.upgrade(Sec_WebSocket_Key='short'))
        response, _ = self.http('GET', '/health/live', None, {'Upgrade': 'h2c', 'Connection': 'Upgrade'})
        self.assertEqual(200, response.status)

    def test_frames_that_break_the_rules(self):
        """[W8] [W9] [W10]"""
        for raw, code in ((b'\x81\x02{}', 1002), (b'\xc1\x80abcd', 1002), (b'\x09\x80abcd', 1002),
                          (b'\x81\x81\0\0\0\0\xff', 1007), (b'\x82\x81\0\0\0\0a', 1003),
                          (b'\x81\xff' + struct.pack('>Q', 10_000_000), 1009),
                          (b'\x01\x80abcd' + b'\x00\x80abcd' * 2000, 1008)):
            with self.subTest(raw[:4]):
                carrier = self.socket()
                carrier.socket.sendall(raw)
                self.closes(carrier, code)

    def test_cbor(self):
        """[W2] [W8] [B1] [F15]"""
        carrier = self.socket_of('longwire.v1.cbor')
        carrier._write(2, b'\xa2\x64type\x67connect\x62id\x01')
        opcode, payload = self.whole(carrier)
        self.assertEqual(0x82, opcode)
        frame, end = definite(payload, 0)
        self.assertEqual((len(payload), 'connected', 1), (end, frame['type'], frame['id']))
        carrier._write(1, b'{"type":"ping"}')
        self.assertEqual((0x81, b'{"type":"pong"}'), self.whole(carrier))
        carrier._write(1, b'{"type": "ping"}')
        self.assertEqual(1003, int.from_bytes(self.whole(carrier)[1][:2], 'big'))

    def socket_of(self, subprotocol):
        carrier = self.socket()
        carrier.socket.close()
        carrier.socket = socket.create_connection(('127.0.0.1', server.port), timeout=10)
        method, path, _, headers = self.upgrade(Sec_WebSocket_Protocol=subprotocol, Host=f'127.0.0.1:{server.port}')
        lines = [f'{method} {path} HTTP/1.1'] + [f'{name}: {value}' for name, value in headers.items()]
        carrier.socket.sendall('\r\n'.join(lines + ['', '']).encode())
        carrier.buffer = b''
        while b'\r\n\r\n' not in carrier.buffer:
            carrier._more()
        carrier.buffer = carrier.buffer.split(b'\r\n\r\n', 1)[1]
        return carrier

    @staticmethod
    def whole(carrier):
        while (frame := carrier._frame()) is None:
            carrier._more()
        return frame


def definite(data, at):
    """A CBOR item all of whose lengths are definite, and where it ends."""
    major, low = data[at] >> 5, data[at] & 31
    at += 1
    if low == 31:
        raise AssertionError('an indefinite length')
    size = 1 << (low - 24) if low >= 24 else 0
    number = int.from_bytes(data[at:at + size], 'big') if size else low
    at += size
    if major in (2, 3):
        text = data[at:at + number]
        return (text.decode() if major == 3 else text), at + number
    if major in (4, 5):
        items = []
        for _ in range(number * (major - 3)):
            item, at = definite(data, at)
            items.append(item)
        return (items if major == 4 else dict(zip(items[::2], items[1::2]))), at
    return ({20: False, 21: True, 22: None}[number] if major == 7 else number), at


class RequestsTest(Case):

    def pipelined(self, client, frames):
        """Sends arrays of frames at once, and returns as many answers."""
        wanted, answers = sum(map(len, frames)), []
        client.carrier.socket.sendall(b''.join(masked(json.dumps(array).encode()) for array in frames))
        while len(answers) < wanted:
            answers += [frame for frame in client.carrier.receive(10) if 'id' in frame]
        return answers

    def publishes(self, channel, ids):
        return [{'type': 'publish', 'id': each, 'channel': channel, 'data': each} for each in ids]

    def test_pipelined_publishes_stand_in_their_order(self):
        """[R2] [R4] [M13] [F1]"""
        for channel in on_both_loops('order'):
            client = self.client()
            answers = self.pipelined(client, [self.publishes(channel, [each]) for each in range(10, 110)])
            self.assertEqual([(each, each - 9) for each in range(10, 110)],
                             [(answer['id'], answer['offset']) for answer in answers])
            messages = client.history(channel)['messages']
            self.assertEqual(list(range(10, 110)), [message['data'] for message in messages])

    def test_too_many_at_once(self):
        """[R3] [R5] [R7]"""
        most, client = 0, self.client()
        for channel in on_both_loops('many'):  # one of them is not on the connection's loop, so that answers take a while
            answers = self.pipelined(client, [self.publishes(channel, range(10, 138)), self.publishes(channel, range(200, 300))])
            errors = [answer for answer in answers if answer['type'] == 'error']
            self.assertEqual({'too_many_requests'} if errors else set(), {error['name'] for error in errors})
            self.assertTrue(all(error['code'] == CODES[error['name']] and error['reason'] for error in errors))
            self.assertGreaterEqual(len(answers) - len(errors), 128)
            self.assertEqual(len(answers) - len(errors), client.history(channel)['offset'])
            most = max(most, len(errors))
        self.assertGreater(most, 0)

    def test_an_id_that_is_in_use(self):
        """[R1]"""
        names, client = [], self.client()
        for channel in on_both_loops('twice'):
            answers = self.pipelined(client, [self.publishes(channel, [10, 10])])
            names += [answer['name'] for answer in answers if answer['type'] == 'error']
        self.assertEqual(['id_in_use'], names)  # on the connection's own loop the first is answered before the second runs


def masked(payload):
    size = struct.pack('>BH', 0xFE, len(payload)) if len(payload) > 125 else bytes([0x80 | len(payload)])
    return b'\x81' + size + bytes(4) + payload


class PollTest(Case):

    def test_bodies_that_are_wrong(self):
        """[T1] [T2] [P1] [P2]"""
        def post(body, kind='application/json'):
            return 'POST', '/v1/poll', body, {'Content-Type': kind}
        self.refused(400, 'malformed', *post('{'))
        self.refused(400, 'not_a_frame', *post('[]'))
        self.refused(400, 'duplicate_field', *post('{"seq":1,"seq":1}'))
        self.refused(400, 'too_deep', *post('{"seq":1,"frames":[{"a":' + '[' * 10_000))
        _, problem = self.refused(400, 'missing_field', *post('{"frames":[]}'))
        self.assertEqual('seq', problem['field'])
        _, problem = self.refused(400, 'invalid_field', *post('{"seq":1,"session":null}'))
        self.assertEqual('session', problem['field'])
        _, problem = self.refused(400, 'too_large', *post(json.dumps({'seq': 2, 'session': 's' * 1025})))
        self.refused(404, 'session_gone', *post('{"seq":2,"frames":[]}'))
        self.refused(415, 'unsupported_media_type', *post('{"seq":1}', 'application/xml'))
        for kind in ('text/plain', 'application/json; charset=utf-8'):
            response, body = self.http(*post('{"seq":1,"frames":[{"type":"connect","id":1}]}', kind))
            self.assertEqual((200, 'application/json'), (response.status, response.headers['Content-Type']))
            self.assertEqual('connected', json.loads(body)['frames'][0]['type'])

    def test_cbor(self):
        """[P1] [F15]"""
        connect = b'\xa2\x63seq\x01\x66frames\x81\xa2\x64type\x67connect\x62id\x01'
        response, body = self.http('POST', '/v1/poll', connect, {'Content-Type': 'application/cbor'})
        self.assertEqual('application/cbor', response.headers['Content-Type'])
        start = body.index(b'\x66frames\x9f') + 8
        frame, end = definite(body, start)
        self.assertEqual(('connected', b'\xff'), (frame['type'], body[end:]))

    def test_an_answer_is_only_so_long(self):
        """[P10] [P11] [H2]"""
        writer, reader = self.client(), self.client('poll')
        seen = []
        reader.subscribe('long', seen.append)
        for n in range(12):
            writer.publish('long', 'x' * 60_000 + str(n))
        sizes = []
        while len(seen) < 12:
            frames = reader.carrier.receive(1)
            sizes.append(len(json.dumps(frames)))
            reader._take(frames)
        self.assertLess(max(sizes), 2 * 256 * 1024)
        self.assertGreater(len(sizes), 1)
        self.assertEqual([str(n) for n in range(12)], [frame['data'].strip('x') for frame in seen])
        ids = {'type': 'history', 'channel': 'long'}
        page = reader._ask(ids)
        self.assertTrue(0 < len(page['messages']) < 12)
        self.assertIn('next', page)

    def test_a_payload_is_as_short_as_on_a_websocket(self):
        """[M14] [R7] [W9]"""
        client = self.client('poll')
        client.publish('longest', 'x' * 65_000)
        with self.assertRaises(Refused) as refused:
            client.publish('longest', 'x' * 66_000)
        self.assertEqual(('too_large', 'data'), (refused.exception.name, refused.exception.frame['field']))
        self.assertEqual(1, client.history('longest', limit=1)['offset'])

    def test_where_to_come_back(self):
        """[D4] [D5]"""
        for code, fresh, final in ((4000, False, False), (4199, False, False), (4200, True, False), (4399, True, False),
                                   (4400, False, True), (4599, False, True), (None, False, False), (1006, False, False)):
            self.assertEqual((fresh, final), (Lost(code).fresh, Lost(code).final), code)
        client = self.client('poll')
        client.carrier.seq = 50
        with self.assertRaises(Lost) as lost:
            client.pump(1)
        self.assertTrue(lost.exception.fresh)
        client.attach('websocket', resume=False)
        self.assertFalse(client.resumed)


class StreamTest(Case):

    def connected(self):
        stream = self.stream('POST', {'seq': 1, 'stream': True, 'frames': [{'type': 'connect', 'id': 1}]})
        return stream, stream.frame()

    def post(self, body):
        response, text = self.http('POST', '/v1/poll', json.dumps(body))
        return json.loads(text)['frames'] if response.status == 200 else json.loads(text)['name']

    def test_a_stream_and_polls_are_one_carrier(self):
        """[E1] [E2] [P3]"""
        stream, connected = self.connected()
        self.assertEqual('text/event-stream', stream.type)
        self.assertEqual('connected', connected['type'])
        session = connected['session']
        answer = self.post({'session': session, 'seq': 2, 'ack': 1, 'frames': [
            {'type': 'subscribe', 'id': 2, 'channel': 'stream'}, {'type': 'publish', 'id': 3, 'channel': 'stream', 'data': 1}]})
        self.assertEqual({'subscribed', 'published'}, {frame['type'] for frame in answer})
        self.assertEqual(('message', 1), (lambda frame: (frame['type'], frame['data']))(stream.frame()))
        self.assertEqual([], self.post({'session': session, 'seq': 3, 'wait': 0}))
        self.client().publish('stream', 2)
        self.assertEqual(2, stream.frame()['data'])

    def test_a_stream_with_nothing_to_say_begins_at_once(self):
        """[E1] [E2]"""
        carrier = self.client('poll').carrier
        stream = self.stream('POST', {'session': carrier.session, 'seq': carrier.seq + 1, 'stream': True})
        self.assertEqual((200, 'text/event-stream'), (stream.response.status, stream.type))
        answer = self.post({'session': carrier.session, 'seq': carrier.seq + 2, 'frames': [{'type': 'subscriptions', 'id': 70}]})
        self.assertEqual(['subscriptions'], [frame['type'] for frame in answer])

    def test_a_stream_takes_over_from_polls(self):
        """[E3] [E4] [E6] [P20] [P26]"""
        client = self.client('poll')
        client.subscribe('takes:over', print)
        carrier = client.carrier
        stream = None
        writer = self.client()
        body = {'session': carrier.session, 'seq': carrier.seq + 1, 'stream': True, 'frames': [{'type': 'subscriptions', 'id': 9}]}
        stream = self.stream('POST', body)
        self.assertEqual('subscriptions', stream.frame()['type'])
        writer.publish('takes:over', 'new')
        self.assertEqual('new', stream.frame()['data'])
        self.assertEqual('poll_superseded', self.post({'session': carrier.session, 'seq': carrier.seq, 'wait': 0}))
        writer.publish('takes:over', 'still here')
        self.assertEqual('still here', stream.frame()['data'])
        frames = self.post({'session': carrier.session, 'seq': carrier.seq + 9, 'wait': 0})
        self.assertEqual([4205], [frame['code'] for frame in frames])
        self.assertEqual(4205, stream.frame()['code'])
        self.assertIsNone(stream.event())

    def test_lines_inside_a_payload(self):
        """[E5] [M2]"""
        stream = self.stream('GET', path='/v1/events?channel=lines')
        self.assertEqual('subscribed', stream.event()['event'])
        writer = self.client()
        pretty = '{\r\n  "a": [1,\n 2]}'
        writer.carrier._write(1, b'{"type":"publish","id":70,"channel":"lines","data":%s}' % pretty.encode())
        text = stream.event()['data']
        self.assertEqual(2, text.count('\n'))
        self.assertIn('"a": [1,\n 2]', text)
        self.assertEqual({'a': [1, 2]}, json.loads(text)['data'])

    def test_the_bare_stream(self):
        """[E7] [E8] [S2]"""
        stream = self.stream('GET', path='/v1/events?channel=bare')
        self.assertEqual('text/event-stream', stream.type)
        first = stream.event()
        self.assertEqual('subscribed', first['event'])
        self.assertNotIn('id', first)
        writer = self.client()
        for n in range(1, 4):
            ack = writer.publish('bare', n)
            event = stream.event()
            self.assertNotIn('event', event)
            self.assertEqual((f'{ack["epoch"]}:{n}', n), (event['id'], json.loads(event['data'])['data']))
        stream.close()
        again = self.stream('GET', path='/v1/events?channel=bare', headers={'Last-Event-ID': f'{ack["epoch"]}:1'})
        answer = json.loads(again.event()['data'])
        self.assertEqual((True, 2), (answer['recovered'], answer['replay']))
        self.assertEqual([2, 3], [json.loads(again.event()['data'])['data'] for _ in range(2)])
        for stale, reason in (('gone:1', 'epoch_changed'), ('nonsense', None)):
            answer = json.loads(self.stream('GET', path='/v1/events?channel=bare', headers={'Last-Event-ID': stale}).event()['data'])
            self.assertEqual((False, reason), (answer['recovered'], answer.get('reason')))

    def test_bare_streams_of_nothing(self):
        """[E9]"""
        _, problem = self.refused(400, 'missing_field', 'GET', '/v1/events')
        self.assertEqual('channel', problem['field'])
        for channel in ('a%20b', '$presence:ann', ''):
            self.refused(400, 'bad_channel', 'GET', f'/v1/events?channel={channel}')

    def test_silent_streams_stay(self):
        """[B4]"""
        deadline = time.monotonic() + 45
        self.assertEqual('connected', quiet.frame()['type'])
        self.assertIn('', quiet.event())  # a comment, when it has been silent for 25 s
        self.assertLess(time.monotonic(), deadline)


class HttpTest(Case):

    def test_paths_and_methods(self):
        """[T1] [T3] [T8]"""
        self.refused(404, 'not_found', 'GET', '/v1/nothing')
        response, _ = self.refused(405, 'method_not_allowed', 'GET', '/v1/poll')
        self.assertIn('POST', response.headers['Allow'])
        self.refused(415, 'unsupported_media_type', 'POST', '/v1/poll', '{"seq":1}', {'Content-Encoding': 'gzip'})
        self.refused(413, 'body_too_large', 'POST', '/v1/poll', ' ' * (1024 * 1024 + 1))
        for path in ('/health/ready', '/v1/admin/stats', '/v1/nothing'):
            self.assertEqual('no-store', self.http('GET', path)[0].headers['Cache-Control'])

    def test_origins(self):
        """[T5] [T6]"""
        own = f'http://127.0.0.1:{server.port}'
        for foreign in ('https://evil.example', 'null', f'http://127.0.0.1:{server.port + 1}', own + '.evil.example'):
            for method, path in (('GET', '/v1/ws'), ('POST', '/v1/poll'), ('GET', '/v1/admin/stats'), ('OPTIONS', '/v1/poll')):
                response, _ = self.refused(403, 'origin_not_allowed', method, path, None, {'Origin': foreign})
                self.assertIsNone(response.headers['Access-Control-Allow-Origin'])
        response, _ = self.http('OPTIONS', '/v1/poll', None, {'Origin': own, 'Access-Control-Request-Method': 'POST'})
        self.assertEqual((204, own), (response.status, response.headers['Access-Control-Allow-Origin']))
        self.assertIsNone(response.headers['Access-Control-Allow-Credentials'])
        allowed = response.headers['Access-Control-Allow-Headers'].lower()
        for name in ('content-type', 'authorization', 'last-event-id'):
            self.assertIn(name, allowed)
        response, _ = self.http('GET', '/health/live')
        self.assertEqual(200, response.status)

    def test_names_of_the_host(self):
        """[T7]"""
        for name in ('example.com', f'127.0.0.1.example.com:{server.port}', '192.168.1.1'):
            self.refused(403, 'host_not_allowed', 'GET', '/health/live', None, {'Host': name})
        for name in ('localhost', f'localhost:{server.port}', '[::1]:80'):
            self.assertEqual(200, self.http('GET', '/health/live', None, {'Host': name})[0].status)


class GateTest(unittest.TestCase):

    def setUp(self):
        settings = ('limits.connections_per_address=2', 'timeouts.request=300ms', 'timeouts.idle=500ms')
        self.server = Server(*(word for setting in settings for word in ('--set', setting)))
        self.addCleanup(self.server.stop)

    def socket(self, text):
        opened = socket.create_connection(('127.0.0.1', self.server.port), timeout=20)
        self.addCleanup(opened.close)
        opened.sendall(text.encode())
        return opened

    @staticmethod
    def rest(opened):
        return b''.join(iter(lambda: opened.recv(65536), b'')).decode()

    def test_requests_that_never_come(self):
        """[T10]"""
        begun = self.socket('POST /v1/poll HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{')
        silent = self.socket('')
        answer = self.rest(begun)
        self.assertTrue(answer.startswith('HTTP/1.1 408 '), answer)
        problem = json.loads(answer.split('\r\n\r\n')[1])
        self.assertEqual(('request_timeout', CODES['request_timeout']), (problem['name'], problem['code']))
        self.assertEqual('', self.rest(silent))

    def test_one_connection_too_many(self):
        """[T9]"""
        clients = [Client('127.0.0.1', self.server.port) for _ in range(2)]
        for client in clients:
            client.attach()
        answer = self.rest(self.socket('GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n'))
        self.assertTrue(answer.startswith('HTTP/1.1 503 '), answer)
        self.assertRegex(answer.lower(), 'retry-after: [1-5]\r')
        self.assertEqual('overloaded', json.loads(answer.split('\r\n\r\n')[1])['name'])
        for client in clients:
            client.carrier.close()


class DrainTest(unittest.TestCase):

    def held(self, port):
        """Waits until the server holds a poll: one that arrives while it goes is refused."""
        connection = http.client.HTTPConnection('127.0.0.1', port, timeout=20)
        self.addCleanup(connection.close)
        deadline = time.monotonic() + 20
        carriers = {}
        while carriers.get('poll') != 1:
            self.assertLess(time.monotonic(), deadline, carriers)
            connection.request('GET', '/v1/admin/stats')
            carriers = json.loads(connection.getresponse().read())['carriers']

    def test_going_away(self):
        """[D2] [D6] [T4]"""
        own = Server()
        clients = [Client('127.0.0.1', own.port) for _ in range(4)]
        for client in clients:
            client.attach()
            self.addCleanup(client.carrier.close)
        poll = Polling('127.0.0.1', own.port)
        self.addCleanup(poll.close)
        poll.send([{'type': 'connect', 'id': 1}])
        poll.receive(0)
        poll.http.request('POST', '/v1/poll', json.dumps({'session': poll.session, 'seq': 2, 'wait': 20_000}))
        self.held(own.port)
        told = own.begin_stop()
        answer = json.loads(poll.http.getresponse().read())
        self.assertEqual([4000], [frame['code'] for frame in answer['frames']])
        poll.http.request('GET', '/health/ready')
        response = poll.http.getresponse()
        self.assertEqual((503, 'shutting_down'), (response.status, json.loads(response.read())['name']))
        self.assertGreater(int(response.headers['Retry-After']), 0)
        poll.http.request('POST', '/v1/poll', '{"seq":1,"frames":[{"type":"connect","id":1}]}')
        response = poll.http.getresponse()
        self.assertEqual((503, 'shutting_down'), (response.status, json.loads(response.read())['name']))
        delays = []
        for client in clients:
            with self.assertRaises(Lost) as lost:
                client.pump(20)
            self.assertEqual(4000, lost.exception.code)
            delays.append(lost.exception.retry_after)
        self.assertGreater(len(set(delays)), 1)
        self.assertIn(told(), (0, 143))


class NamespacesTest(unittest.TestCase):

    def test_settings_go_by_the_text_before_the_colon(self):
        """[N3]"""
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / 'longwire.yaml'
            file.write_text('namespaces:\n  short:\n    retention: {age: 1ms, count: 1}\n'
                            '  default:\n    retention: {age: 1ms, count: 2}\n', 'utf-8')
            own = Server('--config', str(file))
        client = Client('127.0.0.1', own.port)
        client.attach()
        kept = {}
        for channel in ('short:a', 'short:a:b', 'short', 'long:a', 'shorter:a'):
            for n in range(5):
                client.publish(channel, n)
                time.sleep(0.005)  # older than the shortest age
            client.subscribe(channel, print)  # looks at the log's age again
            kept[channel] = len(client.history(channel)['messages'])
        self.assertEqual({'short:a': 1, 'short:a:b': 1, 'short': 2, 'long:a': 5, 'shorter:a': 5}, kept)
        client.carrier.close()
        own.stop()


if __name__ == '__main__':
    unittest.main()
