#include "output/export/markdown.h"

#include "output/text/style.h"

#include <string.h>

/* What Markdown could take for a mark wherever it stands; and at the start of a line, also behind a number. */
#define SPECIAL          "\\`*_{}[]#+!|~$@="
#define SPECIAL_AT_START "-.):"

void markdown_append(GString *out, const char *text) {
  const TextStyle style = {0};
  g_autofree char *clean = text_clean(&style, text);
  const char *start = g_strstrip(clean);
  for (const char *p = start; *p; p++) {
    gboolean at_start = strspn(start, "0123456789") >= (size_t)(p - start);
    if (*p == '<')
      g_string_append(out, "&lt;");
    else if (*p == '>')
      g_string_append(out, "&gt;");
    else if (*p == '&')
      g_string_append(out, "&amp;");
    else if (strchr(SPECIAL, *p) || (at_start && strchr(SPECIAL_AT_START, *p)))
      g_string_append_printf(out, "\\%c", *p);
    else
      g_string_append_c(out, *p);
  }
}

void markdown_append_url(GString *out, const char *url) {
  for (const char *p = url; *p; p++) {
    if (g_ascii_isalnum(*p) || strchr("-._~:/?#@!$&*+,;=%", *p))
      g_string_append_c(out, *p);
    else
      g_string_append_printf(out, "%%%02X", (unsigned char)*p);
  }
}
