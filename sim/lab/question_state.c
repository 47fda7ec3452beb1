/* "state": the state of a host at an instant. "states": a timeline whose states are blank. */
#include <string.h>

#include "lab/question_priv.h"

#define MOST_ROWS 40
#define MOST_ENDS 8

/* --- state -------------------------------------------------------------------------------------------------------- */

typedef struct StateSpec {
  QuestionEnd end;
  QueryInstant *at;
} StateSpec;

static void state_free(void *data) {
  StateSpec *spec = data;
  question_end_clear(&spec->end);
  query_instant_free(spec->at);
  g_free(spec);
}

static void *state_load(Loader *l, const JsonAt *at) {
  StateSpec *spec = g_new0(StateSpec, 1);
  JsonAt member;
  gboolean end = question_end_load(l, at, &spec->end);
  if (load_required(l, at, "at", "an instant: \"150ms\", or {\"event\": {...}}", &member))
    spec->at = query_instant_load(l, &member);
  if (end && spec->at)
    return spec;
  state_free(spec);
  return NULL;
}

typedef struct StateData {
  const CheckEnd *end;
  SimTime at;
} StateData;

static gboolean state_key(const LabKeySource *source, LabKey *key, GError **error) {
  const StateSpec *spec = key->question->spec;
  StateData *data = key->data = g_new0(StateData, 1);
  key->data_free = g_free;
  data->end = question_end_find(source, &spec->end, error);
  if (!data->end || !query_instant_find(source->query, spec->at, &data->at, error))
    return FALSE;
  g_autofree char *name = question_end_name(source, data->end), *at = question_time_text(data->at);
  g_autofree char *label = g_strdup_printf("%s at %s", name, at);
  lab_key_add_blank(key, LAB_BLANK_STATE, label, tcp_state_name(question_step_at(data->end, data->at)->state));
  return TRUE;
}

static void state_grade(const LabKeySource *source, const LabKey *key, const LabAnswer *answer, LabVerdict *verdicts,
                        GString *comment) {
  (void)comment;
  const StateData *data = key->data;
  const CheckStep *step = question_step_at(data->end, data->at);
  g_autofree char *why = question_change_text(source, step);
  question_grade_state(answer->value, step->state, why, &verdicts[0]);
}

static const char *const state_keys[] = {"host", "conn", "at", NULL};
const LabKindInfo LAB_KIND_INFO_STATE = {LAB_STATE,  "state",   state_keys, state_load,
                                         state_free, state_key, state_grade};

/* --- states ------------------------------------------------------------------------------------------------------- */

typedef struct StatesSpec {
  GArray *ends; /* of QuestionEnd; empty: all ends of the trace */
} StatesSpec;

static void clear_end(gpointer end) {
  question_end_clear(end);
}

static void states_free(void *data) {
  g_array_unref(((StatesSpec *)data)->ends);
  g_free(data);
}

static void *states_load(Loader *l, const JsonAt *at) {
  static const char *const keys[] = {"host", "conn", NULL};
  StatesSpec *spec = g_new0(StatesSpec, 1);
  JsonAt member;
  spec->ends = g_array_new(FALSE, FALSE, sizeof(QuestionEnd));
  g_array_set_clear_func(spec->ends, clear_end);
  if (!load_member(l, at, "ends", &member) || !load_list(l, &member, MOST_ENDS))
    return spec;
  LOAD_EACH(l, &member, item) {
    QuestionEnd end;
    if (load_object(l, &item, keys) && question_end_load(l, &item, &end))
      g_array_append_val(spec->ends, end);
  }
  return spec;
}

/* One change that is asked for. */
typedef struct StatesChange {
  const CheckEnd *end;
  CheckStep step;
  unsigned column;
} StatesChange;

static gboolean find_ends(const LabKeySource *source, const StatesSpec *spec, GPtrArray *ends, GError **error) {
  const GPtrArray *all = source->query->history->ends;
  for (guint i = 0; i < spec->ends->len; i++) {
    const CheckEnd *end = question_end_find(source, &g_array_index(spec->ends, QuestionEnd, i), error);
    if (!end)
      return FALSE;
    g_ptr_array_add(ends, (gpointer)end);
  }
  for (guint i = 0; !spec->ends->len && i < all->len; i++)
    g_ptr_array_add(ends, g_ptr_array_index(all, i));
  if (ends->len > MOST_ENDS)
    return question_fails(error, "%u ends are too many for a table: name those that are meant", ends->len);
  return TRUE;
}

/* In the order in which they happened: that of the records. */
static int compare_changes(gconstpointer a, gconstpointer b) {
  const StatesChange *x = a, *y = b;
  if (x->step.at != y->step.at)
    return x->step.at < y->step.at ? -1 : 1;
  return x->step.record < y->step.record ? -1 : x->step.record > y->step.record;
}

static void find_changes(const GPtrArray *ends, GArray *changes) {
  for (guint e = 0; e < ends->len; e++) {
    const CheckEnd *end = g_ptr_array_index(ends, e);
    g_autoptr(GArray) steps = check_history_states(end, TRUE);
    for (guint i = 1; i < steps->len; i++) {
      StatesChange change = {end, g_array_index(steps, CheckStep, i), e};
      g_array_append_val(changes, change);
    }
  }
  g_array_sort(changes, compare_changes);
}

static void add_start_row(const LabKeySource *source, LabKey *key, const GPtrArray *ends) {
  LabTable *table = lab_key_add_table(key, "time", "what happens", NULL);
  GArray *row = lab_table_add_row(table);
  lab_row_add_text(row, "start");
  lab_row_add_text(row, "");
  for (guint e = 0; e < ends->len; e++) {
    const CheckEnd *end = g_ptr_array_index(ends, e);
    g_ptr_array_add(table->columns, question_end_name(source, end));
    lab_row_add_text(row, tcp_state_name(g_array_index(end->steps, CheckStep, 0).state));
  }
}

static void add_change_row(const LabKeySource *source, LabKey *key, const StatesChange *change) {
  g_autofree char *at = question_time_text(change->step.at), *name = question_end_name(source, change->end);
  g_autofree char *cause = question_cause_text(source, change->step.record);
  g_autofree char *what = g_strdup_printf("%s: %s", name, cause), *label = g_strdup_printf("%s at %s", name, at);
  GArray *row = lab_table_add_row(key->table);
  lab_row_add_text(row, at);
  lab_row_add_text(row, what);
  for (guint e = 0; e + 2 < key->table->columns->len; e++)
    if (e == change->column)
      lab_row_add_blank(row, (int)key->blanks->len);
    else
      lab_row_add_text(row, "");
  lab_key_add_blank(key, LAB_BLANK_STATE, label, tcp_state_name(change->step.state));
}

static void free_changes(gpointer changes) {
  g_array_unref(changes);
}

static gboolean states_key(const LabKeySource *source, LabKey *key, GError **error) {
  g_autoptr(GPtrArray) ends = g_ptr_array_new();
  GArray *changes = key->data = g_array_new(FALSE, FALSE, sizeof(StatesChange));
  key->data_free = free_changes;
  if (!find_ends(source, key->question->spec, ends, error))
    return FALSE;
  find_changes(ends, changes);
  if (changes->len == 0 || changes->len > MOST_ROWS)
    return question_fails(error, "%u changes of state: a table has 1 to %u", changes->len, MOST_ROWS);
  add_start_row(source, key, ends);
  for (guint i = 0; i < changes->len; i++)
    add_change_row(source, key, &g_array_index(changes, StatesChange, i));
  return TRUE;
}

static void states_grade(const LabKeySource *source, const LabKey *key, const LabAnswer *answer, LabVerdict *verdicts,
                         GString *comment) {
  const GArray *changes = key->data;
  const cJSON *item = cJSON_IsArray(answer->value) ? answer->value->child : NULL;
  if (answer->value && !cJSON_IsNull(answer->value) && !cJSON_IsArray(answer->value))
    g_string_append(comment, "the answer is a list of states, one for each row");
  for (guint i = 0; i < changes->len; i++, item = item ? item->next : NULL) {
    const StatesChange *change = &g_array_index(changes, StatesChange, i);
    g_autofree char *why = question_change_text(source, &change->step);
    question_grade_state(item, change->step.state, why, &verdicts[i]);
  }
  if (item)
    g_string_append(comment, "the list is longer than the table: what is beyond it was not looked at");
}

static const char *const states_keys[] = {"ends", NULL};
const LabKindInfo LAB_KIND_INFO_STATES = {LAB_STATES,  "states",   states_keys, states_load,
                                          states_free, states_key, states_grade};
