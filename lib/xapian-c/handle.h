/* What every source of xapian-c shares: failures, the one exception guard, handles and the copies
 * that leave. Internal: C++17, included by the sources of this directory only. */
#pragma once

#include "xapian-c.h"

#include <atomic>
#include <cstddef>
#include <memory>
#include <string>

#include <xapian.h>

namespace xc {

/* A refusal of our own, thrown inside a guard. It owns no heap memory, so throwing it works when
 * there is none. */
struct Failure {
    __attribute__((format(printf, 3, 4))) Failure(xc_status status, const char *format, ...);
    xc_error error;
};

/* Turns the exception in flight into its status and fills *error (may be NULL). Only inside a catch
 * block. */
xc_status describe_exception(xc_error *error) noexcept;

/* Runs body; whatever it throws becomes a status. */
template <typename Body> xc_status guard(xc_error *error, Body &&body) noexcept {
    try {
        body();
        return XC_OK;
    } catch (...) {
        return describe_exception(error);
    }
}

/* In debug builds, ends the process with a sentence when a second thread enters a handle that
 * another is still inside of. */
#ifdef NDEBUG
class Use {};
class Hold {
  public:
    explicit Hold(Use &) {
    }
};
#else
class Use {
    friend class Hold;
    std::atomic_flag taken = ATOMIC_FLAG_INIT;
};
class Hold {
  public:
    explicit Hold(Use &held) noexcept;
    ~Hold() {
        use.taken.clear(std::memory_order_release);
    }
    Hold(const Hold &) = delete;
    Hold &operator=(const Hold &) = delete;

  private:
    Use &use;
};
#endif

/* Every handle starts with this. Reading a Xapian object may change its caches, so a const handle
 * is held like any other. */
struct Handle {
    mutable Use use;
};

template <typename H> H &required(H *pointer, const char *name) {
    if (pointer == nullptr) {
        throw Failure(XC_INVALID, "%s is NULL", name);
    }
    return *pointer;
}

/* A guard around body(*handle), with the handle held. */
template <typename H, typename Body>
xc_status enter(H *handle, xc_error *error, Body &&body) noexcept {
    return guard(error, [&] {
        H &entered = required(handle, "the handle");
        Hold hold(entered.use);
        body(entered);
    });
}

/* Deletes a handle; NULL is fine. */
template <typename H> void release(H *handle) noexcept {
    if (handle == nullptr) {
        return;
    }
    { Hold hold(handle->use); }
    delete handle;
}

/* A string that came in by pointer and length; NULL is fine where size is 0. */
std::string incoming(const char *data, size_t size, const char *name);
std::string incoming(const char *text, const char *name);

/* An incoming term. XC_INVALID if empty, XC_LIMIT if over XC_TERM_MAX_BYTES. */
std::string incoming_term(const char *data, size_t size);
/* An incoming metadata key: held to the bound of terms. */
std::string incoming_key(const char *key);
/* Docid 0 is no document: XC_NOT_FOUND. */
Xapian::docid incoming_docid(uint32_t docid);
/* XC_NO_SLOT is no slot: XC_INVALID. */
Xapian::valueno incoming_slot(uint32_t slot);
/* The bytes a term takes where Xapian limits it: NUL counts twice. */
size_t term_cost(const std::string &term);

/* Copies for the caller, on the C heap. */
xc_string copy_string(const std::string &text);
/* Zeroed memory; throws std::bad_alloc. */
void *allocate_bytes(size_t count, size_t size);
template <typename T> T *allocate(size_t count) {
    return static_cast<T *>(allocate_bytes(count, sizeof(T)));
}

struct TermsFree {
    void operator()(xc_terms *terms) const noexcept {
        xc_terms_free(terms);
    }
};
using Terms = std::unique_ptr<xc_terms, TermsFree>;

/* Collects terms whose number is not known beforehand. */
class TermList {
  public:
    TermList() : terms(allocate<xc_terms>(1)) {
    }
    void add(const std::string &name, Xapian::termcount freq);
    size_t size() const {
        return terms->count;
    }
    xc_terms *take() {
        return terms.release();
    }

  private:
    Terms terms;
    size_t room = 0;
};

} // namespace xc

struct xc_database : xc::Handle {
    explicit xc_database(const std::string &path) : database(path) {
    }
    Xapian::Database database;
};

struct xc_document : xc::Handle {
    Xapian::Document document;
};

struct xc_query : xc::Handle {
    explicit xc_query(Xapian::Query made) : query(std::move(made)) {
    }
    Xapian::Query query;
};
