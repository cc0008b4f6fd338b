/* Documents, and what turns text into their terms. */
#include "handle.h"

#include <cmath>
#include <limits>

namespace {

/* Between two texts of one document, so that no phrase crosses from one into the next. */
constexpr Xapian::termcount position_gap = 100;

/* Xapian leaves out words over 64 bytes; a stem takes one more for its Z. */
constexpr size_t prefix_max_bytes = XC_TERM_MAX_BYTES - 65;

} // namespace

struct xc_generator : xc::Handle {
    explicit xc_generator(const std::string &language) {
        generator.set_stemmer(Xapian::Stem(language));
        generator.set_flags(Xapian::TermGenerator::FLAG_CJK_NGRAM);
    }
    Xapian::TermGenerator generator;
    Xapian::termcount position = 0; /* of the last word; 0: none yet */
};

struct xc_stemmer : xc::Handle {
    explicit xc_stemmer(const std::string &language) : stem(language) {
    }
    Xapian::Stem stem;
};

xc_status xc_document_new(xc_document **document, xc_error *error) noexcept {
    return xc::guard(error, [&] {
        xc::required(document, "document");
        *document = std::make_unique<xc_document>().release();
    });
}

void xc_document_free(xc_document *document) noexcept {
    xc::release(document);
}

xc_status xc_document_set_data(xc_document *document, const char *data, size_t size,
                               xc_error *error) noexcept {
    return xc::enter(document, error, [&](xc_document &handle) {
        handle.document.set_data(xc::incoming(data, size, "data"));
    });
}

xc_status xc_document_set_value(xc_document *document, uint32_t slot, const char *value,
                                size_t size, xc_error *error) noexcept {
    return xc::enter(document, error, [&](xc_document &handle) {
        handle.document.add_value(xc::incoming_slot(slot), xc::incoming(value, size, "value"));
    });
}

xc_status xc_document_add_boolean_term(xc_document *document, const char *term, size_t size,
                                       xc_error *error) noexcept {
    return xc::enter(document, error, [&](xc_document &handle) {
        handle.document.add_boolean_term(xc::incoming_term(term, size));
    });
}

xc_status xc_document_set_number(xc_document *document, uint32_t slot, double number,
                                 xc_error *error) noexcept {
    return xc::enter(document, error, [&](xc_document &handle) {
        if (std::isnan(number)) {
            throw xc::Failure(XC_INVALID,
                              "the number is not a number: it has no place in an order");
        }
        handle.document.add_value(xc::incoming_slot(slot), Xapian::sortable_serialise(number));
    });
}

xc_status xc_generator_new(const char *language, xc_generator **generator,
                           xc_error *error) noexcept {
    return xc::guard(error, [&] {
        xc::required(generator, "generator");
        *generator = std::make_unique<xc_generator>(xc::incoming(language, "language")).release();
    });
}

void xc_generator_free(xc_generator *generator) noexcept {
    xc::release(generator);
}

xc_status xc_generator_add_text(xc_generator *generator, xc_document *document, const char *text,
                                size_t size, uint32_t wdf, const char *prefix,
                                xc_positions positions, xc_error *error) noexcept {
    return xc::enter(generator, error, [&](xc_generator &handle) {
        xc_document &target = xc::required(document, "document");
        xc::Hold hold(target.use);
        if (text == nullptr && size > 0) {
            throw xc::Failure(XC_INVALID, "text is NULL");
        }
        std::string start = xc::incoming(prefix, "prefix");
        if (start.size() > prefix_max_bytes) {
            throw xc::Failure(XC_LIMIT, "the prefix has %zu bytes; at most %zu are allowed",
                              start.size(), prefix_max_bytes);
        }
        Xapian::termcount first = handle.position > 0 ? handle.position + position_gap : 0;
        if (size > std::numeric_limits<Xapian::termcount>::max() - first - position_gap) {
            throw xc::Failure(XC_LIMIT, "no positions left for %zu bytes of text after %u", size,
                              first);
        }
        Xapian::Utf8Iterator words(text, size);
        handle.generator.set_document(target.document);
        if (positions == XC_WITH_POSITIONS) {
            handle.generator.set_termpos(first);
            handle.generator.index_text(words, wdf, start);
            if (handle.generator.get_termpos() > first) {
                handle.position = handle.generator.get_termpos();
            }
        } else {
            handle.generator.index_text_without_positions(words, wdf, start);
        }
        handle.generator.set_document(Xapian::Document());
    });
}

void xc_generator_reset(xc_generator *generator) noexcept {
    if (generator != nullptr) {
        generator->position = 0;
    }
}

xc_status xc_stemmer_new(const char *language, xc_stemmer **stemmer, xc_error *error) noexcept {
    return xc::guard(error, [&] {
        xc::required(stemmer, "stemmer");
        *stemmer = std::make_unique<xc_stemmer>(xc::incoming(language, "language")).release();
    });
}

void xc_stemmer_free(xc_stemmer *stemmer) noexcept {
    xc::release(stemmer);
}

xc_status xc_stemmer_stem(const xc_stemmer *stemmer, const char *word, size_t size, xc_string *stem,
                          xc_error *error) noexcept {
    return xc::enter(stemmer, error, [&](const xc_stemmer &handle) {
        xc::required(stem, "stem");
        *stem = xc::copy_string(handle.stem(xc::incoming(word, size, "word")));
    });
}
