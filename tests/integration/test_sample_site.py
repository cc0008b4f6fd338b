#!/usr/bin/env python3
"""The way from a list to answers: the sample site is crawled once, then asked."""

import json
import os
import re
import tempfile
import unittest
import urllib.parse

import harness

ALGEBRA = "http://algebra.localhost:8099"
CALCULUS = "http://calculus.localhost:8099"
LEARNING = "http://learning.localhost:8099"
OPTIMISATION = "http://optimisation.localhost:8099"
PROBABILITY = "http://probability.localhost:8099"
VIDEOS = "http://videos.localhost:8099"

KULLBACK_LEIBLER = PROBABILITY + "/wiki/Kullback%E2%80%93Leibler_divergence"
DEAD_LINK = ALGEBRA + "/lost/tensor-decompositions.html"

# What a learner asks, and the page that must be among the first three results.
QUESTIONS = [
    ("why do gradients vanish", LEARNING + "/docs/vanishing-gradients"),
    ("eigenvalues and eigenvectors", ALGEBRA + "/book/eigenvalues.html"),
    ("singular value decomposition", ALGEBRA + "/book/svd.html"),
    ("determinant as volume", ALGEBRA + "/book/determinants.html"),
    ("normal equations least squares", ALGEBRA + "/book/least-squares.html"),
    ("gram-schmidt process", ALGEBRA + "/book/orthogonality.html"),
    ("partial pivoting", ALGEBRA + "/old/gauss.htm"),
    ("null space line of sight camera", ALGEBRA + "/old/pages/kernel.htm"),
    ("chain rule several paths", CALCULUS + "/course/lecture-2.html"),
    ("taylor polynomial remainder", CALCULUS + "/course/lecture-4.html"),
    ("backpropagation backward pass cost", CALCULUS + "/course/lecture-5.html"),
    ("jacobian polar coordinates", CALCULUS + "/notes/jacobian.xhtml"),
    ("softmax gradient matrix calculus", CALCULUS + "/notes/matrix-calculus.html"),
    ("base rate fallacy medical test", PROBABILITY + "/wiki/Bayes_theorem"),
    ("bell curve central limit theorem", PROBABILITY + "/wiki/Normal_distribution"),
    ("kullback leibler divergence not symmetric", KULLBACK_LEIBLER),
    ("fisher information maximum likelihood", PROBABILITY + "/wiki/Maximum_likelihood"),
    ("how large may the step be before the loss diverges", OPTIMISATION + "/posts/gradient-descent/"),
    ("adam bias correction", OPTIMISATION + "/posts/momentum-and-adam/"),
    ("lagrange multipliers", OPTIMISATION + "/posts/lagrange-multipliers/"),
    ("local minimum is global convex", OPTIMISATION + "/posts/convexity/"),
    ("how many principal components should I keep", LEARNING + "/docs/pca"),
    ("kernel trick", LEARNING + "/docs/support-vector-machines"),
    ("responsibilities expectation step", LEARNING + "/docs/gaussian-mixtures"),
    ("query key value attention", LEARNING + "/docs/attention"),
    ("perplexity of a language model", LEARNING + "/reading/entropy.md"),
    ("reckless learning rate preconditioning", LEARNING + "/notebooks/diverging-descent.ipynb"),
    ("sylvester law of inertia", ALGEBRA + "/papers/quadratic-forms.pdf"),
    ("change of basis two observers", VIDEOS + "/playlists/geometry-of-matrices/"),
    ("marbles galton board", VIDEOS + "/playlists/chance-in-motion/"),
]

site = None
library = None
first_run = None
first_requests = None


def setUpModule():
    global site, library, first_run, first_requests
    site = harness.SampleSite()
    site.start()
    unittest.addModuleCleanup(lambda: site.stop())
    library = harness.Library()
    unittest.addModuleCleanup(library.remove)
    first_run = harness.run_indexer(site.list_file, library=library, site=site)
    first_requests = site.requests()


def pages(answer, first=None):
    return [result["page"] for result in answer["results"][:first]]


def all_answers(of_library):
    """What every question of the table finds, for comparing two states of a library."""
    return {query: [result["url"] for result in harness.search(of_library, query)["results"]] for query, _ in QUESTIONS}


def is_robots(request):
    return request.url.endswith("/robots.txt")


class WhatIsFound(unittest.TestCase):
    def test_each_question_finds_its_page_among_the_first_three(self):
        for query, page in QUESTIONS:
            with self.subTest(query):
                self.assertIn(page, pages(harness.search(library, query), 3))

    def test_a_result_far_down_a_page_opens_at_a_heading_of_it(self):
        cases = [
            ("ladder slides down a wall", CALCULUS + "/course/lecture-2.html", "course/lecture-2.html"),
            ("stationary distribution of a markov chain", ALGEBRA + "/book/eigenvalues.html", "book/eigenvalues.html"),
            ("gradient clipping and gates", LEARNING + "/docs/vanishing-gradients", "docs/vanishing-gradients.html"),
            ("z-scores and heavy tails", PROBABILITY + "/wiki/Normal_distribution", "wiki/Normal_distribution.html"),
        ]
        for query, page, path in cases:
            with self.subTest(query):
                urls = [r["url"] for r in harness.search(library, query)["results"][:3] if r["page"] == page]
                self.assertEqual(len(urls), 1, "%s is not among the first three" % page)
                host = urllib.parse.urlsplit(page).hostname
                with open(os.path.join(harness.SITE_FOLDER, host, path), encoding="utf-8") as file:
                    anchors = {page + "#" + anchor for anchor in re.findall(r' id="([^"]+)"', file.read())}
                self.assertIn(urls[0], anchors)

    def test_text_inside_a_pdf_opens_at_its_page(self):
        pdf = ALGEBRA + "/papers/quadratic-forms.pdf"
        for query, number in (("sylvester law of inertia", 2), ("rayleigh quotient mahalanobis ellipsoid axes", 3)):
            with self.subTest(query):
                hits = [r["url"] for r in harness.search(library, query)["results"][:3] if r["page"] == pdf]
                self.assertEqual(hits[:1], ["%s#page=%d" % (pdf, number)])

    def test_a_word_in_the_code_of_a_notebook_is_found(self):
        answer = harness.search(library, "linalg solve numpy")
        self.assertIn(LEARNING + "/notebooks/diverging-descent.ipynb", pages(answer, 3))

    def test_windows_1252_text_is_decoded(self):
        answer = harness.search(library, '"café bill" national debt')
        self.assertEqual(pages(answer, 1), [ALGEBRA + "/old/gauss.htm"])
        text = answer["results"][0]["text"]
        self.assertIn("café", text)
        for wrong in ("\ufffd", "\x93", "\x92", "cafÃ©"):
            self.assertNotIn(wrong, text)

    def test_a_result_opens_at_the_section_it_quotes(self):
        for query, anchor in (("Fisher scoring Newton's method", "Computing_it"), ("likelihood unbounded component", "Limits")):
            hit = harness.search(library, query)["results"][0]
            self.assertEqual(hit["url"], PROBABILITY + "/wiki/Maximum_likelihood#" + anchor)

    def test_cdata_in_xhtml_is_text(self):
        answer = harness.search(library, '"text in a CDATA section"')
        self.assertEqual(pages(answer), [CALCULUS + "/notes/jacobian.xhtml"])

    def test_a_base_element_moves_relative_links(self):
        self.assertIn(ALGEBRA + "/old/pages/kernel.htm", {r.url for r in first_requests if r.status == 200})

    def test_navigation_does_not_show_in_snippets(self):
        for query in ("convexity", "svm kernel trick", "orthogonal projection", "bayes prior posterior"):
            for result in harness.search(library, query)["results"]:
                with self.subTest(query, url=result["url"]):
                    for chrome in ("We value your privacy", "Edit this page", "Table of Contents", "View history"):
                        self.assertNotIn(chrome, result["text"])

    def test_what_the_list_says_about_a_resource_finds_it(self):
        answer = harness.search(library, "elimination as it was taught in 1998")
        self.assertTrue(any(page.startswith(ALGEBRA + "/old/") for page in pages(answer, 3)), pages(answer))

    def test_a_site_filter_holds(self):
        answer = harness.search(library, "gradient site:optimisation.localhost")
        self.assertGreater(len(answer["results"]), 0)
        for page in pages(answer):
            self.assertEqual(urllib.parse.urlsplit(page).hostname, "optimisation.localhost")

    def test_searchd_gives_the_answer_of_the_command_line(self):
        with harness.Searchd(library) as searchd:
            for query in ("lagrange multipliers", "bell curve"):
                with self.subTest(query):
                    served = searchd.get_json("/api/v1/search?" + urllib.parse.urlencode({"q": query}))
                    self.assertEqual(served["results"], harness.search(library, query)["results"])


class WhatIsLeftAlone(unittest.TestCase):
    def test_a_page_that_robots_txt_forbids_is_never_asked_for(self):
        forbidden = ("/book/answers/", "/wiki/Special:", "/w/")
        asked = [r.url for r in first_requests if urllib.parse.urlsplit(r.url).path.startswith(forbidden)]
        self.assertEqual(asked, [])
        self.assertEqual(harness.search(library, '"zanzibarite vectors"')["results"], [])

    def test_robots_txt_comes_before_the_first_page_of_each_host(self):
        seen = set()
        for request in sorted(first_requests, key=lambda r: r.time):
            host = urllib.parse.urlsplit(request.url).netloc
            if host not in seen:
                self.assertTrue(is_robots(request), request.url)
                seen.add(host)
        self.assertEqual(len(seen), 6)

    def test_a_page_that_asks_not_to_be_indexed_is_absent(self):
        for query, url in (
            ('"plumwick notation"', ALGEBRA + "/book/draft-tensors.html"),
            ('"grumblethorpe lottery"', PROBABILITY + "/wiki/Talk:Bayes_theorem"),
        ):
            with self.subTest(query):
                self.assertIn(url, {r.url for r in first_requests}, "the page was not even looked at")
                self.assertEqual(harness.search(library, query)["results"], [])

    def test_no_page_is_asked_for_twice(self):
        urls = [r.url for r in first_requests]
        self.assertEqual(sorted({u for u in urls if urls.count(u) > 1}), [])

    def test_nothing_outside_the_folders_of_the_list_is_asked_for(self):
        folders = (
            ALGEBRA + "/book/", ALGEBRA + "/old/", ALGEBRA + "/papers/", ALGEBRA + "/lost/",
            LEARNING + "/docs/", LEARNING + "/reading/", LEARNING + "/notebooks/",
            CALCULUS + "/course/", CALCULUS + "/notes/",
            OPTIMISATION + "/posts/", PROBABILITY + "/wiki/", VIDEOS + "/playlists/",
        )  # fmt: skip
        outside = [r.url for r in first_requests if not is_robots(r) and not r.url.startswith(folders)]
        self.assertEqual(outside, [])


class LinksThatLeadElsewhere(unittest.TestCase):
    def test_a_dead_link_is_reported_with_its_status(self):
        printed = first_run.stdout + first_run.stderr
        lines = [line for line in printed.splitlines() if DEAD_LINK in line]
        self.assertTrue(any("404" in line for line in lines), printed)

    def test_the_entry_of_a_dead_link_is_still_found(self):
        answer = harness.search(library, "tucker candecomp tensor decompositions")
        self.assertEqual([r["url"] for r in answer["results"][:1]], [DEAD_LINK])

    def test_a_redirected_page_is_indexed_once_under_its_new_address(self):
        answer = harness.search(library, '"the bell becomes a soap bubble"')
        self.assertEqual(pages(answer), [PROBABILITY + "/wiki/Normal_distribution"])

    def test_a_late_redirect_to_a_known_page_is_shown_under_its_target(self):
        # The wiki's own front page links to the target: it is queued before the redirect is answered.
        moved = PROBABILITY + "/wiki/Gaussian_distribution"
        site.force({moved: "slow"})
        self.addCleanup(site.force, {})
        with harness.Library() as own:
            harness.run_indexer(site.list_file, library=own, site=site)
            answers = all_answers(own)
        self.assertEqual([query for query in answers if moved in answers[query]], [])


class LaterRuns(unittest.TestCase):
    """Each test works on a copy of the first run's library."""

    def setUp(self):
        self.library = harness.Library(copy_of=library)
        self.addCleanup(self.library.remove)
        site.forget_requests()
        site.force({})

    def test_a_second_run_is_answered_by_304_alone(self):
        before = all_answers(self.library)
        harness.run_indexer(site.list_file, library=self.library, site=site)
        had_body = {r.url for r in first_requests if r.status == 200}
        again = [r for r in site.requests() if r.url in had_body and not is_robots(r)]
        self.assertGreater(len(again), 40)
        self.assertEqual([r for r in again if not r.conditional or r.status != 304], [])
        new = {r.url for r in site.requests()} - {r.url for r in first_requests}
        self.assertEqual(new, set())
        self.assertEqual(all_answers(self.library), before)

    def test_a_run_without_the_network_keeps_everything(self):
        before = all_answers(self.library)
        unreachable = harness.site_arguments(harness.free_port())
        harness.run_indexer(
            site.list_file, *unreachable, library=self.library, expect=harness.EXIT_NOTHING_FETCHED
        )
        self.assertEqual(site.requests(), [])
        self.assertEqual(all_answers(self.library), before)

    def test_errors_of_a_server_keep_the_last_good_copy(self):
        site.force(
            {
                ALGEBRA + "/book/svd.html": 500,
                LEARNING + "/docs/pca": 404,
                LEARNING + "/docs/attention": 403,
                OPTIMISATION + "/posts/convexity/": "cut",
            }
        )
        before = all_answers(self.library)
        harness.run_indexer(site.list_file, library=self.library, site=site)
        self.assertEqual(all_answers(self.library), before)

    def test_a_rebuild_needs_no_network_and_answers_alike(self):
        before = all_answers(self.library)
        harness.run_indexer("rebuild", library=self.library)
        self.assertEqual(site.requests(), [])
        self.assertEqual(all_answers(self.library), before)

    def test_a_changed_page_is_found_by_its_new_text_only(self):
        page = OPTIMISATION + "/posts/convexity/"
        with tempfile.TemporaryDirectory() as folder:
            root = harness.copy_site(folder)
            path = os.path.join(root, "optimisation.localhost", "posts", "convexity", "index.html")
            with open(path, encoding="utf-8") as file:
                text = file.read()
            self.assertEqual(text.count("egg boxes"), 1)
            with open(path, "w", encoding="utf-8") as file:
                file.write(text.replace("egg boxes", "corrugated roofs"))
            with harness.SampleSite(root=root) as changed:
                # The list is the first run's own file, or it would be another list.
                harness.run_indexer(site.list_file, library=self.library, site=changed)
                bodies = [r.url for r in changed.requests() if r.status == 200 and not is_robots(r)]
        self.assertEqual(bodies, [page])
        self.assertEqual(pages(harness.search(self.library, '"corrugated roofs"')), [page])
        self.assertEqual(harness.search(self.library, '"egg boxes"')["results"], [])

    def test_a_resource_that_left_the_list_is_removed(self):
        kept = VIDEOS + "/playlists/geometry-of-matrices/"
        gone = VIDEOS + "/playlists/chance-in-motion/"
        with tempfile.TemporaryDirectory() as folder, harness.Library() as own:
            list_file = os.path.join(folder, "list.md")
            for links in ((kept, gone), (kept,)):
                with open(list_file, "w", encoding="utf-8") as file:
                    file.write("# Films\n\n" + "".join("- [Film](%s)\n" % link for link in links))
                harness.run_indexer(list_file, library=own, site=site)
                for link in (kept, gone):
                    query = "grid transformation basis" if link == kept else "marbles galton board"
                    self.assertEqual(link in pages(harness.search(own, query)), link in links, link)


class TheVerbsForOneFile(unittest.TestCase):
    def test_entries_lists_each_link_with_its_headings(self):
        done = harness.run_indexer("entries", "--json", site.list_file)
        entries = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual(len(entries), 15)
        book = [e["heading"] for e in entries if e["url"] == ALGEBRA + "/book/"]
        title = "Mathematics for learning machines"
        self.assertEqual(book, [[title, "Books", "A Small Book of Linear Algebra"], [title, "Papers"]])

    def test_extract_decodes_a_page_by_its_own_declaration(self):
        path = os.path.join(harness.SITE_FOLDER, "algebra.localhost", "old", "gauss.htm")
        document = json.loads(harness.run_indexer("extract", "--json", path).stdout)
        self.assertEqual(document["title"], "Gauss's method - Prof. Brambleby's Algebra Page")
        self.assertIn("This is called “partial pivoting”, and every serious program does it.", document["main"])
        self.assertIn("0.0001 €", document["main"])
        self.assertIn("you’d think…", document["main"])


if __name__ == "__main__":
    unittest.main()
