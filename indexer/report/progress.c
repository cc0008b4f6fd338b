#include "report/progress.h"

#include <stdio.h>
#include <unistd.h>

struct Progress {
    int fd;
    gboolean live;
    guint tenth; /* of the last line printed */
};

Progress *progress_new(int fd) {
    Progress *progress = g_new0(Progress, 1);
    progress->fd = fd;
    progress->live = isatty(fd) != 0 && g_strcmp0(g_getenv("TERM"), "dumb") != 0;
    return progress;
}

void progress_free(Progress *progress) {
    if (progress->live) {
        dprintf(progress->fd, "\r\033[K");
    }
    g_free(progress);
}

void progress_show(const CrawlReport *report, gpointer data) {
    Progress *progress = data;
    double seconds = (double)report->elapsed_us / G_USEC_PER_SEC;
    double rate = seconds > 0 ? report->done / seconds : 0;
    guint left = report->known - report->done;
    g_autofree char *eta =
        rate > 0 && left > 0 ? g_strdup_printf(", about %.0f s left", left / rate) : g_strdup("");
    g_autofree char *line =
        g_strdup_printf("%u of %u pages, %.1f pages/s, %.1f MB, %u failed%s", report->done,
                        report->known, rate, (double)report->wire_bytes / 1e6, report->failed, eta);
    if (progress->live && report->longest != NULL) {
        g_autofree char *counts = g_steal_pointer(&line);
        line =
            g_strdup_printf("%s; %u wait for %s", counts, report->longest_queued, report->longest);
    }
    guint tenth = report->known > 0 ? report->done * 10 / report->known : 0;
    if (progress->live) {
        dprintf(progress->fd, "\r%s\033[K", line);
    } else if (tenth > progress->tenth) {
        progress->tenth = tenth;
        dprintf(progress->fd, "%s\n", line);
    }
}
