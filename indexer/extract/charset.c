#include "extract/charset.h"

#include <errno.h>
#include <iconv.h>
#include <string.h>

/* A label of another length is none: the longest in the standard has 19 letters. */
#define MAX_LABEL_BYTES 32
/* Valid multi-byte sequences that make UTF-8 certain where a multi-byte encoding is declared. */
#define CERTAIN_SEQUENCES 8

typedef struct Encoding {
    const char *name;   /* Encoding Standard, lower case */
    const char *iconv;  /* of a superset; NULL: decoded here */
    gboolean multibyte; /* short texts in it may be valid UTF-8 by chance */
    const char *labels; /* separated by spaces, besides the name */
} Encoding;

static const Encoding encodings[] = {
    {"utf-8", NULL, FALSE, "unicode-1-1-utf-8 unicode11utf8 unicode20utf8 utf8 x-unicode20utf8"},
    {"ibm866", "IBM866", FALSE, "866 cp866 csibm866"},
    {"iso-8859-2", "ISO-8859-2", FALSE,
     "csisolatin2 iso-ir-101 iso8859-2 iso88592 iso_8859-2 iso_8859-2:1987 l2 latin2"},
    {"iso-8859-3", "ISO-8859-3", FALSE,
     "csisolatin3 iso-ir-109 iso8859-3 iso88593 iso_8859-3 iso_8859-3:1988 l3 latin3"},
    {"iso-8859-4", "ISO-8859-4", FALSE,
     "csisolatin4 iso-ir-110 iso8859-4 iso88594 iso_8859-4 iso_8859-4:1988 l4 latin4"},
    {"iso-8859-5", "ISO-8859-5", FALSE,
     "csisolatincyrillic cyrillic iso-ir-144 iso8859-5 iso88595 iso_8859-5 iso_8859-5:1988"},
    {"iso-8859-6", "ISO-8859-6", FALSE,
     "arabic asmo-708 csiso88596e csiso88596i csisolatinarabic ecma-114 iso-8859-6-e iso-8859-6-i "
     "iso-ir-127 iso8859-6 iso88596 iso_8859-6 iso_8859-6:1987"},
    {"iso-8859-7", "ISO-8859-7", FALSE,
     "csisolatingreek ecma-118 elot_928 greek greek8 iso-ir-126 iso8859-7 iso88597 iso_8859-7 "
     "iso_8859-7:1987 sun_eu_greek"},
    {"iso-8859-8", "ISO-8859-8", FALSE,
     "csiso88598e csisolatinhebrew hebrew iso-8859-8-e iso-ir-138 iso8859-8 iso88598 iso_8859-8 "
     "iso_8859-8:1988 visual"},
    {"iso-8859-8-i", "ISO-8859-8", FALSE, "csiso88598i logical"},
    {"iso-8859-10", "ISO-8859-10", FALSE, "csisolatin6 iso-ir-157 iso8859-10 iso885910 l6 latin6"},
    {"iso-8859-13", "ISO-8859-13", FALSE, "iso8859-13 iso885913"},
    {"iso-8859-14", "ISO-8859-14", FALSE, "iso8859-14 iso885914"},
    {"iso-8859-15", "ISO-8859-15", FALSE, "csisolatin9 iso8859-15 iso885915 iso_8859-15 l9"},
    {"iso-8859-16", "ISO-8859-16", FALSE, ""},
    {"koi8-r", "KOI8-R", FALSE, "cskoi8r koi koi8 koi8_r"},
    {"koi8-u", "KOI8-U", FALSE, "koi8-ru"},
    {"macintosh", "MACINTOSH", FALSE, "csmacintosh mac x-mac-roman"},
    {"windows-874", "CP874", FALSE, "dos-874 iso-8859-11 iso8859-11 iso885911 tis-620"},
    {"windows-1250", "CP1250", FALSE, "cp1250 x-cp1250"},
    {"windows-1251", "CP1251", FALSE, "cp1251 x-cp1251"},
    {"windows-1252", NULL, FALSE,
     "ansi_x3.4-1968 ascii cp1252 cp819 csisolatin1 ibm819 iso-8859-1 iso-ir-100 iso8859-1 "
     "iso88591 iso_8859-1 iso_8859-1:1987 l1 latin1 latin-1 us-ascii x-cp1252 x-user-defined"},
    {"windows-1253", "CP1253", FALSE, "cp1253 x-cp1253"},
    {"windows-1254", "CP1254", FALSE,
     "cp1254 csisolatin5 iso-8859-9 iso-ir-148 iso8859-9 iso88599 iso_8859-9 iso_8859-9:1989 l5 "
     "latin5 x-cp1254"},
    {"windows-1255", "CP1255", FALSE, "cp1255 x-cp1255"},
    {"windows-1256", "CP1256", FALSE, "cp1256 x-cp1256"},
    {"windows-1257", "CP1257", FALSE, "cp1257 x-cp1257"},
    {"windows-1258", "CP1258", FALSE, "cp1258 x-cp1258"},
    {"x-mac-cyrillic", "MAC-CYRILLIC", FALSE, "x-mac-ukrainian"},
    {"gbk", "GB18030", TRUE,
     "chinese csgb2312 csiso58gb231280 gb2312 gb_2312 gb_2312-80 iso-ir-58 x-gbk"},
    {"gb18030", "GB18030", TRUE, ""},
    {"big5", "BIG5-HKSCS", TRUE, "big5-hkscs cn-big5 csbig5 x-x-big5"},
    {"euc-jp", "EUC-JP-MS", TRUE, "cseucpkdfmtjapanese x-euc-jp"},
    {"iso-2022-jp", "ISO-2022-JP", TRUE, "csiso2022jp"},
    {"shift_jis", "CP932", TRUE, "csshiftjis ms932 ms_kanji shift-jis sjis windows-31j x-sjis"},
    {"euc-kr", "CP949", TRUE,
     "cseuckr csksc56011987 iso-ir-149 korean ks_c_5601-1987 ks_c_5601-1989 ksc5601 ksc_5601 "
     "windows-949"},
    {"utf-16be", "UTF-16BE", TRUE, "unicodefffe"},
    {"utf-16le", "UTF-16LE", TRUE, "csunicode iso-10646-ucs-2 ucs-2 unicode unicodefeff utf-16"},
};

static const guint16 windows_1252[32] = {
    0x20AC, 0xFFFD, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0xFFFD, 0x017D, 0xFFFD, 0xFFFD, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0xFFFD, 0x017E, 0x0178};

gunichar charset_windows_1252(guint8 byte) {
    return byte >= 0x80 && byte <= 0x9F ? windows_1252[byte - 0x80] : byte;
}

static gboolean has_label(const char *labels, const char *label, gsize size) {
    for (const char *at = labels; *at;) {
        gsize n = strcspn(at, " ");
        if (n == size && !memcmp(at, label, n)) {
            return TRUE;
        }
        at += n;
        at += strspn(at, " ");
    }
    return FALSE;
}

static const Encoding *find_encoding(const char *label, gsize size) {
    char lower[MAX_LABEL_BYTES];
    while (size && g_ascii_isspace(*label)) {
        label++, size--;
    }
    while (size && g_ascii_isspace(label[size - 1])) {
        size--;
    }
    if (!size || size > sizeof lower || memchr(label, ' ', size)) {
        return NULL;
    }
    for (gsize i = 0; i < size; i++) {
        lower[i] = g_ascii_tolower(label[i]);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(encodings); i++) {
        if ((strlen(encodings[i].name) == size && !memcmp(encodings[i].name, lower, size)) ||
            has_label(encodings[i].labels, lower, size)) {
            return &encodings[i];
        }
    }
    return NULL;
}

const char *charset_of_label(const char *label, gsize size) {
    const Encoding *encoding = find_encoding(label, size);
    return encoding ? encoding->name : NULL;
}

/* The label after "charset" and "=" in a content attribute or Content-Type header (HTML Standard,
 * "extracting a character encoding from a meta element"). */
static const Encoding *encoding_of_content(const char *content, gsize size) {
    const char *end = content + size;
    for (const char *at = content; at + 7 <= end; at++) {
        if (g_ascii_strncasecmp(at, "charset", 7)) {
            continue;
        }
        at += 7;
        while (at < end && g_ascii_isspace(*at)) {
            at++;
        }
        if (at >= end) {
            return NULL;
        }
        if (*at != '=') {
            at--;
            continue;
        }
        do {
            at++;
        } while (at < end && g_ascii_isspace(*at));
        const char *start = at;
        if (at < end && (*at == '"' || *at == '\'')) {
            const char *close = memchr(at + 1, *at, (gsize)(end - at - 1));
            return close ? find_encoding(at + 1, (gsize)(close - at - 1)) : NULL;
        }
        while (at < end && !g_ascii_isspace(*at) && *at != ';') {
            at++;
        }
        return find_encoding(start, (gsize)(at - start));
    }
    return NULL;
}

/* A cursor over the bytes in which a declaration is looked for. */
typedef struct Scan {
    const char *at, *end;
} Scan;

typedef struct Attribute {
    const char *name, *value;
    gsize name_size, value_size;
} Attribute;

static gboolean is_space(char c) {
    return c == '\t' || c == '\n' || c == '\f' || c == '\r' || c == ' ';
}

/* HTML Standard, "get an attribute". FALSE at the end of the tag. */
static gboolean next_attribute(Scan *scan, Attribute *attribute) {
    while (scan->at < scan->end && (is_space(*scan->at) || *scan->at == '/')) {
        scan->at++;
    }
    if (scan->at >= scan->end || *scan->at == '>') {
        return FALSE;
    }
    *attribute = (Attribute){.name = scan->at, .value = ""};
    while (scan->at < scan->end && !is_space(*scan->at) && *scan->at != '/' && *scan->at != '>' &&
           (*scan->at != '=' || scan->at == attribute->name)) {
        scan->at++;
    }
    attribute->name_size = (gsize)(scan->at - attribute->name);
    while (scan->at < scan->end && is_space(*scan->at)) {
        scan->at++;
    }
    if (scan->at >= scan->end || *scan->at != '=') {
        return TRUE;
    }
    do {
        scan->at++;
    } while (scan->at < scan->end && is_space(*scan->at));
    if (scan->at >= scan->end) {
        return FALSE;
    }
    char quote = *scan->at == '"' || *scan->at == '\'' ? *scan->at : 0;
    attribute->value = scan->at + (quote != 0);
    scan->at = attribute->value;
    while (scan->at < scan->end &&
           (quote ? *scan->at != quote : !is_space(*scan->at) && *scan->at != '>')) {
        scan->at++;
    }
    attribute->value_size = (gsize)(scan->at - attribute->value);
    if (scan->at >= scan->end) {
        return FALSE;
    }
    scan->at += quote != 0;
    return TRUE;
}

static gboolean is_named(const Attribute *attribute, const char *name) {
    return strlen(name) == attribute->name_size &&
           !g_ascii_strncasecmp(attribute->name, name, attribute->name_size);
}

/* What one meta element declares. The first attribute of a name counts. */
static const Encoding *scan_meta(Scan *scan) {
    const Encoding *by_charset = NULL, *by_content = NULL;
    gboolean pragma = FALSE, seen_charset = FALSE, seen_content = FALSE, seen_pragma = FALSE;
    Attribute attribute;
    while (next_attribute(scan, &attribute)) {
        if (is_named(&attribute, "charset") && !seen_charset) {
            seen_charset = TRUE;
            by_charset = find_encoding(attribute.value, attribute.value_size);
        } else if (is_named(&attribute, "content") && !seen_content) {
            seen_content = TRUE;
            by_content = encoding_of_content(attribute.value, attribute.value_size);
        } else if (is_named(&attribute, "http-equiv") && !seen_pragma) {
            seen_pragma = TRUE;
            pragma = attribute.value_size == strlen("content-type") &&
                     !g_ascii_strncasecmp(attribute.value, "content-type", 12);
        }
    }
    return seen_charset ? by_charset : pragma ? by_content : NULL;
}

static gboolean starts_with(const Scan *scan, const char *word) {
    gsize n = strlen(word);
    return (gsize)(scan->end - scan->at) >= n && !g_ascii_strncasecmp(scan->at, word, n);
}

static void skip_past(Scan *scan, const char *word) {
    const char *found = memmem(scan->at, (gsize)(scan->end - scan->at), word, strlen(word));
    scan->at = found ? found + strlen(word) : scan->end;
}

static void skip_tag(Scan *scan) {
    Attribute attribute;
    while (scan->at < scan->end && !is_space(*scan->at) && *scan->at != '>') {
        scan->at++;
    }
    while (next_attribute(scan, &attribute)) {
        ;
    }
}

/* The encoding="…" of an XML declaration. */
static const Encoding *scan_xml_declaration(const Scan *scan) {
    Scan inside = *scan;
    Attribute attribute;
    inside.at += strlen("<?xml");
    while (next_attribute(&inside, &attribute)) {
        if (is_named(&attribute, "encoding")) {
            return find_encoding(attribute.value, attribute.value_size);
        }
    }
    return NULL;
}

/* HTML Standard, "prescan a byte stream to determine its encoding". */
static const Encoding *prescan(const guint8 *bytes, gsize size) {
    Scan scan = {(const char *)bytes, (const char *)bytes + MIN(size, CHARSET_PRESCAN_BYTES)};
    const Encoding *found = starts_with(&scan, "<?xml") ? scan_xml_declaration(&scan) : NULL;
    while (!found && (scan.at = memchr(scan.at, '<', (gsize)(scan.end - scan.at)))) {
        char next = scan.at + 1 < scan.end ? scan.at[1] : 0;
        if (starts_with(&scan, "<!--")) {
            scan.at += 2; /* "<!-->" is a whole comment */
            skip_past(&scan, "-->");
        } else if (starts_with(&scan, "<meta") && scan.at + 5 < scan.end &&
                   (is_space(scan.at[5]) || scan.at[5] == '/')) {
            scan.at += 5;
            found = scan_meta(&scan);
        } else if (g_ascii_isalpha(next) ||
                   (next == '/' && scan.at + 2 < scan.end && g_ascii_isalpha(scan.at[2]))) {
            skip_tag(&scan);
        } else if (next == '!' || next == '/' || next == '?') {
            skip_past(&scan, ">");
        } else {
            scan.at++;
        }
    }
    /* A declaration that can be read byte by byte is not in UTF-16. */
    return found && g_str_has_prefix(found->name, "utf-16") ? &encodings[0] : found;
}

const char *charset_prescan(const guint8 *bytes, gsize size) {
    const Encoding *found = prescan(bytes, size);
    return found ? found->name : NULL;
}

/* Bytes over 0x7F, and how many of them are part of no UTF-8 sequence. A sequence that the end of
 * the body cuts counts for neither. */
static void count_utf8(const char *bytes, gsize size, gsize *high, gsize *bad) {
    const char *at = bytes, *end = bytes + size, *stop;
    *high = *bad = 0;
    for (gsize i = 0; i < size; i++) {
        *high += (guint8)bytes[i] >= 0x80;
    }
    while (!g_utf8_validate_len(at, (gsize)(end - at), &stop)) {
        if (end - stop < 4 && g_utf8_get_char_validated(stop, end - stop) == (gunichar)-2) {
            *high -= MIN(*high, (gsize)(end - stop));
            return;
        }
        ++*bad;
        at = stop + 1;
    }
}

static char *decode_utf8(const char *bytes, gsize size, gsize *out_size) {
    GString *out = g_string_sized_new(size);
    const char *at = bytes, *end = bytes + size, *stop;
    while (!g_utf8_validate_len(at, (gsize)(end - at), &stop)) {
        g_string_append_len(out, at, stop - at);
        g_string_append(out, "\xEF\xBF\xBD");
        at = stop + 1;
    }
    g_string_append_len(out, at, end - at);
    *out_size = out->len;
    return g_string_free(out, FALSE);
}

static char *decode_windows_1252(const guint8 *bytes, gsize size, gsize *out_size) {
    GString *out = g_string_sized_new(size + size / 8);
    for (gsize i = 0; i < size; i++) {
        if (bytes[i] < 0x80) {
            g_string_append_c(out, (char)bytes[i]);
        } else {
            g_string_append_unichar(out, charset_windows_1252(bytes[i]));
        }
    }
    *out_size = out->len;
    return g_string_free(out, FALSE);
}

/* NULL if the C library has no such converter. */
static char *decode_iconv(const char *name, const guint8 *bytes, gsize size, gsize *out_size) {
    iconv_t converter = iconv_open("UTF-8", name);
    if (converter == (iconv_t)-1) /* NOLINT: the value that iconv_open fails with */
        return NULL;
    GString *out = g_string_sized_new(size + size / 2);
    char *from = (char *)(guintptr)bytes, chunk[8192];
    gsize left = size;
    for (gboolean more = TRUE; more;) {
        char *to = chunk;
        gsize room = sizeof chunk;
        more = left > 0; /* one more call writes a letter that waited for a combining one */
        gsize status = iconv(converter, more ? &from : NULL, &left, &to, &room);
        int reason = errno;
        g_string_append_len(out, chunk, to - chunk);
        if (more && status == (gsize)-1 &&
            reason != E2BIG) { /* no character: one replacement a byte */
            g_string_append(out, "\xEF\xBF\xBD");
            left = reason == EINVAL ? 0 : left - 1;
            from++;
        }
    }
    iconv_close(converter);
    *out_size = out->len;
    return g_string_free(out, FALSE);
}

static const Encoding *decide(const guint8 *bytes, gsize size, const char *content_type,
                              gboolean html) {
    const Encoding *declared =
        content_type ? encoding_of_content(content_type, strlen(content_type)) : NULL;
    if (!declared && html) {
        declared = prescan(bytes, size);
    }
    const Encoding *utf8 = &encodings[0];
    gsize high, bad;
    count_utf8((const char *)bytes, size, &high, &bad);
    if (declared && declared != utf8) {
        gsize enough = declared->multibyte ? 2 * CERTAIN_SEQUENCES : 1;
        return !bad && high >= enough && !g_str_has_prefix(declared->name, "utf-16") ? utf8
                                                                                     : declared;
    }
    /* A quarter of the letters lost means it never was UTF-8. */
    return bad && bad * 4 >= high ? find_encoding("windows-1252", 12) : utf8;
}

char *charset_to_utf8(const guint8 *bytes, gsize size, const char *content_type, gboolean html,
                      gsize *out_size) {
    const Encoding *encoding = NULL;
    if (size >= 3 && !memcmp(bytes, "\xEF\xBB\xBF", 3)) {
        return decode_utf8((const char *)bytes + 3, size - 3, out_size);
    }
    if (size >= 2 && !memcmp(bytes, "\xFE\xFF", 2)) {
        encoding = find_encoding("utf-16be", 8);
    } else if (size >= 2 && !memcmp(bytes, "\xFF\xFE", 2)) {
        encoding = find_encoding("utf-16le", 8);
    }
    if (encoding) {
        bytes += 2;
        size -= 2;
    } else {
        encoding = decide(bytes, size, content_type, html);
    }
    if (encoding == &encodings[0]) {
        return decode_utf8((const char *)bytes, size, out_size);
    }
    char *text = encoding->iconv ? decode_iconv(encoding->iconv, bytes, size, out_size) : NULL;
    return text ? text : decode_windows_1252(bytes, size, out_size);
}
