/* Query trees. */
#include "handle.h"

#include <cmath>
#include <unordered_set>
#include <vector>

namespace {

struct Operator {
    xc_operator op;
    Xapian::Query::op xapian;
    bool has_window;
};

const Operator operators[] = {
    {XC_AND, Xapian::Query::OP_AND, false},
    {XC_OR, Xapian::Query::OP_OR, false},
    {XC_AND_NOT, Xapian::Query::OP_AND_NOT, false},
    {XC_AND_MAYBE, Xapian::Query::OP_AND_MAYBE, false},
    {XC_FILTER, Xapian::Query::OP_FILTER, false},
    {XC_NEAR, Xapian::Query::OP_NEAR, true},
    {XC_PHRASE, Xapian::Query::OP_PHRASE, true},
    {XC_SYNONYM, Xapian::Query::OP_SYNONYM, false},
    {XC_MAX, Xapian::Query::OP_MAX, false},
};

const Operator &operator_row(xc_operator op) {
    for (const Operator &row : operators) {
        if (row.op == op) {
            return row;
        }
    }
    throw xc::Failure(XC_INVALID, "%d is no query operator", static_cast<int>(op));
}

/* A copy shares Xapian's tree, whose reference counts need the handle held. */
Xapian::Query copy_of(const xc_query *query) {
    const xc_query &handle = xc::required(query, "query");
    xc::Hold hold(handle.use);
    return handle.query;
}

} // namespace

void xc_query_free(xc_query *query) noexcept {
    xc::release(query);
}

xc_status xc_query_match_all(xc_query **query, xc_error *error) noexcept {
    return xc::guard(error, [&] {
        /* Not the constant Xapian::Query::MatchAll: threads would share its reference count. */
        xc::required(query, "query");
        *query = std::make_unique<xc_query>(Xapian::Query(std::string())).release();
    });
}

xc_status xc_query_term(const char *term, size_t size, xc_query **query, xc_error *error) noexcept {
    return xc::guard(error, [&] {
        xc::required(query, "query");
        *query = std::make_unique<xc_query>(Xapian::Query(xc::incoming_term(term, size))).release();
    });
}

xc_status xc_query_combine(xc_operator op, const xc_query *const *queries, size_t count,
                           uint32_t window, xc_query **combined, xc_error *error) noexcept {
    return xc::guard(error, [&] {
        xc::required(combined, "combined");
        const Operator &row = operator_row(op);
        if (count > 0) {
            xc::required(queries, "queries");
        }
        std::vector<Xapian::Query> parts;
        parts.reserve(count);
        for (size_t i = 0; i < count; i++) {
            parts.push_back(copy_of(queries[i]));
        }
        *combined = std::make_unique<xc_query>(Xapian::Query(row.xapian, parts.begin(), parts.end(),
                                                             row.has_window ? window : 0))
                        .release();
    });
}

xc_status xc_query_scale(const xc_query *query, double factor, xc_query **scaled,
                         xc_error *error) noexcept {
    return xc::guard(error, [&] {
        xc::required(scaled, "scaled");
        if (!std::isfinite(factor) || factor < 0) {
            throw xc::Failure(XC_INVALID, "a weight cannot be scaled by %g", factor);
        }
        *scaled = std::make_unique<xc_query>(Xapian::Query(factor, copy_of(query))).release();
    });
}

xc_status xc_query_value_range(uint32_t slot, const char *begin, size_t begin_size, const char *end,
                               size_t end_size, xc_query **query, xc_error *error) noexcept {
    return xc::guard(error, [&] {
        xc::required(query, "query");
        Xapian::valueno number = xc::incoming_slot(slot);
        std::string low = xc::incoming(begin, begin_size, "begin");
        std::string high = xc::incoming(end, end_size, "end");
        Xapian::Query range = high.empty()
                                  ? Xapian::Query(Xapian::Query::OP_VALUE_GE, number, low)
                                  : Xapian::Query(Xapian::Query::OP_VALUE_RANGE, number, low, high);
        *query = std::make_unique<xc_query>(range).release();
    });
}

bool xc_query_is_empty(const xc_query *query) noexcept {
    return query == nullptr || query->query.empty();
}

xc_status xc_query_terms(const xc_query *query, xc_terms **terms, xc_error *error) noexcept {
    return xc::enter(query, error, [&](const xc_query &handle) {
        xc::required(terms, "terms");
        xc::TermList list;
        std::unordered_set<std::string> seen;
        const Xapian::TermIterator end = handle.query.get_terms_end();
        for (Xapian::TermIterator term = handle.query.get_terms_begin(); term != end; ++term) {
            if (seen.insert(*term).second) {
                list.add(*term, 0);
            }
        }
        *terms = list.take();
    });
}

xc_status xc_query_describe(const xc_query *query, xc_string *description,
                            xc_error *error) noexcept {
    return xc::enter(query, error, [&](const xc_query &handle) {
        xc::required(description, "description");
        *description = xc::copy_string(handle.query.get_description());
    });
}
