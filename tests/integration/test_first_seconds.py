#!/usr/bin/python3
"""A list is searchable by its own words at once: before pages arrive, and without a network."""

import os
import subprocess
import time
import unittest

import harness

LIST = """# Reading

## Geometry

Curves and surfaces for beginners.

- [Curvature primer](http://slow.localhost:%d/primer/) what bending means, with drawings
- [Manifold notes](http://slow.localhost:%d/notes) by a patient teacher
"""


class FirstSeconds(unittest.TestCase):
    def setUp(self):
        self.library = harness.Library()
        self.addCleanup(self.library.remove)
        os.makedirs(os.path.dirname(self.library.path), exist_ok=True)
        self.list_file = os.path.join(os.path.dirname(self.library.path), "list.md")

    def write_list(self, port):
        with open(self.list_file, "w", encoding="utf-8") as file:
            file.write(LIST % (port, port))

    def first_urls(self, query):
        return [hit["url"] for hit in harness.search(self.library, query)["results"]][:1]

    def test_entries_are_searchable_within_two_seconds_before_any_page_arrives(self):
        with harness.SampleSite() as site:
            self.write_list(site.port)
            site.force({"http://slow.localhost:%d/robots.txt" % site.port: "hang"})
            started = time.monotonic()
            indexer = subprocess.Popen(
                [harness.program("indexer"), "--library", self.library.path, "--allow-net", "127.0.0.0/8"]
                + ["--connect-to", ":%d:127.0.0.1:%d" % (site.port, site.port), self.list_file],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
            )
            try:
                said = indexer.stderr.readline().decode() + indexer.stderr.readline().decode()
                seconds = time.monotonic() - started
                self.assertIn("searchable now", said)
                self.assertEqual(
                    self.first_urls("what bending means"), ["http://slow.localhost:%d/primer/" % site.port]
                )
                self.assertIsNone(indexer.poll(), "the crawl ended before it was looked at")
                self.assertLess(seconds, 2 * harness.PATIENCE)
            finally:
                indexer.terminate()
                indexer.wait(harness.STOP_TIMEOUT_S)
                indexer.stderr.close()

    def test_without_a_network_the_entries_are_searchable_and_the_reason_is_said(self):
        port = harness.free_port()
        self.write_list(port)
        done = harness.run_indexer(
            self.list_file, "--allow-net", "127.0.0.0/8", library=self.library, expect=harness.EXIT_NOTHING_FETCHED
        )
        self.assertIn("not one page could be fetched", done.stderr)
        self.assertIn("slow.localhost", done.stderr)
        self.assertEqual(self.first_urls("patient teacher manifolds"), ["http://slow.localhost:%d/notes" % port])

    def test_private_addresses_are_refused_unless_allowed(self):
        with harness.SampleSite() as site:
            self.write_list(site.port)
            done = harness.run_indexer(self.list_file, library=self.library, expect=harness.EXIT_NOTHING_FETCHED)
            self.assertIn("--allow-net", done.stderr)
            self.assertEqual(site.requests(), [])


if __name__ == "__main__":
    unittest.main()
