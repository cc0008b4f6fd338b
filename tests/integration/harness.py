"""What integration tests share: libraries, servers and the two programs under test.

The programs come from the folder that SYL_BIN names, fixtures from the source tree that SYL_SOURCE
names; ctest sets both. Everything that is started here is stopped here, by its process id and within a
time limit, and what it printed is part of the message where something went wrong.

    with Library() as library, SampleSite() as site:
        run_indexer(site.list_file, library=library, site=site)
        answer = search(library, "eigenvalues")
"""

import atexit
import collections
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request

SOURCE = os.environ.get("SYL_SOURCE") or os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
FIXTURES = os.path.join(SOURCE, "tests", "fixtures")
SITE_FOLDER = os.path.join(FIXTURES, "sample-site")
SITE_PORT = 8099  # the port in the addresses of the sample site's list

# Sanitized programs are several times slower; a limit only has to tell slow from stuck.
PATIENCE = 6 if os.environ.get("SYL_SANITIZE") else 1
RUN_TIMEOUT_S = 120 * PATIENCE
START_TIMEOUT_S = 20 * PATIENCE
STOP_TIMEOUT_S = 10 * PATIENCE

EXIT_DONE = 0
EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_NOTHING_FETCHED = 3
EXIT_LOCKED_OR_DAMAGED = 4
EXIT_SIGINT = 130
EXIT_SIGTERM = 143


def program(name):
    """The path of a program under test."""
    folder = os.environ.get("SYL_BIN")
    if not folder:
        sys.exit("SYL_BIN is not set: run the tests by ctest, or set it to the folder of indexer and searchd")
    return os.path.join(folder, name)


def free_port():
    """A TCP port nobody listens on at the moment. Prefer port 0 where a server can say what it got."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Library:
    """A library folder that is removed at the end. The folder itself is not made: the indexer does that."""

    def __init__(self, copy_of=None):
        self._folder = tempfile.mkdtemp(prefix="syllabus-test-")
        self.path = os.path.join(self._folder, "library")
        if copy_of is not None:
            shutil.copytree(copy_of.path, self.path)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.remove()

    def remove(self):
        shutil.rmtree(self._folder, ignore_errors=True)


class Server:
    """A child process that serves until it is stopped; its output is kept, line by line. One that is still
    running when the tests end is killed."""

    def __init__(self, command):
        self.command = command
        self.lines = []
        self._changed = threading.Condition()
        self._ended = False
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        atexit.register(self.process.kill)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        for line in self.process.stdout:
            with self._changed:
                self.lines.append(line)
                self._changed.notify_all()
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def output(self):
        with self._changed:
            return "".join(self.lines)

    def wait_for(self, pattern, timeout_s=START_TIMEOUT_S):
        """The first match of pattern in what the process prints. Stops it and fails if none comes."""

        def found():
            return re.search(pattern, "".join(self.lines))

        with self._changed:
            self._changed.wait_for(lambda: found() or self._ended, timeout_s)
            match = found()
        if match is None:
            self.stop(check=False)
            raise AssertionError(
                "%s did not print %r within %d s:\n%s" % (self.command[0], pattern, timeout_s, self.output())
            )
        return match

    def stop(self, number=signal.SIGTERM, check=True):
        """Ends the process and returns its exit status. check: it must end by itself, in time and with 0."""
        in_time = True
        if self.process.poll() is None:
            self.process.send_signal(number)
            try:
                self.process.wait(STOP_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                in_time = False
                self.process.kill()
                self.process.wait()
        atexit.unregister(self.process.kill)
        self._reader.join(STOP_TIMEOUT_S)
        self.process.stdout.close()
        status = self.process.returncode
        if check and not (in_time and status == 0):
            how = "exited with %d" % status if in_time else "did not stop within %d s" % STOP_TIMEOUT_S
            raise AssertionError("%s %s:\n%s" % (self.command[0], how, self.output()))
        return status


class ServerContext:
    """A server for the length of a with block, or from start() to stop()."""

    server = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, kind, *_):
        # A failure inside the block is the news; a second one about stopping would hide it.
        self.stop(check=kind is None)

    def stop(self, check=True):
        if self.server is None:
            return None
        server, self.server = self.server, None
        return server.stop(check=check)


Request = collections.namedtuple("Request", "time status bytes method url conditional")


class SampleSite(ServerContext):
    """The sample site on a free port.

    root: another folder to serve, for tests that change pages (see copy_site)."""

    def __init__(self, root=SITE_FOLDER, delay_ms=0):
        self.root = root
        self.list_file = os.path.join(root, "list.md")
        self.delay_ms = delay_ms
        self.port = None

    def start(self):
        self._folder = tempfile.mkdtemp(prefix="syllabus-site-")
        self._log = os.path.join(self._folder, "requests.log")
        self._status = os.path.join(self._folder, "status.json")
        self.server = Server(
            [sys.executable, "-B", os.path.join(FIXTURES, "sample_site.py"), "--port", "0", "--root", self.root]
            + ["--log", self._log, "--status-file", self._status, "--delay-ms", str(self.delay_ms)]
        )
        self.port = json.loads(self.server.wait_for(r'\{"port".*\}')[0])["port"]

    def stop(self, check=True):
        try:
            return super().stop(check)
        finally:
            shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def arguments(self):
        """How the indexer reaches the site under the addresses of its list."""
        return site_arguments(self.port)

    def requests(self):
        """What was asked for since the start, or since forget_requests."""
        with open(self._log, encoding="utf-8") as file:
            rows = [line.rstrip("\n").split("\t") for line in file]
        return [
            Request(float(row[0]), int(row[1]), int(row[2]), row[3], row[4], row[5] == "conditional") for row in rows
        ]

    def forget_requests(self):
        os.truncate(self._log, 0)

    def force(self, outcomes):
        """outcomes: URL → status number, "hang", "slow" or "cut"; {} ends it."""
        with open(self._status + ".part", "w", encoding="utf-8") as file:
            json.dump(outcomes, file)
        os.replace(self._status + ".part", self._status)


def site_arguments(port):
    connect_to = ":%d:127.0.0.1:%d" % (SITE_PORT, port)
    return ["--connect-to", connect_to, "--allow-net", "127.0.0.0/8", "--delay", "0"]


def copy_site(folder):
    """A copy of the sample site whose pages a test may change; returns its root."""
    return shutil.copytree(SITE_FOLDER, os.path.join(folder, "sample-site"))


class Searchd(ServerContext):
    """searchd on a free port; url is where it answers, without a final slash."""

    def __init__(self, library, *arguments):
        self.library = library
        self.arguments = arguments
        self.url = None

    def start(self):
        self.server = Server(
            [program("searchd"), "--library", self.library.path, "--listen", "127.0.0.1:0", *self.arguments]
        )
        self.url = self.server.wait_for(r"http://127\.0\.0\.1:\d+")[0]

    def get(self, path, headers=None, timeout_s=START_TIMEOUT_S):
        """(status, headers, body) of one request; an error status is an answer, not an exception."""
        request = urllib.request.Request(self.url + path, headers=headers or {})
        try:
            with urllib.request.urlopen(request, timeout=timeout_s) as reply:
                return reply.status, reply.headers, reply.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers, error.read()

    def get_json(self, path):
        status, _, body = self.get(path)
        if status != 200:
            raise AssertionError("GET %s: %d\n%s" % (path, status, body.decode("utf-8", "replace")))
        return json.loads(body)


def run(name, *arguments, expect=EXIT_DONE, timeout_s=RUN_TIMEOUT_S):
    """Runs a program to its end and returns the CompletedProcess. expect: its exit status, or None for any."""
    command = [program(name), *arguments]
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=timeout_s
        )
    except subprocess.TimeoutExpired as error:
        printed = b"".join(part for part in (error.stdout, error.stderr) if part)
        raise AssertionError(
            "%s ran for over %d s:\n%s" % (" ".join(command), timeout_s, printed.decode("utf-8", "replace"))
        ) from None
    done.stdout = done.stdout.decode("utf-8", "replace")
    done.stderr = done.stderr.decode("utf-8", "replace")
    if expect is not None and done.returncode != expect:
        raise AssertionError(
            "%s exited with %d, not %d\nstdout:\n%s\nstderr:\n%s"
            % (" ".join(command), done.returncode, expect, done.stdout, done.stderr)
        )
    return done


def run_indexer(*arguments, library=None, site=None, expect=EXIT_DONE, timeout_s=RUN_TIMEOUT_S):
    """indexer with the arguments given; library and site add the options that name them. A verb comes first."""
    options = []
    if library is not None:
        options += ["--library", library.path]
    if site is not None:
        options += site.arguments
    return run("indexer", *arguments, *options, expect=expect, timeout_s=timeout_s)


def search(library, query, limit=10):
    """The answer to a query as the API gives it: a dict with "results", best first, "total" and more."""
    done = run("searchd", "query", "--library", library.path, "--json", "-n", str(limit), query)
    return json.loads(done.stdout)


def wait_until(condition, timeout_s=START_TIMEOUT_S, interval_s=0.02):
    """Whether condition() became true in time; for what no process announces."""
    end = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(interval_s)
    return True
