#include "fixture_library.h"

#include "search/spelling.h"

static const FixtureDocument shelf[] = {
    {.id = "a#0", .title = "Eigenvector", .text = "eigenvector eigenvalue matrix bayes theorem"},
    {.id = "b#0", .title = "Theorem", .text = "theorem gradient markov cat determinant"},
    {.id = "c#0", .title = "Formal", .text = "formal form format formats"},
    {.id = "d#0", .title = "Format", .text = "format"},
    {.id = "e#0", .title = "Format", .text = "format", .rest = "matrox theoren"},
};

static char *library;
static xc_database *database;
static StemCache *cache;

static int open_index(void **state) {
    (void)state;
    g_autoptr(GError) error = NULL;
    library = fixture_library(shelf, G_N_ELEMENTS(shelf));
    g_autoptr(SylGeneration) generation = syl_library_current(library, &error);
    cache = stem_cache_new(SYL_STEM_LANGUAGE);
    return generation != NULL && cache != NULL &&
                   xc_database_open(generation->xapian_path, &database, NULL) == XC_OK
               ? 0
               : -1;
}

static int close_index(void **state) {
    (void)state;
    xc_database_free(database);
    stem_cache_free(cache);
    fixture_remove(library);
    return 0;
}

static void unknown_words_become_the_nearest_known_ones(void **state) {
    (void)state;
    static const struct {
        const char *text;
        const char *corrected; /* NULL: nothing to correct */
    } cases[] = {
        {"eigenvector", NULL},
        {"eigenvectors", NULL},
        {"Matrix", NULL},
        {"eigenvecter", "eigenvector"},
        {"iegenvector", "eigenvector"},
        {"egienvalue", "eigenvalue"},
        {"eigenvlaeu", "eigenvalue"},
        {"Gradiant of a Matrix", "gradient of a Matrix"},
        {"teorem", "theorem"},
        {"ttheorem", "theorem"},
        {"formar", "format"},
        {"caat", "cat"},
        {"cta", NULL},
        {"detreminnat", "determinant"},
        {"xylophone", NULL},
        {"\"eigenvecter\"", NULL},
        {"“eigenvecter”", NULL},
        {"matrox", NULL}, /* known to the navigation alone */
        {"theorens", NULL},
        {"teorem ttheorem gradiant formar caat", "theorem theorem gradient format caat"},
        {"xylophone xylophone xylophone xylophone teorem", NULL}, /* four were looked up */
        {"cta cta cta cta 線形 形 teorem", "cta cta cta cta 線形 形 theorem"},
        {"eigenvecter \"matrix\"", NULL},
        {"title:eigenvecter", NULL},
        {"eigenvecter*", NULL},
        {"x86 4711", NULL},
        {"-gradiant (teorem)", "-gradient (theorem)"},
        {"gradiant-teorem", "gradient-theorem"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        xc_error failure = {0};
        g_autofree char *corrected = NULL;
        fixture_check(spelling_correct(database, cache, cases[i].text, 512, &corrected, &failure),
                      &failure);
        if (g_strcmp0(corrected, cases[i].corrected) != 0) {
            fail_msg("%s became %s", cases[i].text, corrected);
        }
    }
}

static void distances_count_edits(void **state) {
    (void)state;
    static const struct {
        const char *a, *b;
        guint limit, distance;
    } cases[] = {
        {"same", "same", 2, 0},
        {"same", "sane", 2, 1},
        {"same", "smae", 2, 1},
        {"same", "sam", 2, 1},
        {"same", "asame", 2, 1},
        {"abcd", "dcba", 2, 3},
        {"kitten", "sitting", 5, 3},
        {"short", "muchlonger", 2, 3},
        {"\xc3\xbc"
         "ber",
         "uber", 2, 1},
        {"ca", "abc", 5, 3},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        guint distance = spelling_distance(cases[i].a, cases[i].b, cases[i].limit);
        guint back = spelling_distance(cases[i].b, cases[i].a, cases[i].limit);
        if (distance != cases[i].distance || back != distance) {
            fail_msg("%s, %s: %u", cases[i].a, cases[i].b, distance);
        }
    }
}

static void a_correction_keeps_the_text_within_its_bound(void **state) {
    (void)state;
    static const struct {
        gsize max_bytes;
        const char *corrected; /* NULL: nothing was replaced */
    } cases[] = {{14, "theorem matrix"}, {13, NULL}, {0, NULL}};
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        xc_error failure = {0};
        g_autofree char *corrected = NULL;
        fixture_check(spelling_correct(database, cache, "teorem matrix", cases[i].max_bytes,
                                       &corrected, &failure),
                      &failure);
        assert_int_equal(g_strcmp0(corrected, cases[i].corrected), 0);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unknown_words_become_the_nearest_known_ones),
        cmocka_unit_test(distances_count_edits),
        cmocka_unit_test(a_correction_keeps_the_text_within_its_bound),
    };
    return cmocka_run_group_tests(tests, open_index, close_index);
}
