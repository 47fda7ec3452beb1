/* The descriptors of the records, and docs/trace-format.md held against them. */
#include "trace/trace_record.h"

#include <glib.h>
#include <stddef.h>
#include <string.h>

static const TraceField *field_of(TraceKind kind, const char *name) {
  unsigned count;
  const TraceField *fields = trace_kind_fields(kind, &count);
  for (unsigned i = 0; i < count; i++)
    if (strcmp(fields[i].name, name) == 0)
      return &fields[i];
  return NULL;
}

/* A few members of each size and alignment, named by hand; the lists name all. */
static void test_descriptor_leads_to_the_member_of_its_name(void) {
#define ASSERT_LEADS(kind, field, member)                                                                              \
  g_assert_cmpuint(field_of(kind, field)->offset, ==, offsetof(TraceRecord, member))
  ASSERT_LEADS(TRACE_CONN, "conn", connection.conn);
  ASSERT_LEADS(TRACE_CONN, "state", connection.state);
  ASSERT_LEADS(TRACE_APP, "octets", app.octets);
  ASSERT_LEADS(TRACE_APP, "port", app.port);
  ASSERT_LEADS(TRACE_STATE, "guard", state.guard);
  ASSERT_LEADS(TRACE_SENT, "host", sent.host);
  ASSERT_LEADS(TRACE_SENT, "id", sent.id);
  ASSERT_LEADS(TRACE_SENT, "flags", sent.flags);
  ASSERT_LEADS(TRACE_SENT, "opts", sent.opts);
  ASSERT_LEADS(TRACE_SENT, "dport", sent.dport);
  ASSERT_LEADS(TRACE_SENT, "cause", sent.cause);
  ASSERT_LEADS(TRACE_INJECTED, "by", injected.by);
  ASSERT_LEADS(TRACE_PORT, "until", port.until);
  ASSERT_LEADS(TRACE_END, "events", end.events);
#undef ASSERT_LEADS
}

static void test_fields_of_a_kind_lie_in_the_record_and_do_not_overlap(void) {
  for (unsigned kind = 0; kind < TRACE_KIND_COUNT; kind++) {
    unsigned count;
    const TraceField *fields = trace_kind_fields((TraceKind)kind, &count);
    g_assert_cmpuint(count, >=, 1);
    for (unsigned i = 0; i < count; i++) {
      g_assert_cmpuint(fields[i].offset, >=, offsetof(TraceRecord, connection));
      g_assert_cmpuint(fields[i].offset, <, sizeof(TraceRecord));
      if (i)
        g_assert_cmpuint(fields[i].offset, >, fields[i - 1].offset);
    }
  }
}

static void test_kind_has_a_word_field_exactly_if_it_has_words(void) {
  uint32_t all = 0;
  for (unsigned kind = 0; kind < TRACE_KIND_COUNT; kind++) {
    unsigned count, n_words = 0;
    const TraceField *fields = trace_kind_fields((TraceKind)kind, &count);
    for (unsigned i = 0; i < count; i++)
      n_words += fields[i].type == TRACE_TYPE_WORD;
    g_assert_cmpuint(n_words, <=, 1);
    g_assert_cmpint(n_words == 1, ==, trace_kind_words((TraceKind)kind) != 0);
    all |= trace_kind_words((TraceKind)kind);
  }
  g_assert_cmpuint(all, ==, (1u << TRACE_WORD_COUNT) - 1);
}

static void test_names_of_enum_types_are_those_that_tcp_names_gives(void) {
  unsigned count;
#define ASSERT_SAME(type, total, text)                                                                                 \
  do {                                                                                                                 \
    const char *const *names = trace_type_names(type, &count);                                                         \
    g_assert_cmpuint(count, ==, total);                                                                                \
    for (unsigned i = 0; i < count; i++)                                                                               \
      g_assert_cmpstr(names[i], ==, text(i));                                                                          \
  } while (0)
  ASSERT_SAME(TRACE_TYPE_STATE, TCP_STATE_COUNT, tcp_state_name);
  ASSERT_SAME(TRACE_TYPE_STIMULUS, TCP_STIMULUS_COUNT, tcp_stimulus_name);
  ASSERT_SAME(TRACE_TYPE_GUARD, TCP_GUARD_COUNT, tcp_guard_name);
  ASSERT_SAME(TRACE_TYPE_TIMER, TCP_TIMER_COUNT, tcp_timer_name);
  ASSERT_SAME(TRACE_TYPE_CHECK, TCP_CHECK_COUNT, tcp_check_name);
  ASSERT_SAME(TRACE_TYPE_WORD, TRACE_WORD_COUNT, trace_word_text);
#undef ASSERT_SAME
  g_assert_null(trace_type_names(TRACE_TYPE_NAME, &count));
  g_assert_cmpuint(count, ==, 0);
}

/* The document ---------------------------------------------------------------------------------------------------- */

/* The tables of a document: heading of the section -> rows, each a vector of its cells. A section has one table. */
typedef GHashTable Tables;

static char **split_row(const char *line) {
  g_autofree char *inner = g_strndup(line + 1, strlen(line) - 2);
  char **cells = g_strsplit(inner, "|", -1);
  for (char **cell = cells; *cell; cell++)
    g_strstrip(*cell);
  return cells;
}

static void free_rows(gpointer rows) {
  g_ptr_array_unref(rows);
}

static Tables *read_tables(void) {
  g_autofree char *path = g_test_build_filename(G_TEST_DIST, "docs", "trace-format.md", NULL);
  g_autofree char *text = NULL;
  g_autoptr(GError) error = NULL;
  g_file_get_contents(path, &text, NULL, &error);
  g_assert_no_error(error);
  Tables *tables = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_rows);
  GPtrArray *rows = NULL;
  g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
  for (char **line = lines; *line; line++) {
    if (g_str_has_prefix(*line, "## ") || g_str_has_prefix(*line, "### ")) {
      char *heading = g_strdup(strchr(*line, ' ') + 1);
      g_assert_false(g_hash_table_contains(tables, heading));
      rows = g_ptr_array_new_with_free_func((GDestroyNotify)g_strfreev);
      g_hash_table_insert(tables, heading, rows);
    } else if (g_str_has_prefix(*line, "|") && rows) {
      g_ptr_array_add(rows, split_row(*line));
    }
  }
  return tables;
}

/* The rows of a section's table below its head, which must be `head`. */
static GPtrArray *table_of(Tables *tables, const char *heading, const char *head) {
  GPtrArray *rows = g_hash_table_lookup(tables, heading);
  g_test_message("%s", heading);
  g_assert_nonnull(rows);
  g_assert_cmpuint(rows->len, >=, 3);
  g_autofree char *found = g_strjoinv(" ", rows->pdata[0]);
  g_assert_cmpstr(found, ==, head);
  g_ptr_array_remove_range(rows, 0, 2);
  return rows;
}

static const char *cell(const GPtrArray *rows, guint row, guint column) {
  char **cells = rows->pdata[row];
  g_assert_cmpuint(column, <, g_strv_length(cells));
  return cells[column];
}

/* The cell holds `text` as code. */
static void assert_code(const GPtrArray *rows, guint row, guint column, const char *text) {
  g_autofree char *code = g_strdup_printf("`%s`", text);
  g_assert_cmpstr(cell(rows, row, column), ==, code);
}

/* A field that may not be absent says so, any other says when it is. */
static void assert_absence(const GPtrArray *rows, guint row, gboolean always_there) {
  if (always_there)
    g_assert_cmpstr(cell(rows, row, 2), ==, "never");
  else
    g_assert_true(g_str_has_prefix(cell(rows, row, 2), "when "));
  g_assert_cmpstr(cell(rows, row, 3), !=, "");
}

static gboolean is_always_there(TraceType type) {
  switch (type) {
  case TRACE_TYPE_STATE:
  case TRACE_TYPE_STIMULUS:
  case TRACE_TYPE_GUARD:
  case TRACE_TYPE_TIMER:
  case TRACE_TYPE_CHECK:
  case TRACE_TYPE_WORD:
  case TRACE_TYPE_NUMBER:
  case TRACE_TYPE_SEQ:
  case TRACE_TYPE_FLAGS:
    return TRUE;
  case TRACE_TYPE_NAME:
  case TRACE_TYPE_ENDPOINT:
  case TRACE_TYPE_SEGMENT:
  case TRACE_TYPE_TIME:
  case TRACE_TYPE_OCTETS:
  case TRACE_TYPE_PORT:
  case TRACE_TYPE_OPTIONS:
    return FALSE;
  }
  g_assert_not_reached();
}

static void assert_kind_documented(Tables *tables, TraceKind kind) {
  g_autofree char *heading = g_strdup_printf("`%s`", trace_kind_name(kind));
  GPtrArray *rows = table_of(tables, heading, "field type absent meaning");
  unsigned count;
  const TraceField *fields = trace_kind_fields(kind, &count);
  g_assert_cmpuint(rows->len, ==, count);
  for (unsigned i = 0; i < count; i++) {
    assert_code(rows, i, 0, fields[i].name);
    g_assert_cmpstr(cell(rows, i, 1), ==, trace_type_name(fields[i].type));
    assert_absence(rows, i, is_always_there(fields[i].type));
  }
}

static void test_document_has_every_field_of_every_kind_once_and_no_other(void) {
  Tables *tables = read_tables();
  for (unsigned kind = 0; kind < TRACE_KIND_COUNT; kind++)
    assert_kind_documented(tables, (TraceKind)kind);

  /* A heading that is code is a kind: there must be no more of them than kinds. */
  GHashTableIter iter;
  gpointer heading;
  unsigned n_kinds = 0;
  g_hash_table_iter_init(&iter, tables);
  while (g_hash_table_iter_next(&iter, &heading, NULL))
    n_kinds += *(const char *)heading == '`';
  g_assert_cmpuint(n_kinds, ==, TRACE_KIND_COUNT);
  g_hash_table_unref(tables);
}

static void test_document_has_every_type_that_a_field_has(void) {
  Tables *tables = read_tables();
  GPtrArray *rows = table_of(tables, "Types", "type JSON meaning");
  for (unsigned type = TRACE_TYPE_NAME; type <= TRACE_TYPE_OPTIONS; type++) {
    unsigned times = 0;
    for (guint i = 0; i < rows->len; i++)
      times += strcmp(cell(rows, i, 0), trace_type_name((TraceType)type)) == 0;
    g_assert_cmpuint(times, ==, 1);
  }
  g_hash_table_unref(tables);
}

static void test_document_has_every_word_of_every_kind(void) {
  Tables *tables = read_tables();
  GPtrArray *rows = table_of(tables, "Words", "word kinds");
  g_assert_cmpuint(rows->len, ==, TRACE_WORD_COUNT);
  for (unsigned word = 0; word < TRACE_WORD_COUNT; word++) {
    g_autoptr(GString) kinds = g_string_new(NULL);
    for (unsigned kind = 0; kind < TRACE_KIND_COUNT; kind++)
      if (trace_kind_words((TraceKind)kind) >> word & 1)
        g_string_append_printf(kinds, "%s`%s`", kinds->len ? ", " : "", trace_kind_name((TraceKind)kind));
    assert_code(rows, word, 0, trace_word_text((TraceWord)word));
    g_assert_cmpstr(cell(rows, word, 1), ==, kinds->str);
  }
  g_hash_table_unref(tables);
}

/* The document has this section, from its heading to the blank line behind its table. If not, prints what it should
 * say: the lists grow, and the document follows. Frees the section. */
static void assert_section(const char *document, GString *section) {
  g_string_append_c(section, '\n');
  if (!strstr(document, section->str)) {
    g_test_message("docs/trace-format.md must say:\n%s", section->str);
    g_test_fail();
  }
  g_string_free(section, TRUE);
}

static void assert_words_section(const char *document, const char *head, unsigned count, const char *(*name)(unsigned),
                                 const char *(*meaning)(unsigned)) {
  GString *section = g_string_new(head);
  g_string_append(section, "|---|---|\n");
  for (unsigned i = 0; i < count; i++)
    g_string_append_printf(section, "| `%s` | %s |\n", name(i), meaning(i));
  assert_section(document, section);
}

static const char *state_name(unsigned i) {
  return tcp_state_name((TcpState)i);
}
static const char *state_meaning(unsigned i) {
  return tcp_state_meaning((TcpState)i);
}
static const char *stimulus_name(unsigned i) {
  return tcp_stimulus_name((TcpStimulus)i);
}
static const char *stimulus_meaning(unsigned i) {
  return tcp_stimulus_meaning((TcpStimulus)i);
}
static const char *guard_name(unsigned i) {
  return tcp_guard_name((TcpGuard)i);
}
static const char *guard_meaning(unsigned i) {
  return tcp_guard_meaning((TcpGuard)i);
}
static const char *check_name(unsigned i) {
  return tcp_check_name((TcpCheck)i);
}
static const char *check_section(unsigned i) {
  return tcp_check_section((TcpCheck)i);
}

static void test_document_has_every_state_stimulus_guard_and_check(void) {
  g_autofree char *path = g_test_build_filename(G_TEST_DIST, "docs", "trace-format.md", NULL);
  g_autofree char *document = NULL;
  g_assert_true(g_file_get_contents(path, &document, NULL, NULL));
  assert_words_section(document, "## States\n\n| state | meaning |\n", TCP_STATE_COUNT, state_name, state_meaning);
  assert_words_section(document, "## Stimuli\n\n| stimulus | meaning |\n", TCP_STIMULUS_COUNT, stimulus_name,
                       stimulus_meaning);
  assert_words_section(document, "## Guards\n\n| guard | meaning |\n", TCP_GUARD_COUNT, guard_name, guard_meaning);
  assert_words_section(document, "## Checks\n\n| check | section of RFC 9293 |\n", TCP_CHECK_COUNT, check_name,
                       check_section);
}

static void test_document_has_every_timer(void) {
  Tables *tables = read_tables();
  GPtrArray *rows = table_of(tables, "Timers", "timer when it expires");
  g_assert_cmpuint(rows->len, ==, TCP_TIMER_COUNT);
  for (unsigned i = 0; i < rows->len; i++) {
    assert_code(rows, i, 0, tcp_timer_name((TcpTimer)i));
    g_assert_cmpstr(cell(rows, i, 1), !=, "");
  }
  g_hash_table_unref(tables);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
#define ADD(path, test) g_test_add_func("/trace-record/" path, test)
  ADD("descriptor-leads-to-the-member-of-its-name", test_descriptor_leads_to_the_member_of_its_name);
  ADD("fields-of-a-kind-lie-in-the-record-and-do-not-overlap",
      test_fields_of_a_kind_lie_in_the_record_and_do_not_overlap);
  ADD("kind-has-a-word-field-exactly-if-it-has-words", test_kind_has_a_word_field_exactly_if_it_has_words);
  ADD("names-of-enum-types-are-those-that-tcp-names-gives", test_names_of_enum_types_are_those_that_tcp_names_gives);
  ADD("document-has-every-field-of-every-kind-once-and-no-other",
      test_document_has_every_field_of_every_kind_once_and_no_other);
  ADD("document-has-every-type-that-a-field-has", test_document_has_every_type_that_a_field_has);
  ADD("document-has-every-word-of-every-kind", test_document_has_every_word_of_every_kind);
  ADD("document-has-every-state-stimulus-guard-and-check", test_document_has_every_state_stimulus_guard_and_check);
  ADD("document-has-every-timer", test_document_has_every_timer);
#undef ADD
  return g_test_run();
}
