#include "packetdrill/pkt_parse.h"

#include "packetdrill/pkt_scan.h"

#include <string.h>

static PktScript *script_new(const char *path) {
  PktScript *script = g_new0(PktScript, 1);
  script->path = g_strdup(path);
  script->options = g_ptr_array_new_with_free_func((GDestroyNotify)pkt_option_free);
  script->events = g_ptr_array_new_with_free_func((GDestroyNotify)pkt_event_free);
  return script;
}

static GHashTable *read_defines(char *const *defines) {
  GHashTable *table = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  for (; defines && *defines; defines++) {
    const char *equals = strchr(*defines, '=');
    if (equals)
      g_hash_table_replace(table, g_strndup(*defines, (gsize)(equals - *defines)), g_strdup(equals + 1));
    else
      g_hash_table_replace(table, g_strdup(*defines), g_strdup(""));
  }
  return table;
}

/* What is no text at all is told by its first octet that is none. */
static gboolean is_text(PktScan *scan) {
  PktPlace place = {.line = 1, .column = 1};
  if (scan->length > PKT_MAX_TEXT) {
    pkt_complain(scan, &place, "a script has at most %u octets", PKT_MAX_TEXT);
    return FALSE;
  }
  const char *nul = memchr(scan->text, '\0', scan->length);
  if (!nul)
    return TRUE;
  pkt_scan_advance(scan, (size_t)(nul - scan->text));
  pkt_scan_advance(scan, 0);
  pkt_complain(scan, &scan->at, "an octet of value 0: this is no text");
  return FALSE;
}

static void read_script(PktScan *scan) {
  /* flex wants two NULs behind the text, and writes into it. */
  scan->base = g_malloc(scan->length + 2);
  memcpy(scan->base, scan->text, scan->length);
  memset(scan->base + scan->length, '\0', 2);
  PktLexer lexer;
  int failed = pkt_lexer_open(scan, &lexer);
  g_assert(failed == 0); /* fails for want of memory alone */
  pkt_grammar_parse(scan, lexer);
  if (scan->script->events->len == 0 && scan->errors->len == scan->errors_before)
    pkt_complain(scan, &(PktPlace){.line = 1, .column = 1}, "there is no event in this script");
  pkt_lexer_close(lexer);
  g_free(scan->base);
}

PktScript *pkt_parse(const char *path, const char *text, size_t length, char *const *defines, GPtrArray *errors) {
  g_autoptr(GHashTable) table = read_defines(defines);
  g_autoptr(PktScript) script = script_new(path);
  PktScan scan = {.script = script,
                  .errors = errors,
                  .errors_before = errors->len,
                  .defines = table,
                  .text = text,
                  .length = length,
                  .line = 1};
  if (is_text(&scan))
    read_script(&scan);
  return errors->len == scan.errors_before ? g_steal_pointer(&script) : NULL;
}

PktScript *pkt_parse_file(const char *path, char *const *defines, GPtrArray *errors) {
  g_autofree char *text = NULL;
  gsize length = 0;
  g_autoptr(GError) error = NULL;
  if (!g_file_get_contents(path, &text, &length, &error)) {
    g_ptr_array_add(errors, g_strdup(error->message));
    return NULL;
  }
  return pkt_parse(path, text, length, defines, errors);
}
