#include "report/summary.h"

#include <jansson.h>

/* Links that a list names are shown one by one, the pages behind them by what went wrong. */
static void print_links(FILE *out, const CrawlReport *report) {
    guint failed = 0;
    for (guint i = 0; i < report->failures->len; i++) {
        const CrawlFailure *failure = g_ptr_array_index(report->failures, i);
        if (failure->in_list && ++failed <= SUMMARY_MAX_LINES) {
            fprintf(out, "  line %u: %s%s%s: %s\n", failure->line, failure->text,
                    *failure->text != '\0' ? " " : "", failure->url, failure->message);
        }
    }
    if (failed > SUMMARY_MAX_LINES) {
        fprintf(out, "  and %u more links (--json names them all)\n", failed - SUMMARY_MAX_LINES);
    }
}

/* How often each reason occurs, with the first address it met. */
typedef struct Reason {
    const char *message, *url;
    guint count;
} Reason;

static int compare_reasons(gconstpointer a, gconstpointer b) {
    const Reason *first = a, *second = b;
    return first->count != second->count ? (first->count > second->count ? -1 : 1)
                                         : g_strcmp0(first->message, second->message);
}

static GArray *collect_reasons(const CrawlReport *report) {
    GArray *reasons = g_array_new(FALSE, FALSE, sizeof(Reason));
    g_autoptr(GHashTable) known = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < report->failures->len; i++) {
        const CrawlFailure *failure = g_ptr_array_index(report->failures, i);
        if (failure->in_list) {
            continue;
        }
        guint at = GPOINTER_TO_UINT(g_hash_table_lookup(known, failure->message));
        if (at == 0) {
            const Reason fresh = {failure->message, failure->url, 1};
            g_array_append_val(reasons, fresh);
            g_hash_table_insert(known, failure->message, GUINT_TO_POINTER(reasons->len));
        } else {
            g_array_index(reasons, Reason, at - 1).count++;
        }
    }
    g_array_sort(reasons, compare_reasons);
    return reasons;
}

static void print_pages(FILE *out, const CrawlReport *report) {
    g_autoptr(GArray) reasons = collect_reasons(report);
    for (guint i = 0; i < reasons->len && i < SUMMARY_MAX_LINES; i++) {
        const Reason *reason = &g_array_index(reasons, Reason, i);
        fprintf(out, "  %u page%s: %s (%s%s)\n", reason->count, reason->count == 1 ? "" : "s",
                reason->message, reason->count == 1 ? "" : "first: ", reason->url);
    }
}

void summary_print(FILE *out, const CrawlReport *report, const StoreCounts *counts,
                   const char *library) {
    fprintf(out,
            "%u page%s: %u new or changed, %u unchanged, %u moved, %u failed (%.1f MB in %.1f s)\n",
            report->done, report->done == 1 ? "" : "s", report->fetched, report->unchanged,
            report->moved, report->failed, (double)report->wire_bytes / 1e6,
            (double)report->elapsed_us / G_USEC_PER_SEC);
    print_links(out, report);
    print_pages(out, report);
    if (report->cut > 0) {
        fprintf(out, "  %u links were not followed: beyond --depth, --max-pages or another limit\n",
                report->cut);
    }
    if (report->interrupted) {
        fputs("Interrupted: run again to go on.\n", out);
    }
    if (report->out_of_time) {
        fputs("The time limit was reached: run again to go on.\n", out);
    }
    fprintf(out, "%s holds %u page%s of %u resource%s from %u list%s.\n", library,
            counts->with_text, counts->with_text == 1 ? "" : "s", counts->resources,
            counts->resources == 1 ? "" : "s", counts->lists, counts->lists == 1 ? "" : "s");
}

void summary_print_json(FILE *out, const CrawlReport *report, const StoreCounts *counts,
                        const char *library) {
    json_t *failures = json_array();
    for (guint i = 0; i < report->failures->len; i++) {
        const CrawlFailure *failure = g_ptr_array_index(report->failures, i);
        json_array_append_new(failures,
                              json_pack("{s:s, s:s, s:b, s:i, s:s}", "url", failure->url, "message",
                                        failure->message, "in_list", failure->in_list, "line",
                                        (int)failure->line, "text", failure->text));
    }
    json_t *summary = json_pack(
        "{s:s, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:I, s:f, s:b, s:b, s:i, s:i, s:i, s:o}",
        "library", library, "done", (int)report->done, "fetched", (int)report->fetched, "unchanged",
        (int)report->unchanged, "moved", (int)report->moved, "failed", (int)report->failed,
        "disallowed", (int)report->disallowed, "cut", (int)report->cut, "bytes",
        (json_int_t)report->wire_bytes, "seconds", (double)report->elapsed_us / G_USEC_PER_SEC,
        "interrupted", report->interrupted, "out_of_time", report->out_of_time, "lists",
        (int)counts->lists, "resources", (int)counts->resources, "pages", (int)counts->with_text,
        "failures", failures);
    json_dumpf(summary, out, JSON_COMPACT | JSON_REAL_PRECISION(6));
    fputc('\n', out);
    json_decref(summary);
}
