/* Words of TCP, and references from one part of a scenario to another. */
#include <string.h>

#include "scenario/load.h"
#include "scenario/words.h"

gboolean load_state(Loader *l, const JsonAt *at, TcpState *ret_state) {
  const char *text;
  const char *names[TCP_STATE_COUNT + 1] = {NULL};
  for (unsigned i = 0; i < TCP_STATE_COUNT; i++)
    names[i] = tcp_state_name((TcpState)i);
  if (!load_text(l, at, "a state such as \"FIN-WAIT-1\"", &text))
    return FALSE;
  if (!tcp_state_parse(text, ret_state)) {
    load_word_error(l, at, "state", text, names);
    return FALSE;
  }
  return TRUE;
}

static const char *const flag_words[] = {"SYN", "FIN", "RST", "PSH", "URG", "ACK", NULL};
static const TcpFlags flag_bits[] = {TCP_SYN, TCP_FIN, TCP_RST, TCP_PSH, TCP_URG, TCP_ACK};

/* packetdrill's letters: at most two, or with the point of an ACK among them; none twice. */
static gboolean parse_letters(const char *text, TcpFlags *ret_flags) {
  size_t length = strlen(text);
  if (!length || strspn(text, "SFRPU.") != length || (length > 2 && !strchr(text, '.')))
    return FALSE;
  for (size_t i = 0; i < length; i++)
    if (strchr(text + i + 1, text[i]))
      return FALSE;
  return tcp_flags_parse(text, ret_flags);
}

/* "FIN,ACK": words, none twice. Stops at a wrong one and leaves it in `ret_wrong`. */
static gboolean parse_words(const char *text, TcpFlags *ret_flags, char **ret_wrong) {
  TcpFlags flags = 0;
  g_auto(GStrv) words = g_strsplit(text, ",", 16);
  for (unsigned i = 0; words[i]; i++) {
    const char *word = words[i] + (i && words[i][0] == ' ');
    TcpFlags bit = 0;
    for (unsigned k = 0; flag_words[k]; k++)
      if (!strcmp(word, flag_words[k]))
        bit = flag_bits[k];
    if (!bit || flags & bit) {
      *ret_wrong = g_strdup(word);
      return FALSE;
    }
    flags |= bit;
  }
  *ret_flags = flags;
  return flags != 0;
}

char *load_flags_text(TcpFlags flags) {
  GString *out = g_string_new(NULL);
  for (unsigned i = 0; flag_words[i]; i++)
    if (flags & flag_bits[i])
      g_string_append_printf(out, "%s%s", out->len ? "," : "", flag_words[i]);
  return g_string_free(out, FALSE);
}

gboolean load_flags(Loader *l, const JsonAt *at, gboolean *ret_exact, TcpFlags *ret_flags) {
  static const char expected[] = "flags: words for at least these (\"FIN\", \"SYN,ACK\") or packetdrill's letters for "
                                 "exactly these (\"F.\", \"S\", \".\")";
  const char *text;
  if (!load_text(l, at, expected, &text))
    return FALSE;
  if (parse_letters(text, ret_flags)) {
    *ret_exact = TRUE;
    return TRUE;
  }
  g_autofree char *wrong = NULL;
  if (parse_words(text, ret_flags, &wrong)) {
    *ret_exact = FALSE;
    return TRUE;
  }
  g_autofree char *quoted = words_quote(text);
  g_autofree char *upper = g_ascii_strup(text, -1);
  g_strdelimit(upper, "+|&/; ", ',');
  g_autofree char *still_wrong = NULL;
  TcpFlags ignored;
  gboolean letters = strspn(text, "SFRPUEW.") == strlen(text);
  const char *nearest = wrong && !letters ? words_nearest(wrong, flag_words) : NULL;
  if (parse_letters(upper, &ignored) || parse_words(upper, &ignored, &still_wrong))
    load_error(l, at, "expected %s, not %s; did you mean \"%s\"?", expected, quoted, upper);
  else if (nearest)
    load_error(l, at, "expected %s, not %s; did you mean \"%s\"?", expected, quoted, nearest);
  else
    load_error(l, at, "expected %s, not %s", expected, quoted);
  return FALSE;
}

const ScenarioHost *load_host_at(const Loader *l, uint32_t host) {
  return g_ptr_array_index(l->scenario->hosts, host);
}

const ScenarioConn *load_conn_at(const Loader *l, uint32_t conn) {
  return g_ptr_array_index(l->scenario->connections, conn);
}

gboolean load_find_host(const Loader *l, const char *name, uint32_t *ret_host) {
  for (uint32_t i = 0; i < l->scenario->hosts->len; i++)
    if (!strcmp(load_host_at(l, i)->name, name)) {
      *ret_host = i;
      return TRUE;
    }
  return FALSE;
}

void load_unknown_host(Loader *l, const JsonAt *at, const char *name) {
  if (!l->hosts_known)
    return;
  g_autoptr(GPtrArray) names = g_ptr_array_new();
  for (uint32_t i = 0; i < l->scenario->hosts->len; i++)
    g_ptr_array_add(names, load_host_at(l, i)->name);
  g_ptr_array_add(names, NULL);
  load_word_error(l, at, "host of this scenario", name, (const char *const *)names->pdata);
}

gboolean load_host(Loader *l, const JsonAt *at, uint32_t *ret_host) {
  const char *name;
  if (!load_text(l, at, "the name of a host", &name))
    return FALSE;
  if (load_find_host(l, name, ret_host))
    return TRUE;
  load_unknown_host(l, at, name);
  return FALSE;
}

gboolean load_conn(Loader *l, const JsonAt *at, uint32_t *ret_conn) {
  const char *name;
  if (!load_text(l, at, "the name of a connection", &name))
    return FALSE;
  gpointer index;
  if (g_hash_table_lookup_extended(l->conn_names, name, NULL, &index)) {
    *ret_conn = GPOINTER_TO_UINT(index);
    return TRUE;
  }
  if (!l->conns_known || l->errors->len >= JSON_MOST_COMPLAINTS)
    return FALSE;
  g_autoptr(GPtrArray) names = g_ptr_array_new();
  for (uint32_t i = 0; i < l->scenario->connections->len; i++)
    g_ptr_array_add(names, load_conn_at(l, i)->name);
  g_ptr_array_add(names, NULL);
  load_word_error(l, at, "connection of this scenario", name, (const char *const *)names->pdata);
  return FALSE;
}

static gboolean is_end(const ScenarioConn *conn, uint32_t host) {
  return conn->client == host || conn->server == host;
}

gboolean load_conn_of(Loader *l, const JsonAt *object, uint32_t host, const char *what, uint32_t *ret_conn) {
  JsonAt at;
  const char *name = load_host_at(l, host)->name;
  if (load_has(object, "conn")) {
    uint32_t conn;
    if (!load_member(l, object, "conn", &at) || !load_conn(l, &at, &conn))
      return FALSE;
    if (!is_end(load_conn_at(l, conn), host)) {
      load_error(l, &at, "connection \"%s\" does not end at %s: it goes from %s to %s", load_conn_at(l, conn)->name,
                 name, load_host_at(l, load_conn_at(l, conn)->client)->name,
                 load_host_at(l, load_conn_at(l, conn)->server)->name);
      return FALSE;
    }
    *ret_conn = conn;
    return TRUE;
  }
  unsigned found = 0;
  uint32_t only = 0;
  for (uint32_t i = 0; i < l->scenario->connections->len; i++)
    if (is_end(load_conn_at(l, i), host) && !found++)
      only = i;
  if (found != 1 && l->conns_known && l->hosts_known)
    load_error(l, object,
               found ? "missing key \"conn\": %s has %u connections, and %s needs to know which"
                     : "%s has %u connections, and %s needs one",
               name, found, what);
  if (found == 1)
    *ret_conn = only;
  return found == 1;
}
