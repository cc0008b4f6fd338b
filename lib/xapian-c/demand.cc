#include "demand.h"

#include "xapian-c.h"

#include <algorithm>
#include <vector>

#include <xapian.h>

namespace xc {
namespace {

using Characters = std::vector<unsigned>;

Characters characters_of(const std::string &text) {
    return Characters(Xapian::Utf8Iterator(text), Xapian::Utf8Iterator());
}

bool is_word(unsigned character) {
    return Xapian::Unicode::is_wordchar(character);
}

bool is_digit(unsigned character) {
    return character >= '0' && character <= '9';
}

bool is_capital(unsigned character) {
    return character >= 'A' && character <= 'Z';
}

/* Of a script without spaces, which Xapian splits into n-grams (its codepoint_is_cjk). */
bool is_ngram(unsigned character) {
    static constexpr struct {
        unsigned first, last;
    } ranges[] = {{0x2E80, 0x2EFF}, {0x3000, 0x9FFF},   {0xA700, 0xA71F},
                  {0xAC00, 0xD7AF}, {0xF900, 0xFAFF},   {0xFE30, 0xFE4F},
                  {0xFF00, 0xFFEF}, {0x20000, 0x2A6DF}, {0x2F800, 0x2FA1F}};
    for (const auto &range : ranges) {
        if (character >= range.first && character <= range.last) {
            return is_word(character);
        }
    }
    return false;
}

bool is_space(unsigned character) {
    return character <= ' ';
}

bool is_double_quote(unsigned character) {
    return character == '"' || character == 0x201C || character == 0x201D;
}

/* Between two words: makes one positional group of them. */
bool joins_words(unsigned character) {
    return character == '.' || character == '-' || character == '/' || character == ':' ||
           character == '\\' || character == '@';
}

/* Between two word characters: part of the word. */
bool is_inside_word(unsigned before, unsigned character, unsigned after) {
    if (!is_word(before) || !is_word(after)) {
        return false;
    }
    if (is_digit(before) && is_digit(after)) {
        return character == '.' || character == ',' || character == ';';
    }
    return character == '\'' || character == '&' || character == 0xB7 || character == 0x5F4 ||
           character == 0x2019 || character == 0x201B || character == 0x2027;
}

/* The end of initials such as U.S.A that begin at start, or start where there are none. */
size_t initials_end(const Characters &characters, size_t start) {
    size_t end = start;
    while (end < characters.size() && is_capital(characters[end])) {
        end++;
        if (end + 1 >= characters.size() || characters[end] != '.' ||
            !is_capital(characters[end + 1])) {
            break;
        }
        end++;
    }
    bool inside_word = end < characters.size() && is_word(characters[end]);
    return end < start + 2 || inside_word ? start : end;
}

/* Walks over a text once and counts. */
class Meter {
  public:
    Meter(const std::string &text, unsigned parse_flags, const Fields &known,
          const Xapian::Stopper *stop)
        : characters(characters_of(text)), flags(parse_flags), fields(known), stopper(stop) {
    }
    Demand run() {
        while (at < characters.size()) {
            step();
        }
        return demand;
    }

  private:
    unsigned peek(size_t index) const {
        return index < characters.size() ? characters[index] : ' ';
    }

    bool asks_for(unsigned flag) const {
        return (flags & flag) != 0;
    }

    void step() {
        unsigned character = characters[at];
        if (is_double_quote(character) && asks_for(XC_PARSE_PHRASES)) {
            in_quotes = !in_quotes;
            leave_group();
            at++;
        } else if (!in_quotes && !in_group && !in_field && take_field()) {
            leave_group();
        } else if (is_ngram(character)) {
            take_ngram();
        } else if (is_word(character)) {
            take_word();
        } else {
            if (!joins_words(character)) {
                leave_group();
            }
            if (!in_quotes && (is_space(character) || character == '(' || character == ')')) {
                is_hated = false;
            } else if (character == '-' && !in_quotes && asks_for(XC_PARSE_LOVE_HATE)) {
                is_hated = is_hated || starts_term();
            }
            at++;
        }
    }

    /* Outside quotes the n-grams of a run are asked for all together, without positions. */
    void take_ngram() {
        leave_group();
        std::string word;
        Xapian::Unicode::append_utf8(word, characters[at]);
        count_word(false, word);
        leave_group();
        demand.last_word = 0;
        at++;
    }

    /* Whether an operator may stand here. */
    bool starts_term() const {
        size_t before = at;
        while (before > 0 && (characters[before - 1] == '+' || characters[before - 1] == '-')) {
            before--;
        }
        if (before == 0) {
            return true;
        }
        unsigned previous = characters[before - 1];
        return is_space(previous) || previous == '(' || (is_double_quote(previous) && before == at);
    }

    /* Takes `name:` of a field, and the value too where it is not made of words. */
    bool take_field() {
        std::string name;
        size_t end = at;
        while (end < characters.size() && characters[end] > ' ' && characters[end] < 0x80 &&
               characters[end] != ':') {
            name.push_back(static_cast<char>(characters[end++]));
        }
        auto field = fields.find(name);
        if (field == fields.end() || peek(end) != ':') {
            return false;
        }
        end++;
        bool is_words = field->second == Field::words;
        if (is_words && !is_word(peek(end)) && peek(end) != '"' && peek(end) != '(') {
            return false;
        }
        if (is_space(peek(end)) || peek(end) == ')') {
            return false;
        }
        if (field->second == Field::range && !has_range(end)) {
            return false;
        }
        at = end;
        if (field->second != Field::words) {
            demand.words++;
            after_operand = true;
            skip_value(field->second);
        }
        in_field = is_words && is_word(peek(at));
        return true;
    }

    /* Whether a value is two dates, or what may be meant for them, with two points between. */
    bool has_range(size_t start) const {
        bool found = false;
        size_t i = start;
        for (; is_digit(peek(i)) || peek(i) == '-' || peek(i) == '/' || peek(i) == '.'; i++) {
            found = found || (peek(i) == '.' && peek(i + 1) == '.');
        }
        return found && is_space(peek(i));
    }

    void skip_value(Field field) {
        if (field == Field::filter && is_double_quote(peek(at))) {
            at++;
            while (at < characters.size() && !is_double_quote(characters[at])) {
                at++;
            }
            at += at < characters.size();
            return;
        }
        while (at < characters.size() && !is_space(characters[at]) &&
               !(field == Field::filter && characters[at] == ')')) {
            at++;
        }
    }

    void take_word() {
        bool may_be_operator = !in_quotes && asks_for(XC_PARSE_BOOLEAN);
        bool starts = starts_term();
        std::string ascii;
        std::string lower;
        size_t letters = 0;
        const size_t initials = initials_end(characters, at); /* end here, or there are none */
        const bool has_initials = initials > at;
        for (; at < characters.size(); at++) {
            unsigned character = characters[at];
            if (is_ngram(character) || (has_initials && at == initials)) {
                break;
            }
            if (is_word(character)) {
                letters++;
            } else if (at >= initials &&
                       (at == 0 || !is_inside_word(characters[at - 1], character, peek(at + 1)))) {
                break;
            }
            ascii.push_back(character < 0x80 ? static_cast<char>(character) : '?');
            Xapian::Unicode::append_utf8(lower, Xapian::Unicode::tolower(character));
        }
        if (may_be_operator && starts && take_operator(ascii)) {
            return;
        }
        count_word(may_be_operator && (ascii == "NEAR" || ascii == "ADJ"), lower);
        demand.last_word = at == characters.size() && !in_quotes ? letters : 0;
        while (peek(at) == '+' || peek(at) == '#') {
            at++;
        }
        if (is_word(peek(at))) {
            leave_group(); /* C++x is two words, C++/x a phrase */
        }
        if (peek(at) == '*' && asks_for(XC_PARSE_WILDCARDS)) {
            demand.shortest_wildcard =
                demand.wildcards > 0 ? std::min(demand.shortest_wildcard, letters) : letters;
            demand.wildcards++;
            at++;
        }
    }

    /* Takes a word that is an operator for sure; one that may be a word counts as a word. */
    bool take_operator(const std::string &word) {
        if (word != "AND" && word != "OR" && word != "NOT" && word != "XOR") {
            return false;
        }
        if (!after_operand || !is_space(peek(at)) || !starts_operand(at)) {
            return false;
        }
        after_operand = false;
        leave_group();
        return true;
    }

    /* Whether something that can be searched for comes next. */
    bool starts_operand(size_t index) const {
        while (index < characters.size() && is_space(characters[index])) {
            index++;
        }
        unsigned character = peek(index);
        return is_word(character) || is_double_quote(character) || character == '(';
    }

    /* NEAR makes itself (it may be taken for a word) and both its neighbours positional. */
    void count_word(bool is_near, const std::string &word) {
        demand.words++;
        demand.plain_words++;
        demand.content_words += !is_hated && (stopper == nullptr || !(*stopper)(word));
        after_operand = true;
        in_field = false;
        if (in_group || is_near) {
            mark_previous();
        }
        previous_marked = in_quotes || in_group || is_near || after_near;
        demand.positional_words += previous_marked;
        after_near = is_near || (after_near && in_group); /* NEAR/3: the 3 is no neighbour */
        in_group = !in_quotes;
    }

    /* The word before this place turns out to be positional. */
    void mark_previous() {
        if (demand.plain_words > 0 && !previous_marked) {
            demand.positional_words++;
            previous_marked = true;
        }
    }

    void leave_group() {
        in_group = false;
    }

    const Characters characters;
    const unsigned flags;
    const Fields &fields;
    const Xapian::Stopper *stopper;
    size_t at = 0;
    bool in_quotes = false;
    bool after_operand = false;   /* an operator may follow */
    bool in_field = false;        /* at the word that follows `name:`; no second name may */
    bool in_group = false;        /* only joining characters since the last word */
    bool after_near = false;      /* the last word was NEAR */
    bool previous_marked = false; /* the last word is counted as positional */
    bool is_hated = false;        /* behind a minus, up to the next space outside quotes */
    Demand demand;
};

} // namespace

Demand measure_query(const std::string &text, unsigned flags, const Fields &fields,
                     const Xapian::Stopper *stopper) {
    return Meter(text, flags, fields, stopper).run();
}

std::string plain_words(const std::string &text) {
    const Characters characters = characters_of(text);
    std::string plain;
    plain.reserve(text.size());
    bool after_word = false; /* the last character is of a word or of its end */
    size_t initials = 0;     /* where the initials end that this character belongs to */
    for (size_t i = 0; i < characters.size(); i++) {
        unsigned character = characters[i];
        if (i >= initials && !after_word) {
            initials = initials_end(characters, i);
        }
        bool inside =
            i < initials || (i > 0 && i + 1 < characters.size() &&
                             is_inside_word(characters[i - 1], character, characters[i + 1]));
        bool suffix = after_word && (character == '+' || character == '#');
        after_word = is_word(character) || suffix;
        Xapian::Unicode::append_utf8(plain, after_word || inside ? character : ' ');
    }
    return plain;
}

bool is_clean_utf8(std::string_view text) noexcept {
    for (size_t i = 0; i < text.size();) {
        auto byte = [&](size_t offset) -> unsigned {
            return i + offset < text.size() ? static_cast<unsigned char>(text[i + offset]) : 0;
        };
        unsigned lead = byte(0);
        size_t length = lead < 0x80 ? 1 : lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
        if (lead == 0 || length == 0 || lead > 0xF4) {
            return false;
        }
        unsigned low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
        unsigned high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
        for (size_t k = 1; k < length; k++) {
            if (byte(k) < low || byte(k) > high) {
                return false;
            }
            low = 0x80;
            high = 0xBF;
        }
        i += length;
    }
    return true;
}

} // namespace xc
