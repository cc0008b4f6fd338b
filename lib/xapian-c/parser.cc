/* Query texts: held to their limits first, then parsed by Xapian. */
#include "demand.h"
#include "handle.h"

namespace {

constexpr xc_parser_limits default_limits = {512, 32, 2, 3, 100, 8};

xc_parser_limits with_defaults(const xc_parser_limits *wanted) {
    xc_parser_limits limits = wanted != nullptr ? *wanted : default_limits;
    auto fill = [](uint32_t &limit, uint32_t value) {
        if (limit == 0) {
            limit = value;
        }
    };
    fill(limits.text_bytes, default_limits.text_bytes);
    fill(limits.terms, default_limits.terms);
    fill(limits.wildcards, default_limits.wildcards);
    fill(limits.wildcard_letters, default_limits.wildcard_letters);
    fill(limits.wildcard_expansion, default_limits.wildcard_expansion);
    fill(limits.positional_terms, default_limits.positional_terms);
    return limits;
}

struct Flag {
    unsigned flag;
    unsigned xapian;
};

const Flag parse_flags[] = {
    {XC_PARSE_PHRASES, Xapian::QueryParser::FLAG_PHRASE},
    {XC_PARSE_BOOLEAN, Xapian::QueryParser::FLAG_BOOLEAN},
    {XC_PARSE_LOVE_HATE, Xapian::QueryParser::FLAG_LOVEHATE},
    {XC_PARSE_WILDCARDS, Xapian::QueryParser::FLAG_WILDCARD},
    {XC_PARSE_PARTIAL, Xapian::QueryParser::FLAG_PARTIAL},
};

unsigned xapian_flags(unsigned flags) {
    unsigned known = 0;
    unsigned result = Xapian::QueryParser::FLAG_CJK_NGRAM;
    for (const Flag &row : parse_flags) {
        known |= row.flag;
        if ((flags & row.flag) != 0) {
            result |= row.xapian;
        }
    }
    if ((flags & ~known) != 0) {
        throw xc::Failure(XC_INVALID, "%u are no parse flags", flags & ~known);
    }
    if ((flags & XC_PARSE_PHRASES) == 0) {
        result |= Xapian::QueryParser::FLAG_NO_POSITIONS;
    }
    return result;
}

Xapian::Query::op default_operator(xc_operator op) {
    if (op == XC_OR) {
        return Xapian::Query::OP_OR;
    }
    if (op == XC_AND) {
        return Xapian::Query::OP_AND;
    }
    throw xc::Failure(XC_INVALID, "the default operator is XC_OR or XC_AND, not %d",
                      static_cast<int>(op));
}

void check_text(const std::string &text, const xc_parser_limits &limits) {
    if (text.size() > limits.text_bytes) {
        throw xc::Failure(XC_LIMIT, "the query has %zu bytes; at most %u are allowed", text.size(),
                          limits.text_bytes);
    }
    if (!xc::is_clean_utf8(text)) {
        throw xc::Failure(XC_INVALID, "the query is not valid UTF-8 or holds a NUL byte");
    }
}

void check_demand(const xc::Demand &demand, unsigned flags, const xc_parser_limits &limits) {
    if (demand.words > limits.terms) {
        throw xc::Failure(XC_LIMIT, "the query has %zu words; at most %u are allowed", demand.words,
                          limits.terms);
    }
    if (demand.wildcards > limits.wildcards) {
        throw xc::Failure(XC_LIMIT, "the query has %zu wildcards; at most %u are allowed",
                          demand.wildcards, limits.wildcards);
    }
    if (demand.wildcards > 0 && demand.shortest_wildcard < limits.wildcard_letters) {
        throw xc::Failure(XC_LIMIT, "a wildcard has %zu letters before its *; it needs %u",
                          demand.shortest_wildcard, limits.wildcard_letters);
    }
    if ((flags & XC_PARSE_PHRASES) != 0 && demand.positional_words > limits.positional_terms) {
        throw xc::Failure(XC_LIMIT,
                          "the query has %zu words in phrases or NEAR; at most %u are allowed",
                          demand.positional_words, limits.positional_terms);
    }
}

/* Xapian's parser takes words of any length, its databases do not. */
void check_terms(const Xapian::Query &query) {
    const Xapian::TermIterator end = query.get_terms_end();
    for (Xapian::TermIterator term = query.get_terms_begin(); term != end; ++term) {
        size_t size = (*term).size();
        if (size > XC_TERM_MAX_BYTES) {
            throw xc::Failure(XC_LIMIT, "a word of the query has %zu bytes; at most %d are allowed",
                              size, XC_TERM_MAX_BYTES);
        }
    }
}

} // namespace

struct xc_parser : xc::Handle {
    xc_parser(const std::string &language, const xc_parser_limits *wanted)
        : limits(with_defaults(wanted)) {
        parser.set_stemmer(Xapian::Stem(language));
        parser.set_stemming_strategy(Xapian::QueryParser::STEM_SOME);
        parser.set_max_expansion(
            limits.wildcard_expansion, Xapian::Query::WILDCARD_LIMIT_MOST_FREQUENT,
            Xapian::QueryParser::FLAG_WILDCARD | Xapian::QueryParser::FLAG_PARTIAL);
    }

    std::string new_field(const char *name, xc::Field field) {
        std::string key = xc::incoming(name, "name");
        if (key.empty() && field != xc::Field::words) {
            throw xc::Failure(XC_INVALID, "the field name is empty");
        }
        if (!key.empty()) {
            auto [row, added] = fields.emplace(key, field);
            if (!added && row->second != field) {
                throw xc::Failure(XC_INVALID, "the field %s exists with another meaning",
                                  key.c_str());
            }
        }
        return key;
    }

    Xapian::Query parse(const std::string &text, unsigned flags, xc_operator default_op) {
        check_text(text, limits);
        unsigned wanted = xapian_flags(flags);
        std::string checked = flags == 0 ? xc::plain_words(text) : text;
        xc::Demand demand = xc::measure_query(checked, flags, fields, stopper.get());
        check_demand(demand, flags, limits);
        if (demand.last_word < limits.wildcard_letters) {
            wanted &= ~unsigned{Xapian::QueryParser::FLAG_PARTIAL};
        }
        parser.set_default_op(default_operator(default_op));
        parser.set_stopper(demand.content_words > 0 ? stopper.get() : nullptr);
        filter_failure.status = XC_OK;
        Xapian::Query query = parser.parse_query(checked, wanted);
        if (filter_failure.status != XC_OK) {
            throw xc::Failure(filter_failure.status, "%s", filter_failure.message);
        }
        check_terms(query);
        return query;
    }

    const xc_parser_limits limits;
    xc::Fields fields;
    xc_error filter_failure = {}; /* of the last parse: XC_OK where every filter was made */
    std::unique_ptr<Xapian::SimpleStopper> stopper; /* outlives parser, which points to it */
    Xapian::QueryParser parser;
};

namespace {

/* Asks the caller's function for the query of a value. A failure waits in the parser until Xapian
 * is done: its parser leaks where an exception passes through. */
class FilterMaker : public Xapian::FieldProcessor {
  public:
    FilterMaker(xc_filter_func function, void *function_context, xc_error &failure_place)
        : make(function), context(function_context), failure(failure_place) {
    }

    Xapian::Query operator()(const std::string &value) override {
        xc_query *made = nullptr;
        xc_error error = {};
        if (failure.status != XC_OK) {
            return Xapian::Query();
        }
        xc_status status = make(context, value.data(), value.size(), &made, &error);
        std::unique_ptr<xc_query> owned(made);
        if (status != XC_OK) {
            failure = error;
            failure.status = status;
            return Xapian::Query();
        }
        return owned == nullptr ? Xapian::Query() : owned->query;
    }

  private:
    xc_filter_func make;
    void *context;
    xc_error &failure;
};

} // namespace

xc_status xc_parser_new(const char *language, const xc_parser_limits *limits, xc_parser **parser,
                        xc_error *error) noexcept {
    return xc::guard(error, [&] {
        xc::required(parser, "parser");
        *parser = std::make_unique<xc_parser>(xc::incoming(language, "language"), limits).release();
    });
}

void xc_parser_free(xc_parser *parser) noexcept {
    xc::release(parser);
}

xc_status xc_parser_set_database(xc_parser *parser, const xc_database *database,
                                 xc_error *error) noexcept {
    return xc::enter(parser, error, [&](xc_parser &handle) {
        const xc_database &source = xc::required(database, "database");
        xc::Hold hold(source.use);
        handle.parser.set_database(source.database);
    });
}

xc_status xc_parser_add_field(xc_parser *parser, const char *name, const char *prefix,
                              xc_error *error) noexcept {
    return xc::enter(parser, error, [&](xc_parser &handle) {
        std::string start = xc::incoming(prefix, "prefix");
        handle.parser.add_prefix(handle.new_field(name, xc::Field::words), start);
    });
}

xc_status xc_parser_add_filter(xc_parser *parser, const char *name, const char *prefix,
                               bool exclusive, xc_error *error) noexcept {
    return xc::enter(parser, error, [&](xc_parser &handle) {
        std::string start = xc::incoming(prefix, "prefix");
        handle.parser.add_boolean_prefix(handle.new_field(name, xc::Field::filter), start,
                                         exclusive);
    });
}

xc_status xc_parser_add_filter_func(xc_parser *parser, const char *name, bool exclusive,
                                    xc_filter_func make, void *context, xc_error *error) noexcept {
    return xc::enter(parser, error, [&](xc_parser &handle) {
        if (make == nullptr) {
            throw xc::Failure(XC_INVALID, "make is NULL");
        }
        std::string key = handle.new_field(name, xc::Field::filter);
        auto maker = std::make_unique<FilterMaker>(make, context, handle.filter_failure);
        handle.parser.add_boolean_prefix(key, maker.release()->release(), exclusive);
    });
}

xc_status xc_parser_add_date_range(xc_parser *parser, const char *name, uint32_t slot,
                                   xc_error *error) noexcept {
    return xc::enter(parser, error, [&](xc_parser &handle) {
        Xapian::valueno number = xc::incoming_slot(slot);
        std::string marker = handle.new_field(name, xc::Field::range) + ":";
        auto processor = std::make_unique<Xapian::DateRangeProcessor>(number, marker);
        handle.parser.add_rangeprocessor(processor.release()->release());
    });
}

xc_status xc_parser_set_stop_words(xc_parser *parser, const char *const *words, size_t count,
                                   xc_error *error) noexcept {
    return xc::enter(parser, error, [&](xc_parser &handle) {
        if (count > 0) {
            xc::required(words, "words");
        }
        auto stopper = std::make_unique<Xapian::SimpleStopper>();
        for (size_t i = 0; i < count; i++) {
            stopper->add(xc::incoming(words[i], "a stop word"));
        }
        handle.parser.set_stopper(nullptr);
        handle.stopper = std::move(stopper);
    });
}

xc_status xc_parser_parse(xc_parser *parser, const char *text, size_t size, unsigned flags,
                          xc_operator default_op, xc_query **query, xc_error *error) noexcept {
    return xc::enter(parser, error, [&](xc_parser &handle) {
        xc::required(query, "query");
        *query = std::make_unique<xc_query>(
                     handle.parse(xc::incoming(text, size, "text"), flags, default_op))
                     .release();
    });
}
