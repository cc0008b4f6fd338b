/* Failures, the table that turns exceptions into statuses, and the copies that cross the border. */
#include "demand.h"
#include "handle.h"

#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>

namespace xc {
namespace {

struct ErrorClass {
    bool (*is_in_flight)();
    xc_status status;
};

/* Only a handler can tell: Xapian::Error has no virtual function, so no dynamic_cast. */
template <typename E> bool is() {
    try {
        throw;
    } catch (const E &) {
        return true;
    } catch (...) {
        return false;
    }
}

/* Most derived first: the first match decides. */
const ErrorClass error_classes[] = {
    {is<Xapian::DatabaseModifiedError>, XC_MODIFIED},
    {is<Xapian::DatabaseLockError>, XC_LOCKED},
    {is<Xapian::DatabaseNotFoundError>, XC_NOT_FOUND},
    {is<Xapian::DatabaseVersionError>, XC_VERSION},
    {is<Xapian::DatabaseCorruptError>, XC_CORRUPT},
    {is<Xapian::DatabaseError>, XC_DATABASE},
    {is<Xapian::DocNotFoundError>, XC_NOT_FOUND},
    {is<Xapian::NetworkError>, XC_NETWORK},
    {is<Xapian::QueryParserError>, XC_SYNTAX},
    {is<Xapian::WildcardError>, XC_LIMIT},
    {is<Xapian::SerialisationError>, XC_CORRUPT},
    {is<Xapian::FeatureUnavailableError>, XC_UNSUPPORTED},
    {is<Xapian::UnimplementedError>, XC_UNSUPPORTED},
    {is<Xapian::RangeError>, XC_INVALID},
    {is<Xapian::InvalidArgumentError>, XC_INVALID},
    {is<Xapian::InvalidOperationError>, XC_INVALID},
    {is<Xapian::Error>, XC_INTERNAL},
};

xc_status status_in_flight() {
    for (const ErrorClass &row : error_classes) {
        if (row.is_in_flight()) {
            return row.status;
        }
    }
    return XC_INTERNAL;
}

bool continues_character(char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0) == 0x80;
}

/* Makes what snprintf left in message one line that ends at a character border. */
void tidy_message(xc_error &error, bool cut) {
    size_t size = std::strlen(error.message);
    if (cut) {
        while (size > 0 && continues_character(error.message[size - 1])) {
            size--;
        }
        if (size > 0 && (static_cast<unsigned char>(error.message[size - 1]) & 0x80) != 0) {
            size--;
        }
        error.message[size] = '\0';
    }
    bool clean = is_clean_utf8({error.message, size}); /* a path may be of any bytes */
    for (size_t i = 0; i < size; i++) {
        auto byte = static_cast<unsigned char>(error.message[i]);
        if (byte < 0x20 || byte == 0x7F) {
            error.message[i] = ' ';
        } else if (byte >= 0x80 && !clean) {
            error.message[i] = '?';
        }
    }
}

__attribute__((format(printf, 3, 0))) void fill(xc_error &error, xc_status status,
                                                const char *format, va_list arguments) {
    error.status = status;
    /* NOLINTNEXTLINE(clang-analyzer-valist.Uninitialized): both callers call va_start */
    int wanted = std::vsnprintf(error.message, sizeof error.message, format, arguments);
    if (wanted < 0) {
        error.message[0] = '\0';
    }
    tidy_message(error, wanted >= static_cast<int>(sizeof error.message));
}

/* NOLINTNEXTLINE(cert-dcl50-cpp): variadic as printf, so that the compiler checks the formats */
__attribute__((format(printf, 3, 4))) xc_status report(xc_error *error, xc_status status,
                                                       const char *format, ...) {
    if (error != nullptr) {
        va_list arguments;
        va_start(arguments, format);
        fill(*error, status, format, arguments);
        va_end(arguments);
    }
    return status;
}

xc_status report_xapian(xc_error *error, const Xapian::Error &thrown) {
    xc_status status = status_in_flight();
    const char *cause = nullptr;
    try {
        cause = thrown.get_error_string();
    } catch (...) {
        cause = nullptr; /* no memory for the words of the errno: the message alone must do */
    }
    if (cause != nullptr) {
        return report(error, status, "%s: %s (%s)", thrown.get_type(), thrown.get_msg().c_str(),
                      cause);
    }
    return report(error, status, "%s: %s", thrown.get_type(), thrown.get_msg().c_str());
}

} // namespace

/* NOLINTNEXTLINE(cert-dcl50-cpp): as report */
Failure::Failure(xc_status status, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fill(error, status, format, arguments);
    va_end(arguments);
}

xc_status describe_exception(xc_error *error) noexcept {
    try {
        throw;
    } catch (const Failure &failure) {
        return report(error, failure.error.status, "%s", failure.error.message);
    } catch (const Xapian::Error &thrown) {
        return report_xapian(error, thrown);
    } catch (const std::bad_alloc &) {
        return report(error, XC_NO_MEMORY, "out of memory");
    } catch (const std::exception &thrown) {
        return report(error, XC_INTERNAL, "unexpected exception: %s", thrown.what());
    } catch (...) {
        return report(error, XC_INTERNAL, "unexpected exception of an unknown class");
    }
}

#ifndef NDEBUG
Hold::Hold(Use &held) noexcept : use(held) {
    if (use.taken.test_and_set(std::memory_order_acquire)) {
        std::fputs("xapian-c: two threads are inside one handle at the same time; "
                   "give each thread handles of its own\n",
                   stderr);
        std::abort();
    }
}
#endif

std::string incoming(const char *data, size_t size, const char *name) {
    if (data == nullptr && size > 0) {
        throw Failure(XC_INVALID, "%s is NULL", name);
    }
    return size > 0 ? std::string(data, size) : std::string();
}

std::string incoming(const char *text, const char *name) {
    return std::string(&required(text, name));
}

size_t term_cost(const std::string &term) {
    size_t cost = term.size();
    for (char byte : term) {
        cost += byte == '\0';
    }
    return cost;
}

std::string incoming_term(const char *data, size_t size) {
    if (size == 0) {
        throw Failure(XC_INVALID, "the term is empty");
    }
    if (size > XC_TERM_MAX_BYTES) {
        throw Failure(XC_LIMIT, "the term has %zu bytes; at most %d are allowed", size,
                      XC_TERM_MAX_BYTES);
    }
    std::string term = incoming(data, size, "the term");
    size_t cost = term_cost(term);
    if (cost > XC_TERM_MAX_BYTES) {
        throw Failure(XC_LIMIT,
                      "the term takes %zu bytes (NUL counts twice); at most %d are allowed", cost,
                      XC_TERM_MAX_BYTES);
    }
    return term;
}

std::string incoming_key(const char *key) {
    std::string copy = incoming(key, "key");
    if (copy.empty()) {
        throw Failure(XC_INVALID, "the key is empty");
    }
    if (copy.size() > XC_TERM_MAX_BYTES) {
        throw Failure(XC_LIMIT, "the key has %zu bytes; at most %d are allowed", copy.size(),
                      XC_TERM_MAX_BYTES);
    }
    return copy;
}

Xapian::docid incoming_docid(uint32_t docid) {
    if (docid == 0) {
        throw Failure(XC_NOT_FOUND, "document 0 does not exist: numbers start at 1");
    }
    return docid;
}

Xapian::valueno incoming_slot(uint32_t slot) {
    if (slot == XC_NO_SLOT) {
        throw Failure(XC_INVALID, "%u names no value slot", slot);
    }
    return slot;
}

void *allocate_bytes(size_t count, size_t size) {
    void *memory = std::calloc(count > 0 ? count : 1, size);
    if (memory == nullptr) {
        throw std::bad_alloc();
    }
    return memory;
}

xc_string copy_string(const std::string &text) {
    char *data = allocate<char>(text.size() + 1);
    text.copy(data, text.size());
    return {data, text.size()};
}

void TermList::add(const std::string &name, Xapian::termcount freq) {
    if (terms->count == room) {
        size_t wider = room > 0 ? room * 2 : 16;
        void *items = std::realloc(terms->items, wider * sizeof *terms->items);
        if (items == nullptr) {
            throw std::bad_alloc();
        }
        terms->items = static_cast<xc_term *>(items);
        room = wider;
    }
    terms->items[terms->count] = {copy_string(name), freq};
    terms->count++;
}

} // namespace xc

const char *xc_status_name(xc_status status) noexcept {
    switch (status) {
    case XC_OK:
        return "ok";
    case XC_MODIFIED:
        return "reader is too old";
    case XC_LOCKED:
        return "locked by another writer";
    case XC_NOT_FOUND:
        return "not found";
    case XC_VERSION:
        return "other format version";
    case XC_CORRUPT:
        return "corrupt";
    case XC_DATABASE:
        return "database error";
    case XC_NETWORK:
        return "network error";
    case XC_SYNTAX:
        return "syntax error";
    case XC_LIMIT:
        return "limit exceeded";
    case XC_INVALID:
        return "invalid call";
    case XC_UNSUPPORTED:
        return "unsupported";
    case XC_NO_MEMORY:
        return "out of memory";
    case XC_INTERNAL:
        return "internal error";
    }
    return "unknown status";
}

void xc_string_clear(xc_string *string) noexcept {
    if (string == nullptr) {
        return;
    }
    std::free(string->data);
    *string = {nullptr, 0};
}

void xc_terms_free(xc_terms *terms) noexcept {
    if (terms == nullptr) {
        return;
    }
    for (size_t i = 0; i < terms->count; i++) {
        xc_string_clear(&terms->items[i].name);
    }
    std::free(terms->items);
    std::free(terms);
}
