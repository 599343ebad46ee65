# SPDX-License-Identifier: Apache-2.0
"""The example client against a real server. Sentences of docs/protocol.md in brackets are what a test shows."""
import json
import pathlib
import sys
import time
import unittest

sys.path[:0] = [str(pathlib.Path(__file__).parent), str(pathlib.Path(__file__).parents[1])]
from longwire_example import Client, Lost, Polling, Refused, WebSocket  # noqa: E402
from server import LossyProxy, Server  # noqa: E402


def setUpModule():
    global server
    server = Server()


def tearDownModule():
    code = server.stop()
    assert code in (0, 143), f'the server ended with {code}'


class ExampleTest(unittest.TestCase):

    def setUp(self):
        self.clients = []
        self.channel = f'python:{self._testMethodName}'

    def tearDown(self):
        for client in self.clients:
            client.carrier.close()

    def client(self, kind='websocket', port=None):
        client = Client('127.0.0.1', port or server.port)
        self.clients.append(client)
        client.attach(kind)
        return client

    def subscribed(self, client, **where):
        seen = []
        self.resets = []
        reply = client.subscribe(self.channel, seen.append, self.resets.append, **where)
        return seen, reply

    def until(self, client, condition):
        deadline = time.monotonic() + 20
        while not condition() and time.monotonic() < deadline:
            client.pump(0.2)
        self.assertTrue(condition(), 'it did not come')

    def data(self, seen):
        return [frame['data'] for frame in seen]

    def both(self, test):
        for kind in ('websocket', 'poll'):
            with self.subTest(kind):
                self.channel = f'python:{self._testMethodName}:{kind}'
                test(kind)

    def test_connect_publish_and_receive(self):
        """[W1] [W2] [P1] [P4] [P7] [C2] [O1] [S4] [M5] [M11] [M12] [N1]"""
        def talk(kind):
            client = self.client(kind)
            self.assertFalse(client.resumed)
            seen, subscribed = self.subscribed(client)
            self.assertEqual((False, 0), (subscribed['recovered'], subscribed['replay']))
            self.assertNotIn('reason', subscribed)
            ack = client.publish(self.channel, {'text': 'hello'})
            self.assertEqual((1, 'memory', subscribed['epoch']), (ack['offset'], ack['stored'], ack['epoch']))
            self.assertNotIn('dedupe', ack)
            self.until(client, lambda: seen)
            self.assertEqual((1, {'text': 'hello'}, None, client.client),
                             tuple(seen[0][name] for name in ('offset', 'data', 'from', 'client')))
        self.both(talk)

    def test_replay(self):
        """[S2] [S5] [O2] [O3] [G3] [H1] [H3]"""
        def replay(kind):
            writer = self.client()
            acks = [writer.publish(self.channel, n) for n in range(1, 251)]
            reader = self.client(kind)
            seen, subscribed = self.subscribed(reader, since={'epoch': acks[0]['epoch'], 'offset': 100})
            self.assertEqual((True, 150, 250), tuple(subscribed[name] for name in ('recovered', 'replay', 'offset')))
            writer.publish(self.channel, 251)
            self.until(reader, lambda: len(seen) >= 151)
            self.assertEqual(list(range(101, 252)), self.data(seen))
            self.assertEqual([], self.resets)
            late = self.client(kind)
            seen, subscribed = self.subscribed(late, last=3)
            self.until(late, lambda: len(seen) >= 3)
            self.assertEqual([249, 250, 251], self.data(seen))
            page = writer.history(self.channel, limit=100)
            self.assertEqual(100, page['next']['offset'])
            rest = writer.history(self.channel, since=page['next'])
            self.assertEqual(list(range(101, 201)), [message['data'] for message in rest['messages']])
        self.both(replay)

    def test_positions_that_are_none(self):
        """[S3] [S7] [U2]"""
        client = self.client()
        _, subscribed = self.subscribed(client, since={'epoch': 'never', 'offset': 3})
        self.assertEqual((False, 'unknown'), (subscribed['recovered'], subscribed['reason']))
        epoch = client.publish(self.channel, 1)['epoch']
        for position, reason in (({'epoch': 'never', 'offset': 1}, 'epoch_changed'), ({'epoch': epoch, 'offset': 9}, 'ahead')):
            _, subscribed = self.subscribed(self.client('poll'), since=position)
            self.assertEqual((False, reason, 1), tuple(subscribed[name] for name in ('recovered', 'reason', 'offset')))
        self.channel += ':quiet'
        _, subscribed = self.subscribed(client, since={'epoch': epoch, 'offset': 0})
        self.assertTrue(subscribed['recovered'])

    def test_resume_over_every_pair_of_carriers(self):
        """[U1] [U2] [U3] [U4] [U8] [D5] [S2] [P10]"""
        writer = self.client()
        client = self.client()
        seen, _ = self.subscribed(client)
        name, number = client.client, 0
        for kind in ('websocket', 'poll', 'poll', 'websocket'):
            number += 1
            writer.publish(self.channel, number)
            self.until(client, lambda: len(seen) == number)
            client.carrier.close()  # without a word
            number += 2
            writer.publish(self.channel, number - 1)
            writer.publish(self.channel, number)
            client.attach(kind)
            self.assertTrue(client.resumed)
            self.assertEqual(name, client.client)
            self.until(client, lambda: len(seen) == number)
            self.assertTrue(client.subscriptions[self.channel].recovered)
        self.assertEqual(list(range(1, number + 1)), self.data(seen))
        self.assertEqual([], self.resets)

    def test_resume_drops_what_is_not_in_the_list(self):
        """[U5] [S11]"""
        client = self.client()
        self.subscribed(client)
        self.channel += ':other'
        self.subscribed(client)
        del client.subscriptions[self.channel]
        client.attach()
        self.until(client, lambda: all(each.recovered for each in client.subscriptions.values()))
        listed = client._ask({'type': 'subscriptions'})['channels']
        self.assertEqual(list(client.subscriptions), [each['channel'] for each in listed])

    def test_the_older_carrier_is_replaced(self):
        """[U6] [D2] [P22]"""
        client = self.client()
        old = client.carrier
        self.addCleanup(old.close)
        client.carrier = None
        client.attach('poll')
        self.assertTrue(client.resumed)
        frames = old.receive(10)
        self.assertEqual(['disconnect'], [frame['type'] for frame in frames])
        self.assertEqual(4202, frames[0]['code'])
        with self.assertRaises(Lost) as lost:
            old.receive(10)
        self.assertEqual(4202, lost.exception.code)
        self.assertTrue(lost.exception.fresh)
        old.close()
        poll = client.carrier
        client.carrier = None
        client.attach()
        with self.assertRaises(Lost):
            poll.receive(0)

    def test_an_unanswered_request_runs_once(self):
        """[U8] [U9]"""
        client = self.client()
        frame = {'type': 'publish', 'id': 77, 'channel': self.channel, 'data': 'once'}
        client.waiting[77] = frame
        client.carrier.send([frame])
        probe = self.client()
        self.until(probe, lambda: probe.history(self.channel)['offset'] == 1)
        client.carrier.close()  # the answer is never read
        client.attach('poll')
        self.assertEqual(1, client._await(77)['offset'])
        self.assertEqual(1, probe.history(self.channel)['offset'])

    def test_lost_answers_to_polls_are_asked_for_again(self):
        """[P14] [P15] [P16] [P5]"""
        proxy = LossyProxy(server.port)
        self.addCleanup(proxy.close)
        writer = self.client()
        proxy.lose = 1  # the very first answer: connected
        client = self.client('poll', proxy.port)
        self.assertEqual(1, client.carrier.repeats)
        connected = json.loads(proxy.lost[0].split(b'\r\n\r\n')[1])['frames'][0]
        self.assertEqual(connected['client'], client.client)  # the same session
        seen, _ = self.subscribed(client)
        for number in range(1, 21):
            proxy.lose = number % 3
            writer.publish(self.channel, number)
            self.until(client, lambda: number in self.data(seen))
        self.assertEqual(list(range(1, 21)), self.data(seen))
        self.assertEqual(1 + sum(n % 3 for n in range(1, 21)), client.carrier.repeats)
        proxy.lose = 2
        ack = client.publish(self.channel, 'mine')  # no key, and sent three times
        self.assertEqual(21, ack['offset'])
        self.assertNotIn('duplicate', ack)
        self.assertEqual(21, writer.history(self.channel)['offset'])

    def test_polls_outside_the_window_end_the_session(self):
        """[P20] [P23]"""
        client = self.client('poll')
        client.carrier.seq += 7
        with self.assertRaises(Lost) as lost:
            client.pump(1)
        self.assertEqual(4205, lost.exception.code)
        with self.assertRaises(Lost) as lost:
            client.pump(1)
        self.assertIsNone(lost.exception.code)
        client.attach('poll')
        self.assertFalse(client.resumed)

    def test_a_superseded_poll_leads_back_to_the_same_session(self):
        """[P26] [P27]"""
        client = self.client('poll')
        client.carrier.receive(0)
        client.carrier.receive(0)
        client.carrier.seq -= 2
        with self.assertRaises(Lost) as lost:
            client.pump(1)
        self.assertIsNone(lost.exception.code)
        client.attach('poll')
        self.assertTrue(client.resumed)

    def test_a_poll_is_held_no_longer_than_asked(self):
        """[P9] [P8]"""
        client = self.client('poll')
        seen, _ = self.subscribed(client)
        self.assertEqual([], client.carrier.receive(0))
        self.assertEqual([], client.carrier.receive(0.5))
        self.client().publish(self.channel, 1)
        self.until(client, lambda: self.data(seen) == [1])

    def test_keys_make_publishing_safe_to_repeat(self):
        """[M7] [M8] [M9] [M10] [H5] [R7]"""
        def repeat(kind):
            client = self.client(kind)
            first = client.publish(self.channel, {'n': 1}, key='k')
            self.assertNotIn('duplicate', first)
            self.assertEqual(300_000, first['dedupe'])
            again = client.publish(self.channel, {'n': 1}, key='k')
            self.assertEqual((first['offset'], first['epoch'], True), (again['offset'], again['epoch'], again['duplicate']))
            client.attach('poll' if kind == 'websocket' else 'websocket')
            self.assertTrue(client.publish(self.channel, {'n': 1}, key='k')['duplicate'])
            with self.assertRaises(Refused) as refused:
                client.publish(self.channel, {'n': 2}, key='k')
            self.assertEqual('idempotency_conflict', refused.exception.name)
            self.assertEqual({'epoch': first['epoch'], 'offset': 1}, client.history(self.channel, key='k')['outcome'])
            self.assertEqual('none', client.history(self.channel, key='other')['outcome'])
            self.assertEqual(1, client.history(self.channel)['offset'])
        self.both(repeat)

    def test_a_hole_is_repaired_and_a_repeat_is_dropped(self):
        """[G5]"""
        client = self.client()
        seen, _ = self.subscribed(client)
        for n in range(1, 4):
            client.publish(self.channel, n)
        self.until(client, lambda: len(seen) == 3)
        mine = client.subscriptions[self.channel]
        mine.offset = 1  # as if 2 and 3 had been lost on the way
        client.publish(self.channel, 4)
        self.until(client, lambda: len(seen) >= 6)
        self.assertEqual([1, 2, 3, 2, 3, 4], self.data(seen))
        client._take([dict(seen[-1])])
        self.assertEqual(6, len(seen))

    def test_goodbyes_and_faults(self):
        """[D1] [D3] [F7] [C1] [B1]"""
        client = self.client()
        client.carrier._write(1, b'{"type":"ping"}')
        self.assertEqual([{'type': 'pong'}], client.carrier.receive(10))
        client.carrier.send([{'type': 'disconnect'}])
        with self.assertRaises(Lost) as lost:
            client.pump(10)
        self.assertEqual(1000, lost.exception.code)
        client.attach()
        self.assertFalse(client.resumed)
        client.carrier._write(1, b'{')
        frames = client.carrier.receive(10) + client.carrier.receive(10)
        self.assertEqual(['malformed', 'invalid_payload'], [frame.get('name') or frame['reason'] for frame in frames])
        with self.assertRaises(Lost) as lost:
            client.pump(10)
        self.assertTrue(lost.exception.final)
        stranger = WebSocket('127.0.0.1', server.port)
        self.addCleanup(stranger.close)
        stranger.send([{'type': 'subscribe', 'id': 1, 'channel': 'a'}])
        self.assertEqual('connect_required', stranger.receive(10)[0]['name'])
        nobody = Polling('127.0.0.1', server.port)
        nobody.session = 'forged'
        with self.assertRaises(Lost):
            nobody.receive(0)


if __name__ == '__main__':
    unittest.main()
