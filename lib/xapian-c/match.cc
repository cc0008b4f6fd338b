/* One call runs a whole match and copies everything out, so that nothing reads from Xapian later.
 */
#include "handle.h"

#include <cstdlib>
#include <vector>

namespace {

constexpr uint32_t hits_max = 1000; /* offset + limit: a deeper page costs as much as all before */

struct ResultFree {
    void operator()(xc_result *result) const noexcept {
        xc_result_free(result);
    }
};
using Result = std::unique_ptr<xc_result, ResultFree>;

void check(const xc_match_spec &spec) {
    xc::required(spec.query, "query");
    uint64_t depth = uint64_t{spec.offset} + spec.limit;
    if (depth > hits_max) {
        throw xc::Failure(XC_LIMIT, "offset + limit is %llu; at most %u are allowed",
                          static_cast<unsigned long long>(depth), hits_max);
    }
    if (spec.facet_count > XC_FACETS_MAX) {
        throw xc::Failure(XC_LIMIT, "%zu facets are asked for; at most %d are allowed",
                          spec.facet_count, XC_FACETS_MAX);
    }
    if (spec.collapse_slot != XC_NO_SLOT && spec.collapse_max == 0) {
        throw xc::Failure(XC_INVALID, "collapse_max is 0: at least one hit of each value is kept");
    }
    if (!spec.boolean && !(spec.bm25_k1 >= 0 && spec.bm25_b >= 0 && spec.bm25_b <= 1)) {
        throw xc::Failure(XC_INVALID, "BM25 takes k1 >= 0 and b from 0 to 1, not %g and %g",
                          spec.bm25_k1, spec.bm25_b);
    }
}

void apply(const xc_match_spec &spec, Xapian::Enquire &enquire) {
    enquire.set_query(spec.query->query);
    if (spec.boolean) {
        enquire.set_weighting_scheme(Xapian::BoolWeight());
    } else {
        enquire.set_weighting_scheme(Xapian::BM25Weight(spec.bm25_k1, 0, 1, spec.bm25_b, 0.5));
    }
    if (spec.collapse_slot != XC_NO_SLOT) {
        enquire.set_collapse_key(spec.collapse_slot, spec.collapse_max);
    }
    if (spec.sort_slot != XC_NO_SLOT) {
        enquire.set_sort_by_value_then_relevance(spec.sort_slot, spec.sort_descending);
    }
}

/* Without MSet::fetch, which would spare a remote database round trips: in 1.4.22 it reads out of
 * bounds on every page but the first. */
void copy_hits(const Xapian::MSet &matches, xc_result &result) {
    result.hits = xc::allocate<xc_hit>(matches.size());
    for (Xapian::MSetIterator match = matches.begin(); match != matches.end(); ++match) {
        xc_string data = xc::copy_string(match.get_document().get_data());
        result.hits[result.hit_count] = {*match, match.get_weight(), match.get_collapse_count(),
                                         data};
        result.hit_count++;
    }
}

void copy_facet(const Xapian::ValueCountMatchSpy &spy, uint32_t values_max, xc_facet &facet) {
    std::vector<std::pair<std::string, uint32_t>> counted;
    const Xapian::TermIterator end = spy.top_values_end(values_max);
    for (Xapian::TermIterator value = spy.top_values_begin(values_max); value != end; ++value) {
        counted.emplace_back(*value, value.get_termfreq());
    }
    facet.values = xc::allocate<xc_facet_value>(counted.size());
    for (const auto &[value, count] : counted) {
        facet.values[facet.count] = {xc::copy_string(value), count};
        facet.count++;
    }
}

} // namespace

xc_match_spec xc_match_spec_init(const xc_query *query) noexcept {
    xc_match_spec spec = {};
    spec.query = query;
    spec.limit = 10;
    spec.collapse_slot = XC_NO_SLOT;
    spec.collapse_max = 1;
    spec.sort_slot = XC_NO_SLOT;
    spec.bm25_k1 = 1.2;
    spec.bm25_b = 0.75;
    spec.facet_values_max = 10;
    return spec;
}

xc_status xc_match(xc_database *database, const xc_match_spec *spec, xc_result **result,
                   xc_error *error) noexcept {
    return xc::enter(database, error, [&](xc_database &handle) {
        xc::required(result, "result");
        check(xc::required(spec, "spec"));
        xc::Hold hold(spec->query->use);
        std::vector<std::unique_ptr<Xapian::ValueCountMatchSpy>> spies; /* outlive enquire */
        Xapian::Enquire enquire(handle.database);
        apply(*spec, enquire);
        for (size_t i = 0; i < spec->facet_count; i++) {
            spies.push_back(std::make_unique<Xapian::ValueCountMatchSpy>(
                xc::incoming_slot(spec->facet_slots[i])));
            enquire.add_matchspy(spies.back().get());
        }
        const Xapian::MSet matches =
            enquire.get_mset(spec->offset, spec->limit, spec->check_at_least);
        Result copy(xc::allocate<xc_result>(1));
        copy->matches_lower = matches.get_matches_lower_bound();
        copy->matches_estimated = matches.get_matches_estimated();
        copy->matches_upper = matches.get_matches_upper_bound();
        copy_hits(matches, *copy);
        copy->facets = xc::allocate<xc_facet>(spec->facet_count);
        copy->facet_count = spec->facet_count;
        for (size_t i = 0; i < spec->facet_count; i++) {
            copy->facets[i].slot = spec->facet_slots[i];
            copy_facet(*spies[i], spec->facet_values_max, copy->facets[i]);
        }
        *result = copy.release();
    });
}

void xc_result_free(xc_result *result) noexcept {
    if (result == nullptr) {
        return;
    }
    for (size_t i = 0; i < result->hit_count; i++) {
        xc_string_clear(&result->hits[i].data);
    }
    for (size_t i = 0; i < result->facet_count; i++) {
        for (size_t j = 0; j < result->facets[i].count; j++) {
            xc_string_clear(&result->facets[i].values[j].value);
        }
        std::free(result->facets[i].values);
    }
    std::free(result->hits);
    std::free(result->facets);
    std::free(result);
}
