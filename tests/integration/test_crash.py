#!/usr/bin/python3
"""kill -9 at any moment: the next ordinary run ends with the library an undisturbed run makes."""

import os
import random
import sqlite3
import subprocess
import time
import unittest

import harness

ROUNDS = int(os.environ.get("SYL_KILL_ROUNDS", "20"))
SEED = int(os.environ.get("SYL_KILL_SEED", "1"))


def stored_pages(library):
    """(url, text hash) of every page with text, from the store."""
    store = sqlite3.connect("file:%s?mode=ro" % os.path.join(library.path, "store.db"), uri=True)
    try:
        return sorted(store.execute("SELECT url, text_hash FROM page WHERE text_hash IS NOT NULL"))
    finally:
        store.close()


def passages(library):
    """Data and terms of every index document, each as often as it is there."""
    return sorted(harness.run("index-dump", library.path).stdout.splitlines())


class Crash(unittest.TestCase):
    def crawl_and_kill(self, library, site, after_s):
        """Whether the run was still going when it was killed."""
        indexer = subprocess.Popen(
            [harness.program("indexer"), "--library", library.path, *site.arguments, site.list_file],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            indexer.wait(after_s)
            return False
        except subprocess.TimeoutExpired:
            indexer.kill()
            indexer.wait()
            return True

    def test_a_killed_crawl_ends_like_an_undisturbed_one(self):
        moments = random.Random(SEED)
        with harness.SampleSite(delay_ms=2) as site, harness.Library() as whole:
            started = time.monotonic()
            harness.run_indexer(site.list_file, library=whole, site=site)
            length_s = time.monotonic() - started
            want_pages, want_passages = stored_pages(whole), passages(whole)
            self.assertGreater(len(want_pages), 30)
            killed = 0
            for number in range(ROUNDS):
                with self.subTest(round=number), harness.Library() as library:
                    for _ in range(moments.randint(1, 3)):
                        killed += self.crawl_and_kill(library, site, moments.uniform(0.01, length_s))
                    harness.run_indexer(site.list_file, library=library, site=site)
                    self.assertEqual(stored_pages(library), want_pages)
                    self.assertEqual(passages(library), want_passages)
            self.assertGreater(killed, ROUNDS // 2, "most runs ended before they were killed")


if __name__ == "__main__":
    unittest.main()
