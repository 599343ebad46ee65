# SPDX-License-Identifier: Apache-2.0
"""A real server for the tests, and a proxy that loses answers."""
import pathlib
import re
import signal
import socket
import subprocess
import threading

ROOT = pathlib.Path(__file__).resolve().parents[3]
SERVER_LOGS = ROOT / '.build/state/servers'


class Server:
    """`./longwire serve` on a free port of its own."""

    def __init__(self, *flags):
        # ./verify reads what servers have logged when everything has run.
        with open(SERVER_LOGS / 'python.log' if SERVER_LOGS.exists() else '/dev/null', 'ab') as log:
            self.process = subprocess.Popen([str(ROOT / 'longwire'), 'serve', '--port', '0', *flags], stdout=subprocess.PIPE,
                                            stderr=log, text=True, start_new_session=True)
        line = self.process.stdout.readline()
        found = re.search(r'http://127\.0\.0\.1:(\d+)/', line)
        if not found:
            raise AssertionError(f'the server did not start: {line!r}')
        self.port = int(found.group(1))

    def begin_stop(self):
        """Tells it to go; what this returns waits until it has gone, and gives its exit code."""
        self.process.send_signal(signal.SIGTERM)

        def gone():
            code = self.process.wait(60)
            self.process.stdout.close()
            return code
        return gone

    def stop(self):
        return self.begin_stop()()


class LossyProxy:
    """Passes connections on. Of the answers to come it swallows as many as `lose` says, whole, and hangs up."""

    def __init__(self, port):
        self.port_behind = port
        self.lose = 0
        self.lost = []
        self.listener = socket.create_server(('127.0.0.1', 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        behind = socket.create_connection(('127.0.0.1', self.port_behind))
        threading.Thread(target=self._copy, args=(client, behind), daemon=True).start()
        with client, behind:
            while True:
                answer = self._answer(behind)
                if not answer:
                    return
                if self.lose:
                    self.lose -= 1
                    self.lost.append(answer)
                    client.shutdown(socket.SHUT_RDWR)
                    return
                client.sendall(answer)

    @staticmethod
    def _copy(source, target):
        try:
            while data := source.recv(65536):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # the other direction has ended it

    @staticmethod
    def _answer(behind):
        """One HTTP answer of known length; nothing at the end."""
        data = b''
        while b'\r\n\r\n' not in data:
            more = behind.recv(65536)
            if not more:
                return b''
            data += more
        head, body = data.split(b'\r\n\r\n', 1)
        left = int(re.search(rb'(?i)content-length: (\d+)', head).group(1)) - len(body)
        while left > 0:
            more = behind.recv(left)
            data += more
            left -= len(more)
        return data

    def close(self):
        self.listener.close()


