/* xapian-c: a plain C face of libxapian 1.4.
 *
 * It knows nothing of the program that uses it and needs nothing but libxapian. Read this comment
 * once; it holds for every function below.
 *
 * Threads. A handle, and everything made from it, is used by one thread at a time: Xapian's readers
 * are not safe to share (four threads on one handle crash). Different handles are independent.
 *
 * Errors. A function that can fail returns xc_status and fills *error where error is not NULL.
 * Out-parameters are set on success only. No C++ exception ever leaves a function: every Xapian
 * error class, std::bad_alloc and anything else becomes a status and a one-line message. Memory
 * that runs out inside libxapian itself is survived nearly, not quite, everywhere: keep what must
 * not be lost on disk.
 *
 * Strings go in as pointer and length where they may hold NUL bytes (terms, values, data, text),
 * else as C strings. All text is UTF-8. A term is at most XC_TERM_MAX_BYTES bytes, a NUL byte
 * counting as two.
 *
 * Lifetimes. Results are copied out: nothing that is returned points into Xapian, and an object may
 * be freed in any order relative to the objects it was made from. Every *_free takes NULL.
 *
 * Staleness. A reader survives one commit of a writer and may fail with XC_MODIFIED at the second.
 * Everything read for one answer must then be read again: wrap the whole answer in xc_retry.
 *
 * Durability. Write between xc_writer_begin and xc_writer_commit: outside a transaction Xapian
 * publishes half batches by itself and a destructor commits them. xc_writer_commit returns after
 * the commit *and* an fsync of the database directory, without which a power cut can lose or
 * corrupt an acknowledged commit. A commit that failed is never tried again on the same handle:
 * close it, open a new one, and add the batch anew.
 */
#ifndef XAPIAN_C_H
#define XAPIAN_C_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
#define XC_NOEXCEPT noexcept
extern "C" {
#else
#define XC_NOEXCEPT
#endif

#define XC_TERM_MAX_BYTES      245
#define XC_RETRY_MAX           5
#define XC_ERROR_MESSAGE_BYTES 512

typedef enum xc_status {
    XC_OK = 0,
    XC_MODIFIED,    /* the reader is too old: reopen and read everything again */
    XC_LOCKED,      /* another writer holds the database */
    XC_NOT_FOUND,   /* no database at that path */
    XC_VERSION,     /* a database of another format version */
    XC_CORRUPT,     /* damaged database */
    XC_DATABASE,    /* any other database trouble: disk full, I/O error, closed handle */
    XC_NETWORK,     /* a remote database failed or timed out */
    XC_SYNTAX,      /* the query text cannot be parsed */
    XC_LIMIT,       /* a bound was exceeded: query size, wildcards, offsets, term length */
    XC_INVALID,     /* a wrong argument or a call in the wrong state */
    XC_UNSUPPORTED, /* this backend cannot do it */
    XC_NO_MEMORY,
    XC_INTERNAL, /* a bug in Xapian or here */
} xc_status;

typedef struct xc_error {
    xc_status status;
    char message[XC_ERROR_MESSAGE_BYTES]; /* one line of UTF-8 without a newline, cut at a character
                                             if too long */
} xc_error;

/* A short fixed English name of a status, never NULL. */
const char *xc_status_name(xc_status status) XC_NOEXCEPT;

/* A counted string owned by whoever holds the struct that contains it; data is never NULL and a NUL
 * byte follows it. */
typedef struct xc_string {
    char *data;
    size_t size;
} xc_string;
void xc_string_clear(xc_string *string) XC_NOEXCEPT;

/* --- reading --- */

typedef struct xc_database xc_database;

/* Opens the database directory or stub file at path for reading. XC_NOT_FOUND if nothing is there,
 * no database is in the directory, or the stub file names none; XC_CORRUPT and XC_VERSION for one
 * that cannot be read. */
xc_status xc_database_open(const char *path, xc_database **database, xc_error *error) XC_NOEXCEPT;
void xc_database_free(xc_database *database) XC_NOEXCEPT;

/* Moves the reader to the newest commit. *changed (may be NULL) says whether there was one. May
 * itself answer XC_MODIFIED while a writer is busy; the handle stays usable and the call may be
 * repeated. */
xc_status xc_database_reopen(xc_database *database, bool *changed, xc_error *error) XC_NOEXCEPT;

xc_status xc_database_doc_count(xc_database *database, uint32_t *count,
                                xc_error *error) XC_NOEXCEPT;
/* The UUID of the database (a C string) and its revision number: together they name a state of the
 * index. XC_UNSUPPORTED for a stub file of several databases, which has no revision of its own. */
xc_status xc_database_revision(xc_database *database, char uuid[40], uint64_t *revision,
                               xc_error *error) XC_NOEXCEPT;
/* An absent key gives an empty string. */
xc_status xc_database_metadata(xc_database *database, const char *key, xc_string *value,
                               xc_error *error) XC_NOEXCEPT;
/* The number of documents that hold the term; 0 for a term nobody holds. */
xc_status xc_database_term_freq(xc_database *database, const char *term, size_t term_size,
                                uint32_t *freq, xc_error *error) XC_NOEXCEPT;

typedef struct xc_term {
    xc_string name;
    uint32_t freq; /* documents that hold it; within a document listing: its wdf there */
} xc_term;
typedef struct xc_terms {
    xc_term *items;
    size_t count;
} xc_terms;
/* The terms that start with prefix, in byte order, at most limit of them. Free with xc_terms_free.
 */
xc_status xc_database_terms(xc_database *database, const char *prefix, size_t prefix_size,
                            size_t limit, xc_terms **terms, xc_error *error) XC_NOEXCEPT;
/* The terms of one document, in byte order. XC_NOT_FOUND if there is no such document. */
xc_status xc_database_document_terms(xc_database *database, uint32_t docid, xc_terms **terms,
                                     xc_error *error) XC_NOEXCEPT;
void xc_terms_free(xc_terms *terms) XC_NOEXCEPT;
/* The data of one document. XC_NOT_FOUND if there is no such document. */
xc_status xc_database_document_data(xc_database *database, uint32_t docid, xc_string *data,
                                    xc_error *error) XC_NOEXCEPT;

/* Runs answer(database, context, error) until it returns something else than XC_MODIFIED, at most
 * XC_RETRY_MAX times, reopening the database before every attempt. answer must start from nothing
 * each time. Returns its last status: XC_MODIFIED if the last attempt was stale too, or the status
 * of a reopen that failed otherwise. */
typedef xc_status (*xc_answer_func)(xc_database *database, void *context, xc_error *error);
xc_status xc_retry(xc_database *database, xc_answer_func answer, void *context,
                   xc_error *error) XC_NOEXCEPT;

/* --- documents and text --- */

typedef struct xc_document xc_document;
xc_status xc_document_new(xc_document **document, xc_error *error) XC_NOEXCEPT;
void xc_document_free(xc_document *document) XC_NOEXCEPT;
xc_status xc_document_set_data(xc_document *document, const char *data, size_t size,
                               xc_error *error) XC_NOEXCEPT;
xc_status xc_document_set_value(xc_document *document, uint32_t slot, const char *value,
                                size_t size, xc_error *error) XC_NOEXCEPT;
/* Adds a term that carries no weight of its own (wdf 0): identifiers, filters. XC_INVALID if empty,
 * XC_LIMIT if over XC_TERM_MAX_BYTES. */
xc_status xc_document_add_boolean_term(xc_document *document, const char *term, size_t size,
                                       xc_error *error) XC_NOEXCEPT;
/* A value that sorts bytewise as the number does (Xapian::sortable_serialise). XC_INVALID for NaN.
 */
xc_status xc_document_set_number(xc_document *document, uint32_t slot, double number,
                                 xc_error *error) XC_NOEXCEPT;

/* Turns text into terms: words lower-cased, split by Unicode rules, stemmed by a Snowball language.
 * Chinese, Japanese and Korean text has no spaces between words: of each run of its characters
 * every one is a term with a position and every pair of neighbours one without. */
typedef struct xc_generator xc_generator;
/* language: a name Xapian::Stem knows ("english", "de"), or "none". XC_INVALID for an unknown one.
 */
xc_status xc_generator_new(const char *language, xc_generator **generator,
                           xc_error *error) XC_NOEXCEPT;
void xc_generator_free(xc_generator *generator) XC_NOEXCEPT;
typedef enum xc_positions { XC_WITHOUT_POSITIONS, XC_WITH_POSITIONS } xc_positions;
/* Adds the words of text to document: with positions the exact words and their stems (prefix Z),
 * without them the same terms. Each occurrence counts wdf times. prefix is put before every term
 * and may be ""; at most 180 bytes (XC_LIMIT). Words over 64 bytes are left out. Positions go on
 * from the last call with positions since xc_generator_reset, with a gap of 100, so that no phrase
 * crosses two calls. */
xc_status xc_generator_add_text(xc_generator *generator, xc_document *document, const char *text,
                                size_t size, uint32_t wdf, const char *prefix,
                                xc_positions positions, xc_error *error) XC_NOEXCEPT;
/* Starts positions anew for the next document. */
void xc_generator_reset(xc_generator *generator) XC_NOEXCEPT;

typedef struct xc_stemmer xc_stemmer;
xc_status xc_stemmer_new(const char *language, xc_stemmer **stemmer, xc_error *error) XC_NOEXCEPT;
void xc_stemmer_free(xc_stemmer *stemmer) XC_NOEXCEPT;
/* The stem of one lower-case word. */
xc_status xc_stemmer_stem(const xc_stemmer *stemmer, const char *word, size_t size, xc_string *stem,
                          xc_error *error) XC_NOEXCEPT;

/* --- writing --- */

typedef struct xc_writer xc_writer;
typedef enum xc_open_mode { XC_CREATE, XC_OPEN, XC_CREATE_OR_OPEN } xc_open_mode;
/* Opens the one writer of a glass database directory. XC_LOCKED if there is another; with XC_OPEN
 * XC_NOT_FOUND if there is no database, with XC_CREATE XC_DATABASE if there is one. Creating makes
 * the last directory of path only, and syncs its parent. */
xc_status xc_writer_open(const char *path, xc_open_mode mode, xc_writer **writer,
                         xc_error *error) XC_NOEXCEPT;
/* Abandons an open transaction and closes. Never publishes anything. */
void xc_writer_free(xc_writer *writer) XC_NOEXCEPT;
xc_status xc_writer_begin(xc_writer *writer, xc_error *error) XC_NOEXCEPT;
/* Publishes the transaction, then fsyncs the directory. When that fails the handle is dead: every
 * further call but xc_writer_free answers XC_DATABASE. Without an open transaction: XC_INVALID, and
 * nothing changes. */
xc_status xc_writer_commit(xc_writer *writer, xc_error *error) XC_NOEXCEPT;
xc_status xc_writer_cancel(xc_writer *writer, xc_error *error) XC_NOEXCEPT;
/* The four changes. Outside a transaction they answer XC_INVALID. Arguments are checked first
 * (XC_INVALID, XC_LIMIT), which harms nothing; but when Xapian itself fails at a change it has
 * dropped the whole batch, so the handle is dead as after a failed commit. docid may be NULL. */
xc_status xc_writer_add(xc_writer *writer, const xc_document *document, uint32_t *docid,
                        xc_error *error) XC_NOEXCEPT;
/* Replaces every document that holds the term by this one; adds it where there is none. */
xc_status xc_writer_replace(xc_writer *writer, const char *unique_term, size_t size,
                            const xc_document *document, uint32_t *docid,
                            xc_error *error) XC_NOEXCEPT;
/* Removes every document that holds the term; none is no error. */
xc_status xc_writer_delete(xc_writer *writer, const char *term, size_t size,
                           xc_error *error) XC_NOEXCEPT;
xc_status xc_writer_set_metadata(xc_writer *writer, const char *key, const char *value, size_t size,
                                 xc_error *error) XC_NOEXCEPT;
/* These two see the changes of the open transaction. */
xc_status xc_writer_doc_count(xc_writer *writer, uint32_t *count, xc_error *error) XC_NOEXCEPT;
xc_status xc_writer_metadata(xc_writer *writer, const char *key, xc_string *value,
                             xc_error *error) XC_NOEXCEPT;

/* --- queries --- */

typedef struct xc_query xc_query;
void xc_query_free(xc_query *query) XC_NOEXCEPT;
xc_status xc_query_match_all(xc_query **query, xc_error *error) XC_NOEXCEPT;
xc_status xc_query_term(const char *term, size_t size, xc_query **query,
                        xc_error *error) XC_NOEXCEPT;
typedef enum xc_operator {
    XC_AND,
    XC_OR,
    XC_AND_NOT,   /* first and none of the others */
    XC_AND_MAYBE, /* first decides what matches, the others add weight */
    XC_FILTER,    /* first weighs, the others only filter */
    XC_NEAR,      /* all within window words, in any order */
    XC_PHRASE,    /* all within window words, in order */
    XC_SYNONYM,
    XC_MAX,
} xc_operator;
/* Combines count queries; they stay the caller's. window is used by XC_NEAR and XC_PHRASE (0: as
 * many as there are queries), whose queries are terms or combinations of terms (else the match
 * answers XC_UNSUPPORTED). Combining none gives a query that matches nothing. */
xc_status xc_query_combine(xc_operator op, const xc_query *const *queries, size_t count,
                           uint32_t window, xc_query **combined, xc_error *error) XC_NOEXCEPT;
/* Multiplies the weight; XC_INVALID for a factor below 0 or not finite. */
xc_status xc_query_scale(const xc_query *query, double factor, xc_query **scaled,
                         xc_error *error) XC_NOEXCEPT;
/* Documents whose value in slot lies in [begin, end], bytewise. An empty end means no upper bound.
 */
xc_status xc_query_value_range(uint32_t slot, const char *begin, size_t begin_size, const char *end,
                               size_t end_size, xc_query **query, xc_error *error) XC_NOEXCEPT;
/* Whether it matches nothing whatever the database; NULL does. */
bool xc_query_is_empty(const xc_query *query) XC_NOEXCEPT;
/* Its distinct terms, as indexed (with prefix and Z); freq is 0. Those of a parsed text come in the
 * order of the text, after those made by xc_query_term, which come in byte order. */
xc_status xc_query_terms(const xc_query *query, xc_terms **terms, xc_error *error) XC_NOEXCEPT;
/* What it will do, for people: Xapian's own description. */
xc_status xc_query_describe(const xc_query *query, xc_string *description,
                            xc_error *error) XC_NOEXCEPT;

typedef struct xc_parser xc_parser;
/* What a query text may ask for; a text over any of these answers XC_LIMIT before Xapian sees it.
 * 0: the default. */
typedef struct xc_parser_limits {
    uint32_t text_bytes;         /* 512 */
    uint32_t terms;              /* 32; each Chinese, Japanese or Korean character counts as one */
    uint32_t wildcards;          /* 2 */
    uint32_t wildcard_letters;   /* 3: fewest letters before the * */
    uint32_t wildcard_expansion; /* 100: most terms one expands to, the most frequent ones */
    uint32_t positional_terms;   /* 8: most words in phrases and about NEAR, which is one too */
} xc_parser_limits;
/* language as for xc_generator_new: words are stemmed, words in quotes and capitalised words are
 * not. */
xc_status xc_parser_new(const char *language, const xc_parser_limits *limits, xc_parser **parser,
                        xc_error *error) XC_NOEXCEPT;
void xc_parser_free(xc_parser *parser) XC_NOEXCEPT;
/* The database that parsing may look into. Optional: wildcards are expanded by the match, from the
 * database matched. The parser keeps what it needs, so it then belongs to the thread of database.
 */
xc_status xc_parser_set_database(xc_parser *parser, const xc_database *database,
                                 xc_error *error) XC_NOEXCEPT;
/* `name:word` searches terms with prefix. An empty name sets what plain words search; several calls
 * for one name search them all. A name has one meaning: XC_INVALID if it is a filter or a range
 * already; and so for those. */
xc_status xc_parser_add_field(xc_parser *parser, const char *name, const char *prefix,
                              xc_error *error) XC_NOEXCEPT;
/* `name:value` filters by the exact term prefix + value. Several of one name: OR if exclusive, else
 * AND. */
xc_status xc_parser_add_filter(xc_parser *parser, const char *name, const char *prefix,
                               bool exclusive, xc_error *error) XC_NOEXCEPT;
/* Makes the query of a filter's value as it was written, without its quotation marks; the parser
 * takes it. Any status but XC_OK ends the parse and is its status; *error is then filled. Called by
 * xc_parser_parse, on its thread; the parser itself is not to be used inside. */
typedef xc_status (*xc_filter_func)(void *context, const char *value, size_t size, xc_query **query,
                                    xc_error *error);
/* As xc_parser_add_filter, but what a value means is for make to say; context is handed to it, and
 * must live as long as the parser. */
xc_status xc_parser_add_filter_func(xc_parser *parser, const char *name, bool exclusive,
                                    xc_filter_func make, void *context,
                                    xc_error *error) XC_NOEXCEPT;
/* `name:YYYYMMDD..YYYYMMDD` filters by the value in slot, stored as YYYYMMDD (either end may be
 * missing; separators - and . between the parts are understood; anything else is XC_SYNTAX). */
xc_status xc_parser_add_date_range(xc_parser *parser, const char *name, uint32_t slot,
                                   xc_error *error) XC_NOEXCEPT;
/* Words left out of the query unless it asks for nothing else (words after a minus do not count).
 */
xc_status xc_parser_set_stop_words(xc_parser *parser, const char *const *words, size_t count,
                                   xc_error *error) XC_NOEXCEPT;
enum {
    XC_PARSE_PHRASES = 1,   /* "..."; without it nothing asks for positions, foo-bar is two words */
    XC_PARSE_BOOLEAN = 2,   /* AND OR NOT XOR NEAR, brackets */
    XC_PARSE_LOVE_HATE = 4, /* +word -word */
    XC_PARSE_WILDCARDS = 8, /* word* */
    XC_PARSE_PARTIAL = 16,  /* the last word may be unfinished, from wildcard_letters on */
    XC_PARSE_DEFAULT = 15,
};
/* With flags 0 the text is nothing but plain words, without fields or filters, and has no syntax
 * errors. default_op is XC_OR or XC_AND. XC_SYNTAX if the text cannot be parsed, XC_LIMIT if it
 * asks for too much, XC_INVALID if it is not valid UTF-8 or holds a NUL. A text without words gives
 * an empty query. */
xc_status xc_parser_parse(xc_parser *parser, const char *text, size_t size, unsigned flags,
                          xc_operator default_op, xc_query **query, xc_error *error) XC_NOEXCEPT;

/* --- matching --- */

#define XC_NO_SLOT    UINT32_MAX
#define XC_FACETS_MAX 8

typedef struct xc_match_spec {
    const xc_query *query;
    uint32_t offset, limit;  /* offset + limit at most 1000 */
    uint32_t check_at_least; /* look at no fewer candidates, for counts; 0: no more than needed */
    uint32_t collapse_slot;  /* XC_NO_SLOT: none; keeps the best collapse_max hits of each value */
    uint32_t collapse_max;   /* at least 1 */
    uint32_t sort_slot;      /* XC_NO_SLOT: by relevance; else by that value, then relevance */
    bool sort_descending;
    double bm25_k1, bm25_b; /* Xapian::BM25Weight(k1, 0, 1, b, 0.5) */
    bool boolean;           /* no weights at all */
    /* Counted over the candidates looked at, at most check_at_least of them or the hits wanted.
     * With a collapse slot a value counts once for each collapse value that has it: as many hits as
     * a filter by the value would leave, if collapse_max is 1. */
    uint32_t facet_slots[XC_FACETS_MAX];
    size_t facet_count;
    uint32_t facet_values_max; /* most values kept of each facet, the most frequent first */
} xc_match_spec;
/* A spec with offset 0, limit 10, no collapse, no sort, no facets (10 values of each), k1 1.2 and
 * b 0.75. The query stays the caller's and must live as long as the spec is used. */
xc_match_spec xc_match_spec_init(const xc_query *query) XC_NOEXCEPT;

typedef struct xc_hit {
    uint32_t docid;
    double weight;
    uint32_t collapse_count; /* a lower bound of how many more hits share its collapse value */
    xc_string data;
} xc_hit;
typedef struct xc_facet_value {
    xc_string value;
    uint32_t count;
} xc_facet_value;
typedef struct xc_facet {
    uint32_t slot;
    xc_facet_value *values;
    size_t count;
} xc_facet;
typedef struct xc_result {
    /* How many match, after collapsing; equal when exact. */
    uint32_t matches_lower, matches_estimated, matches_upper;
    uint32_t examined; /* candidates counted for the facets; 0 where none were asked for */
    xc_hit *hits;
    size_t hit_count;
    xc_facet *facets; /* in the order of facet_slots */
    size_t facet_count;
} xc_result;
/* Runs one match and copies everything out. XC_LIMIT for too deep a page or too many facets. */
xc_status xc_match(xc_database *database, const xc_match_spec *spec, xc_result **result,
                   xc_error *error) XC_NOEXCEPT;
void xc_result_free(xc_result *result) XC_NOEXCEPT;

#ifdef __cplusplus
}
#endif
#endif
