#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <ftw.h>
#include <glib/gstdio.h>
#include <jansson.h>
#include <sys/stat.h>
#include <unistd.h>

#include "syllabus/library.h"

/* Each test has an empty directory; the library is "library" in it, not made yet. */
typedef struct Place {
    char *root, *library;
} Place;

static int make_place(void **state) {
    Place *place = g_new0(Place, 1);
    place->root = g_dir_make_tmp("syllabus-library-XXXXXX", NULL);
    place->library = g_build_filename(place->root, "library", NULL);
    *state = place;
    return place->root == NULL;
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *at) {
    (void)status;
    (void)type;
    (void)at;
    return remove(path);
}

static int drop_place(void **state) {
    Place *place = *state;
    nftw(place->root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    g_free(place->root);
    g_free(place->library);
    g_free(place);
    return 0;
}

static void assert_fails(const SylGeneration *generation, GError *error, int code,
                         const char *says) {
    assert_null(generation);
    assert_non_null(error);
    assert_true(g_error_matches(error, SYL_LIBRARY_ERROR, code));
    if (strstr(error->message, says) == NULL) {
        fail_msg("\"%s\" does not say \"%s\"", error->message, says);
    }
    assert_null(strchr(error->message, '\n'));
    g_error_free(error);
}

static void assert_current_fails(const Place *place, int code, const char *says) {
    GError *error = NULL;
    const SylGeneration *generation = syl_library_current(place->library, &error);
    assert_fails(generation, error, code, says);
}

static void write_text(const char *text, const char *directory, const char *name) {
    g_autofree char *path = g_build_filename(directory, name, NULL);
    assert_true(syl_library_write_file(path, text, strlen(text), NULL));
}

/* A new generation with two files in its Xapian directory. */
static SylGeneration *make_generation(const Place *place) {
    SylGeneration *generation = syl_library_create_generation(place->library, NULL);
    assert_non_null(generation);
    assert_int_equal(g_mkdir(generation->xapian_path, 0755), 0);
    write_text("abc", generation->xapian_path, "postlist.glass");
    write_text("", generation->xapian_path, "flintlock");
    return generation;
}

static json_t *load_manifest(const SylGeneration *generation) {
    g_autofree char *path = g_build_filename(generation->path, "manifest.json", NULL);
    json_t *manifest = json_load_file(path, 0, NULL);
    assert_non_null(manifest);
    return manifest;
}

static gboolean exists(const SylGeneration *generation) {
    return g_file_test(generation->path, G_FILE_TEST_IS_DIR);
}

static void a_published_generation_is_the_current_one(void **state) {
    const Place *place = *state;
    g_autoptr(SylGeneration) first = make_generation(place);
    assert_int_equal(first->number, 1);
    assert_true(g_str_has_suffix(first->path, "/index/gen-000001"));
    assert_current_fails(place, SYL_LIBRARY_ERROR_MISSING, "run `indexer LIST` first");
    assert_true(syl_library_publish(place->library, first, NULL));
    g_autoptr(SylGeneration) second = make_generation(place);
    assert_int_equal(second->number, 2);
    g_autoptr(SylGeneration) current = syl_library_current(place->library, NULL);
    assert_string_equal(current->path, first->path);
    assert_true(syl_library_publish(place->library, second, NULL));
    g_autoptr(SylGeneration) next = syl_library_current(place->library, NULL);
    assert_int_equal(next->number, 2);
    assert_string_equal(next->xapian_path, second->xapian_path);
}

static void what_is_not_there_is_missing(void **state) {
    const Place *place = *state;
    assert_current_fails(place, SYL_LIBRARY_ERROR_MISSING, "no library at ");
    assert_int_equal(g_mkdir(place->library, 0755), 0);
    assert_current_fails(place, SYL_LIBRARY_ERROR_MISSING, "no index in ");
}

static void a_pointer_that_names_no_generation_is_damage(void **state) {
    const Place *place = *state;
    g_autoptr(SylGeneration) generation = make_generation(place);
    g_autofree char *index = g_path_get_dirname(generation->path);
    static const char *const pointers[] = {
        "",
        "\n",
        "gen-",
        "gen-1\n",
        "gen-0000001\n",
        "gen-000000\n",
        "gen-+00001",
        "../evil\n",
        "gen-000001/",
        "gen-000001\ngen-000001\n",
        "gen--00001\n",
        "gen-99999999999999999999\n",
        "gen-000001 \n",
        "gen-000001gen-000001gen-000001gen-000001gen-000001gen-000001gen-000001gen-000001",
    };
    for (gsize i = 0; i < G_N_ELEMENTS(pointers); i++) {
        write_text(pointers[i], index, "current");
        assert_current_fails(place, SYL_LIBRARY_ERROR_DAMAGED, "run `indexer rebuild`");
    }
    g_autofree char *with_nul = g_build_filename(index, "current", NULL);
    assert_true(syl_library_write_file(with_nul, "gen-000001\0x\n", 13, NULL));
    assert_current_fails(place, SYL_LIBRARY_ERROR_DAMAGED, "names no generation");
    write_text("gen-000001", index, "current"); /* the line break may be missing */
    g_autoptr(SylGeneration) current = syl_library_current(place->library, NULL);
    assert_int_equal(current->number, 1);
}

static void a_manifest_that_is_none_is_damage(void **state) {
    const Place *place = *state;
    g_autoptr(SylGeneration) generation = make_generation(place);
    assert_true(syl_library_publish(place->library, generation, NULL));
    static const char *const manifests[] = {
        "", "{", "[]", "{}", "{\"format\":\"1\",\"sealed\":true}", "{\"format\":1}", "1",
    };
    for (gsize i = 0; i < G_N_ELEMENTS(manifests); i++) {
        write_text(manifests[i], generation->path, "manifest.json");
        assert_current_fails(place, SYL_LIBRARY_ERROR_DAMAGED, "run `indexer rebuild`");
    }
    g_autofree char *manifest = g_build_filename(generation->path, "manifest.json", NULL);
    assert_int_equal(g_unlink(manifest), 0);
    assert_current_fails(place, SYL_LIBRARY_ERROR_DAMAGED, "manifest.json");
}

static void a_generation_without_its_database_is_damage(void **state) {
    const Place *place = *state;
    g_autoptr(SylGeneration) generation = syl_library_create_generation(place->library, NULL);
    assert_true(syl_library_publish(place->library, generation, NULL));
    assert_current_fails(place, SYL_LIBRARY_ERROR_DAMAGED, "xapian is missing");
}

static void another_format_is_refused_with_what_to_do(void **state) {
    const Place *place = *state;
    g_autoptr(SylGeneration) generation = make_generation(place);
    assert_true(syl_library_publish(place->library, generation, NULL));
    write_text("{\"format\":2,\"sealed\":true}", generation->path, "manifest.json");
    assert_current_fails(place, SYL_LIBRARY_ERROR_FORMAT, "made by a newer program");
    assert_current_fails(place, SYL_LIBRARY_ERROR_FORMAT, "this one reads format 1");
    write_text("{\"format\":0,\"sealed\":true}", generation->path, "manifest.json");
    assert_current_fails(place, SYL_LIBRARY_ERROR_FORMAT, "made by an older program");
    assert_false(syl_library_unseal(generation, NULL));
}

static void a_sealed_manifest_names_every_file_with_its_hash(void **state) {
    const Place *place = *state;
    g_autoptr(SylGeneration) generation = make_generation(place);
    assert_true(syl_library_seal(generation, 3, 17, NULL));
    json_t *manifest = load_manifest(generation);
    assert_true(json_is_true(json_object_get(manifest, "sealed")));
    assert_int_equal(json_integer_value(json_object_get(manifest, "pages")), 3);
    assert_int_equal(json_integer_value(json_object_get(manifest, "documents")), 17);
    json_t *files = json_object_get(manifest, "files");
    assert_int_equal(json_object_size(files), 1); /* no lock file, not itself */
    assert_string_equal(json_string_value(json_object_get(files, "xapian/postlist.glass")),
                        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    json_decref(manifest);

    assert_true(syl_library_unseal(generation, NULL));
    manifest = load_manifest(generation);
    assert_true(json_is_false(json_object_get(manifest, "sealed")));
    assert_int_equal(json_object_size(json_object_get(manifest, "files")), 0);
    json_decref(manifest);
}

static void only_one_indexer_holds_the_lock(void **state) {
    const Place *place = *state;
    int first = syl_library_lock(place->library, NULL);
    assert_true(first >= 0);
    g_autoptr(GError) error = NULL;
    assert_int_equal(syl_library_lock(place->library, &error), -1);
    assert_true(g_error_matches(error, SYL_LIBRARY_ERROR, SYL_LIBRARY_ERROR_LOCKED));
    assert_non_null(strstr(error->message, "another indexer"));
    close(first);
    int second = syl_library_lock(place->library, NULL);
    assert_true(second >= 0);
    close(second);
}

static void a_file_in_the_place_of_the_library_is_an_error(void **state) {
    const Place *place = *state;
    write_text("x", place->root, "library");
    g_autoptr(GError) error = NULL;
    assert_int_equal(syl_library_lock(place->library, &error), -1);
    assert_true(g_error_matches(error, SYL_LIBRARY_ERROR, SYL_LIBRARY_ERROR_IO));
    GError *refusal = NULL;
    const SylGeneration *generation = syl_library_create_generation(place->library, &refusal);
    assert_fails(generation, refusal, SYL_LIBRARY_ERROR_IO, place->library);
    assert_current_fails(place, SYL_LIBRARY_ERROR_DAMAGED, place->library);
}

static void pruning_keeps_the_live_generation_and_the_one_before_it(void **state) {
    const Place *place = *state;
    SylGeneration *generations[5];
    for (gsize i = 0; i < G_N_ELEMENTS(generations); i++) {
        generations[i] = make_generation(place);
    }
    assert_true(syl_library_prune(place->library, NULL)); /* none is live: nothing to go by */
    for (gsize i = 0; i < G_N_ELEMENTS(generations); i++) {
        assert_true(exists(generations[i]));
    }
    assert_true(syl_library_publish(place->library, generations[3], NULL));
    assert_true(syl_library_prune(place->library, NULL));
    static const gboolean kept[] = {FALSE, FALSE, TRUE, TRUE, FALSE};
    for (gsize i = 0; i < G_N_ELEMENTS(generations); i++) {
        assert_int_equal(exists(generations[i]), kept[i]);
    }
    write_text("garbage", generations[3]->path, "manifest.json");
    assert_false(syl_library_prune(place->library, NULL)); /* the old one may be all there is */
    assert_true(exists(generations[2]));
    for (gsize i = 0; i < G_N_ELEMENTS(generations); i++) {
        syl_generation_free(generations[i]);
    }
}

static void a_written_file_replaces_the_old_one_and_leaves_nothing_beside_it(void **state) {
    const Place *place = *state;
    write_text("a much longer first text", place->root, "file");
    write_text("two", place->root, "file");
    g_autofree char *path = g_build_filename(place->root, "file", NULL);
    g_autofree char *text = NULL;
    assert_true(g_file_get_contents(path, &text, NULL, NULL));
    assert_string_equal(text, "two");
    g_autofree char *temporary = g_strconcat(path, ".tmp", NULL);
    assert_false(g_file_test(temporary, G_FILE_TEST_EXISTS));
    g_autoptr(GError) error = NULL;
    assert_false(syl_library_write_file("/proc/none/file", "x", 1, &error));
    assert_true(g_error_matches(error, SYL_LIBRARY_ERROR, SYL_LIBRARY_ERROR_IO));
}

static void a_file_that_cannot_be_written_whole_leaves_the_old_one(void **state) {
    const Place *place = *state;
    g_autofree char *path = g_build_filename(place->root, "directory", NULL);
    assert_int_equal(g_mkdir(path, 0755), 0);
    assert_false(syl_library_write_file(path, "x", 1, NULL)); /* rename fails */
    assert_true(g_file_test(path, G_FILE_TEST_IS_DIR));
    g_autofree char *temporary = g_strconcat(path, ".tmp", NULL);
    assert_false(g_file_test(temporary, G_FILE_TEST_EXISTS));
}

static void the_store_lies_in_the_library(void **state) {
    (void)state;
    g_autofree char *path = syl_library_store_path("/a/b");
    assert_string_equal(path, "/a/b/store.db");
}

int main(void) {
#define IN_A_PLACE(test) cmocka_unit_test_setup_teardown(test, make_place, drop_place)
    const struct CMUnitTest tests[] = {
        IN_A_PLACE(a_published_generation_is_the_current_one),
        IN_A_PLACE(what_is_not_there_is_missing),
        IN_A_PLACE(a_pointer_that_names_no_generation_is_damage),
        IN_A_PLACE(a_manifest_that_is_none_is_damage),
        IN_A_PLACE(a_generation_without_its_database_is_damage),
        IN_A_PLACE(another_format_is_refused_with_what_to_do),
        IN_A_PLACE(a_sealed_manifest_names_every_file_with_its_hash),
        IN_A_PLACE(only_one_indexer_holds_the_lock),
        IN_A_PLACE(a_file_in_the_place_of_the_library_is_an_error),
        IN_A_PLACE(pruning_keeps_the_live_generation_and_the_one_before_it),
        IN_A_PLACE(a_written_file_replaces_the_old_one_and_leaves_nothing_beside_it),
        IN_A_PLACE(a_file_that_cannot_be_written_whole_leaves_the_old_one),
        cmocka_unit_test(the_store_lies_in_the_library),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
