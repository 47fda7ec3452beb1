/* "predict": the path of one or more ends, said before the scenario is run. */
#include <string.h>

#include "lab/question_priv.h"

#define MOST_ENDS  8
#define MOST_STEPS 64

typedef struct PredictSpec {
  GArray *ends; /* of QuestionEnd */
  gboolean times;
  SimTime tolerance;
} PredictSpec;

static void clear_end(gpointer end) {
  question_end_clear(end);
}

static void predict_free(void *data) {
  g_array_unref(((PredictSpec *)data)->ends);
  g_free(data);
}

static void *predict_load(Loader *l, const JsonAt *at) {
  static const char *const keys[] = {"host", "conn", NULL};
  PredictSpec *spec = g_new0(PredictSpec, 1);
  JsonAt member;
  spec->ends = g_array_new(FALSE, FALSE, sizeof(QuestionEnd));
  g_array_set_clear_func(spec->ends, clear_end);
  if (load_member(l, at, "times", &member))
    load_bool(l, &member, &spec->times);
  if (load_member(l, at, "tolerance", &member))
    load_time(l, &member, "ms", 0, SIM_H(1), NULL, &spec->tolerance);
  if (load_required(l, at, "ends", "whose path, [{\"host\": \"client\"}]", &member) &&
      load_list(l, &member, MOST_ENDS)) {
    LOAD_EACH(l, &member, item) {
      QuestionEnd end = {NULL, NULL};
      if (load_object(l, &item, keys) && question_end_load(l, &item, &end))
        g_array_append_val(spec->ends, end);
    }
    if (!member.item->child)
      load_error(l, &member, "at least one end");
  }
  return spec;
}

static void free_steps(gpointer steps) {
  g_array_unref(steps);
}

static void free_paths(gpointer paths) {
  g_ptr_array_unref(paths);
}

static gboolean predict_key(const LabKeySource *source, LabKey *key, GError **error) {
  const PredictSpec *spec = key->question->spec;
  GPtrArray *paths = key->data = g_ptr_array_new_with_free_func(free_steps);
  key->data_free = free_paths;
  key->answer_fields = g_ptr_array_new_with_free_func(g_free);
  for (guint i = 0; i < spec->ends->len; i++) {
    const CheckEnd *end = question_end_find(source, &g_array_index(spec->ends, QuestionEnd, i), error);
    if (!end)
      return FALSE;
    GArray *steps = check_history_states(end, TRUE);
    g_ptr_array_add(paths, steps);
    if (steps->len > MOST_STEPS)
      return question_fails(error, "a path of %u states is too long to predict", steps->len);
    g_autoptr(GString) expected = g_string_new(NULL);
    for (guint k = 0; k < steps->len; k++) {
      const CheckStep *step = &g_array_index(steps, CheckStep, k);
      char at[32];
      g_string_append_printf(expected, "%s%s", k ? ", " : "", tcp_state_name(step->state));
      if (spec->times && k > 0)
        g_string_append_printf(expected, " %s", simtime_print(step->at, at, sizeof at));
    }
    g_autofree char *name = question_end_name(source, end);
    g_ptr_array_add(key->answer_fields, g_strdup(name));
    lab_key_add_blank(key, LAB_BLANK_PATH, name, expected->str);
  }
  return TRUE;
}

/* One state of an answer: "FIN-WAIT-1", "FIN-WAIT-1 0ms", or {"state": ..., "at": ...}; an unknown one is state -1. */
typedef struct Predicted {
  int state;
  SimTime at; /* SIM_NEVER: not said */
} Predicted;

static Predicted read_step(const cJSON *item) {
  Predicted step = {-1, SIM_NEVER};
  TcpState state;
  const char *text = question_text_answer(item), *time = NULL;
  if (cJSON_IsObject(item)) {
    text = question_text_answer(cJSON_GetObjectItemCaseSensitive(item, "state"));
    time = question_text_answer(cJSON_GetObjectItemCaseSensitive(item, "at"));
  }
  if (!text)
    return step;
  g_autofree char *own = g_strstrip(g_strdup(text));
  char *space = time ? NULL : strpbrk(own, " \t");
  if (space && !tcp_state_parse(own, &state)) {
    *space = 0;
    time = g_strstrip(space + 1);
  }
  if (tcp_state_parse(own, &state))
    step.state = (int)state;
  SimTime at;
  if (time && simtime_parse(g_str_has_prefix(time, "at ") ? time + 3 : time, &at, NULL))
    step.at = at;
  return step;
}

/* The list of an answer; NULL items are lines left blank. */
static GArray *read_steps(const cJSON *value) {
  GArray *steps = g_array_new(FALSE, FALSE, sizeof(Predicted));
  const cJSON *item;
  cJSON_ArrayForEach(item, value) {
    if (steps->len >= 2 * MOST_STEPS)
      break;
    if (cJSON_IsNull(item) || (cJSON_IsString(item) && !item->valuestring[0]))
      continue;
    Predicted step = read_step(item);
    g_array_append_val(steps, step);
  }
  return steps;
}

static GArray *states_of(const GArray *steps, gboolean given) {
  GArray *states = g_array_new(FALSE, FALSE, sizeof(int));
  for (guint i = 0; i < steps->len; i++) {
    int state = given ? g_array_index(steps, Predicted, i).state : (int)g_array_index(steps, CheckStep, i).state;
    g_array_append_val(states, state);
  }
  return states;
}

/* The share of instants that are right, of those after the start; states are matched in order. */
static double times_right(const PredictSpec *spec, const GArray *given, const GArray *steps) {
  guint right = 0, k = 0;
  for (guint i = 1; i < steps->len; i++) {
    const CheckStep *step = &g_array_index(steps, CheckStep, i);
    for (guint n = k; n < given->len; n++) {
      const Predicted *predicted = &g_array_index(given, Predicted, n);
      if (predicted->state != (int)step->state)
        continue;
      SimTime off = predicted->at > step->at ? predicted->at - step->at : step->at - predicted->at;
      right += predicted->at != SIM_NEVER && off <= spec->tolerance;
      k = n + 1;
      break;
    }
  }
  return steps->len > 1 ? (double)right / (steps->len - 1) : 1;
}

/* Where the two part, and what happens there instead. To be freed; NULL if they agree. */
static char *parting(const LabKeySource *source, const GArray *given, const GArray *steps) {
  guint i = 0;
  while (i < given->len && i < steps->len &&
         g_array_index(given, Predicted, i).state == (int)g_array_index(steps, CheckStep, i).state)
    i++;
  if (i == steps->len && i == given->len)
    return NULL;
  int state = i < given->len ? g_array_index(given, Predicted, i).state : -1;
  const char *said = i == given->len ? "the path goes on"
                     : state < 0     ? "this is no state"
                                     : tcp_state_name((TcpState)state);
  if (i == steps->len)
    return g_strdup_printf("step %u, %s: the path ends before", i + 1, said);
  g_autofree char *change = question_change_text(source, &g_array_index(steps, CheckStep, i));
  return g_strdup_printf("step %u, %s: %s", i + 1, said, change);
}

static void predict_grade(const LabKeySource *source, const LabKey *key, const LabAnswer *answer, LabVerdict *verdicts,
                          GString *comment) {
  const PredictSpec *spec = key->question->spec;
  const GPtrArray *paths = key->data;
  if (answer->value && !cJSON_IsNull(answer->value) && !cJSON_IsObject(answer->value))
    g_string_append(comment, "the answer is an object: for each host a list of states");
  for (guint i = 0; i < paths->len; i++) {
    const GArray *steps = g_ptr_array_index(paths, i);
    const cJSON *value = cJSON_IsObject(answer->value)
                             ? cJSON_GetObjectItemCaseSensitive(answer->value, g_ptr_array_index(key->answer_fields, i))
                             : NULL;
    g_autoptr(GArray) given = read_steps(cJSON_IsArray(value) ? value : NULL);
    g_autofree char *text = question_given(value);
    if (!text || !given->len) {
      lab_verdict_set(&verdicts[i], given->len ? text : NULL, 0, NULL);
      continue;
    }
    g_autoptr(GArray) a = states_of(steps, FALSE), b = states_of(given, TRUE);
    double fraction = (double)question_common(a, b) / MAX(a->len, b->len);
    double times = spec->times ? times_right(spec, given, steps) : 1;
    g_autofree char *why = parting(source, given, steps);
    if (!why && times < 1)
      why = g_strdup("the states are right, not all the times are");
    lab_verdict_set(&verdicts[i], text, spec->times ? (fraction + MIN(fraction, times)) / 2 : fraction, why);
  }
}

static const char *const predict_keys[] = {"ends", "times", "tolerance", NULL};
const LabKindInfo LAB_KIND_INFO_PREDICT = {LAB_PREDICT,  "predict",   predict_keys, predict_load,
                                           predict_free, predict_key, predict_grade};
