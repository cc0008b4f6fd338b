/* One call runs a whole match and copies everything out, so that nothing reads from Xapian later.
 */
#include "handle.h"

#include <algorithm>
#include <cstdlib>
#include <unordered_map>
#include <unordered_set>
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

/* Strings by number: what is counted often is then compared as one number. */
class Numbers {
  public:
    uint32_t number_of(const std::string &text) {
        return numbers.emplace(text, static_cast<uint32_t>(numbers.size())).first->second;
    }
    const std::unordered_map<std::string, uint32_t> &all() const {
        return numbers;
    }

  private:
    std::unordered_map<std::string, uint32_t> numbers;
};

/* Counts the values of the facets' slots. The matcher shows every candidate, before collapsing; the
 * pairs that were seen take memory, so no more than most candidates are counted. */
class FacetSpy : public Xapian::MatchSpy {
  public:
    FacetSpy(const xc_match_spec &spec, uint32_t most_candidates)
        : collapse_slot(spec.collapse_slot), most(most_candidates), facets(spec.facet_count) {
        for (size_t i = 0; i < spec.facet_count; i++) {
            facets[i].slot = xc::incoming_slot(spec.facet_slots[i]);
        }
    }

    void operator()(const Xapian::Document &document, double) override {
        if (facets.empty() || examined >= most) {
            return;
        }
        examined++;
        std::string key;
        if (collapse_slot != XC_NO_SLOT) {
            key = document.get_value(collapse_slot);
        }
        uint64_t key_number = key.empty() ? 0 : keys.number_of(key);
        for (Counted &facet : facets) {
            std::string value = document.get_value(facet.slot);
            if (!value.empty()) {
                facet.add(value, key_number, !key.empty());
            }
        }
    }

    uint32_t count_examined() const {
        return examined;
    }

    /* The most frequent values first, equally frequent ones in byte order. */
    void copy(size_t index, uint32_t values_max, xc_facet &copied) const {
        const Counted &facet = facets[index];
        std::vector<std::pair<uint32_t, const std::string *>> order;
        for (const auto &[value, number] : facet.values.all()) {
            order.emplace_back(facet.counts[number], &value);
        }
        size_t kept = std::min<size_t>(values_max, order.size());
        std::partial_sort(order.begin(), order.begin() + static_cast<ptrdiff_t>(kept), order.end(),
                          [](const auto &a, const auto &b) {
                              return a.first != b.first ? a.first > b.first : *a.second < *b.second;
                          });
        copied.slot = facet.slot;
        copied.values = xc::allocate<xc_facet_value>(kept);
        for (; copied.count < kept; copied.count++) {
            const auto &[count, value] = order[copied.count];
            copied.values[copied.count] = {xc::copy_string(*value), count};
        }
    }

  private:
    struct Counted {
        Xapian::valueno slot = 0;
        Numbers values;
        std::vector<uint32_t> counts;      /* by the number of the value */
        std::unordered_set<uint64_t> seen; /* value and collapse value, by their numbers */

        void add(const std::string &value, uint64_t key, bool has_key) {
            uint32_t number = values.number_of(value);
            if (number == counts.size()) {
                counts.push_back(0);
            }
            if (!has_key || seen.insert(uint64_t{number} << 32 | key).second) {
                counts[number]++;
            }
        }
    };

    const uint32_t collapse_slot;
    const uint32_t most;
    uint32_t examined = 0;
    Numbers keys;
    std::vector<Counted> facets;
};

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
        /* The spy outlives enquire. */
        FacetSpy spy(*spec, std::max(spec->check_at_least, spec->offset + spec->limit));
        Xapian::Enquire enquire(handle.database);
        apply(*spec, enquire);
        if (spec->facet_count > 0) {
            enquire.add_matchspy(&spy);
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
        copy->examined = spy.count_examined();
        for (size_t i = 0; i < spec->facet_count; i++) {
            spy.copy(i, spec->facet_values_max, copy->facets[i]);
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
