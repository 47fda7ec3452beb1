/* "number": a time or a count, with tolerance, and what a well-known mistake gives. */
#include <string.h>

#include "lab/question_priv.h"

#define MOST_MISTAKES 10

typedef struct Mistake {
  QueryNumber *number;
  double fraction;
  char *feedback;
} Mistake;

typedef struct NumberSpec {
  QueryNumber *number;
  double share;     /* tolerance as a share of the value */
  int64_t absolute; /* tolerance in nanoseconds or as a count */
  GPtrArray *mistakes;
} NumberSpec;

static void mistake_free(gpointer data) {
  Mistake *mistake = data;
  query_number_free(mistake->number);
  g_free(mistake->feedback);
  g_free(mistake);
}

static void number_free(void *data) {
  NumberSpec *spec = data;
  query_number_free(spec->number);
  g_ptr_array_unref(spec->mistakes);
  g_free(spec);
}

/* "5%", "10ms", or a count. */
static void load_tolerance(Loader *l, const JsonAt *at, NumberSpec *spec) {
  const char *text;
  guint64 count;
  if (cJSON_IsNumber(at->item)) {
    if (load_uint(l, at, 0, 1000000000, &count))
      spec->absolute = (int64_t)count;
    return;
  }
  if (!load_text(l, at, "a tolerance such as \"1%\", \"10ms\" or 1", &text))
    return;
  char *end;
  double percent = g_ascii_strtod(text, &end);
  if (end != text && strcmp(end, "%") == 0) {
    if (percent >= 0 && percent <= 50)
      spec->share = percent / 100;
    else
      load_error(l, at, "expected at most \"50%%\"");
    return;
  }
  load_time(l, at, "ms", 0, SIM_H(24 * 365), NULL, &spec->absolute);
}

static gboolean load_share(Loader *l, const JsonAt *at, double *ret_share) {
  if (!cJSON_IsNumber(at->item) || !(at->item->valuedouble >= 0 && at->item->valuedouble <= 1)) {
    load_type_error(l, at, "a share of the points, from 0 to 1");
    return FALSE;
  }
  *ret_share = at->item->valuedouble;
  return TRUE;
}

static void load_mistake(Loader *l, const JsonAt *at, NumberSpec *spec) {
  static const char *const keys[] = {"number", "fraction", "feedback", NULL};
  JsonAt member;
  if (!load_object(l, at, keys))
    return;
  Mistake *mistake = g_new0(Mistake, 1);
  g_ptr_array_add(spec->mistakes, mistake);
  if (load_required(l, at, "number", "what the mistake gives, {\"param\": ...}", &member))
    mistake->number = query_number_load(l, &member);
  if (load_member(l, at, "fraction", &member))
    load_share(l, &member, &mistake->fraction);
  if (load_required(l, at, "feedback", "what to tell who makes it", &member))
    load_long_text(l, &member, 2000, &mistake->feedback);
}

static void *number_load(Loader *l, const JsonAt *at) {
  NumberSpec *spec = g_new0(NumberSpec, 1);
  JsonAt member;
  spec->mistakes = g_ptr_array_new_with_free_func(mistake_free);
  if (load_required(l, at, "number", "what to ask the trace for, {\"count\": ...}", &member))
    spec->number = query_number_load(l, &member);
  if (load_member(l, at, "tolerance", &member))
    load_tolerance(l, &member, spec);
  if (load_member(l, at, "mistakes", &member) && load_list(l, &member, MOST_MISTAKES)) {
    LOAD_EACH(l, &member, item)
    load_mistake(l, &item, spec);
  }
  if (spec->number)
    return spec;
  number_free(spec);
  return NULL;
}

typedef struct NumberData {
  QueryValue value;
  GArray *mistakes; /* of QueryValue, as in the spec */
} NumberData;

static void data_free(gpointer pointer) {
  NumberData *data = pointer;
  g_array_unref(data->mistakes);
  g_free(data);
}

static gboolean number_key(const LabKeySource *source, LabKey *key, GError **error) {
  const NumberSpec *spec = key->question->spec;
  NumberData *data = key->data = g_new0(NumberData, 1);
  data->mistakes = g_array_new(FALSE, FALSE, sizeof(QueryValue));
  key->data_free = data_free;
  if (!query_number_find(source->query, spec->number, &data->value, error))
    return FALSE;
  for (guint i = 0; i < spec->mistakes->len; i++) {
    QueryValue value;
    if (!query_number_find(source->query, ((Mistake *)g_ptr_array_index(spec->mistakes, i))->number, &value, error))
      return FALSE;
    g_array_append_val(data->mistakes, value);
  }
  key->tolerance = spec->share;
  key->tolerance_absolute = spec->absolute;
  g_autofree char *expected = query_value_text(data->value);
  lab_key_add_blank(key, data->value.unit == QUERY_TIME ? LAB_BLANK_TIME : LAB_BLANK_COUNT, "", expected);
  return TRUE;
}

static gboolean is_near(const LabKey *key, int64_t given, int64_t value) {
  double slack = MAX(key->tolerance * (value < 0 ? -(double)value : (double)value), (double)key->tolerance_absolute);
  double distance = (double)given - (double)value;
  return given == value || (distance < 0 ? -distance : distance) <= slack;
}

/* What was given as nanoseconds or a count; else what is wrong with it, a static text. */
static const char *read_number(const cJSON *value, QueryUnit unit, int64_t *ret_given) {
  const char *text = question_text_answer(value);
  g_autofree char *stripped = text ? g_strstrip(g_strdup(text)) : NULL;
  if (unit == QUERY_COUNT) {
    double number = cJSON_IsNumber(value) ? value->valuedouble : 0.5;
    char *end = NULL;
    if (stripped && (g_ascii_isdigit(stripped[0]) || stripped[0] == '-'))
      number = g_ascii_strtod(stripped, &end);
    if ((end && *end) || number != (double)(int64_t)MAX(-1e15, MIN(1e15, number)))
      return "a whole number without a unit is asked for";
    *ret_given = (int64_t)number;
    return NULL;
  }
  gboolean negative = stripped && stripped[0] == '-';
  g_autoptr(GError) error = NULL;
  SimTime time;
  if (!stripped || g_ascii_isdigit(stripped[strlen(stripped) - (stripped[0] ? 1 : 0)]))
    return "a time has a unit: write it as in \"250ms\" or \"240s\"";
  if (!simtime_parse(stripped + negative, &time, &error))
    return "this is no time: write it as in \"250ms\" or \"240s\"";
  *ret_given = negative ? -time : time;
  return NULL;
}

static void number_grade(const LabKeySource *source, const LabKey *key, const LabAnswer *answer, LabVerdict *verdicts,
                         GString *comment) {
  (void)source, (void)comment;
  const NumberSpec *spec = key->question->spec;
  const NumberData *data = key->data;
  g_autofree char *given = question_given(answer->value);
  int64_t number = 0;
  if (!given)
    return;
  const char *wrong = read_number(answer->value, data->value.unit, &number);
  if (wrong) {
    lab_verdict_set(&verdicts[0], given, 0, wrong);
    return;
  }
  if (is_near(key, number, data->value.value)) {
    lab_verdict_set(&verdicts[0], given, 1, NULL);
    return;
  }
  for (guint i = 0; i < spec->mistakes->len; i++) {
    const Mistake *mistake = g_ptr_array_index(spec->mistakes, i);
    const QueryValue *value = &g_array_index(data->mistakes, QueryValue, i);
    if (value->unit == data->value.unit && is_near(key, number, value->value)) {
      lab_verdict_set(&verdicts[0], given, mistake->fraction, mistake->feedback);
      return;
    }
  }
  lab_verdict_set(&verdicts[0], given, 0, number < data->value.value ? "too small" : "too large");
}

static const char *const number_keys[] = {"number", "tolerance", "mistakes", NULL};
const LabKindInfo LAB_KIND_INFO_NUMBER = {LAB_NUMBER,  "number",   number_keys, number_load,
                                          number_free, number_key, number_grade};
