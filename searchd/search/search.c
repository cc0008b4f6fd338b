#include "search/search.h"

#include <string.h>
#include <sys/stat.h>

#include "query/plan.h"
#include "search/facets.h"
#include "search/highlight.h"
#include "search/spelling.h"
#include "search/weighing.h"
#include "syllabus/record.h"

G_DEFINE_QUARK(search_error, search_error)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(xc_result, xc_result_free)

struct Search {
    char *pointer_path; /* LIBRARY/index/current */
    struct stat pointer;
    SylGeneration *generation;
    xc_database *database;
    Planner *planner;
    StemCache *stems;
};

/* --- life */

static void set_error(GError **error, xc_status status, const xc_error *failure) {
    SearchError code = SEARCH_ERROR_UNAVAILABLE;
    if (status == XC_SYNTAX || status == XC_LIMIT) {
        code = SEARCH_ERROR_QUERY;
    } else if (status == XC_INVALID || status == XC_INTERNAL || status == XC_UNSUPPORTED) {
        code = SEARCH_ERROR_INTERNAL;
    }
    g_set_error_literal(error, SEARCH_ERROR, (int)code, failure->message);
}

static void set_library_error(GError **error, const Search *search, xc_status status,
                              const xc_error *failure) {
    SylLibraryError code = status == XC_NOT_FOUND ? SYL_LIBRARY_ERROR_MISSING
                           : status == XC_VERSION ? SYL_LIBRARY_ERROR_FORMAT
                           : status == XC_CORRUPT ? SYL_LIBRARY_ERROR_DAMAGED
                                                  : SYL_LIBRARY_ERROR_IO;
    g_set_error(error, SYL_LIBRARY_ERROR, (int)code,
                "the index %s cannot be opened: %s: run `indexer rebuild`",
                search->generation->xapian_path, failure->message);
}

static gboolean check_format(const Search *search, GError **error) {
    xc_string format = {0};
    xc_error failure = {0};
    xc_status status = xc_database_metadata(search->database, SYL_META_FORMAT, &format, &failure);
    if (status != XC_OK) {
        set_library_error(error, search, status, &failure);
        return FALSE;
    }
    g_autofree char *expected = g_strdup_printf("%d", SYL_INDEX_FORMAT);
    gboolean same = strcmp(format.data, expected) == 0;
    if (!same) {
        g_set_error(error, SYL_LIBRARY_ERROR, SYL_LIBRARY_ERROR_FORMAT,
                    "the index has format %s and this program reads format %s: run `indexer "
                    "rebuild`",
                    format.size > 0 ? format.data : "unknown", expected);
    }
    xc_string_clear(&format);
    return same;
}

Search *search_open(const char *library, GError **error) {
    g_autoptr(Search) search = g_new0(Search, 1);
    search->pointer_path = g_build_filename(library, "index", "current", NULL);
    /* Looked at before it is read: a change in between is then seen as one. */
    if (stat(search->pointer_path, &search->pointer) != 0) {
        search->pointer = (struct stat){0};
    }
    search->generation = syl_library_current(library, error);
    if (search->generation == NULL) {
        return NULL;
    }
    xc_error failure = {0};
    xc_status status =
        xc_database_open(search->generation->xapian_path, &search->database, &failure);
    if (status != XC_OK) {
        set_library_error(error, search, status, &failure);
        return NULL;
    }
    if (!check_format(search, error)) {
        return NULL;
    }
    status = planner_new(search->database, &search->planner, &failure);
    search->stems = stem_cache_new(SYL_STEM_LANGUAGE);
    if (status != XC_OK) {
        set_library_error(error, search, status, &failure);
        return NULL;
    }
    return g_steal_pointer(&search);
}

void search_free(Search *search) {
    if (search == NULL) {
        return;
    }
    planner_free(search->planner);
    stem_cache_free(search->stems);
    xc_database_free(search->database);
    syl_generation_free(search->generation);
    g_free(search->pointer_path);
    g_free(search);
}

static xc_status read_state(const Search *search, IndexState *state, xc_error *error) {
    uint64_t revision = 0;
    xc_status status = xc_database_revision(search->database, state->uuid, &revision, error);
    state->generation = search->generation->number;
    state->revision = revision;
    return status;
}

gboolean search_refresh(Search *search, IndexState *state) {
    return xc_database_reopen(search->database, NULL, NULL) == XC_OK &&
           read_state(search, state, NULL) == XC_OK;
}

typedef struct Census {
    Search *search;
    IndexState state;
    uint32_t documents;
} Census;

static xc_status census_once(xc_database *database, void *context, xc_error *error) {
    Census *census = context;
    xc_status status = read_state(census->search, &census->state, error);
    return status == XC_OK ? xc_database_doc_count(database, &census->documents, error) : status;
}

gboolean search_census(Search *search, IndexState *state, guint *documents, GError **error) {
    Census census = {.search = search};
    xc_error failure = {0};
    xc_status status = xc_retry(search->database, census_once, &census, &failure);
    if (status != XC_OK) {
        set_error(error, status, &failure);
        return FALSE;
    }
    *state = census.state;
    *documents = census.documents;
    return TRUE;
}

gboolean search_is_current(const Search *search) {
    struct stat now = {0};
    return stat(search->pointer_path, &now) == 0 && now.st_dev == search->pointer.st_dev &&
           now.st_ino == search->pointer.st_ino && now.st_size == search->pointer.st_size &&
           now.st_mtim.tv_sec == search->pointer.st_mtim.tv_sec &&
           now.st_mtim.tv_nsec == search->pointer.st_mtim.tv_nsec;
}

/* --- matching */

static xc_match_spec match_spec(const xc_query *query) {
    xc_match_spec spec = xc_match_spec_init(query);
    spec.bm25_k1 = SYL_BM25_K1;
    spec.bm25_b = SYL_BM25_B;
    spec.collapse_slot = syl_schema_field(SYL_FIELD_PAGE)->slot;
    spec.collapse_max = 1;
    return spec;
}

/* Everything that one answer is made with. */
typedef struct Answering {
    Search *search;
    const Request *request;
    Answer *answer;
    xc_query *ranked;
    Plan *plan; /* NULL: nothing was asked for */
    xc_result *result;
} Answering;

static void answering_clear(Answering *answering) {
    g_clear_pointer(&answering->answer, answer_free);
    g_clear_pointer(&answering->ranked, xc_query_free);
    g_clear_pointer(&answering->plan, plan_free);
    g_clear_pointer(&answering->result, xc_result_free);
}

static xc_status match_results(Answering *answering, xc_error *error) {
    const Request *request = answering->request;
    g_autoptr(xc_query) query = NULL;
    xc_status status =
        weighing_filtered(answering->ranked, request, SYL_FIELD_COUNT, &query, error);
    if (status != XC_OK) {
        return status;
    }
    xc_match_spec spec = match_spec(query);
    spec.offset = request->offset;
    spec.limit = request->limit;
    spec.check_at_least = SEARCH_EXACT_TOTAL;
    if (answering->plan == NULL) { /* a list reads in its own order */
        spec.sort_slot = syl_schema_field(SYL_FIELD_ORDER)->slot;
    }
    for (gsize i = 0; i < FACETS_COUNT; i++) {
        spec.facet_slots[i] = syl_schema_field(facets_fields[i])->slot;
    }
    spec.facet_count = FACETS_COUNT;
    spec.facet_values_max = FACETS_SLOT_VALUES_MAX;
    g_clear_pointer(&answering->result, xc_result_free);
    return xc_match(answering->search->database, &spec, &answering->result, error);
}

/* A facet that is filtered by shows what its other values would give. */
static xc_status match_facet(Answering *answering, SylFieldId field, xc_result **result,
                             xc_error *error) {
    g_autoptr(xc_query) query = NULL;
    xc_status status =
        weighing_filtered(answering->ranked, answering->request, field, &query, error);
    if (status != XC_OK) {
        return status;
    }
    xc_match_spec spec = match_spec(query);
    spec.limit = 0;
    spec.check_at_least = SEARCH_EXACT_TOTAL;
    spec.boolean = true;
    spec.facet_slots[0] = syl_schema_field(field)->slot;
    spec.facet_count = 1;
    spec.facet_values_max = FACETS_SLOT_VALUES_MAX;
    return xc_match(answering->search->database, &spec, result, error);
}

static gboolean filters_by(const Request *request, SylFieldId field) {
    for (guint i = 0; i < request->filters->len; i++) {
        const RequestFilter *filter = g_ptr_array_index(request->filters, i);
        if (filter->field == field) {
            return TRUE;
        }
    }
    return FALSE;
}

static xc_status fill_facets(Answering *answering, xc_error *error) {
    for (gsize i = 0; i < FACETS_COUNT; i++) {
        SylFieldId field = facets_fields[i];
        g_autoptr(xc_result) own = NULL;
        if (filters_by(answering->request, field)) {
            xc_status status = match_facet(answering, field, &own, error);
            if (status != XC_OK) {
                return status;
            }
        }
        Facet *facet = g_new0(Facet, 1);
        facet->field = field;
        facet->name = syl_schema_field(field)->facet;
        facet->values =
            facets_values(field, own != NULL ? &own->facets[0] : &answering->result->facets[i]);
        g_ptr_array_add(answering->answer->facets, facet);
    }
    return XC_OK;
}

/* The record of a hit, its text UTF-8 even where the index was damaged. */
static SylRecord *record_of(const xc_hit *hit) {
    if (g_utf8_validate_len(hit->data.data, hit->data.size, NULL)) {
        return syl_record_unpack(hit->data.data, hit->data.size);
    }
    g_autofree char *valid = g_utf8_make_valid(hit->data.data, (gssize)hit->data.size);
    return syl_record_unpack(valid, strlen(valid));
}

/* The text behind the headings it begins with: they are shown above the snippet already. All of it
 * where there is nothing else. */
static const char *text_below_headings(const SylRecord *record) {
    const char *text = record->text;
    for (;;) {
        gsize line = strcspn(text, "\n");
        gboolean heading = strncmp(record->title, text, line) == 0 && record->title[line] == '\0';
        for (char **level = record->heading; *level != NULL && !heading; level++) {
            heading = strncmp(*level, text, line) == 0 && (*level)[line] == '\0';
        }
        if (!heading) {
            return text;
        }
        if (text[line] == '\0') {
            return record->text;
        }
        text += line + 1;
    }
}

/* A passage that joins several sections opens at the one that the snippet quotes. */
static void open_at(SylRecord *record, gsize at) {
    gsize offset = 0;
    char *url = NULL;
    GStrv heading = NULL;
    for (char **part = record->parts; *part != NULL; part++) {
        if (!syl_record_read_part(*part, &offset, &url, &heading)) {
            continue;
        }
        if (offset <= at) {
            g_free(g_steal_pointer(&record->url));
            record->url = g_steal_pointer(&url);
            g_strfreev(record->heading);
            record->heading = g_steal_pointer(&heading);
        }
        g_clear_pointer(&url, g_free);
        g_clear_pointer(&heading, g_strfreev);
    }
}

static AnswerResult *result_from_hit(Answering *answering, const xc_hit *hit) {
    g_autoptr(SylRecord) record = record_of(hit);
    AnswerResult *result = g_new0(AnswerResult, 1);
    result->highlights = g_array_new(FALSE, FALSE, sizeof(Highlight));
    HighlightTerms terms = {0};
    if (answering->plan != NULL) {
        terms = (HighlightTerms){answering->plan->stems, answering->plan->words,
                                 answering->plan->prefixes};
    }
    const char *text = text_below_headings(record);
    gsize at = 0;
    result->text =
        highlight_snippet(text, &terms, answering->search->stems, result->highlights, &at);
    open_at(record, (gsize)(text - record->text) + at);
    result->id = g_steal_pointer(&record->id);
    result->url = g_steal_pointer(&record->url);
    result->page = g_steal_pointer(&record->page);
    result->title = g_steal_pointer(&record->title);
    result->resource = g_steal_pointer(&record->resource);
    result->resource_title = g_steal_pointer(&record->resource_title);
    result->heading = g_steal_pointer(&record->heading);
    result->kind = g_steal_pointer(&record->kind);
    result->language = g_steal_pointer(&record->language);
    result->score = hit->weight;
    return result;
}

/* --- one answer */

static xc_status describe_index(Answering *answering, xc_error *error) {
    Answer *answer = answering->answer;
    xc_database *database = answering->search->database;
    g_autofree char *term = syl_schema_term(SYL_FIELD_TYPE, "resource");
    uint32_t documents = 0;
    uint32_t resources = 0;
    xc_status status = read_state(answering->search, &answer->state, error);
    if (status == XC_OK) {
        status = xc_database_doc_count(database, &documents, error);
    }
    if (status == XC_OK) {
        status = xc_database_term_freq(database, term, strlen(term), &resources, error);
    }
    answer->documents = documents;
    answer->resources = resources;
    return status;
}

/* Without a query text the resources themselves are listed, or everything where there are none. */
static xc_status browse(Answering *answering, xc_error *error) {
    return answering->answer->resources > 0
               ? weighing_term(SYL_FIELD_TYPE, "resource", &answering->ranked, error)
               : xc_query_match_all(&answering->ranked, error);
}

static xc_status plan_text(Answering *answering, const char *text, PlanScope scope,
                           xc_error *error) {
    g_clear_pointer(&answering->plan, plan_free);
    g_clear_pointer(&answering->ranked, xc_query_free);
    xc_status status =
        planner_parse(answering->search->planner, text, scope, &answering->plan, error);
    return status == XC_OK ? weighing_ranked(answering->plan, answering->request->ranking,
                                             &answering->ranked, error)
                           : status;
}

/* Plans the text as it was asked, which holds it to its bounds, and then once more where words of
 * it are corrected. *text: what was planned. */
static xc_status plan_asked(Answering *answering, const char **text, xc_error *error) {
    Answer *answer = answering->answer;
    *text = answering->request->query;
    xc_status status = plan_text(answering, *text, PLAN_SCOPE_TEXT, error);
    if (status == XC_OK && !answering->request->literal) {
        status = spelling_correct(answering->search->database, answering->search->stems, *text,
                                  REQUEST_QUERY_MAX_BYTES, &answer->corrected, error);
    }
    if (status == XC_OK && answer->corrected != NULL) {
        *text = answer->corrected;
        status = plan_text(answering, *text, PLAN_SCOPE_TEXT, error);
    }
    return status;
}

/* Matches the text; where that finds nothing, again in what surrounds the pages' own text. */
static xc_status match_text(Answering *answering, xc_error *error) {
    Answer *answer = answering->answer;
    const char *text = NULL;
    xc_status status = plan_asked(answering, &text, error);
    if (status == XC_OK) {
        status = match_results(answering, error);
    }
    if (status == XC_OK && answering->result->matches_lower == 0) {
        status = plan_text(answering, text, PLAN_SCOPE_WIDE, error);
        if (status == XC_OK) {
            status = match_results(answering, error);
        }
        if (status == XC_OK && answering->result->matches_lower > 0) {
            g_ptr_array_add(answer->notices,
                            g_strdup("Only the navigation and the side text of these pages have "
                                     "the words."));
        }
    }
    if (status == XC_OK) {
        g_ptr_array_extend_and_steal(answer->notices, g_ptr_array_ref(answering->plan->notices));
    }
    return status;
}

/* Where every match was looked at, Xapian's lower bound is their number; its estimate and its upper
 * bound then still come from the frequencies of the words. */
static void count_total(Answer *answer, const xc_result *result) {
    answer->total_exact =
        result->examined < SEARCH_EXACT_TOTAL && result->matches_lower < SEARCH_EXACT_TOTAL;
    answer->total = answer->total_exact ? result->matches_lower : result->matches_estimated;
}

static xc_status answer_once(xc_database *database, void *context, xc_error *error) {
    Answering *answering = context;
    (void)database; /* it is the search's own */
    answering_clear(answering);
    answering->answer = answer_new(answering->request);
    xc_status status = describe_index(answering, error);
    if (status == XC_OK && answering->request->query[0] != '\0') {
        status = match_text(answering, error);
    } else if (status == XC_OK) {
        status = browse(answering, error);
        if (status == XC_OK) {
            status = match_results(answering, error);
        }
    }
    if (status == XC_OK) {
        status = fill_facets(answering, error);
    }
    if (status != XC_OK) {
        return status;
    }
    const xc_result *result = answering->result;
    count_total(answering->answer, result);
    for (size_t i = 0; i < result->hit_count; i++) {
        g_ptr_array_add(answering->answer->results, result_from_hit(answering, &result->hits[i]));
    }
    return XC_OK;
}

Answer *search_answer(Search *search, const Request *request, GError **error) {
    Answering answering = {.search = search, .request = request};
    xc_error failure = {0};
    xc_status status = xc_retry(search->database, answer_once, &answering, &failure);
    Answer *answer = NULL;
    if (status == XC_OK) {
        answer = g_steal_pointer(&answering.answer);
    } else {
        set_error(error, status, &failure);
    }
    answering_clear(&answering);
    return answer;
}

/* --- evaluation runs */

typedef struct RankingRun {
    Search *search;
    const char *words;
    guint limit;
    Ranking ranking;
    xc_result *result;
} RankingRun;

/* ranked without the documents of resources. */
static xc_status pages_only(const xc_query *ranked, xc_query **query, xc_error *error) {
    g_autoptr(xc_query) resources = NULL;
    xc_status status = weighing_term(SYL_FIELD_TYPE, "resource", &resources, error);
    const xc_query *parts[] = {ranked, resources};
    return status == XC_OK ? xc_query_combine(XC_AND_NOT, parts, 2, 0, query, error) : status;
}

static xc_status rank_once(xc_database *database, void *context, xc_error *error) {
    RankingRun *run = context;
    g_autoptr(Plan) plan = NULL;
    g_autoptr(xc_query) ranked = NULL;
    g_autoptr(xc_query) query = NULL;
    g_clear_pointer(&run->result, xc_result_free);
    xc_status status = planner_parse_words(run->search->planner, run->words, &plan, error);
    if (status == XC_OK) {
        status = weighing_ranked(plan, run->ranking, &ranked, error);
    }
    if (status == XC_OK) {
        status = pages_only(ranked, &query, error);
    }
    if (status != XC_OK) {
        return status;
    }
    xc_match_spec spec = match_spec(query);
    spec.limit = run->limit;
    return xc_match(database, &spec, &run->result, error);
}

static void ranked_page_clear(gpointer data) {
    g_free(((RankedPage *)data)->id);
}

static int compare_pages(gconstpointer a, gconstpointer b) {
    const RankedPage *first = a;
    const RankedPage *second = b;
    if (first->score > second->score || first->score < second->score) {
        return first->score > second->score ? -1 : 1;
    }
    return strcmp(first->id, second->id);
}

GArray *search_rank_pages(Search *search, const char *words, guint limit, Ranking ranking,
                          GError **error) {
    RankingRun run = {
        .search = search, .words = words, .limit = limit, .ranking = ranking, .result = NULL};
    xc_error failure = {0};
    xc_status status = xc_retry(search->database, rank_once, &run, &failure);
    if (status != XC_OK) {
        set_error(error, status, &failure);
        xc_result_free(run.result);
        return NULL;
    }
    GArray *pages = g_array_new(FALSE, TRUE, sizeof(RankedPage));
    g_array_set_clear_func(pages, ranked_page_clear);
    for (size_t i = 0; i < run.result->hit_count; i++) {
        const xc_hit *hit = &run.result->hits[i];
        g_autoptr(SylRecord) record = record_of(hit);
        const char *mark = strrchr(record->id, '#');
        RankedPage page = {.id = mark == NULL ? g_strdup(record->id)
                                              : g_strndup(record->id, (gsize)(mark - record->id)),
                           .score = hit->weight};
        g_array_append_val(pages, page);
    }
    g_array_sort(pages, compare_pages);
    xc_result_free(run.result);
    return pages;
}
