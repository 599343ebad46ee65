# SPDX-License-Identifier: Apache-2.0
"""Holds the tests against docs/protocol.md: every sentence that is cited exists, and every one that exists is cited."""
import pathlib
import re
import subprocess
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[3]
PAGE = (ROOT / 'docs/protocol.md').read_text(encoding='utf-8')
NAMES = re.findall(r'\*\*\[([A-Z]\d+)\]\*\*', PAGE)
CITATION = re.compile(r'\[([' + ''.join(sorted({name[0] for name in NAMES})) + r']\d+)\]')
TESTS = re.compile(r'protocol/transcripts/.*\.txt$|(^|/)test/.*\.(java|ts|mjs|js|py)$')
CITING = re.compile(TESTS.pattern + r'|clients/.*\.(py|ts|java)$')
EXCUSED = ROOT / 'clients/python-example/test/uncited.txt'


def files(pattern):
    tracked = subprocess.run(['git', '-c', 'safe.directory=*', 'ls-files'], cwd=ROOT, capture_output=True, text=True).stdout
    return [name for name in tracked.splitlines() if pattern.search(name) and (ROOT / name).is_file()]


def citations(pattern):
    return {cited: name for name in files(pattern) for cited in CITATION.findall((ROOT / name).read_text(encoding='utf-8'))}


def excused():
    lines = EXCUSED.read_text(encoding='utf-8').splitlines()
    return {line.split(':')[0] for line in lines if line and not line.startswith('#')}


class SentencesTest(unittest.TestCase):

    def test_the_page_names_its_sentences_once(self):
        self.assertGreater(len(NAMES), 100)
        self.assertEqual(sorted(set(NAMES)), sorted(NAMES))

    def test_what_is_cited_exists(self):
        found = citations(CITING)
        self.assertGreater(len(found), 50)
        self.assertEqual({}, {cited: name for cited, name in found.items() if cited not in NAMES})

    def test_what_exists_is_cited_by_a_test(self):
        cited = citations(TESTS)
        uncited = [name for name in NAMES if name not in cited]
        self.assertEqual(sorted(uncited), sorted(excused()), f'{EXCUSED.name} lists the sentences that no test shows')


if __name__ == '__main__':
    unittest.main()
