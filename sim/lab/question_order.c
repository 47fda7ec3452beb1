/* "order": segments, or the states of an end, that were shuffled. "segment": which line of a list is meant. */
#include <string.h>

#include "lab/question_priv.h"

#define MOST_ITEMS 26
#define MOST_LINES 200

/* --- order -------------------------------------------------------------------------------------------------------- */

static const char *const of_words[] = {"segments", "states", NULL};

typedef struct OrderSpec {
  gboolean states;     /* of `end`; else segments that match */
  SegmentMatch *match; /* never NULL */
  QuestionEnd end;
} OrderSpec;

static void order_free(void *data) {
  OrderSpec *spec = data;
  segment_match_free(spec->match);
  question_end_clear(&spec->end);
  g_free(spec);
}

static void *order_load(Loader *l, const JsonAt *at) {
  OrderSpec *spec = g_new0(OrderSpec, 1);
  JsonAt member;
  unsigned word = 0;
  gboolean good =
      load_required(l, at, "of", "\"segments\" or \"states\"", &member) && load_word(l, &member, of_words, &word);
  spec->states = word == 1;
  spec->match = NULL;
  if (load_member(l, at, "segments", &member)) {
    if (spec->states)
      load_error(l, &member, "this belongs to \"of\": \"segments\"");
    spec->match = load_segment_match(l, &member);
  }
  if (!spec->match)
    spec->match = segment_match_new();
  if (spec->states)
    good = question_end_load(l, at, &spec->end) && good;
  if (good)
    return spec;
  order_free(spec);
  return NULL;
}

/* The items in their right order, in words. */
static gboolean find_items(const LabKeySource *source, const OrderSpec *spec, GPtrArray *items, GError **error) {
  if (spec->states) {
    const CheckEnd *end = question_end_find(source, &spec->end, error);
    if (!end)
      return FALSE;
    g_autoptr(GArray) steps = check_history_states(end, TRUE);
    for (guint i = 0; i < steps->len; i++)
      g_ptr_array_add(items, g_strdup(tcp_state_name(g_array_index(steps, CheckStep, i).state)));
  } else {
    g_autoptr(GArray) found = query_segments(source->query, spec->match);
    for (guint i = 0; i < found->len && i <= MOST_ITEMS; i++)
      g_ptr_array_add(items, question_segment_text(source, g_ptr_array_index(source->query->history->transmissions,
                                                                             g_array_index(found, guint, i))));
  }
  if (items->len < 2 || items->len > MOST_ITEMS)
    return question_fails(error, "%u things to put in order: 2 to %u are possible", items->len, MOST_ITEMS);
  return TRUE;
}

/* Equal items are one class: which of two equal ones comes first nobody can tell. */
typedef struct OrderData {
  GPtrArray *items;  /* of char *, in the right order */
  uint32_t *shuffle; /* line of the table -> index in items */
} OrderData;

static void order_data_free(gpointer pointer) {
  OrderData *data = pointer;
  g_ptr_array_unref(data->items);
  g_free(data->shuffle);
  g_free(data);
}

static gboolean is_sorted(const OrderData *data) {
  for (guint i = 0; i < data->items->len; i++)
    if (strcmp(g_ptr_array_index(data->items, i), g_ptr_array_index(data->items, data->shuffle[i])) != 0)
      return FALSE;
  return TRUE;
}

static gboolean all_equal(const GPtrArray *items) {
  for (guint i = 1; i < items->len; i++)
    if (strcmp(g_ptr_array_index(items, 0), g_ptr_array_index(items, i)) != 0)
      return FALSE;
  return TRUE;
}

/* A shuffle that shows the answer is none. */
static void shuffle_items(const LabKeySource *source, const LabKey *key, OrderData *data) {
  const LabInstance *instance = source->instance;
  g_autofree char *purpose = g_strdup_printf("order %s", key->question->id);
  VariantStream stream;
  variant_stream_init(&stream, instance->secret, instance->lab->name, instance->student ? instance->student : "",
                      purpose);
  do {
    g_free(data->shuffle);
    data->shuffle = variant_shuffle(&stream, data->items->len);
  } while (is_sorted(data));
}

static gboolean order_key(const LabKeySource *source, LabKey *key, GError **error) {
  const OrderSpec *spec = key->question->spec;
  OrderData *data = key->data = g_new0(OrderData, 1);
  key->data_free = order_data_free;
  data->items = g_ptr_array_new_with_free_func(g_free);
  if (!find_items(source, spec, data->items, error))
    return FALSE;
  if (all_equal(data->items))
    return question_fails(error, "all things to put in order look the same");
  shuffle_items(source, key, data);
  LabTable *table = lab_key_add_table(key, "letter", spec->states ? "state" : "segment", NULL);
  g_autoptr(GString) expected = g_string_new(NULL);
  for (guint i = 0; i < data->items->len; i++) {
    g_autofree char *letter = lab_letter(i);
    GArray *row = lab_table_add_row(table);
    lab_row_add_text(row, letter);
    lab_row_add_text(row, g_ptr_array_index(data->items, data->shuffle[i]));
  }
  for (guint i = 0; i < data->items->len; i++)
    for (guint line = 0; line < data->items->len; line++)
      if (data->shuffle[line] == i) {
        g_autofree char *letter = lab_letter(line);
        g_string_append_printf(expected, "%s%s", i ? " " : "", letter);
      }
  lab_key_add_blank(key, LAB_BLANK_ORDER, "", expected->str);
  return TRUE;
}

/* The first item that looks like this one: equal items have one number. */
static int class_of(const OrderData *data, guint item) {
  for (guint i = 0; i < item; i++)
    if (strcmp(g_ptr_array_index(data->items, i), g_ptr_array_index(data->items, item)) == 0)
      return (int)i;
  return (int)item;
}

/* The line that a letter names; -1: none. */
static int read_letter(char c, guint n_lines) {
  int line = g_ascii_isalpha(c) ? g_ascii_toupper(c) - 'A' : -1;
  return line < (int)n_lines ? line : -1;
}

/* The lines that a list of letters, or a text such as "C A B" or "CAB", names. In a list -1 stands for what is none; a
 * text in which anything else stands names nothing. */
static GArray *read_letters(const cJSON *value, guint n_lines) {
  GArray *lines = g_array_new(FALSE, FALSE, sizeof(int));
  const cJSON *item;
  cJSON_ArrayForEach(item, value) {
    const char *letter = question_text_answer(item);
    int line = letter && strlen(letter) == 1 ? read_letter(letter[0], n_lines) : -1;
    if (lines->len < 4 * MOST_ITEMS)
      g_array_append_val(lines, line);
  }
  const char *text = question_text_answer(value);
  for (const char *p = text; p && *p; p++) {
    int line = read_letter(*p, n_lines);
    if (strchr(" ,;>-\t", *p))
      continue;
    if (line < 0 || lines->len == 4 * MOST_ITEMS) {
      g_array_set_size(lines, 0);
      break;
    }
    g_array_append_val(lines, line);
  }
  return lines;
}

/* What is in order counts: the longest part of the list that is, less the one that any list has. A letter that stands
 * twice counts once. */
static void order_grade(const LabKeySource *source, const LabKey *key, const LabAnswer *answer, LabVerdict *verdicts,
                        GString *comment) {
  (void)source, (void)comment;
  const OrderData *data = key->data;
  guint n = data->items->len;
  g_autofree char *given = question_given(answer->value);
  g_autofree gboolean *used = g_new0(gboolean, n);
  g_autoptr(GArray) right = g_array_new(FALSE, FALSE, sizeof(int)), list = g_array_new(FALSE, FALSE, sizeof(int));
  if (!given || (cJSON_IsArray(answer->value) && !answer->value->child))
    return;
  g_autoptr(GArray) lines = read_letters(answer->value, n);
  for (guint i = 0; i < n; i++) {
    int class = class_of(data, i);
    g_array_append_val(right, class);
  }
  for (guint i = 0; i < lines->len; i++) {
    int line = g_array_index(lines, int, i);
    if (line < 0 || used[line])
      continue;
    used[line] = TRUE;
    int class = class_of(data, data->shuffle[line]);
    g_array_append_val(list, class);
  }
  unsigned common = question_common(right, list);
  gboolean all = common == n && lines->len == n;
  double fraction = all ? 1 : common > 1 ? MIN((double)(common - 1) / (n - 1), (double)(n - 2) / (n - 1)) : 0;
  g_autofree char *feedback =
      all ? NULL : g_strdup_printf("%u of %u are in the right order among themselves", common, n);
  lab_verdict_set(&verdicts[0], given, fraction, feedback);
}

static const char *const order_keys[] = {"of", "segments", "host", "conn", NULL};
const LabKindInfo LAB_KIND_INFO_ORDER = {LAB_ORDER,  "order",   order_keys, order_load,
                                         order_free, order_key, order_grade};

/* --- segment ------------------------------------------------------------------------------------------------------ */

typedef struct SegmentSpec {
  SegmentMatch *among; /* which are listed; never NULL */
  SegmentMatch *match; /* which are meant; NULL: the cause of a state */
  guint64 nth;         /* of those that match; 0: all */
  QuestionEnd end;     /* the state's */
  TcpState state;
  guint64 state_nth;
} SegmentSpec;

static void segment_free(void *pointer) {
  SegmentSpec *spec = pointer;
  segment_match_free(spec->among);
  if (spec->match)
    segment_match_free(spec->match);
  question_end_clear(&spec->end);
  g_free(spec);
}

static gboolean load_causes(Loader *l, const JsonAt *at, SegmentSpec *spec) {
  static const char *const keys[] = {"state", "host", "conn", "nth", NULL};
  JsonAt member;
  if (!load_object(l, at, keys))
    return FALSE;
  spec->state_nth = 1;
  gboolean nth = !load_member(l, at, "nth", &member) || load_uint(l, &member, 1, 1000, &spec->state_nth);
  gboolean end = question_end_load(l, at, &spec->end);
  return load_required(l, at, "state", "a state such as \"FIN-WAIT-2\"", &member) &&
         load_state(l, &member, &spec->state) && end && nth;
}

static void *segment_load(Loader *l, const JsonAt *at) {
  SegmentSpec *spec = g_new0(SegmentSpec, 1);
  JsonAt member;
  gboolean good = TRUE;
  spec->among = load_member(l, at, "among", &member) ? load_segment_match(l, &member) : segment_match_new();
  if (load_member(l, at, "nth", &member))
    good = load_uint(l, &member, 1, 1000, &spec->nth);
  if (load_has(at, "match") == load_has(at, "causes")) {
    load_error(l, at, "expected either \"match\": which segments are meant, or \"causes\": what state one leads to");
    good = FALSE;
  } else if (load_member(l, at, "match", &member)) {
    spec->match = load_segment_match(l, &member);
  } else if (load_member(l, at, "causes", &member)) {
    good = load_causes(l, &member, spec) && good;
  } else {
    good = FALSE;
  }
  if (good)
    return spec;
  segment_free(spec);
  return NULL;
}

/* The segment that took the end to the state for the nth time; 0 with `error`. */
static uint64_t find_cause(const LabKeySource *source, const SegmentSpec *spec, GError **error) {
  const CheckEnd *end = question_end_find(source, &spec->end, error);
  guint64 seen = 0;
  for (guint i = 1; end && i < end->steps->len; i++) {
    const CheckStep *step = &g_array_index(end->steps, CheckStep, i);
    if (step->state != spec->state || ++seen != spec->state_nth)
      continue;
    const CheckSegment *cause = check_history_segment(source->query->history, step->record->state.cause);
    if (cause)
      return cause->copy_of ? cause->copy_of : cause->id;
    break;
  }
  if (end)
    question_fails(error, "no segment takes %s to %s", spec->end.host, tcp_state_name(spec->state));
  return 0;
}

static uint64_t id_of(const TraceRecord *record) {
  return record->kind == TRACE_SENT ? record->sent.id : record->injected.id;
}

static gboolean is_meant(const LabKeySource *source, const SegmentSpec *spec, const TraceRecord *record, uint64_t cause,
                         guint64 *seen) {
  if (!spec->match)
    return id_of(record) == cause;
  return query_segment_matches(source->query, spec->match, record) && (++*seen == spec->nth || spec->nth == 0);
}

static void add_line(const LabKeySource *source, LabTable *table, unsigned line, const TraceRecord *record) {
  g_autofree char *number = g_strdup_printf("%u", line), *at = question_time_text(record->t);
  g_autofree char *segment = question_segment_text(source, record);
  GArray *row = lab_table_add_row(table);
  lab_row_add_text(row, number);
  lab_row_add_text(row, at);
  lab_row_add_text(row, segment);
}

/* The table lists what was sent, never what became of it. */
static gboolean segment_key(const LabKeySource *source, LabKey *key, GError **error) {
  const SegmentSpec *spec = key->question->spec;
  uint64_t cause = spec->match ? 0 : find_cause(source, spec, error);
  guint64 seen = 0;
  if (!spec->match && !cause)
    return FALSE;
  GArray *meant = key->data = g_array_new(FALSE, FALSE, sizeof(int));
  key->data_free = (GDestroyNotify)g_array_unref;
  g_autoptr(GArray) listed = query_segments(source->query, spec->among);
  if (listed->len > MOST_LINES)
    return question_fails(error, "%u segments are too many to list: name those with \"among\"", listed->len);
  LabTable *table = lab_key_add_table(key, "number", "sent at", "segment", NULL);
  g_autoptr(GString) expected = g_string_new(NULL);
  for (guint i = 0; i < listed->len; i++) {
    const TraceRecord *record =
        g_ptr_array_index(source->query->history->transmissions, g_array_index(listed, guint, i));
    int line = (int)i + 1;
    add_line(source, table, i + 1, record);
    if (!is_meant(source, spec, record, cause, &seen))
      continue;
    g_array_append_val(meant, line);
    g_string_append_printf(expected, "%s%d", expected->len ? " " : "", line);
  }
  if (!meant->len)
    return question_fails(error, "none of the %u segments that are listed is meant", listed->len);
  key->several = meant->len > 1;
  lab_key_add_blank(key, key->several ? LAB_BLANK_SEGMENTS : LAB_BLANK_SEGMENT, "", expected->str);
  return TRUE;
}

/* 3, "3", "#3"; 0: none. */
static int read_line_number(const cJSON *value) {
  if (cJSON_IsNumber(value))
    return value->valuedouble >= 1 && value->valuedouble <= MOST_LINES &&
                   value->valuedouble == (double)(int)value->valuedouble
               ? (int)value->valuedouble
               : 0;
  const char *text = question_text_answer(value);
  g_autofree char *stripped = text ? g_strstrip(g_strdup(text)) : NULL;
  char *end = NULL;
  gint64 number = stripped ? g_ascii_strtoll(stripped + (stripped[0] == '#'), &end, 10) : 0;
  return end && *end == 0 && number >= 1 && number <= MOST_LINES ? (int)number : 0;
}

static gboolean has_int(const GArray *list, int number) {
  for (guint i = 0; i < list->len; i++)
    if (g_array_index(list, int, i) == number)
      return TRUE;
  return FALSE;
}

/* Right ones less wrong ones, of those that are meant. */
static void segment_grade(const LabKeySource *source, const LabKey *key, const LabAnswer *answer, LabVerdict *verdicts,
                          GString *comment) {
  (void)source, (void)comment;
  const GArray *meant = key->data;
  g_autofree char *given = question_given(answer->value);
  g_autoptr(GArray) seen = g_array_new(FALSE, FALSE, sizeof(int));
  const cJSON *item = cJSON_IsArray(answer->value) ? answer->value->child : answer->value;
  unsigned right = 0, wrong = 0;
  if (!given || !item)
    return;
  for (; item && right + wrong <= 2 * MOST_LINES; item = cJSON_IsArray(answer->value) ? item->next : NULL) {
    int number = read_line_number(item);
    if (cJSON_IsNull(item) || (number && has_int(seen, number)))
      continue;
    g_array_append_val(seen, number);
    if (has_int(meant, number))
      right++;
    else
      wrong++;
  }
  double fraction = right > wrong ? (double)(right - wrong) / meant->len : 0;
  g_autofree char *feedback = right == meant->len && !wrong ? NULL
                              : key->several ? g_strdup_printf("%u of the %u that are meant, and %u that %s not", right,
                                                               meant->len, wrong, wrong == 1 ? "is" : "are")
                                             : g_strdup("another one is meant");
  lab_verdict_set(&verdicts[0], given, fraction, feedback);
}

static const char *const segment_keys[] = {"among", "match", "nth", "causes", NULL};
const LabKindInfo LAB_KIND_INFO_SEGMENT = {LAB_SEGMENT,  "segment",   segment_keys, segment_load,
                                           segment_free, segment_key, segment_grade};
