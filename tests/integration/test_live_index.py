#!/usr/bin/python3
"""searchd beside a busy indexer: clients search over HTTP while it commits 20 times a second and while generations
are exchanged; no error reaches them, and new content is found within a second or two."""

import http.client
import json
import os
import subprocess
import threading
import time
import unittest
import urllib.parse

import harness

CLIENTS = 4
COMMITS_PER_S = 20
SECONDS = float(os.environ.get("SYL_LIVE_SECONDS", "10"))
WORDS = "matrix vector gradient kernel basis tensor prior likelihood norm rank trace".split()


def document(number):
    words = " ".join(WORDS[(number + i * i) % len(WORDS)] for i in range(40))
    return {"id": "doc%d" % number, "title": "Note %d on %s" % (number, WORDS[number % len(WORDS)]), "text": words}


class Client(threading.Thread):
    """Searches without a pause until told to stop; keeps what went wrong."""

    def __init__(self, url, number):
        super().__init__(daemon=True)
        self.address = urllib.parse.urlsplit(url).netloc
        self.number = number
        self.stopping = threading.Event()
        self.answers = 0
        self.generations = set()
        self.errors = []

    def run(self):
        turn = self.number
        while not self.stopping.is_set():
            query = "%s %s" % (WORDS[turn % len(WORDS)], WORDS[(turn * 7 + 3) % len(WORDS)])
            turn += 1
            connection = http.client.HTTPConnection(self.address, timeout=harness.START_TIMEOUT_S)
            try:
                connection.request("GET", "/api/v1/search?limit=5&q=" + urllib.parse.quote(query))
                reply = connection.getresponse()
                body = reply.read()
                if reply.status == 503 and reply.getheader("Retry-After"):
                    time.sleep(0.01)  # the queue was full: a polite client comes back
                elif reply.status != 200:
                    self.errors.append("%d %s" % (reply.status, body[:200]))
                else:
                    answer = json.loads(body)
                    self.answers += 1
                    self.generations.add(answer["generation"])
                    if len(answer["results"]) > 5 or answer["total"] < len(answer["results"]):
                        self.errors.append("inconsistent: %s" % body[:200])
            except (OSError, ValueError, http.client.HTTPException) as error:
                self.errors.append(repr(error))
            finally:
                connection.close()


class Clients:
    def __init__(self, url):
        self.clients = [Client(url, number) for number in range(CLIENTS)]

    def __enter__(self):
        for client in self.clients:
            client.start()
        return self

    def __exit__(self, *_):
        for client in self.clients:
            client.stopping.set()
        for client in self.clients:
            client.join(harness.START_TIMEOUT_S)

    def errors(self):
        return [error for client in self.clients for error in client.errors]

    def answers(self):
        return sum(client.answers for client in self.clients)


class LiveIndex(unittest.TestCase):
    def setUp(self):
        self.library = harness.Library()
        self.addCleanup(self.library.remove)
        os.makedirs(os.path.dirname(self.library.path), exist_ok=True)
        lines = os.path.join(os.path.dirname(self.library.path), "docs.jsonl")
        with open(lines, "w", encoding="utf-8") as file:
            for number in range(500):
                file.write(json.dumps(document(number)) + "\n")
        harness.run_indexer("import", "--jsonl", lines, library=self.library)

    def feed(self, indexer):
        """20 documents a second into an import that commits each of them; returns how many."""
        fed = 0
        end = time.monotonic() + SECONDS
        next_s = time.monotonic()
        while time.monotonic() < end:
            indexer.stdin.write((json.dumps(document(fed % 700)) + "\n").encode())
            indexer.stdin.flush()
            fed += 1
            next_s += 1 / COMMITS_PER_S
            time.sleep(max(0, next_s - time.monotonic()))
        indexer.stdin.write((json.dumps({"id": "last", "title": "Zugzwang", "text": "zugzwang"}) + "\n").encode())
        indexer.stdin.close()
        return fed

    def test_commits_twenty_times_a_second_disturb_no_client(self):
        with harness.Searchd(self.library) as searchd, Clients(searchd.url) as clients:
            indexer = subprocess.Popen(
                [harness.program("indexer"), "import", "--library", self.library.path, "--jsonl", "-", "--batch", "1"],
                stdin=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
            fed = self.feed(indexer)
            said = indexer.stderr.read().decode()
            indexer.stderr.close()
            self.assertEqual(indexer.wait(harness.RUN_TIMEOUT_S), 0, said)
            self.assertIn("%d documents imported" % (fed + 1), said)
            found = harness.wait_until(lambda: searchd.get_json("/api/v1/search?q=zugzwang")["total"] == 1)
            self.assertTrue(found, "the last document is not found")
        self.assertEqual(clients.errors(), [])
        self.assertGreater(clients.answers(), 50)
        print("%d commits, %d answers, no error" % (fed + 1, clients.answers()))

    def test_a_new_generation_goes_live_without_an_error(self):
        with harness.Searchd(self.library) as searchd, Clients(searchd.url) as clients:
            before = searchd.get_json("/api/v1/search?q=matrix")
            for _ in range(4):
                harness.run_indexer("rebuild", library=self.library)
            changed = harness.wait_until(
                lambda: searchd.get_json("/api/v1/search?q=matrix")["generation"] != before["generation"], 5
            )
            self.assertTrue(changed, "searchd still answers from the old generation")
            after = searchd.get_json("/api/v1/search?q=matrix")
            self.assertEqual(after["total"], before["total"])
        self.assertEqual(clients.errors(), [])


if __name__ == "__main__":
    unittest.main()
