#include "respond/html.h"

#include <string.h>

#include "query/token.h"
#include "respond/assets.h"
#include "respond/markup.h"
#include "syllabus/url.h"

/* What keeps a page readable and near 20 kB whatever the index holds. */
#define TITLE_MAX_BYTES    200
#define HEADING_MAX_BYTES  120
#define HEADINGS_MAX       6
#define LABEL_MAX_BYTES    100
#define VALUES_MAX         8  /* of one facet, beside results */
#define SECTIONS_MAX       24 /* sections beside results */
#define START_VALUES_MAX   20 /* of one facet, on the start page */
#define START_SECTIONS_MAX 60 /* sections on the start page */
#define DEPTH_MAX          5  /* deeper sections are shown at this level */

#define ROOT_HERE "./" /* the start page and the results page lie side by side */
#define ROOT_HOST "/"  /* an error page may be anywhere */

static const struct {
    const char *kind, *label;
} kinds[] = {
    {"page", "Page"},         {"pdf", "PDF"},           {"notebook", "Notebook"},
    {"video", "Video"},       {"playlist", "Playlist"}, {"repository", "Repository"},
    {"document", "Document"}, {"markdown", "Markdown"}, {"text", "Text"},
    {"link", "Link only"},
};

/* How a facet is headed. */
static const struct {
    SylFieldId field;
    const char *one, *many;
} facet_titles[] = {
    {SYL_FIELD_SECTION, "Section", "Sections"},
    {SYL_FIELD_KIND, "Kind", "Kinds"},
    {SYL_FIELD_LIST, "List", "Lists"},
    {SYL_FIELD_HOST, "Site", "Sites"},
};

static const char *kind_label(const char *kind) {
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
        if (g_strcmp0(kinds[i].kind, kind) == 0) {
            return kinds[i].label;
        }
    }
    return kind;
}

/* A number as people write it: 12,345. */
static void append_count(GString *out, guint count) {
    g_autofree char *digits = g_strdup_printf("%u", count);
    gsize length = strlen(digits);
    for (gsize i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0) {
            g_string_append_c(out, ',');
        }
        g_string_append_c(out, digits[i]);
    }
}

/* "1 result", "12,345 results" */
static void append_counted(GString *out, guint count, const char *one, const char *many) {
    append_count(out, count);
    g_string_append_printf(out, " %s", count == 1 ? one : many);
}

/* Opens a link to a search. arguments: the part behind '?', taken. */
static void append_search_link(GString *out, const char *attributes, char *arguments) {
    g_string_append_printf(out, "<a %shref=\"search?", attributes);
    markup_append(out, arguments);
    g_string_append(out, "\">");
    g_free(arguments);
}

static void append_query_link(GString *out, const Request *request, const char *query) {
    append_search_link(out, "", request_format_query(request, query));
}

/* --- the shell */

/* The request's filters as hidden inputs: a new query keeps them. */
static char *kept_inputs(const Request *request) {
    GString *out = g_string_new(NULL);
    for (guint i = 0; request != NULL && i < request->filters->len; i++) {
        const RequestFilter *filter = g_ptr_array_index(request->filters, i);
        g_string_append(out, "<input type=\"hidden\" name=\"");
        markup_append(out, syl_schema_field(filter->field)->facet);
        g_string_append(out, "\" value=\"");
        markup_append(out, filter->value);
        g_string_append(out, "\">\n");
    }
    return g_string_free(out, FALSE);
}

/* The parts of a page. All but main_part and foot are text. */
typedef struct Page {
    const char *root, *title, *description;
    const char *robots;
    const Request *request; /* NULL: none */
    GString *main_part;     /* markup, taken */
    const char *foot;       /* markup */
} Page;

static char *fill_shell(const Page *page) {
    g_autoptr(GString) title = g_string_new(NULL);
    g_autoptr(GString) description = g_string_new(NULL);
    g_autoptr(GString) query = g_string_new(NULL);
    g_autofree char *kept = kept_inputs(page->request);
    markup_append(title, page->title);
    markup_append(description, page->description);
    markup_append(query, page->request != NULL ? page->request->query : "");
    const MarkupValue values[] = {
        {"root", page->root},     {"title", title->str},          {"description", description->str},
        {"robots", page->robots}, {"query", query->str},          {"kept", kept},
        {"foot", page->foot},     {"main", page->main_part->str},
    };
    const WebAsset *shell = web_asset_find("page.html");
    g_assert(shell != NULL);
    char *filled =
        markup_fill((const char *)shell->bytes, shell->size, values, G_N_ELEMENTS(values));
    g_string_free(page->main_part, TRUE);
    return filled;
}

/* --- filters */

static const char *value_name(const Facet *facet, const FacetValue *value) {
    return facet->field == SYL_FIELD_KIND ? kind_label(value->value) : value->name;
}

/* The deepest level of a facet that fits into max values together with the levels above it. */
static guint depth_that_fits(const Facet *facet, guint max) {
    guint counts[DEPTH_MAX + 1] = {0};
    for (guint i = 0; i < facet->values->len; i++) {
        const FacetValue *value = g_ptr_array_index(facet->values, i);
        counts[MIN(value->depth, DEPTH_MAX)]++;
    }
    guint depth = 0;
    guint sum = counts[0];
    while (depth < DEPTH_MAX && sum + counts[depth + 1] <= max) {
        sum += counts[++depth];
    }
    return depth;
}

static void append_value(GString *out, const Facet *facet, const FacetValue *value,
                         const Request *request) {
    gboolean is_on = request_has_filter(request, facet->field, value->value);
    append_search_link(out, is_on ? "aria-current=\"true\" " : "",
                       request_format_toggle(request, facet->field, value->value));
    g_string_append(out, "<span>");
    if (facet->field == SYL_FIELD_HOST) {
        markup_append_host(out, value_name(facet, value), LABEL_MAX_BYTES);
    } else {
        markup_append_cut(out, value_name(facet, value), LABEL_MAX_BYTES);
    }
    g_string_append(out, is_on ? "<span class=\"unseen\">, remove</span></span>" : "</span>");
    g_string_append(out, "<span class=\"count\">");
    append_count(out, value->count);
    g_string_append(out, "</span></a>");
}

/* The values as a nested list: the most frequent ones, as deep as fits, and whatever is filtered
 * by. */
static void append_values(GString *out, const Facet *facet, const Request *request, guint max,
                          const char *classes) {
    guint deepest = depth_that_fits(facet, max);
    guint level = 0;
    guint shown = 0;
    g_string_append_printf(out, "<ul class=\"%s\">", classes);
    for (guint i = 0; i < facet->values->len; i++) {
        const FacetValue *value = g_ptr_array_index(facet->values, i);
        guint depth = MIN(value->depth, DEPTH_MAX);
        if ((depth > deepest || shown >= max) &&
            !request_has_filter(request, facet->field, value->value)) {
            continue;
        }
        depth = shown == 0 ? 0 : MIN(depth, level + 1);
        if (depth > level) {
            g_string_append(out, "\n<ul>");
            level = depth;
        } else if (shown > 0) {
            g_string_append(out, "</li>");
            for (; level > depth; level--) {
                g_string_append(out, "</ul></li>");
            }
        }
        g_string_append(out, "\n<li>");
        append_value(out, facet, value, request);
        shown++;
    }
    g_string_append(out, shown > 0 ? "</li>" : "");
    for (; level > 0; level--) {
        g_string_append(out, "</ul></li>");
    }
    g_string_append(out, "\n</ul>\n");
}

static const Facet *find_facet(const Answer *answer, SylFieldId field) {
    for (guint i = 0; i < answer->facets->len; i++) {
        const Facet *facet = g_ptr_array_index(answer->facets, i);
        if (facet->field == field) {
            return facet;
        }
    }
    return NULL;
}

static gboolean is_any_filtered(const Request *request, SylFieldId field) {
    for (guint i = 0; i < request->filters->len; i++) {
        const RequestFilter *filter = g_ptr_array_index(request->filters, i);
        if (filter->field == field) {
            return TRUE;
        }
    }
    return FALSE;
}

static void append_filters(GString *out, const Answer *answer, const Request *request) {
    g_autoptr(GString) parts = g_string_new(NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(facet_titles); i++) {
        SylFieldId field = facet_titles[i].field;
        const Facet *facet = find_facet(answer, field);
        guint useful = is_any_filtered(request, field) ? 1 : 2;
        if (facet == NULL || facet->values->len < useful) {
            continue; /* one value divides nothing */
        }
        g_string_append_printf(parts, "<h3>%s</h3>\n", facet_titles[i].one);
        append_values(parts, facet, request, field == SYL_FIELD_SECTION ? SECTIONS_MAX : VALUES_MAX,
                      "values");
    }
    if (parts->len > 0) {
        g_string_append_printf(out,
                               "<nav class=\"filters\" id=\"filters\" aria-labelledby=\"narrow\">\n"
                               "<h2 id=\"narrow\">Narrow down</h2>\n%s</nav>\n",
                               parts->str);
    }
}

/* What people call the value of a filter. Caller frees. */
static char *filter_label(const Answer *answer, const RequestFilter *filter) {
    if (filter->field == SYL_FIELD_KIND) {
        return g_strdup(kind_label(filter->value));
    }
    const Facet *facet = find_facet(answer, filter->field);
    for (guint i = 0; facet != NULL && i < facet->values->len; i++) {
        const FacetValue *value = g_ptr_array_index(facet->values, i);
        if (strcmp(value->value, filter->value) == 0) {
            return g_strdup(value->label);
        }
    }
    g_auto(GStrv) levels =
        filter->field == SYL_FIELD_SECTION ? request_path_levels(filter->value) : NULL;
    return levels != NULL ? g_strjoinv(" › ", levels) : g_strdup(filter->value);
}

static void append_active_filters(GString *out, const Answer *answer, const Request *request) {
    if (request->filters->len == 0) {
        return;
    }
    g_string_append(out, "<ul class=\"chips\" aria-label=\"Filters in use\">\n");
    for (guint i = 0; i < request->filters->len; i++) {
        const RequestFilter *filter = g_ptr_array_index(request->filters, i);
        g_autofree char *label = filter_label(answer, filter);
        g_string_append(out, "<li>");
        append_search_link(out, "", request_format_toggle(request, filter->field, filter->value));
        g_string_append(out, "<span><span class=\"unseen\">Remove filter </span>");
        markup_append_cut(out, label, LABEL_MAX_BYTES);
        g_string_append(out, "</span></a></li>\n");
    }
    g_string_append(out, "</ul>\n");
}

/* --- results */

static void append_path_part(GString *out, gboolean *is_first, const char *part,
                             const char *title) {
    if (part == NULL || *part == '\0' || g_strcmp0(part, title) == 0) {
        return;
    }
    g_string_append(out, *is_first ? "<b>" : " › ");
    markup_append_cut(out, part, HEADING_MAX_BYTES);
    g_string_append(out, *is_first ? "</b>" : "");
    *is_first = FALSE;
}

/* Where a result is: resource › headings, host. What the title says already is left out. */
static void append_where(GString *out, const AnswerResult *result, const char *title) {
    gboolean is_first = TRUE;
    g_string_append(out, "<p class=\"where\">");
    append_path_part(out, &is_first, result->resource_title, title);
    for (guint i = 0; i < HEADINGS_MAX && result->heading[i] != NULL; i++) {
        if (g_strcmp0(result->heading[i], result->resource_title) != 0) {
            append_path_part(out, &is_first, result->heading[i], title);
        }
    }
    g_autoptr(SylUrl) url = syl_url_parse(result->page);
    if (url != NULL) {
        g_string_append_printf(out, " <span class=\"host\">%s", is_first ? "" : "· ");
        markup_append_cut(out, url->host, LABEL_MAX_BYTES);
        g_string_append(out, "</span>");
    }
    g_string_append(out, "</p>\n");
}

static const char *result_title(const AnswerResult *result) {
    if (result->title != NULL && *result->title != '\0') {
        return result->title;
    }
    gboolean is_named = result->resource_title != NULL && *result->resource_title != '\0';
    return is_named ? result->resource_title : result->page;
}

static gboolean is_language_tag(const char *text) {
    return text != NULL && *text != '\0' && strlen(text) <= 35 &&
           strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-") ==
               strlen(text);
}

static void append_result(GString *out, const AnswerResult *result) {
    const char *title = result_title(result);
    gboolean is_link = markup_is_link(result->url);
    g_autofree char *lang = is_language_tag(result->language)
                                ? g_strdup_printf(" lang=\"%s\"", result->language)
                                : g_strdup("");
    g_string_append_printf(out, "<li><article>\n<h2 dir=\"auto\"%s>", lang);
    if (is_link) {
        g_string_append(out, "<a href=\"");
        markup_append(out, result->url);
        g_string_append(out, "\">");
    }
    markup_append_cut(out, title, TITLE_MAX_BYTES);
    g_string_append(out, is_link ? "</a></h2>\n" : "</h2>\n");
    g_string_append(out, "<p class=\"kind\">");
    markup_append_cut(out, kind_label(result->kind), LABEL_MAX_BYTES);
    g_string_append(out, "</p>\n");
    append_where(out, result, title);
    g_string_append_printf(out, "<p class=\"quote\" dir=\"auto\"%s>", lang);
    markup_append_highlighted(out, result->text, result->highlights);
    g_string_append(out, "</p>\n</article></li>\n");
}

static void append_page_link(GString *out, const Request *request, guint offset, const char *rel,
                             const char *label) {
    g_autofree char *attributes = g_strdup_printf("rel=\"%s\" ", rel);
    append_search_link(out, attributes, request_format_offset(request, offset));
    g_string_append_printf(out, "%s</a>\n", label);
}

static void append_paging(GString *out, const Answer *answer, const Request *request) {
    guint limit = MAX(request->limit, 1);
    guint reachable = MIN(answer->total, REQUEST_WINDOW_MAX);
    guint next = request->offset + limit;
    gboolean has_next = next < reachable && next + limit <= REQUEST_WINDOW_MAX;
    if (request->offset == 0 && !has_next) {
        return;
    }
    g_string_append(out, "<nav class=\"turn\" aria-label=\"Pages\">\n");
    if (request->offset > 0) {
        append_page_link(out, request, request->offset - MIN(request->offset, limit), "prev",
                         "Previous");
    }
    g_string_append(out, "<span>Page ");
    append_count(out, request->offset / limit + 1);
    if (answer->total_exact && answer->total <= REQUEST_WINDOW_MAX) {
        g_string_append(out, " of ");
        append_count(out, (answer->total + limit - 1) / limit);
    }
    g_string_append(out, "</span>\n");
    if (has_next) {
        append_page_link(out, request, next, "next", "Next");
    }
    g_string_append(out, "</nav>\n");
}

/* What is said about the question: corrections and whatever was understood otherwise. */
static void append_told(GString *out, const Answer *answer, const Request *request) {
    if (answer->corrected == NULL && answer->notices->len == 0) {
        return;
    }
    g_string_append(out, "<div class=\"told\" role=\"status\">\n");
    if (answer->corrected != NULL) {
        Request literal = *request;
        literal.literal = TRUE;
        g_string_append(out, "<p>Showing results for <b>");
        markup_append(out, answer->corrected);
        g_string_append(out, "</b>. Search instead for ");
        append_query_link(out, &literal, request->query);
        markup_append(out, request->query);
        g_string_append(out, "</a>.</p>\n");
    }
    for (guint i = 0; i < answer->notices->len; i++) {
        g_string_append(out, "<p>");
        markup_append(out, g_ptr_array_index(answer->notices, i));
        g_string_append(out, "</p>\n");
    }
    g_string_append(out, "</div>\n");
}

static void append_nothing_help(GString *out, const Answer *answer, const Request *request) {
    g_string_append(out, "<ul class=\"help\">\n");
    if (answer->total > 0) {
        g_string_append(out, "<li>The results end before this page. ");
        append_search_link(out, "", request_format_offset(request, 0));
        g_string_append(out, "Go to the first page</a>.</li>\n");
    }
    if (request->filters->len > 0) {
        g_autoptr(Request) unfiltered = request_new();
        g_string_append(out, "<li>");
        append_query_link(out, unfiltered, request->query);
        g_string_append(out, "Search without filters</a>.</li>\n");
    }
    g_autofree char *straight = token_straight_quotes(request->query);
    if (strchr(straight, '"') != NULL) {
        g_auto(GStrv) parts = g_strsplit(straight, "\"", -1);
        g_autofree char *joined = g_strjoinv(" ", parts);
        g_string_append(out, "<li>");
        append_query_link(out, request, g_strstrip(joined));
        g_string_append(out, "Search for the words without the quotes</a>.</li>\n");
    }
    g_string_append(out, "<li>Try fewer words, or more general ones.</li>\n"
                         "<li>See <a href=\"./\">what is inside and how to ask</a>.</li>\n</ul>\n");
}

static void append_results_heading(GString *out, const Answer *answer, const Request *request) {
    const char *query = answer->corrected != NULL ? answer->corrected : request->query;
    g_string_append(out, "<h1>");
    if (answer->total == 0) {
        g_string_append(out, "No results");
    } else {
        g_string_append(out, answer->total_exact ? "" : "About ");
        append_counted(out, answer->total, "result", "results");
    }
    if (*query != '\0') {
        g_autofree char *straight = token_straight_quotes(query);
        gboolean is_quoted = strchr(straight, '"') != NULL; /* by whoever asked */
        g_string_append(out, is_quoted ? " for " : " for “");
        markup_append(out, query);
        g_string_append(out, is_quoted ? "" : "”");
    }
    g_string_append(out, "</h1>\n");
}

char *html_results_page(const Answer *answer, const Request *request) {
    GString *out = g_string_sized_new(16384);
    g_autoptr(GString) filters = g_string_new(NULL);
    append_filters(filters, answer, request);
    g_string_append(out, "<div class=\"found\">\n<div class=\"answer\">\n");
    append_results_heading(out, answer, request);
    append_told(out, answer, request);
    append_active_filters(out, answer, request);
    if (answer->results->len == 0) {
        append_nothing_help(out, answer, request);
    } else {
        if (filters->len > 0) {
            g_string_append(out, "<a class=\"jump\" href=\"#filters\">Narrow down</a>\n");
        }
        g_string_append_printf(out, "<ol class=\"results\" role=\"list\" start=\"%u\">\n",
                               answer->offset + 1);
        for (guint i = 0; i < answer->results->len; i++) {
            append_result(out, g_ptr_array_index(answer->results, i));
        }
        g_string_append(out, "</ol>\n");
        append_paging(out, answer, request);
    }
    g_string_append_printf(out, "</div>\n%s</div>\n", filters->str);

    g_autofree char *arguments = request_format(request);
    g_autoptr(GString) foot = g_string_new("<a href=\"api/v1/search?");
    markup_append(foot, arguments);
    g_string_append(foot, "\">This answer as JSON</a>");
    gboolean is_named = *request->query != '\0';
    g_autofree char *title =
        g_strconcat(is_named ? request->query : "Results", " – Syllabus", NULL);
    Page page = {.root = ROOT_HERE,
                 .title = title,
                 .description = "Search results",
                 .robots = "noindex",
                 .request = request,
                 .main_part = out,
                 .foot = foot->str};
    return fill_shell(&page);
}

/* --- the start page */

static void append_start_facet(GString *out, const Answer *everything, gsize title,
                               const Request *nothing) {
    SylFieldId field = facet_titles[title].field;
    const Facet *facet = find_facet(everything, field);
    if (facet == NULL || facet->values->len == 0) {
        return;
    }
    g_string_append_printf(out, "<section class=\"part\">\n<h2>%s</h2>\n",
                           facet_titles[title].many);
    append_values(out, facet, nothing,
                  field == SYL_FIELD_SECTION ? START_SECTIONS_MAX : START_VALUES_MAX,
                  "values columns");
    g_string_append(out, "</section>\n");
}

/* One way to ask, as an example. query: a link to a search that has results here, or NULL. */
static void append_example(GString *out, const char *shown, const char *query, const char *says) {
    g_autoptr(Request) nothing = request_new();
    g_string_append(out, "<div><dt>");
    if (query != NULL) {
        append_query_link(out, nothing, query);
    }
    g_string_append(out, "<code>");
    markup_append_cut(out, shown, LABEL_MAX_BYTES);
    g_string_append_printf(out, "</code>%s</dt><dd>%s</dd></div>\n", query != NULL ? "</a>" : "",
                           says);
}

/* An example that filters by the most frequent value of a field. */
static void append_field_example(GString *out, const Answer *everything, SylFieldId field,
                                 const char *says) {
    const Facet *facet = find_facet(everything, field);
    if (facet == NULL || facet->values->len == 0) {
        return;
    }
    const FacetValue *value = g_ptr_array_index(facet->values, 0);
    if (strchr(value->value, '"') != NULL) {
        return; /* no query text can hold it */
    }
    const char *quote = strpbrk(value->value, " \t()") != NULL ? "\"" : "";
    g_autofree char *query =
        g_strdup_printf("%s:%s%s%s", syl_schema_field(field)->name, quote, value->value, quote);
    append_example(out, query, query, says);
}

static void append_how_to_ask(GString *out, const Answer *everything) {
    g_string_append(out, "<section class=\"part\">\n<h2>How to ask</h2>\n<dl class=\"try\">\n");
    append_example(out, "some plain words", NULL, "Pages with all of the words come first.");
    append_example(out, "\"words in this order\"", NULL, "Exactly these words, side by side.");
    append_example(out, "wanted -unwanted", NULL, "Pages without a word.");
    append_example(out, "begin*", NULL, "Every word that starts with these letters.");
    append_example(out, "title:word", NULL, "A word in the title or a heading.");
    append_field_example(out, everything, SYL_FIELD_HOST, "Pages of one site.");
    append_field_example(out, everything, SYL_FIELD_KIND, "Pages of one kind.");
    g_string_append(out, "</dl>\n</section>\n");
}

static void append_embedding(GString *out, const char *base) {
    g_autofree char *home = g_strdup(base);
    for (gsize size = strlen(home); size > 0 && home[size - 1] == '/'; size--) {
        home[size - 1] = '\0';
    }
    g_autofree char *snippet =
        g_strdup_printf("<script type=\"module\" src=\"%s/box.js\"></script>\n"
                        "<syllabus-search src=\"%s\">\n"
                        "  <form action=\"%s/search\"><label>Search <input name=\"q\"></label> "
                        "<button>Search</button></form>\n"
                        "</syllabus-search>",
                        home, home, home);
    g_string_append(out, "<section class=\"part\">\n<h2>Elsewhere</h2>\n<details>\n"
                         "<summary>Put this search on your own site</summary>\n"
                         "<p>Paste this where the box should be. Without JavaScript it is a plain "
                         "form.</p>\n<pre tabindex=\"0\"><code>");
    markup_append(out, snippet);
    g_string_append(out, "</code></pre>\n</details>\n</section>\n");
}

static void append_start_heading(GString *out, const Answer *everything) {
    if (everything->documents == 0) {
        g_string_append(
            out, "<h1>This library is empty</h1>\n<p class=\"said\">Fill it with "
                 "<code>indexer LIST</code>, where LIST is a file with a list of links.</p>\n");
        return;
    }
    g_string_append(out, "<h1>Search inside ");
    append_counted(out, everything->resources, "resource", "resources");
    g_string_append(out, "</h1>\n<p class=\"said\">");
    append_counted(out, everything->documents - everything->resources, "passage", "passages");
    g_string_append(out, ". Every result opens at the heading above what it quotes.</p>\n");
}

char *html_start_page(const Answer *everything, const char *base) {
    g_autoptr(Request) nothing = request_new();
    GString *out = g_string_sized_new(16384);
    g_string_append(out, "<div class=\"start\">\n");
    append_start_heading(out, everything);
    for (gsize i = 0; i < G_N_ELEMENTS(facet_titles); i++) {
        append_start_facet(out, everything, i, nothing);
    }
    append_how_to_ask(out, everything);
    append_embedding(out, base);
    g_string_append(out, "</div>\n");
    Page page = {.root = ROOT_HERE,
                 .title = "Syllabus",
                 .description = "Full-text search inside every resource of a curated list.",
                 .robots = "index, nofollow",
                 .main_part = out,
                 .foot = "No cookies, no query log."};
    return fill_shell(&page);
}

/* --- errors */

char *html_error_page(guint status, const char *title, const char *detail) {
    GString *out = g_string_new("<div class=\"answer\">\n<h1>");
    markup_append(out, title);
    g_string_append(out, "</h1>\n");
    if (detail != NULL) {
        g_string_append(out, "<p class=\"told\">");
        markup_append(out, detail);
        g_string_append(out, "</p>\n");
    }
    g_string_append_printf(out,
                           "<p class=\"told said\">Error %u. <a href=\"/\">Go to the start "
                           "page</a>.</p>\n</div>\n",
                           status);
    g_autofree char *page_title = g_strconcat(title, " – Syllabus", NULL);
    Page page = {.root = ROOT_HOST,
                 .title = page_title,
                 .description = title,
                 .robots = "noindex",
                 .main_part = out,
                 .foot = "No cookies, no query log."};
    return fill_shell(&page);
}
