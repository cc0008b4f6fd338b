/* Reading: open, reopen, what a database says about itself, and the retry of whole answers. */
#include "handle.h"

#include <cstring>

namespace {

constexpr size_t uuid_bytes = 40; /* of the caller's array, with the NUL */

} // namespace

xc_status xc_database_open(const char *path, xc_database **database, xc_error *error) noexcept {
    return xc::guard(error, [&] {
        xc::required(database, "database");
        auto opened = std::make_unique<xc_database>(xc::incoming(path, "path"));
        if (opened->database.size() == 0) {
            throw xc::Failure(XC_NOT_FOUND, "the stub file %s names no database", path);
        }
        *database = opened.release();
    });
}

void xc_database_free(xc_database *database) noexcept {
    xc::release(database);
}

xc_status xc_database_reopen(xc_database *database, bool *changed, xc_error *error) noexcept {
    return xc::enter(database, error, [&](xc_database &handle) {
        bool moved = handle.database.reopen();
        if (changed != nullptr) {
            *changed = moved;
        }
    });
}

xc_status xc_database_doc_count(xc_database *database, uint32_t *count, xc_error *error) noexcept {
    return xc::enter(database, error, [&](xc_database &handle) {
        xc::required(count, "count") = handle.database.get_doccount();
    });
}

xc_status xc_database_revision(xc_database *database, char uuid[40], uint64_t *revision,
                               xc_error *error) noexcept {
    return xc::enter(database, error, [&](xc_database &handle) {
        xc::required(uuid, "uuid");
        xc::required(revision, "revision");
        if (handle.database.size() != 1) {
            throw xc::Failure(XC_UNSUPPORTED, "%zu databases opened as one have no common revision",
                              handle.database.size());
        }
        std::string name = handle.database.get_uuid();
        if (name.size() >= uuid_bytes) {
            throw xc::Failure(XC_INTERNAL, "a UUID of %zu bytes", name.size());
        }
        *revision = handle.database.get_revision();
        std::memcpy(uuid, name.c_str(), name.size() + 1);
    });
}

xc_status xc_database_metadata(xc_database *database, const char *key, xc_string *value,
                               xc_error *error) noexcept {
    return xc::enter(database, error, [&](xc_database &handle) {
        xc::required(value, "value");
        *value = xc::copy_string(handle.database.get_metadata(xc::incoming_key(key)));
    });
}

xc_status xc_database_term_freq(xc_database *database, const char *term, size_t term_size,
                                uint32_t *freq, xc_error *error) noexcept {
    return xc::enter(database, error, [&](xc_database &handle) {
        xc::required(freq, "freq");
        *freq = handle.database.get_termfreq(xc::incoming_term(term, term_size));
    });
}

xc_status xc_database_terms(xc_database *database, const char *prefix, size_t prefix_size,
                            size_t limit, xc_terms **terms, xc_error *error) noexcept {
    return xc::enter(database, error, [&](xc_database &handle) {
        xc::required(terms, "terms");
        std::string start = xc::incoming(prefix, prefix_size, "prefix");
        xc::TermList list;
        const Xapian::TermIterator end = handle.database.allterms_end(start);
        for (Xapian::TermIterator term = handle.database.allterms_begin(start);
             term != end && list.size() < limit; ++term) {
            list.add(*term, term.get_termfreq());
        }
        *terms = list.take();
    });
}

xc_status xc_database_document_terms(xc_database *database, uint32_t docid, xc_terms **terms,
                                     xc_error *error) noexcept {
    return xc::enter(database, error, [&](xc_database &handle) {
        xc::required(terms, "terms");
        xc::TermList list;
        const Xapian::TermIterator end = handle.database.termlist_end(docid);
        for (Xapian::TermIterator term = handle.database.termlist_begin(xc::incoming_docid(docid));
             term != end; ++term) {
            list.add(*term, term.get_wdf());
        }
        *terms = list.take();
    });
}

xc_status xc_database_document_data(xc_database *database, uint32_t docid, xc_string *data,
                                    xc_error *error) noexcept {
    return xc::enter(database, error, [&](xc_database &handle) {
        xc::required(data, "data");
        *data = xc::copy_string(handle.database.get_document(xc::incoming_docid(docid)).get_data());
    });
}

/* The handle is not held around the attempts: the answer enters it by itself. */
xc_status xc_retry(xc_database *database, xc_answer_func answer, void *context,
                   xc_error *error) noexcept {
    xc_status status = XC_MODIFIED;
    xc_status failure = xc::guard(error, [&] {
        if (answer == nullptr) {
            throw xc::Failure(XC_INVALID, "answer is NULL");
        }
        for (int attempt = 0; attempt < XC_RETRY_MAX && status == XC_MODIFIED; attempt++) {
            status = xc_database_reopen(database, nullptr, error);
            if (status == XC_OK) {
                status = answer(database, context, error);
            }
        }
    });
    return failure != XC_OK ? failure : status;
}
