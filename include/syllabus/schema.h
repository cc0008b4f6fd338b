/* The index schema: the only contract between indexer and searchd.
 *
 * One table drives what the indexer writes, what the query parser understands, which facets there
 * are, and docs/INDEX-FORMAT.md. Prefixes follow Omega's conventions (xapian-omega,
 * docs/termprefixes.rst), so that xapian-delve and omega can read the index. Pure functions and
 * constants: any thread. */
#pragma once

#include <glib.h>

/* The number of everything described here. An index of another number is refused. */
#define SYL_INDEX_FORMAT 1

/* The stemmer of body and queries. */
#define SYL_STEM_LANGUAGE "english"

/* Ranking: BM25 parameters and how many times a title or heading word counts. */
#define SYL_BM25_K1        1.2
#define SYL_BM25_B         0.75
#define SYL_TITLE_WDF      3
#define SYL_TERM_MAX_BYTES 200

/* One value of a slot may hold several, and each may be a path. */
#define SYL_VALUE_SEPARATOR '\x1e' /* between values */
#define SYL_PATH_SEPARATOR  '\x1f' /* between the levels of one path */

typedef enum SylFieldId {
    SYL_FIELD_ID,
    SYL_FIELD_PAGE,
    SYL_FIELD_RESOURCE,
    SYL_FIELD_TYPE,
    SYL_FIELD_BODY,
    SYL_FIELD_TITLE,
    SYL_FIELD_ENTRY,
    SYL_FIELD_REST,
    SYL_FIELD_AUTHOR,
    SYL_FIELD_HOST,
    SYL_FIELD_KIND,
    SYL_FIELD_LANGUAGE,
    SYL_FIELD_LIST,
    SYL_FIELD_SECTION,
    SYL_FIELD_DATE,
    SYL_FIELD_ORDER,
    SYL_FIELD_COUNT,
} SylFieldId;

typedef enum SylFieldKind {
    SYL_FIELD_WORDS,  /* stemmed words with positions */
    SYL_FIELD_BAG,    /* stemmed words without positions */
    SYL_FIELD_FILTER, /* one exact term per value, no weight */
    SYL_FIELD_VALUE,  /* a value slot only */
} SylFieldKind;

#define SYL_NO_SLOT G_MAXUINT32

typedef struct SylField {
    const char *name;   /* as queries write it (`name:`), or NULL: not for queries */
    const char *prefix; /* of its terms, or NULL: no terms */
    SylFieldKind kind;
    guint32 slot;      /* of its value, or SYL_NO_SLOT */
    const char *facet; /* name of the facet counted from the slot, or NULL */
    const char *about; /* one sentence for the documents */
} SylField;

/* The row of a field. Never NULL; borrowed for ever. */
const SylField *syl_schema_field(SylFieldId id);
/* The field that a query, or a facet, calls so; NULL if there is none. */
const SylField *syl_schema_field_by_name(const char *name);
const SylField *syl_schema_field_by_facet(const char *facet);

/* The exact term of a filter value, in lower case where people write it (the field has a name);
 * addresses keep their case. Letters that would read as part of the prefix get a ':' before
 * them (Omega's rule); a term over SYL_TERM_MAX_BYTES is cut and ends in a hash, so it stays
 * unique. Caller frees. */
char *syl_schema_term(SylFieldId id, const char *value);

/* A path ("Books", "Algebra") as one slot value or filter value. levels is NULL-terminated; count
 * says how many of them to take. Separators inside a level become spaces. Caller frees. */
char *syl_schema_path(const char *const *levels, gsize count);

/* The English stop words left out of ranking queries; NULL-terminated, borrowed for ever. */
const char *const *syl_schema_stop_words(gsize *count);

/* Metadata keys of the Xapian database. */
#define SYL_META_FORMAT   "syllabus.format"   /* decimal SYL_INDEX_FORMAT */
#define SYL_META_IDENTITY "syllabus.identity" /* random; tells this database from any other */
