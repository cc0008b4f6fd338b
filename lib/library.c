#include "syllabus/library.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <glib/gstdio.h>
#include <jansson.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "syllabus/schema.h"

G_DEFINE_QUARK(syl_library_error, syl_library_error)

#define POINTER_MAX_BYTES     64
#define MANIFEST_MAX_BYTES    (1024UL * 1024)
#define GENERATION_MAX_NUMBER 999999999U
/* Levels of directories in a generation that are hashed; ours has two. */
#define GENERATION_MAX_DEPTH 4

static const char manifest_name[] = "manifest.json";

static gboolean fail_io(GError **error, const char *what, const char *path) {
    g_set_error(error, SYL_LIBRARY_ERROR, SYL_LIBRARY_ERROR_IO, "cannot %s %s: %s", what, path,
                g_strerror(errno));
    return FALSE;
}

static gboolean fail_damaged(GError **error, const char *path, const char *fact) {
    g_set_error(error, SYL_LIBRARY_ERROR, SYL_LIBRARY_ERROR_DAMAGED, "%s %s: run `indexer rebuild`",
                path, fact);
    return FALSE;
}

/* Durable small files */

static gboolean sync_directory(const char *path, GError **error) {
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        return fail_io(error, "open", path);
    }
    gboolean synced = fsync(fd) == 0 || fail_io(error, "write", path);
    close(fd);
    return synced;
}

static gboolean write_all(int fd, const char *bytes, gsize size) {
    while (size > 0) {
        ssize_t written = write(fd, bytes, size);
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written < 0) {
            return FALSE;
        }
        bytes += written;
        size -= (gsize)written;
    }
    return TRUE;
}

/* A new file, on disk when it returns. FALSE with errno set on failure. */
static gboolean write_synced(const char *path, const char *contents, gsize size) {
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);
    if (fd < 0) {
        return FALSE;
    }
    gboolean written = write_all(fd, contents, size) && fsync(fd) == 0;
    int write_errno = errno;
    gboolean closed = close(fd) == 0;
    if (!written) {
        errno = write_errno;
    }
    return written && closed;
}

gboolean syl_library_write_file(const char *path, const char *contents, gsize size,
                                GError **error) {
    g_autofree char *temporary = g_strconcat(path, ".tmp", NULL);
    g_autofree char *directory = g_path_get_dirname(path);
    if (!write_synced(temporary, contents, size) || rename(temporary, path) != 0) {
        fail_io(error, "write", path);
        unlink(temporary);
        return FALSE;
    }
    return sync_directory(directory, error);
}

/* Reads a file of at most max bytes; a longer one is EFBIG. NULL with errno set on failure. */
static char *read_small_file(const char *path, gsize max, gsize *size) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return NULL;
    }
    g_autofree char *contents = g_malloc(max + 1);
    gsize length = 0;
    ssize_t got = 0;
    while (length <= max && (got = read(fd, contents + length, max + 1 - length)) != 0) {
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            break;
        }
        length += (gsize)got;
    }
    int read_errno = got < 0 ? errno : length > max ? EFBIG : 0;
    close(fd);
    if (read_errno != 0) {
        errno = read_errno;
        return NULL;
    }
    contents[length] = '\0';
    *size = length;
    return g_steal_pointer(&contents);
}

/* Generations */

static SylGeneration *generation_new(const char *library, guint number) {
    SylGeneration *generation = g_new0(SylGeneration, 1);
    generation->number = number;
    generation->path = g_strdup_printf("%s/index/gen-%06u", library, number);
    generation->xapian_path = g_strconcat(generation->path, "/xapian", NULL);
    return generation;
}

void syl_generation_free(SylGeneration *generation) {
    if (generation == NULL) {
        return;
    }
    g_free(generation->path);
    g_free(generation->xapian_path);
    g_free(generation);
}

/* The number in a directory name as create_generation writes it. */
static gboolean parse_generation_name(const char *name, guint *number) {
    guint64 value = 0;
    if (!g_str_has_prefix(name, "gen-") ||
        !g_ascii_string_to_unsigned(name + 4, 10, 1, GENERATION_MAX_NUMBER, &value, NULL)) {
        return FALSE;
    }
    g_autofree char *expected = g_strdup_printf("gen-%06u", (guint)value);
    if (strcmp(name, expected) != 0) {
        return FALSE;
    }
    *number = (guint)value;
    return TRUE;
}

/* The manifest, its format checked. FORMAT, DAMAGED. */
static json_t *read_manifest(const SylGeneration *generation, GError **error) {
    g_autofree char *path = g_build_filename(generation->path, manifest_name, NULL);
    gsize size = 0;
    g_autofree char *text = read_small_file(path, MANIFEST_MAX_BYTES, &size);
    if (text == NULL) {
        fail_damaged(error, path, g_strerror(errno));
        return NULL;
    }
    json_t *manifest = json_loadb(text, size, JSON_REJECT_DUPLICATES, NULL);
    json_t *format = json_object_get(manifest, "format");
    if (!json_is_integer(format) || !json_is_boolean(json_object_get(manifest, "sealed"))) {
        json_decref(manifest);
        fail_damaged(error, path, "is no manifest");
        return NULL;
    }
    json_int_t number = json_integer_value(format);
    if (number != SYL_INDEX_FORMAT) {
        gboolean newer = number > SYL_INDEX_FORMAT;
        g_set_error(error, SYL_LIBRARY_ERROR, SYL_LIBRARY_ERROR_FORMAT,
                    "index format %" JSON_INTEGER_FORMAT
                    " in %s was made by %s program; this one reads format %d: %s",
                    number, generation->path, newer ? "a newer" : "an older", SYL_INDEX_FORMAT,
                    newer ? "update it, or run `indexer rebuild`" : "run `indexer rebuild`");
        json_decref(manifest);
        return NULL;
    }
    return manifest;
}

/* Takes over files. */
static gboolean write_manifest(const SylGeneration *generation, gboolean sealed, guint pages,
                               guint documents, json_t *files, GError **error) {
    g_autofree char *path = g_build_filename(generation->path, manifest_name, NULL);
    json_t *manifest =
        json_pack("{s:i, s:b, s:I, s:I, s:o}", "format", SYL_INDEX_FORMAT, "sealed", (int)sealed,
                  "pages", (json_int_t)pages, "documents", (json_int_t)documents, "files", files);
    g_assert(manifest != NULL);
    char *text = json_dumps(manifest, JSON_INDENT(2) | JSON_SORT_KEYS);
    g_assert(text != NULL);
    gboolean written = syl_library_write_file(path, text, strlen(text), error);
    free(text);
    json_decref(manifest);
    return written;
}

/* Reads index/current. MISSING, DAMAGED. */
static SylGeneration *read_pointer(const char *library, GError **error) {
    g_autofree char *path = g_build_filename(library, "index", "current", NULL);
    gsize size = 0;
    g_autofree char *name = read_small_file(path, POINTER_MAX_BYTES, &size);
    if (name == NULL && errno == ENOENT) {
        gboolean exists = g_file_test(library, G_FILE_TEST_IS_DIR);
        g_set_error(error, SYL_LIBRARY_ERROR, SYL_LIBRARY_ERROR_MISSING,
                    "no %s %s: run `indexer LIST` first", exists ? "index in" : "library at",
                    library);
        return NULL;
    }
    if (name == NULL) {
        fail_damaged(error, path, g_strerror(errno));
        return NULL;
    }
    if (size > 0 && name[size - 1] == '\n') {
        name[size - 1] = '\0';
    }
    guint number = 0;
    if (strlen(name) + 1 < size || !parse_generation_name(name, &number)) {
        fail_damaged(error, path, "names no generation");
        return NULL;
    }
    return generation_new(library, number);
}

SylGeneration *syl_library_current(const char *library, GError **error) {
    g_autoptr(SylGeneration) generation = read_pointer(library, error);
    if (generation == NULL) {
        return NULL;
    }
    json_t *manifest = read_manifest(generation, error);
    if (manifest == NULL) {
        return NULL;
    }
    json_decref(manifest);
    if (!g_file_test(generation->xapian_path, G_FILE_TEST_IS_DIR)) {
        fail_damaged(error, generation->xapian_path, "is missing");
        return NULL;
    }
    return g_steal_pointer(&generation);
}

/* The numbers of all generations on disk, in no order. */
static GArray *list_generations(const char *library, GError **error) {
    g_autofree char *index = g_build_filename(library, "index", NULL);
    g_autoptr(GArray) numbers = g_array_new(FALSE, FALSE, sizeof(guint));
    DIR *directory = opendir(index);
    if (directory == NULL) {
        fail_io(error, "read", index);
        return NULL;
    }
    struct dirent *entry;
    guint number = 0;
    while ((entry = readdir(directory)) != NULL) {
        if (parse_generation_name(entry->d_name, &number)) {
            g_array_append_val(numbers, number);
        }
    }
    closedir(directory);
    return g_steal_pointer(&numbers);
}

static gboolean make_directories(const char *library, GError **error) {
    g_autofree char *index = g_build_filename(library, "index", NULL);
    if (g_mkdir_with_parents(index, 0755) != 0) {
        return fail_io(error, "make", index);
    }
    return sync_directory(library, error);
}

SylGeneration *syl_library_create_generation(const char *library, GError **error) {
    if (!make_directories(library, error)) {
        return NULL;
    }
    g_autoptr(GArray) numbers = list_generations(library, error);
    if (numbers == NULL) {
        return NULL;
    }
    guint highest = 0;
    for (guint i = 0; i < numbers->len; i++) {
        highest = MAX(highest, g_array_index(numbers, guint, i));
    }
    if (highest == GENERATION_MAX_NUMBER) {
        errno = EOVERFLOW;
        fail_io(error, "number a new generation in", library);
        return NULL;
    }
    g_autoptr(SylGeneration) generation = generation_new(library, highest + 1);
    if (mkdir(generation->path, 0755) != 0) {
        fail_io(error, "make", generation->path);
        return NULL;
    }
    g_autofree char *index = g_path_get_dirname(generation->path);
    if (!write_manifest(generation, FALSE, 0, 0, json_object(), error) ||
        !sync_directory(index, error)) {
        return NULL;
    }
    return g_steal_pointer(&generation);
}

gboolean syl_library_publish(const char *library, const SylGeneration *generation, GError **error) {
    g_autofree char *pointer = g_build_filename(library, "index", "current", NULL);
    g_autofree char *name = g_strdup_printf("gen-%06u\n", generation->number);
    return syl_library_write_file(pointer, name, strlen(name), error);
}

/* Sealing */

gboolean syl_library_unseal(const SylGeneration *generation, GError **error) {
    json_t *manifest = read_manifest(generation, error);
    if (manifest == NULL) {
        return FALSE;
    }
    gboolean sealed = json_is_true(json_object_get(manifest, "sealed"));
    json_decref(manifest);
    return !sealed || write_manifest(generation, FALSE, 0, 0, json_object(), error);
}

/* SHA-256 in hexadecimal of one file. */
static char *hash_file(const char *path, GError **error) {
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) {
        fail_io(error, "read", path);
        return NULL;
    }
    g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
    guchar buffer[64 * 1024];
    ssize_t got;
    while ((got = read(fd, buffer, sizeof buffer)) != 0) {
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            fail_io(error, "read", path);
            close(fd);
            return NULL;
        }
        g_checksum_update(checksum, buffer, got);
    }
    close(fd);
    return g_strdup(g_checksum_get_string(checksum));
}

/* What the manifest does not vouch for: itself, lock files, left-over temporary files. */
static gboolean is_content(const char *name) {
    return strcmp(name, manifest_name) != 0 && strcmp(name, "flintlock") != 0 &&
           !g_str_has_suffix(name, ".tmp");
}

static gboolean hash_directory(const char *path, const char *prefix, guint depth, json_t *files,
                               GError **error);

static gboolean hash_entry(const char *directory, const char *prefix, const char *name, guint depth,
                           json_t *files, GError **error) {
    g_autofree char *path = g_build_filename(directory, name, NULL);
    g_autofree char *relative = g_strconcat(prefix, name, NULL);
    struct stat status;
    if (lstat(path, &status) != 0) {
        return fail_io(error, "read", path);
    }
    if (S_ISDIR(status.st_mode) && depth < GENERATION_MAX_DEPTH) {
        g_autofree char *inner = g_strconcat(relative, "/", NULL);
        return hash_directory(path, inner, depth + 1, files, error);
    }
    if (!S_ISREG(status.st_mode)) {
        return TRUE;
    }
    g_autofree char *hash = hash_file(path, error);
    if (hash == NULL) {
        return FALSE;
    }
    json_object_set_new(files, relative, json_string(hash));
    return TRUE;
}

static gboolean hash_directory(const char *path, const char *prefix, guint depth, json_t *files,
                               GError **error) {
    DIR *directory = opendir(path);
    if (directory == NULL) {
        return fail_io(error, "read", path);
    }
    gboolean hashed = TRUE;
    struct dirent *entry;
    while (hashed && (entry = readdir(directory)) != NULL) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
            is_content(entry->d_name)) {
            hashed = hash_entry(path, prefix, entry->d_name, depth, files, error);
        }
    }
    closedir(directory);
    return hashed;
}

gboolean syl_library_seal(const SylGeneration *generation, guint pages, guint documents,
                          GError **error) {
    json_t *files = json_object();
    if (!hash_directory(generation->path, "", 0, files, error)) {
        json_decref(files);
        return FALSE;
    }
    return write_manifest(generation, TRUE, pages, documents, files, error);
}

/* Lock, prune, paths */

int syl_library_lock(const char *library, GError **error) {
    if (!make_directories(library, error)) {
        return -1;
    }
    g_autofree char *path = g_build_filename(library, "indexer.lock", NULL);
    /* Close-on-exec: a child that kept it would hold the lock beyond our end. */
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (fd < 0) {
        fail_io(error, "open", path);
        return -1;
    }
    if (flock(fd, LOCK_EX | LOCK_NB) == 0) {
        return fd;
    }
    if (errno == EWOULDBLOCK) {
        g_set_error(error, SYL_LIBRARY_ERROR, SYL_LIBRARY_ERROR_LOCKED,
                    "another indexer works on %s: wait until it has ended", library);
    } else {
        fail_io(error, "lock", path);
    }
    close(fd);
    return -1;
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *place) {
    (void)status;
    (void)type;
    (void)place;
    return remove(path);
}

gboolean syl_library_prune(const char *library, GError **error) {
    /* Only a live generation in good order lets the others go. */
    g_autoptr(GError) reason = NULL;
    g_autoptr(SylGeneration) live = syl_library_current(library, &reason);
    if (live == NULL) {
        if (g_error_matches(reason, SYL_LIBRARY_ERROR, SYL_LIBRARY_ERROR_MISSING)) {
            return TRUE;
        }
        g_propagate_error(error, g_steal_pointer(&reason));
        return FALSE;
    }
    g_autoptr(GArray) numbers = list_generations(library, error);
    if (numbers == NULL) {
        return FALSE;
    }
    guint previous = 0;
    for (guint i = 0; i < numbers->len; i++) {
        guint number = g_array_index(numbers, guint, i);
        if (number < live->number) {
            previous = MAX(previous, number);
        }
    }
    for (guint i = 0; i < numbers->len; i++) {
        guint number = g_array_index(numbers, guint, i);
        if (number == live->number || number == previous) {
            continue;
        }
        g_autoptr(SylGeneration) old = generation_new(library, number);
        if (nftw(old->path, remove_entry, 16, FTW_DEPTH | FTW_PHYS) != 0) {
            return fail_io(error, "remove", old->path);
        }
    }
    return TRUE;
}

char *syl_library_store_path(const char *library) {
    return g_build_filename(library, "store.db", NULL);
}
