/* The part of a search's address behind '?'. */
#include "fuzz.h"

#include <ftw.h>

#include "syllabus/schema.h"
#include "xapian-c.h"

#include "query/plan.h"
#include "query/request.h"
#include "query/token.h"

static void require(xc_status status, const xc_error *failure) {
    if (status != XC_OK) {
        fprintf(stderr, "%s\n", failure->message);
        abort();
    }
}

/* One document, for wildcards to expand to. */
static void write_index(const char *path) {
    static const char text[] = "rotating a matrix around an axis";
    xc_error failure = {0};
    xc_writer *writer = NULL;
    xc_generator *generator = NULL;
    xc_document *document = NULL;
    require(xc_writer_open(path, XC_CREATE, &writer, &failure), &failure);
    require(xc_generator_new(SYL_STEM_LANGUAGE, &generator, &failure), &failure);
    require(xc_document_new(&document, &failure), &failure);
    require(xc_generator_add_text(generator, document, text, sizeof text - 1, 1,
                                  syl_schema_field(SYL_FIELD_BODY)->prefix, XC_WITH_POSITIONS,
                                  &failure),
            &failure);
    require(xc_writer_begin(writer, &failure), &failure);
    require(xc_writer_add(writer, document, NULL, &failure), &failure);
    require(xc_writer_commit(writer, &failure), &failure);
    xc_document_free(document);
    xc_generator_free(generator);
    xc_writer_free(writer);
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *walk) {
    (void)status;
    (void)type;
    (void)walk;
    return remove(path);
}

static xc_database *database;
static Planner *planner;

/* An open index stays readable after its files have gone, so none are left behind. */
static void open_planner(void) {
    xc_error failure = {0};
    g_autofree char *directory = g_dir_make_tmp("fuzz-query-XXXXXX", NULL);
    fuzz_holds(directory != NULL, "there is room for a temporary directory");
    g_autofree char *path = g_build_filename(directory, "xapian", NULL);
    write_index(path);
    require(xc_database_open(path, &database, &failure), &failure);
    require(planner_new(database, &planner, &failure), &failure);
    nftw(directory, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void check_request(const Request *request) {
    fuzz_holds(fuzz_is_clean(request->query), "query texts are clean");
    fuzz_holds(strlen(request->query) <= REQUEST_QUERY_MAX_BYTES, "query texts keep their cap");
    fuzz_holds(request->limit <= REQUEST_LIMIT_MAX, "limits keep their cap");
    fuzz_holds(request->offset + request->limit <= REQUEST_WINDOW_MAX, "windows keep their cap");
    fuzz_holds(request->filters->len <= REQUEST_FILTERS_MAX, "filters keep their cap");
    g_autoptr(GError) error = NULL;
    g_autofree char *formatted = request_format(request);
    g_autoptr(Request) again = request_parse(formatted, &error);
    fuzz_holds(again != NULL, "a request that was written can be read");
    g_autofree char *formatted_again = request_format(again);
    fuzz_holds(strcmp(formatted, formatted_again) == 0, "a request is read as it was written");
}

static void check_match(const xc_query *query) {
    if (query == NULL || xc_query_is_empty(query)) {
        return;
    }
    xc_error failure = {0};
    xc_result *result = NULL;
    const xc_match_spec spec = xc_match_spec_init(query);
    require(xc_match(database, &spec, &result, &failure), &failure);
    xc_result_free(result);
}

static void check_plan(const char *text, PlanScope scope) {
    xc_error failure = {0};
    Plan *made = NULL;
    const xc_status status = planner_parse(planner, text, scope, &made, &failure);
    if (status == XC_LIMIT) {
        fuzz_holds(failure.message[0] != '\0' && g_utf8_validate(failure.message, -1, NULL),
                   "a limit is told in UTF-8");
        return;
    }
    require(status, &failure);
    g_autoptr(Plan) plan = made;
    for (guint i = 0; i < plan->notices->len; i++) {
        fuzz_holds(g_utf8_validate(g_ptr_array_index(plan->notices, i), -1, NULL),
                   "notices are UTF-8");
    }
    check_match(plan->query);
    check_match(plan->all_words);
    check_match(plan->pairs);
}

static void check_tokens(const char *text) {
    gsize position = 0, end = 0;
    Token token = {0};
    while (token_next(text, &position, &token)) {
        fuzz_holds(token.start == end && token.size > 0, "tokens follow each other");
        end = token.start + token.size;
        fuzz_holds(position == end, "tokens end where the next begins");
        fuzz_holds(g_utf8_validate(text + token.start, (gssize)token.size, NULL),
                   "tokens cut no character");
    }
    fuzz_holds(end == strlen(text), "tokens cover the text");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (planner == NULL) {
        open_planner();
    }
    g_autofree char *text = fuzz_take_rest(data, size);
    g_autoptr(GError) error = NULL;
    g_autoptr(Request) request = request_parse(text, &error);
    fuzz_holds((request == NULL) == (error != NULL), "there is a request or an error");
    if (request == NULL) {
        fuzz_holds(error->domain == REQUEST_ERROR && error->code == REQUEST_ERROR_PARAMETER,
                   "errors name a parameter");
        fuzz_holds(g_utf8_validate(error->message, -1, NULL), "messages are UTF-8");
        return 0;
    }
    check_request(request);
    check_tokens(request->query);
    check_plan(request->query, PLAN_SCOPE_TEXT);
    check_plan(request->query, PLAN_SCOPE_WIDE);
    return 0;
}
