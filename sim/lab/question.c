#include "lab/lab_question.h"

#include <stdarg.h>
#include <string.h>

#include "lab/question_priv.h"
#include "tcp/tcp_fsm.h"

#define MOST_GIVEN 200

G_DEFINE_QUARK(teardown - lab, lab_error)

#define KIND_WORD(id, word, answer) word,
const char *const lab_kind_words[] = {LAB_QUESTION_KINDS(KIND_WORD) NULL};
#undef KIND_WORD

#define KIND_INFO(id, word, answer) &LAB_KIND_INFO_##id,
static const LabKindInfo *const kinds[] = {LAB_QUESTION_KINDS(KIND_INFO)};
#undef KIND_INFO

const LabKindInfo *lab_question_kind(LabKind kind) {
  g_assert((unsigned)kind < LAB_KIND_COUNT);
  return kinds[kind];
}

const char *lab_kind_answer(LabKind kind) {
#define KIND_ANSWER(id, word, answer) answer,
  static const char *const answers[] = {LAB_QUESTION_KINDS(KIND_ANSWER)};
#undef KIND_ANSWER
  g_assert((unsigned)kind < LAB_KIND_COUNT);
  return answers[kind];
}

gboolean question_fails(GError **error, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  g_autofree char *text = g_strdup_vprintf(format, arguments);
  va_end(arguments);
  g_set_error_literal(error, LAB_ERROR, LAB_ERROR_KEY, text);
  return FALSE;
}

/* --- keys --------------------------------------------------------------------------------------------------------- */

static void blank_free(gpointer data) {
  LabBlank *blank = data;
  g_free(blank->id);
  g_free(blank->label);
  g_free(blank->expected);
  g_free(blank);
}

static void cell_clear(gpointer data) {
  g_free(((LabCell *)data)->text);
}

static void table_free(LabTable *table) {
  if (!table)
    return;
  g_ptr_array_unref(table->columns);
  g_ptr_array_unref(table->rows);
  g_free(table);
}

void lab_key_free(LabKey *key) {
  if (!key)
    return;
  g_free(key->text);
  g_free(key->why);
  g_ptr_array_unref(key->hints);
  g_ptr_array_unref(key->blanks);
  table_free(key->table);
  g_clear_pointer(&key->choice_right, g_array_unref);
  g_clear_pointer(&key->choice_feedback, g_ptr_array_unref);
  g_clear_pointer(&key->answer_fields, g_ptr_array_unref);
  if (key->data_free)
    key->data_free(key->data);
  g_free(key);
}

LabBlank *lab_key_add_blank(LabKey *key, LabBlankType type, const char *label, const char *expected) {
  LabBlank *blank = g_new0(LabBlank, 1);
  blank->type = type;
  blank->label = g_strdup(label);
  blank->expected = g_strdup(expected);
  g_ptr_array_add(key->blanks, blank);
  return blank;
}

static void free_row(gpointer row) {
  g_array_unref(row);
}

LabTable *lab_key_add_table(LabKey *key, const char *heading, ...) {
  LabTable *table = key->table = g_new0(LabTable, 1);
  table->columns = g_ptr_array_new_with_free_func(g_free);
  table->rows = g_ptr_array_new_with_free_func(free_row);
  va_list headings;
  va_start(headings, heading);
  for (const char *text = heading; text; text = va_arg(headings, const char *))
    g_ptr_array_add(table->columns, g_strdup(text));
  va_end(headings);
  return table;
}

GArray *lab_table_add_row(LabTable *table) {
  GArray *row = g_array_new(FALSE, FALSE, sizeof(LabCell));
  g_array_set_clear_func(row, cell_clear);
  g_ptr_array_add(table->rows, row);
  return row;
}

void lab_row_add_text(GArray *row, const char *text) {
  LabCell cell = {g_strdup(text), -1};
  g_array_append_val(row, cell);
}

void lab_row_add_blank(GArray *row, int blank) {
  LabCell cell = {NULL, blank};
  g_array_append_val(row, cell);
}

char *lab_letter(unsigned index) {
  if (index < 26)
    return g_strdup_printf("%c", 'A' + (char)index);
  return g_strdup_printf("%c%c", 'A' + (char)(index / 26 - 1), 'A' + (char)(index % 26));
}

/* `text` with {name} replaced; NULL for NULL. */
static char *fill(const char *text, GHashTable *values) {
  if (!text)
    return NULL;
  GString *out = g_string_new(NULL);
  while (*text) {
    size_t plain = strcspn(text, "{");
    g_string_append_len(out, text, (gssize)plain);
    text += plain;
    if (!*text)
      break;
    size_t length = strcspn(text + 1, "{}");
    g_autofree char *name = g_strndup(text + 1, length);
    const char *value = text[1 + length] == '}' ? g_hash_table_lookup(values, name) : NULL;
    if (value) {
      g_string_append(out, value);
      text += length + 2;
    } else {
      g_string_append_c(out, *text++);
    }
  }
  return g_string_free(out, FALSE);
}

static gboolean find_values(const LabKeySource *source, const LabQuestion *question, GHashTable *values,
                            GError **error) {
  for (guint i = 0; i < question->lets->len; i++) {
    const LabLet *let = g_ptr_array_index(question->lets, i);
    QueryValue value;
    if (!query_number_find(source->query, let->number, &value, error)) {
      g_prefix_error(error, "{%s}: ", let->name);
      return FALSE;
    }
    g_hash_table_insert(values, let->name, query_value_human(value));
  }
  return TRUE;
}

/* Names blanks and gives each an equal weight where the kind gave none. */
static void complete_blanks(LabKey *key) {
  double sum = 0;
  for (guint i = 0; i < key->blanks->len; i++)
    sum += ((LabBlank *)g_ptr_array_index(key->blanks, i))->weight;
  for (guint i = 0; i < key->blanks->len; i++) {
    LabBlank *blank = g_ptr_array_index(key->blanks, i);
    blank->id =
        key->blanks->len == 1 ? g_strdup(key->question->id) : g_strdup_printf("%s.%u", key->question->id, i + 1);
    blank->weight = sum > 0 ? blank->weight / sum : 1.0 / key->blanks->len;
  }
}

LabKey *lab_key_new(const LabKeySource *source, const LabQuestion *question, GError **error) {
  g_autoptr(GHashTable) values = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
  LabKey *key = g_new0(LabKey, 1);
  key->question = question;
  key->blanks = g_ptr_array_new_with_free_func(blank_free);
  key->hints = g_ptr_array_new_with_free_func(g_free);
  if (!find_values(source, question, values, error) ||
      !lab_question_kind(question->kind)->make_key(source, key, error)) {
    g_prefix_error(error, "question %s: ", question->id);
    lab_key_free(key);
    return NULL;
  }
  g_assert(key->blanks->len > 0);
  key->text = fill(question->text, values);
  key->why = fill(question->why, values);
  for (guint i = 0; i < question->hints->len; i++)
    g_ptr_array_add(key->hints, fill(((LabHint *)g_ptr_array_index(question->hints, i))->text, values));
  complete_blanks(key);
  return key;
}

/* --- ends --------------------------------------------------------------------------------------------------------- */

void question_end_clear(QuestionEnd *end) {
  g_free(end->host);
  g_free(end->conn);
}

gboolean question_end_load(Loader *l, const JsonAt *at, QuestionEnd *ret_end) {
  JsonAt member;
  uint32_t host, conn;
  if (!load_required(l, at, "host", "the name of a host", &member) || !load_host(l, &member, &host) ||
      !load_conn_of(l, at, host, "a question", &conn))
    return FALSE;
  ret_end->host = g_strdup(load_host_at(l, host)->name);
  ret_end->conn = scenario_conn_name(l->scenario, conn);
  return TRUE;
}

const CheckEnd *question_end_find(const LabKeySource *source, const QuestionEnd *end, GError **error) {
  const CheckEnd *found = check_history_find_end(source->query->history, end->host, end->conn);
  if (!found)
    question_fails(error, "connection %s never comes into being at %s", end->conn, end->host);
  return found;
}

char *question_end_name(const LabKeySource *source, const CheckEnd *end) {
  const GPtrArray *ends = source->query->history->ends;
  unsigned at_host = 0;
  for (guint i = 0; i < ends->len; i++)
    at_host += ((const CheckEnd *)g_ptr_array_index(ends, i))->host == end->host;
  const char *host = trace_text(source->query->trace, end->host);
  return at_host == 1 ? g_strdup(host) : g_strdup_printf("%s.%s", host, trace_text(source->query->trace, end->conn));
}

const CheckStep *question_step_at(const CheckEnd *end, SimTime at) {
  const CheckStep *found = &g_array_index(end->steps, CheckStep, 0);
  for (guint i = 1; i < end->steps->len && g_array_index(end->steps, CheckStep, i).at <= at; i++)
    found = &g_array_index(end->steps, CheckStep, i);
  return found;
}

/* --- texts -------------------------------------------------------------------------------------------------------- */

char *question_segment_text(const LabKeySource *source, const TraceRecord *record) {
  const Trace *trace = source->query->trace;
  char text[64];
  if (record->kind == TRACE_SENT)
    tcp_segment_print(record->sent.flags, record->sent.seq, record->sent.len, record->sent.ack, text, sizeof text);
  else
    tcp_segment_print(record->injected.flags, record->injected.seq, record->injected.len, record->injected.ack, text,
                      sizeof text);
  return g_strdup_printf(
      "%s > %s  %s", trace_text(trace, record->kind == TRACE_SENT ? record->sent.host : record->injected.host),
      trace_text(trace, record->kind == TRACE_SENT ? record->sent.peer : record->injected.peer), text);
}

char *question_time_text(SimTime at) {
  return query_value_human((QueryValue){QUERY_TIME, at});
}

char *question_cause_text(const LabKeySource *source, const TraceRecord *state) {
  const CheckSegment *cause = check_history_segment(source->query->history, state->state.cause);
  if (cause && cause->copy_of)
    cause = check_history_segment(source->query->history, cause->copy_of);
  if (cause && cause->sent) {
    g_autofree char *segment = question_segment_text(source, cause->sent);
    return g_strdup_printf("%s arrives", segment);
  }
  switch ((int)state->state.stimulus) {
  case TCP_CALL_CLOSE:
    return g_strdup("the application closes");
  case TCP_CALL_ABORT:
    return g_strdup("the application aborts");
  case TCP_CALL_OPEN_ACTIVE:
    return g_strdup("the application connects");
  case TCP_CALL_OPEN_PASSIVE:
    return g_strdup("the application listens");
  case TCP_HOST_CRASH:
    return g_strdup("the host crashes");
  case TCP_FIN_SENT:
    return g_strdup("its FIN leaves");
  case TCP_TMO_TIME_WAIT:
  case TCP_TMO_FIN_WAIT_2:
    return g_strdup("a timer expires");
  }
  return g_strdup(tcp_stimulus_meaning(state->state.stimulus));
}

char *question_change_text(const LabKeySource *source, const CheckStep *step) {
  g_autofree char *at = question_time_text(step->at);
  const TraceRecord *r = step->record;
  if (!r || r->kind != TRACE_STATE)
    return g_strdup_printf("it is in %s from %s on", tcp_state_name(step->state), at);
  const char *rfc = trace_text(source->query->trace, r->state.rfc);
  return g_strdup_printf("it enters %s at %s: %s (%s%s)", tcp_state_name(step->state), at,
                         tcp_stimulus_meaning(r->state.stimulus), g_ascii_isdigit(rfc[0]) ? "RFC 9293 " : "", rfc);
}

/* --- answers ------------------------------------------------------------------------------------------------------ */

void lab_verdict_set(LabVerdict *verdict, const char *given, double fraction, const char *feedback) {
  g_free(verdict->given);
  g_free(verdict->feedback);
  *verdict = (LabVerdict){g_strdup(given), fraction, g_strdup(feedback)};
}

const char *question_text_answer(const cJSON *value) {
  return cJSON_IsString(value) ? value->valuestring : NULL;
}

char *question_given(const cJSON *value) {
  if (!value || cJSON_IsNull(value))
    return NULL;
  if (cJSON_IsString(value) && !value->valuestring[0])
    return NULL;
  char *json = cJSON_IsString(value) ? NULL : cJSON_PrintUnformatted(value);
  const char *text = json ? json : cJSON_IsString(value) ? value->valuestring : "";
  char *given = g_utf8_strlen(text, -1) > MOST_GIVEN ? g_utf8_substring(text, 0, MOST_GIVEN) : g_strdup(text);
  cJSON_free(json);
  return given;
}

void question_grade_state(const cJSON *value, TcpState expected, const char *why, LabVerdict *verdict) {
  g_autofree char *given = question_given(value);
  const char *text = question_text_answer(value);
  TcpState state;
  if (!given) {
    lab_verdict_set(verdict, NULL, 0, why);
    return;
  }
  g_autofree char *stripped = text ? g_strstrip(g_strdup(text)) : NULL;
  if (!stripped || !tcp_state_parse(stripped, &state))
    lab_verdict_set(verdict, given, 0, "this is none of TCP's eleven states");
  else
    lab_verdict_set(verdict, given, state == expected, state == expected ? NULL : why);
}

unsigned question_common(const GArray *a, const GArray *b) {
  g_autofree unsigned *row = g_new0(unsigned, b->len + 1);
  for (guint i = 0; i < a->len; i++) {
    unsigned diagonal = 0;
    for (guint k = 1; k <= b->len; k++) {
      unsigned above = row[k];
      if (g_array_index(a, int, i) == g_array_index(b, int, k - 1))
        row[k] = diagonal + 1;
      else
        row[k] = MAX(row[k], row[k - 1]);
      diagonal = above;
    }
  }
  return row[b->len];
}
