#!/usr/bin/python3
"""Bad input: one clear sentence on stderr, the right exit code, and nothing changed on disk."""

import fcntl
import hashlib
import os
import sqlite3
import tempfile
import unittest

import harness


def snapshot(folder):
    """Relative path → content hash of every file; {} if the folder is not there."""
    found = {}
    for where, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(where, name)
            with open(path, "rb") as file:
                found[os.path.relpath(path, folder)] = hashlib.sha256(file.read()).hexdigest()
    return found


class BadInput(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="syllabus-bad-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.library = harness.Library()
        self.addCleanup(self.library.remove)

    def file(self, name, content):
        path = os.path.join(self.folder, name)
        with open(path, "wb") as file:
            file.write(content)
        return path

    def fill_library(self):
        """A library of two imported documents."""
        lines = self.file("docs.jsonl", b'{"id":"a","title":"A","text":"alpha"}\n{"id":"b","title":"B","text":"beta"}\n')
        harness.run_indexer("import", "--jsonl", lines, library=self.library)

    def assert_refused(self, done, code, words):
        self.assertEqual(done.returncode, code, done.stderr)
        self.assertEqual(done.stdout, "")
        self.assertEqual(len(done.stderr.strip().splitlines()), 1, done.stderr)
        for word in words:
            self.assertIn(word, done.stderr)

    def refused_lists(self):
        cases = (
            ("missing.md", None, ("missing.md",)),
            ("empty.md", b"", ("empty.md", "empty")),
            ("prose.md", b"# Title\n\nNo links here at all.\n", ("prose.md", "links")),
            ("binary.md", bytes(range(256)) * 40, ("binary.md",)),
        )
        for name, content, words in cases:
            path = os.path.join(self.folder, name) if content is None else self.file(name, content)
            yield name, path, words

    def test_a_list_that_is_none_changes_nothing(self):
        for name, path, words in self.refused_lists():
            with self.subTest(name):
                done = harness.run_indexer(path, library=self.library, expect=None)
                self.assert_refused(done, harness.EXIT_FAILED, words)
                self.assertFalse(os.path.exists(self.library.path))

    def test_a_list_that_is_none_leaves_a_full_library_alone(self):
        self.fill_library()
        before = snapshot(self.library.path)
        for name, path, words in self.refused_lists():
            with self.subTest(name):
                done = harness.run_indexer(path, library=self.library, expect=None)
                self.assert_refused(done, harness.EXIT_FAILED, words)
                self.assertEqual(snapshot(self.library.path), before)

    def test_a_locked_library_is_left_alone(self):
        self.fill_library()
        links = self.file("list.md", b"[x](http://127.0.0.1:9/)\n")
        before = snapshot(self.library.path)
        with open(os.path.join(self.library.path, "indexer.lock"), "r+b") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            done = harness.run_indexer(links, library=self.library, expect=None)
        self.assert_refused(done, harness.EXIT_LOCKED_OR_DAMAGED, ("another indexer",))
        self.assertEqual(snapshot(self.library.path), before)

    def check_both_programs_refuse(self, code, words):
        links = self.file("list.md", b"[x](http://127.0.0.1:9/)\n")
        before = snapshot(self.library.path)
        done = harness.run_indexer(links, library=self.library, expect=None)
        self.assert_refused(done, code, words)
        done = harness.run("searchd", "query", "--library", self.library.path, "alpha", expect=None)
        self.assert_refused(done, code, words)
        self.assertEqual(snapshot(self.library.path), before)

    def generation(self):
        with open(os.path.join(self.library.path, "index", "current"), encoding="ascii") as file:
            return os.path.join(self.library.path, "index", file.read().strip())

    def test_an_index_of_another_format_number_is_refused(self):
        self.fill_library()
        path = os.path.join(self.generation(), "manifest.json")
        with open(path, encoding="utf-8") as file:
            text = file.read()
        self.assertIn('"format"', text)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text.replace('"format":1', '"format":99').replace('"format": 1', '"format": 99'))
        self.check_both_programs_refuse(harness.EXIT_LOCKED_OR_DAMAGED, ("99", "format"))

    def test_a_damaged_index_is_refused(self):
        self.fill_library()
        path = os.path.join(self.generation(), "xapian", "iamglass")
        with open(path, "r+b") as file:
            file.write(b"\0" * 64)
        self.check_both_programs_refuse(harness.EXIT_LOCKED_OR_DAMAGED, ("indexer rebuild",))

    def test_a_damaged_pointer_to_the_index_is_refused(self):
        self.fill_library()
        with open(os.path.join(self.library.path, "index", "current"), "wb") as file:
            file.write(b"../../etc\n")
        self.check_both_programs_refuse(harness.EXIT_LOCKED_OR_DAMAGED, ("indexer rebuild",))

    def test_a_damaged_index_is_mended_by_rebuild(self):
        self.fill_library()
        with open(os.path.join(self.generation(), "xapian", "iamglass"), "r+b") as file:
            file.write(b"\0" * 64)
        harness.run_indexer("rebuild", library=self.library)
        self.assertEqual([hit["id"] for hit in harness.search(self.library, "alpha")["results"]], ["a#0"])

    def test_a_damaged_store_is_refused(self):
        self.fill_library()
        with open(os.path.join(self.library.path, "store.db"), "r+b") as file:
            file.write(b"no database" * 100)
        links = self.file("list.md", b"[x](http://127.0.0.1:9/)\n")
        before = snapshot(self.library.path)
        done = harness.run_indexer(links, library=self.library, expect=None)
        self.assert_refused(done, harness.EXIT_LOCKED_OR_DAMAGED, ("store.db",))
        self.assertEqual(snapshot(self.library.path), before)

    def test_a_store_of_another_format_number_is_refused(self):
        self.fill_library()
        store = sqlite3.connect(os.path.join(self.library.path, "store.db"))
        store.execute("PRAGMA user_version = 99")
        store.close()
        links = self.file("list.md", b"[x](http://127.0.0.1:9/)\n")
        done = harness.run_indexer(links, library=self.library, expect=None)
        self.assert_refused(done, harness.EXIT_LOCKED_OR_DAMAGED, ("99", "format"))

    def test_searching_where_there_is_no_library_says_what_to_run(self):
        done = harness.run("searchd", "query", "--library", self.library.path, "alpha", expect=None)
        self.assert_refused(done, harness.EXIT_FAILED, ("indexer LIST",))
        self.assertFalse(os.path.exists(self.library.path))

    def test_wrong_options_are_usage_errors(self):
        links = self.file("list.md", b"[x](http://127.0.0.1:9/)\n")
        for arguments in (
            ("--no-such-option", links),
            ("--delay", "-1", links),
            ("--per-host", "0", links),
            ("--allow-net", "not a network", links),
            ("--connect-to", "nonsense", links),
            ("import",),
            ("status", "extra"),
        ):
            with self.subTest(arguments):
                done = harness.run("indexer", *arguments, "--library", self.library.path, expect=None)
                self.assertEqual(done.returncode, harness.EXIT_USAGE, done.stderr)
                self.assertIn("indexer:", done.stderr)
                self.assertFalse(os.path.exists(self.library.path))

    def test_bad_lines_of_an_import_are_named_and_left_out(self):
        lines = self.file(
            "docs.jsonl",
            b'{"id":"good","title":"Good","text":"alpha"}\nnonsense\n{"title":"nameless"}\n{"id":"a b","text":"x"}\n'
            b'{"url":"ftp://example.org/","text":"x"}\n',
        )
        done = harness.run_indexer("import", "--jsonl", lines, library=self.library)
        for number in (2, 3, 4, 5):
            self.assertIn("docs.jsonl:%d: " % number, done.stderr)
        self.assertEqual(harness.search(self.library, "alpha")["total"], 1)


if __name__ == "__main__":
    unittest.main()
