#include "report/summary.h"

#include <jansson.h>

void summary_print(FILE *out, const CrawlReport *report, const StoreCounts *counts,
                   const char *library) {
    fprintf(out, "%u pages: %u new or changed, %u unchanged, %u failed (%.1f MB in %.1f s)\n",
            report->done, report->fetched, report->unchanged, report->failed,
            (double)report->wire_bytes / 1e6, (double)report->elapsed_us / G_USEC_PER_SEC);
    guint shown = 0;
    for (guint named = 1; named <= 2; named++) { /* links of the list first */
        for (guint i = 0; i < report->failures->len && shown < SUMMARY_MAX_FAILURES; i++) {
            const CrawlFailure *failure = g_ptr_array_index(report->failures, i);
            if (failure->in_list == (named == 1)) {
                fprintf(out, "  %s %s: %s\n", failure->in_list ? "link" : "page", failure->url,
                        failure->message);
                shown++;
            }
        }
    }
    if (report->failed > shown) {
        fprintf(out, "  and %u more (`--json` names them all)\n", report->failed - shown);
    }
    if (report->out_of_time) {
        fputs("The time limit was reached: run again to go on.\n", out);
    }
    fprintf(out, "%s holds %u pages of %u resources from %u list%s.\n", library, counts->with_text,
            counts->resources, counts->lists, counts->lists == 1 ? "" : "s");
}

void summary_print_json(FILE *out, const CrawlReport *report, const StoreCounts *counts,
                        const char *library) {
    json_t *failures = json_array();
    for (guint i = 0; i < report->failures->len; i++) {
        const CrawlFailure *failure = g_ptr_array_index(report->failures, i);
        json_array_append_new(failures, json_pack("{s:s, s:s, s:b}", "url", failure->url, "message",
                                                  failure->message, "in_list", failure->in_list));
    }
    json_t *summary =
        json_pack("{s:s, s:i, s:i, s:i, s:i, s:i, s:I, s:f, s:b, s:b, s:i, s:i, s:i, s:o}",
                  "library", library, "done", (int)report->done, "fetched", (int)report->fetched,
                  "unchanged", (int)report->unchanged, "failed", (int)report->failed, "disallowed",
                  (int)report->disallowed, "bytes", (json_int_t)report->wire_bytes, "seconds",
                  (double)report->elapsed_us / G_USEC_PER_SEC, "interrupted", report->interrupted,
                  "out_of_time", report->out_of_time, "lists", (int)counts->lists, "resources",
                  (int)counts->resources, "pages", (int)counts->with_text, "failures", failures);
    json_dumpf(summary, out, JSON_COMPACT);
    fputc('\n', out);
    json_decref(summary);
}
