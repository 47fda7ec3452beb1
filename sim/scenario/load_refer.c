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
  return scenario_conn(l->scenario, conn);
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

/* The entry of "connections" that is called `name`; NULL if there is none. */
static const ScenarioConn *entry_of(const Loader *l, const char *name) {
  gpointer index;
  if (!g_hash_table_lookup_extended(l->conn_names, name, NULL, &index))
    return NULL;
  return g_ptr_array_index(l->scenario->connections, GPOINTER_TO_UINT(index));
}

gboolean load_find_member(const Loader *l, const char *name, uint32_t *ret_conn) {
  const char *dash = strrchr(name, '-');
  g_autofree char *base = dash ? g_strndup(name, (size_t)(dash - name)) : NULL;
  const ScenarioConn *entry = base ? entry_of(l, base) : NULL;
  if (!entry || !entry->population || strspn(dash + 1, "0123456789") != strlen(dash + 1) || dash[1] == '0' ||
      !dash[1] || strlen(dash + 1) > 9)
    return FALSE;
  guint64 number = g_ascii_strtoull(dash + 1, NULL, 10);
  if (number > entry->count)
    return FALSE;
  *ret_conn = entry->first + (uint32_t)number - 1;
  return TRUE;
}

/* A name that is no connection's. */
static void unknown_conn(Loader *l, const JsonAt *at, const char *name) {
  if (!l->conns_known || l->errors->len >= JSON_MOST_COMPLAINTS)
    return;
  g_autoptr(GPtrArray) names = g_ptr_array_new();
  for (uint32_t i = 0; i < l->scenario->connections->len; i++)
    g_ptr_array_add(names, ((ScenarioConn *)g_ptr_array_index(l->scenario->connections, i))->name);
  g_ptr_array_add(names, NULL);
  load_word_error(l, at, "connection of this scenario", name, (const char *const *)names->pdata);
}

/* One connection, or with `ret_count` also a population: how many. */
static gboolean load_conns(Loader *l, const JsonAt *at, uint32_t *ret_conn, uint32_t *ret_count) {
  const char *name;
  if (!load_text(l, at, "the name of a connection", &name))
    return FALSE;
  const ScenarioConn *entry = entry_of(l, name);
  if (entry && entry->population && !ret_count) {
    load_error(l, at, "\"%s\" is %u connections: name one of them, such as \"%s-1\"", name, entry->count, name);
    return FALSE;
  }
  if (!entry) {
    if (!load_find_member(l, name, ret_conn)) {
      unknown_conn(l, at, name);
      return FALSE;
    }
    if (ret_count)
      *ret_count = 1;
    return TRUE;
  }
  *ret_conn = entry->first;
  if (ret_count)
    *ret_count = entry->count;
  return TRUE;
}

gboolean load_conn(Loader *l, const JsonAt *at, uint32_t *ret_conn) {
  return load_conns(l, at, ret_conn, NULL);
}

static gboolean is_end(const ScenarioConn *conn, uint32_t host) {
  return conn->client == host || conn->server == host;
}

gboolean load_conns_of(Loader *l, const JsonAt *object, uint32_t host, const char *what, uint32_t *ret_conn,
                       uint32_t *ret_count) {
  JsonAt at;
  const char *name = load_host_at(l, host)->name;
  if (load_has(object, "conn")) {
    uint32_t conn, count = 1;
    if (!load_member(l, object, "conn", &at) || !load_conns(l, &at, &conn, ret_count ? &count : NULL))
      return FALSE;
    if (!is_end(load_conn_at(l, conn), host)) {
      load_error(l, &at, "connection \"%s\" does not end at %s: it goes from %s to %s", load_conn_at(l, conn)->name,
                 name, load_host_at(l, load_conn_at(l, conn)->client)->name,
                 load_host_at(l, load_conn_at(l, conn)->server)->name);
      return FALSE;
    }
    *ret_conn = conn;
    if (ret_count)
      *ret_count = count;
    return TRUE;
  }
  uint64_t found = 0;
  const ScenarioConn *only = NULL;
  for (uint32_t i = 0; i < l->scenario->connections->len; i++) {
    const ScenarioConn *conn = g_ptr_array_index(l->scenario->connections, i);
    if (!is_end(conn, host))
      continue;
    found += ret_count ? 1 : conn->count;
    only = conn;
  }
  if (found != 1 && l->conns_known && l->hosts_known)
    load_error(l, object,
               found ? "missing key \"conn\": %s has %" G_GUINT64_FORMAT " connections, and %s needs to know which"
                     : "%s has %" G_GUINT64_FORMAT " connections, and %s needs one",
               name, found, what);
  if (found != 1)
    return FALSE;
  *ret_conn = only->first;
  if (ret_count)
    *ret_count = only->count;
  return TRUE;
}

gboolean load_conn_of(Loader *l, const JsonAt *object, uint32_t host, const char *what, uint32_t *ret_conn) {
  return load_conns_of(l, object, host, what, ret_conn, NULL);
}

void load_names_init(Loader *l, JsonDoc *doc, Scenario *scenario, GPtrArray *errors) {
  *l = (Loader){.doc = doc, .scenario = scenario, .errors = errors};
  l->hosts_known = l->links_known = l->conns_known = TRUE;
  l->conn_names = g_hash_table_new(g_str_hash, g_str_equal);
  l->app_names = g_hash_table_new(g_str_hash, g_str_equal);
  for (guint i = 0; i < scenario->connections->len; i++)
    g_hash_table_insert(l->conn_names, ((ScenarioConn *)g_ptr_array_index(scenario->connections, i))->name,
                        GUINT_TO_POINTER(i));
  for (guint i = 0; i < scenario->apps->len; i++) {
    AppScript *app = g_ptr_array_index(scenario->apps, i);
    g_hash_table_insert(l->app_names, app->name, app);
  }
}

void load_names_clear(Loader *l) {
  g_clear_pointer(&l->conn_names, g_hash_table_unref);
  g_clear_pointer(&l->app_names, g_hash_table_unref);
}
