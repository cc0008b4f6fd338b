/* What a query text asks of Xapian, counted before Xapian sees it.
 *
 * One word can be made to cost seconds (a short wildcard, a long NEAR) and no time limit stops it,
 * so texts are counted first. Counting follows the query syntax of Xapian 1.4 and, where that is
 * murky, counts too much. Internal; pure functions. */
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

namespace Xapian {
class Stopper;
}

namespace xc {

enum class Field { words, filter, range };
using Fields = std::map<std::string, Field>;

struct Demand {
    size_t words = 0;            /* a filter's value or a range counts as one */
    size_t plain_words = 0;      /* words without those */
    size_t content_words = 0;    /* of these: neither stop words nor behind a minus */
    size_t positional_words = 0; /* in quotes, joined as in foo-bar, beside NEAR or ADJ */
    size_t wildcards = 0;
    size_t shortest_wildcard = 0; /* letters before the *; of the wildcards counted */
    size_t last_word = 0;         /* letters of a word that the text ends in, else 0 */
};

/* text is valid UTF-8 without NUL; flags are XC_PARSE_*; stopper may be NULL. */
Demand measure_query(const std::string &text, unsigned flags, const Fields &fields,
                     const Xapian::Stopper *stopper);

/* The text with everything blanked that could be query syntax: words stay, with what may be inside
 * of one (don't, AT&T, 3.14, U.S.A) or at its end (C++, C#). */
std::string plain_words(const std::string &text);

/* Whether text is valid UTF-8 (RFC 3629: no surrogates, no overlong forms) without a NUL. */
bool is_clean_utf8(std::string_view text) noexcept;

} // namespace xc
