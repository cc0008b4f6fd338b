/* The elements of HTML that extraction tells apart, and what is special about each. Any thread. */
#pragma once

#include <glib.h>

typedef enum HtmlTagFlag {
    HTML_VOID = 1 << 0,     /* has no content and no end tag */
    HTML_BLOCK = 1 << 1,    /* begins and ends a line of text */
    HTML_SPECIAL = 1 << 2,  /* "special" in the HTML Standard: end tags of others stop at it */
    HTML_CLOSES_P = 1 << 3, /* its start tag ends an open paragraph */
    HTML_RAW = 1 << 4,      /* raw text up to its own end tag, none of it to be read */
    HTML_RCDATA = 1 << 5,   /* text with character references up to its own end tag */
    HTML_SCOPE = 1 << 6,    /* end tags inside do not reach out of it */
    HTML_UNREAD = 1 << 7,   /* no text of the page */
    HTML_BREAKOUT = 1 << 8, /* its start tag ends an open svg or math */
    HTML_HEADING = 1 << 9,  /* h1 to h6 */
} HtmlTagFlag;

#define HTML_TABLE_PART (HTML_BLOCK | HTML_SPECIAL)
#define HTML_SECTIONING (HTML_BLOCK | HTML_SPECIAL | HTML_CLOSES_P)
#define HTML_OLD_BLOCK  (HTML_SECTIONING | HTML_BREAKOUT)
#define HTML_HEADER     (HTML_OLD_BLOCK | HTML_HEADING)
#define HTML_EMPTY      (HTML_VOID | HTML_SPECIAL)
#define HTML_PLUGIN     (HTML_SPECIAL | HTML_SCOPE | HTML_UNREAD)

/* name in C, name in HTML, flags; sorted by the name in HTML. */
#define HTML_TAGS(X)                                                                               \
    X(A, "a", 0)                                                                                   \
    X(ADDRESS, "address", HTML_SECTIONING)                                                         \
    X(ANNOTATION, "annotation", HTML_UNREAD)                                                       \
    X(ANNOTATION_XML, "annotation-xml", HTML_UNREAD)                                               \
    X(APPLET, "applet", HTML_PLUGIN)                                                               \
    X(AREA, "area", HTML_EMPTY | HTML_UNREAD)                                                      \
    X(ARTICLE, "article", HTML_SECTIONING)                                                         \
    X(ASIDE, "aside", HTML_SECTIONING)                                                             \
    X(AUDIO, "audio", HTML_UNREAD)                                                                 \
    X(B, "b", HTML_BREAKOUT)                                                                       \
    X(BASE, "base", HTML_EMPTY)                                                                    \
    X(BLOCKQUOTE, "blockquote", HTML_OLD_BLOCK)                                                    \
    X(BODY, "body", HTML_BLOCK | HTML_SPECIAL)                                                     \
    X(BR, "br", HTML_EMPTY | HTML_BLOCK | HTML_BREAKOUT)                                           \
    X(BUTTON, "button", HTML_SPECIAL | HTML_UNREAD)                                                \
    X(CANVAS, "canvas", HTML_UNREAD)                                                               \
    X(CAPTION, "caption", HTML_TABLE_PART | HTML_SCOPE)                                            \
    X(CENTER, "center", HTML_OLD_BLOCK)                                                            \
    X(CODE, "code", HTML_BREAKOUT)                                                                 \
    X(COL, "col", HTML_EMPTY)                                                                      \
    X(COLGROUP, "colgroup", HTML_SPECIAL)                                                          \
    X(DATALIST, "datalist", HTML_UNREAD)                                                           \
    X(DD, "dd", HTML_OLD_BLOCK)                                                                    \
    X(DETAILS, "details", HTML_SECTIONING)                                                         \
    X(DIALOG, "dialog", HTML_BLOCK | HTML_CLOSES_P | HTML_UNREAD)                                  \
    X(DIR, "dir", HTML_SECTIONING)                                                                 \
    X(DIV, "div", HTML_OLD_BLOCK)                                                                  \
    X(DL, "dl", HTML_OLD_BLOCK)                                                                    \
    X(DT, "dt", HTML_OLD_BLOCK)                                                                    \
    X(EM, "em", HTML_BREAKOUT)                                                                     \
    X(EMBED, "embed", HTML_EMPTY | HTML_UNREAD | HTML_BREAKOUT)                                    \
    X(FIELDSET, "fieldset", HTML_SECTIONING | HTML_UNREAD)                                         \
    X(FIGCAPTION, "figcaption", HTML_SECTIONING)                                                   \
    X(FIGURE, "figure", HTML_SECTIONING)                                                           \
    X(FONT, "font", 0)                                                                             \
    X(FOOTER, "footer", HTML_SECTIONING | HTML_UNREAD)                                             \
    X(FORM, "form", HTML_SECTIONING)                                                               \
    X(FRAME, "frame", HTML_EMPTY | HTML_UNREAD)                                                    \
    X(FRAMESET, "frameset", HTML_SPECIAL)                                                          \
    X(H1, "h1", HTML_HEADER)                                                                       \
    X(H2, "h2", HTML_HEADER)                                                                       \
    X(H3, "h3", HTML_HEADER)                                                                       \
    X(H4, "h4", HTML_HEADER)                                                                       \
    X(H5, "h5", HTML_HEADER)                                                                       \
    X(H6, "h6", HTML_HEADER)                                                                       \
    X(HEAD, "head", HTML_SPECIAL | HTML_UNREAD | HTML_BREAKOUT)                                    \
    X(HEADER, "header", HTML_SECTIONING)                                                           \
    X(HGROUP, "hgroup", HTML_SECTIONING)                                                           \
    X(HR, "hr", HTML_EMPTY | HTML_BLOCK | HTML_CLOSES_P | HTML_BREAKOUT)                           \
    X(HTML, "html", HTML_SPECIAL | HTML_SCOPE)                                                     \
    X(I, "i", HTML_BREAKOUT)                                                                       \
    X(IFRAME, "iframe", HTML_SPECIAL | HTML_RAW | HTML_UNREAD)                                     \
    X(IMG, "img", HTML_EMPTY | HTML_BREAKOUT)                                                      \
    X(INPUT, "input", HTML_EMPTY | HTML_UNREAD)                                                    \
    X(LI, "li", HTML_OLD_BLOCK)                                                                    \
    X(LINK, "link", HTML_EMPTY | HTML_UNREAD)                                                      \
    X(LISTING, "listing", HTML_OLD_BLOCK)                                                          \
    X(MAIN, "main", HTML_SECTIONING)                                                               \
    X(MAP, "map", HTML_UNREAD)                                                                     \
    X(MARQUEE, "marquee", HTML_SPECIAL | HTML_SCOPE)                                               \
    X(MATH, "math", 0)                                                                             \
    X(MENU, "menu", HTML_OLD_BLOCK | HTML_UNREAD)                                                  \
    X(META, "meta", HTML_EMPTY | HTML_UNREAD | HTML_BREAKOUT)                                      \
    X(NAV, "nav", HTML_SECTIONING | HTML_UNREAD)                                                   \
    X(NOBR, "nobr", HTML_BREAKOUT)                                                                 \
    X(NOEMBED, "noembed", HTML_SPECIAL | HTML_RAW | HTML_UNREAD)                                   \
    X(NOFRAMES, "noframes", HTML_SPECIAL | HTML_RAW | HTML_UNREAD)                                 \
    X(NOSCRIPT, "noscript", HTML_SPECIAL | HTML_UNREAD)                                            \
    X(OBJECT, "object", HTML_PLUGIN)                                                               \
    X(OL, "ol", HTML_OLD_BLOCK)                                                                    \
    X(OPTGROUP, "optgroup", HTML_UNREAD)                                                           \
    X(OPTION, "option", HTML_UNREAD)                                                               \
    X(P, "p", HTML_OLD_BLOCK)                                                                      \
    X(PARAM, "param", HTML_EMPTY)                                                                  \
    X(PLAINTEXT, "plaintext", HTML_SECTIONING)                                                     \
    X(PRE, "pre", HTML_OLD_BLOCK)                                                                  \
    X(S, "s", HTML_BREAKOUT)                                                                       \
    X(SCRIPT, "script", HTML_SPECIAL | HTML_RAW | HTML_UNREAD)                                     \
    X(SEARCH, "search", HTML_SECTIONING | HTML_UNREAD)                                             \
    X(SECTION, "section", HTML_SECTIONING)                                                         \
    X(SELECT, "select", HTML_SPECIAL | HTML_UNREAD)                                                \
    X(SMALL, "small", HTML_BREAKOUT)                                                               \
    X(SOURCE, "source", HTML_EMPTY)                                                                \
    X(SPAN, "span", HTML_BREAKOUT)                                                                 \
    X(STRONG, "strong", HTML_BREAKOUT)                                                             \
    X(STYLE, "style", HTML_SPECIAL | HTML_RAW | HTML_UNREAD)                                       \
    X(SUB, "sub", HTML_BREAKOUT)                                                                   \
    X(SUMMARY, "summary", HTML_SECTIONING)                                                         \
    X(SUP, "sup", HTML_BREAKOUT)                                                                   \
    X(SVG, "svg", HTML_UNREAD)                                                                     \
    X(TABLE, "table", HTML_OLD_BLOCK | HTML_SCOPE)                                                 \
    X(TBODY, "tbody", HTML_TABLE_PART)                                                             \
    X(TD, "td", HTML_SPECIAL | HTML_SCOPE)                                                         \
    X(TEMPLATE, "template", HTML_SPECIAL | HTML_SCOPE | HTML_UNREAD)                               \
    X(TEXTAREA, "textarea", HTML_SPECIAL | HTML_RCDATA | HTML_UNREAD)                              \
    X(TFOOT, "tfoot", HTML_TABLE_PART)                                                             \
    X(TH, "th", HTML_SPECIAL | HTML_SCOPE)                                                         \
    X(THEAD, "thead", HTML_TABLE_PART)                                                             \
    X(TITLE, "title", HTML_SPECIAL | HTML_RCDATA | HTML_UNREAD)                                    \
    X(TR, "tr", HTML_TABLE_PART)                                                                   \
    X(TRACK, "track", HTML_EMPTY)                                                                  \
    X(U, "u", HTML_BREAKOUT)                                                                       \
    X(UL, "ul", HTML_OLD_BLOCK)                                                                    \
    X(VIDEO, "video", HTML_UNREAD)                                                                 \
    X(WBR, "wbr", HTML_EMPTY)                                                                      \
    X(XMP, "xmp", HTML_SECTIONING)

#define HTML_TAG_CONSTANT(constant, name, flags) HTML_TAG_##constant,
typedef enum HtmlTag { HTML_TAG_OTHER, HTML_TAGS(HTML_TAG_CONSTANT) HTML_TAG_COUNT } HtmlTag;

/* The element of this name, in any case; HTML_TAG_OTHER if it is none of the table. */
HtmlTag html_tag_find(const char *name, gsize size);
/* Its name in lower case; "span" for HTML_TAG_OTHER, which nothing tells from one. */
const char *html_tag_name(HtmlTag tag);
/* HtmlTagFlag values. */
guint html_tag_flags(HtmlTag tag);
