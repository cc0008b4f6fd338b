/* PDF through poppler's pdftotext: another program, so that a crash or a licence stays outside. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "syllabus/text.h"

#include "extract/extract.h"
#include "extract/text_sink.h"

/* What pdftotext may write, in bytes, and how long it may take. */
#define MAX_OUTPUT_BYTES (16 * 1024 * 1024)
#define MAX_RUN_MS       20000
/* A first line within these bounds, in bytes, is a title. */
#define MIN_TITLE_BYTES 4
#define MAX_TITLE_BYTES 200
/* A line of more digits is no page number. */
#define MAX_PAGE_DIGITS 4

static int fail_errno(GError **error, const char *what, int problem) {
    g_set_error(error, EXTRACT_ERROR, EXTRACT_ERROR_TOOL, "%s: %s", what, g_strerror(problem));
    return -1;
}

/* A descriptor, at its start, of an unnamed file with these bytes. */
static int make_file(const guint8 *bytes, gsize size, GError **error) {
    int fd = memfd_create("pdf", MFD_CLOEXEC);
    if (fd < 0) {
        return fail_errno(error, "no room for the PDF", errno);
    }
    while (size) {
        ssize_t put = write(fd, bytes, size);
        if (put < 0 && errno == EINTR) {
            continue;
        }
        if (put <= 0) {
            int problem = errno;
            close(fd);
            return fail_errno(error, "no room for the PDF", problem);
        }
        bytes += put;
        size -= (gsize)put;
    }
    lseek(fd, 0, SEEK_SET);
    return fd;
}

/* Starts pdftotext with its input from file; the read end of its output, or -1. */
static int start_tool(int file, pid_t *pid, GError **error) {
    static const char *const words[] = {"pdftotext", "-enc", "UTF-8", "-", "-", NULL};
    char *arguments[G_N_ELEMENTS(words)];
    int ends[2];
    if (pipe2(ends, O_CLOEXEC)) {
        return fail_errno(error, "no pipe for pdftotext", errno);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(words); i++) {
        arguments[i] = g_strdup(words[i]);
    }
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, file, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    int problem = posix_spawnp(pid, "pdftotext", &actions, NULL, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    for (gsize i = 0; i < G_N_ELEMENTS(words); i++) {
        g_free(arguments[i]);
    }
    close(ends[1]);
    if (!problem) {
        return ends[0];
    }
    close(ends[0]);
    if (problem != ENOENT) {
        return fail_errno(error, "pdftotext", problem);
    }
    g_set_error_literal(error, EXTRACT_ERROR, EXTRACT_ERROR_TOOL,
                        "no pdftotext to read PDF with: install the package poppler-utils");
    return -1;
}

/* FALSE with *why set if the output ends for another reason than its end. */
static gboolean read_output(int fd, GByteArray *output, const char **why) {
    gint64 deadline = g_get_monotonic_time() + (gint64)MAX_RUN_MS * 1000;
    guint8 chunk[65536];
    for (;;) {
        gint64 left = (deadline - g_get_monotonic_time()) / 1000;
        struct pollfd wait = {.fd = fd, .events = POLLIN};
        int ready = left > 0 ? poll(&wait, 1, (int)left) : 0;
        if (ready < 0 && errno == EINTR) {
            continue;
        }
        if (ready <= 0) {
            *why = "pdftotext needed over 20 s";
            return FALSE;
        }
        ssize_t got = read(fd, chunk, sizeof chunk);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            return got == 0;
        }
        if (output->len + (gsize)got > MAX_OUTPUT_BYTES) {
            *why = "text over 16 MiB";
            return FALSE;
        }
        g_byte_array_append(output, chunk, (guint)got);
    }
}

/* The text of a PDF, pages ended by form feeds. */
static GByteArray *run_tool(const ExtractInput *input, GError **error) {
    pid_t pid;
    int status = 0;
    const char *why = "pdftotext gave no text";
    int file = make_file(input->bytes, input->size, error);
    int fd = file >= 0 ? start_tool(file, &pid, error) : -1;
    if (file >= 0) {
        close(file);
    }
    if (fd < 0) {
        return NULL;
    }
    g_autoptr(GByteArray) output = g_byte_array_new();
    gboolean whole = read_output(fd, output, &why);
    close(fd);
    if (!whole) {
        kill(pid, SIGKILL);
    }
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
        ;
    }
    if (!whole) {
        g_set_error_literal(error, EXTRACT_ERROR, EXTRACT_ERROR_TOOL, why);
        return NULL;
    }
    /* A damaged file may give text all the same. */
    if (!output->len && (!WIFEXITED(status) || WEXITSTATUS(status))) {
        gboolean refused = WIFEXITED(status) && WEXITSTATUS(status) <= 4;
        g_set_error(error, EXTRACT_ERROR, refused ? EXTRACT_ERROR_MALFORMED : EXTRACT_ERROR_TOOL,
                    refused ? "pdftotext cannot read it (code %d)" : "pdftotext ended badly (%d)",
                    WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
        return NULL;
    }
    return g_steal_pointer(&output);
}

static gboolean is_page_number(const char *line, gsize size) {
    gsize digits = 0;
    for (gsize i = 0; i < size; i++) {
        digits += g_ascii_isdigit(line[i]) ? 1 : 0;
        if (!g_ascii_isdigit(line[i]) && !g_ascii_isspace(line[i])) {
            return FALSE;
        }
    }
    return digits <= MAX_PAGE_DIGITS;
}

/* Without the lines at the top and the bottom that are blank or a page number. */
static void trim_page(const char **text, gsize *size) {
    const char *line;
    while (*size) {
        line = memchr(*text, '\n', *size);
        gsize length = line ? (gsize)(line - *text) : *size;
        if (!is_page_number(*text, length)) {
            break;
        }
        length += line != NULL;
        *text += length;
        *size -= length;
    }
    while (*size) {
        line = memrchr(*text, '\n', *size);
        gsize before = line ? (gsize)(line - *text) + 1 : 0;
        if (!is_page_number(*text + before, *size - before)) {
            break;
        }
        *size = before ? before - 1 : 0;
    }
}

static void add_page(Document *document, TextSink *sink, const char *text, gsize size,
                     guint number) {
    gsize before = text_sink_size(sink);
    trim_page(&text, &size);
    text_sink_add_paragraphs(sink, text, size);
    if (text_sink_size(sink) == before) {
        return;
    }
    g_autofree char *anchor = g_strdup_printf("page=%u", number);
    document_add_section(document, 1, "", anchor, before ? before + 1 : 0);
}

static char *guess_title(const char *main) {
    for (const char *line = main; *line;) {
        gsize size = strcspn(line, "\n");
        if (size >= MIN_TITLE_BYTES) {
            return g_strchomp(g_strndup(line, syl_text_cut(line, size, MAX_TITLE_BYTES)));
        }
        line += size;
        line += *line == '\n';
    }
    return g_strdup("");
}

Document *extract_pdf(const ExtractInput *input, GError **error) {
    g_autoptr(GByteArray) output = run_tool(input, error);
    if (!output) {
        return NULL;
    }
    Document *document = document_new();
    TextSink *sink = text_sink_new(DOCUMENT_MAX_MAIN_BYTES);
    g_autofree char *valid = g_utf8_make_valid((const char *)output->data, (gssize)output->len);
    const char *at = valid, *end = valid + strlen(valid);
    for (guint number = 1; at < end; number++) {
        const char *feed = memchr(at, '\f', (gsize)(end - at));
        const char *stop = feed ? feed : end;
        add_page(document, sink, at, (gsize)(stop - at), number);
        at = stop + 1;
    }
    g_free(document->main);
    g_free(document->title);
    document->main = text_sink_take(sink);
    document->title = guess_title(document->main);
    return document;
}
