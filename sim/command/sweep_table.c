#include "command/sweep_table.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <string.h>

#include "run/stats.h"
#include "run/sweep_values.h"

#define CELLS_MOST  100000 /* that are drawn */
#define RESULT_NAME "sweep.json"

static GQuark table_error(void) {
  return g_quark_from_static_string("teardown-sweep-table");
}

/* --- which files -------------------------------------------------------------------------------------------------- */

/* A result begins with an object whose first member is "sweep". */
static gboolean is_result(const char *path) {
  char head[64] = "";
  FILE *file = fopen(path, "rb");
  if (!file)
    return FALSE;
  size_t length = fread(head, 1, sizeof head - 1, file);
  fclose(file);
  const char *at = head, *end = head + length, *const marks[] = {"{", "\"sweep\""};
  for (unsigned i = 0; i < G_N_ELEMENTS(marks); i++) {
    while (at < end && g_ascii_isspace(*at))
      at++;
    if (!g_str_has_prefix(at, marks[i]))
      return FALSE;
    at += strlen(marks[i]);
  }
  return TRUE;
}

char *sweep_table_file(const char *operand) {
  g_autofree char *path =
      g_file_test(operand, G_FILE_TEST_IS_DIR) ? g_build_filename(operand, RESULT_NAME, NULL) : g_strdup(operand);
  return g_file_test(path, G_FILE_TEST_IS_REGULAR) && is_result(path) ? g_steal_pointer(&path) : NULL;
}

/* --- parameters --------------------------------------------------------------------------------------------------- */

static void parameter_free(gpointer data) {
  TableParameter *parameter = data;
  g_free(parameter->name);
  g_array_unref(parameter->values);
  g_ptr_array_unref(parameter->labels);
  g_free(parameter);
}

/* As it was written in the sweep. To be freed. */
static char *label_of(const cJSON *value) {
  return cJSON_IsString(value) ? g_strdup(value->valuestring) : cJSON_PrintUnformatted(value);
}

/* The value on an axis of its unit. FALSE for one that is no number. */
static gboolean number_of(const cJSON *value, SeriesUnit *ret_unit, double *ret_number) {
  SweepQuantity quantity;
  if (cJSON_IsNumber(value)) {
    *ret_unit = SERIES_NUMBER;
    *ret_number = value->valuedouble;
    return isfinite(value->valuedouble);
  }
  if (!cJSON_IsString(value) || !sweep_quantity_parse(value->valuestring, TRUE, &quantity))
    return FALSE;
  *ret_unit = quantity.unit == SWEEP_TIME ? SERIES_TIME : SERIES_SHARE;
  *ret_number = (double)quantity.billionths / (quantity.unit == SWEEP_TIME ? 1 : 1e11);
  return quantity.unit != SWEEP_NUMBER;
}

static gint place_of_label(const TableParameter *parameter, const char *label) {
  for (guint i = 0; i < parameter->labels->len; i++)
    if (strcmp(parameter->labels->pdata[i], label) == 0)
      return (gint)i;
  return -1;
}

/* Takes a value that was not there yet. Numbers of one unit make an axis; anything else makes words of all. */
static void take_value(TableParameter *parameter, const cJSON *value) {
  g_autofree char *label = label_of(value);
  SeriesUnit unit = SERIES_WORD;
  double number = parameter->values->len;
  if (place_of_label(parameter, label) >= 0)
    return;
  if (!number_of(value, &unit, &number) || (parameter->values->len > 0 && unit != parameter->unit)) {
    parameter->unit = SERIES_WORD;
    for (guint i = 0; i < parameter->values->len; i++)
      g_array_index(parameter->values, double, i) = i;
    number = parameter->values->len;
  } else {
    parameter->unit = unit;
  }
  guint at = parameter->values->len;
  while (at > 0 && g_array_index(parameter->values, double, at - 1) > number)
    at--;
  g_array_insert_val(parameter->values, at, number);
  g_ptr_array_insert(parameter->labels, (gint)at, g_steal_pointer(&label));
}

static gboolean take_parameters(SweepTable *table, const cJSON *names, const cJSON *cells) {
  const cJSON *name, *cell;
  cJSON_ArrayForEach(name, names) {
    if (!cJSON_IsString(name))
      return FALSE;
    TableParameter *parameter = g_new0(TableParameter, 1);
    *parameter = (TableParameter){g_strdup(name->valuestring), SERIES_NUMBER, g_array_new(FALSE, FALSE, sizeof(double)),
                                  g_ptr_array_new_with_free_func(g_free)};
    cJSON_ArrayForEach(cell, cells) {
      const cJSON *value =
          cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(cell, "parameters"), parameter->name);
      if (value && (cJSON_IsString(value) || cJSON_IsNumber(value) || cJSON_IsBool(value)))
        take_value(parameter, value);
    }
    if (parameter->labels->len > 0) {
      g_ptr_array_add(table->parameters, parameter);
      continue;
    }
    g_ptr_array_add(table->drawn, g_strdup(parameter->name));
    parameter_free(parameter);
  }
  return TRUE;
}

static gboolean place_cells(SweepTable *table, const cJSON *cells) {
  guint64 all = 1;
  for (guint i = 0; i < table->parameters->len; i++) {
    all *= ((const TableParameter *)table->parameters->pdata[i])->labels->len;
    if (all > CELLS_MOST)
      return FALSE;
  }
  table->n_cells = (guint)all;
  table->cells = g_new0(const cJSON *, table->n_cells);
  const cJSON *cell;
  cJSON_ArrayForEach(cell, cells) {
    guint place = 0;
    for (guint i = 0; i < table->parameters->len; i++) {
      const TableParameter *parameter = table->parameters->pdata[i];
      const cJSON *value =
          cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(cell, "parameters"), parameter->name);
      g_autofree char *label = value ? label_of(value) : g_strdup("");
      gint at = place_of_label(parameter, label);
      if (at < 0)
        return FALSE;
      place = place * parameter->labels->len + (guint)at;
    }
    table->cells[place] = cell;
  }
  return TRUE;
}

/* --- the file ----------------------------------------------------------------------------------------------------- */

static char *text_of(const cJSON *root, const char *name) {
  const cJSON *text = cJSON_GetObjectItemCaseSensitive(root, name);
  return g_strdup(cJSON_IsString(text) ? text->valuestring : "");
}

SweepTable *sweep_table_load(const char *path, GError **error) {
  g_autofree char *text = NULL;
  gsize length;
  if (!g_file_get_contents(path, &text, &length, error))
    return NULL;
  g_autoptr(SweepTable) table = g_new0(SweepTable, 1);
  table->parameters = g_ptr_array_new_with_free_func(parameter_free);
  table->drawn = g_ptr_array_new_with_free_func(g_free);
  table->root = cJSON_ParseWithLength(text, length);
  const cJSON *cells = cJSON_GetObjectItemCaseSensitive(table->root, "cells");
  const cJSON *names = cJSON_GetObjectItemCaseSensitive(table->root, "parameters");
  const cJSON *runs = cJSON_GetObjectItemCaseSensitive(table->root, "replications");
  table->title = text_of(table->root, "title");
  table->scenario = text_of(table->root, "scenario");
  table->confidence = text_of(table->root, "confidence");
  table->replications = cJSON_IsNumber(runs) ? runs->valuedouble : 0;
  if (cJSON_GetArraySize(cells) > CELLS_MOST) {
    g_set_error(error, table_error(), 0, "%s: %d cells are too many for a picture, the most are %d", path,
                cJSON_GetArraySize(cells), CELLS_MOST);
    return NULL;
  }
  if (!table->root || !cJSON_IsArray(cells) || !cJSON_IsArray(names) || !take_parameters(table, names, cells) ||
      !place_cells(table, cells)) {
    g_set_error(error, table_error(), 0, "%s: this is no result of a sweep", path);
    return NULL;
  }
  return g_steal_pointer(&table);
}

void sweep_table_free(SweepTable *table) {
  if (!table)
    return;
  cJSON_Delete(table->root);
  g_free(table->title);
  g_free(table->scenario);
  g_free(table->confidence);
  g_ptr_array_unref(table->parameters);
  g_ptr_array_unref(table->drawn);
  g_free(table->cells);
  g_free(table);
}

int sweep_table_find(const SweepTable *table, const char *name) {
  for (guint i = 0; i < table->parameters->len; i++)
    if (strcmp(((const TableParameter *)table->parameters->pdata[i])->name, name) == 0)
      return (int)i;
  return -1;
}

/* --- quantities --------------------------------------------------------------------------------------------------- */

typedef struct Wording {
  const char *word, *text;
} Wording;

static const char *wording(const Wording *list, const char *word) {
  for (; list->word; list++)
    if (strcmp(list->word, word) == 0)
      return list->text;
  return word;
}

static const Wording ENDS[] = {{"closed", "closed normally"},
                               {"reset", "reset by the peer"},
                               {"gave-up", "gave up"},
                               {"assassinated", "TIME-WAIT cut short by a RST"},
                               {"waiting", "still waiting"},
                               {"unopened", "never opened"},
                               {NULL, NULL}};
static const Wording MEASURES[] = {{"own-fin", "until its own FIN"},
                                   {"peer-fin", "until the peer's FIN is there"},
                                   {"done", "until done"},
                                   {"closed", "until CLOSED, closed normally"},
                                   {"gone", "until CLOSED, however"},
                                   {"fins", "FINs sent"},
                                   {"time-wait-restarts", "restarts of TIME-WAIT"},
                                   {"undisturbed", "nothing sent twice"},
                                   {"time-wait-restarted", "a TIME-WAIT restarted"},
                                   {"both-closing", "both ends pass CLOSING"},
                                   {"one-closing", "one end passes CLOSING"},
                                   {NULL, NULL}};

static char *statistic_text(const char *word) {
  if (strcmp(word, "p50") == 0)
    return g_strdup("median");
  return word[0] == 'p' && g_ascii_isdigit(word[1]) ? g_strdup_printf("%s %% within", word + 1) : g_strdup(word);
}

const char *table_word_text(const char *word) {
  static const Wording statistics[] = {
      {"p50", "median"}, {"p90", "90 % within"}, {"p95", "95 % within"}, {"p99", "99 % within"}, {NULL, NULL}};
  return wording(word[0] == 'p' ? statistics : ENDS, word);
}

static gboolean is_time(const char *measure) {
  static const char *const times[] = {"own-fin", "peer-fin", "done", "closed", "gone", NULL};
  return g_strv_contains(times, measure);
}

/* Fills keys, unit and title from the parts of the path. */
static gboolean read_path(TableQuantity *quantity) {
  char **parts = quantity->parts;
  guint n = g_strv_length(parts);
  gboolean run = n > 0 && strcmp(parts[0], "run") == 0;
  if (n < 2)
    return FALSE;
  if (strcmp(parts[0], "rows") == 0) {
    quantity->keys[0] = "rows";
    quantity->keys[1] = quantity->path + strlen("rows.");
    quantity->unit = SERIES_SHARE;
    quantity->title = g_strdup_printf("runs: %s", quantity->keys[1]);
  } else if (n == 3 && strcmp(parts[1], "passes") == 0) {
    for (guint i = 0; i < n; i++)
      quantity->keys[i] = parts[i];
    quantity->unit = SERIES_SHARE;
    quantity->title = g_strdup_printf("%s: passes %s", parts[0], parts[2]);
  } else if (n == 2) {
    guint k = 0;
    quantity->keys[k++] = parts[0];
    if (!run)
      quantity->keys[k++] = "end";
    quantity->keys[k] = parts[1];
    quantity->unit = SERIES_SHARE;
    quantity->title = g_strdup_printf("%s: %s", run ? "runs" : parts[0], wording(run ? MEASURES : ENDS, parts[1]));
  } else {
    g_autofree char *statistic = statistic_text(parts[2]);
    for (guint i = 0; i < n; i++)
      quantity->keys[i] = parts[i];
    quantity->unit = is_time(parts[1]) && !run ? SERIES_TIME : SERIES_NUMBER;
    quantity->title = g_strdup_printf("%s: %s, %s", run ? "runs" : parts[0], wording(MEASURES, parts[1]), statistic);
  }
  return TRUE;
}

static const cJSON *follow(const cJSON *cell, const char *const *keys) {
  for (; *keys && cell; keys++)
    cell = cJSON_GetObjectItemCaseSensitive(cell, *keys);
  return cell;
}

TableQuantity *table_quantity_new(const SweepTable *table, const char *path, GError **error) {
  g_autoptr(TableQuantity) quantity = g_new0(TableQuantity, 1);
  quantity->path = g_strdup(path);
  quantity->parts = g_strsplit(path, ".", 3);
  gboolean known = read_path(quantity), there = FALSE;
  for (guint i = 0; i < table->n_cells && known && !there; i++)
    there = follow(table->cells[i], quantity->keys) != NULL;
  if (there)
    return g_steal_pointer(&quantity);
  g_set_error(error, table_error(), 0,
              "nothing in this sweep is called \"%s\": take an end (server.gave-up), a statistic of a measure "
              "(client.done.p95, run.segments.mean), or client.passes.CLOSING",
              path);
  return NULL;
}

void table_quantity_free(TableQuantity *quantity) {
  if (!quantity)
    return;
  g_free(quantity->path);
  g_free(quantity->title);
  g_strfreev(quantity->parts);
  g_free(quantity);
}

static double number(const cJSON *estimate, const char *name, SeriesUnit unit) {
  const cJSON *value = cJSON_GetObjectItemCaseSensitive(estimate, name);
  if (!cJSON_IsNumber(value) || !isfinite(value->valuedouble) || fabs(value->valuedouble) > 1e9)
    return NAN;
  return value->valuedouble * (unit == SERIES_TIME ? 1e9 : 1);
}

SeriesPoint table_quantity_of(const TableQuantity *quantity, const cJSON *cell) {
  const cJSON *estimate = follow(cell, quantity->keys);
  SeriesUnit unit = quantity->unit;
  return (SeriesPoint){0, number(estimate, "value", unit), number(estimate, "low", unit),
                       number(estimate, "high", unit), number(estimate, "expected", unit)};
}

/* --- distributions ------------------------------------------------------------------------------------------------ */

static const StatsConfidence *confidence_of(const char *word) {
  for (unsigned i = 0; stats_confidence(i); i++)
    if (strcmp(stats_confidence(i)->word, word) == 0)
      return stats_confidence(i);
  return stats_confidence(0);
}

static gboolean add_steps(const cJSON *steps, SeriesUnit unit, double n, const StatsConfidence *confidence,
                          GArray *points) {
  const cJSON *step;
  cJSON_ArrayForEach(step, steps) {
    const cJSON *x = cJSON_GetArrayItem(step, 0), *y = cJSON_GetArrayItem(step, 1);
    if (!cJSON_IsNumber(x) || !cJSON_IsNumber(y) || !(fabs(x->valuedouble) < 1e9) || !(y->valuedouble >= 0) ||
        y->valuedouble > 1)
      return FALSE;
    SeriesPoint point = {x->valuedouble * (unit == SERIES_TIME ? 1e9 : 1), y->valuedouble, NAN, NAN, NAN};
    if (n >= 1 && n < 1e15) {
      StatsInterval interval = stats_wilson((uint64_t)llround(point.y * n), (uint64_t)n, confidence);
      point.low = interval.low;
      point.high = interval.high;
    }
    g_array_append_val(points, point);
  }
  return points->len > 0;
}

gboolean table_add_steps(const cJSON *cell, const char *measure, const char *confidence, SeriesCurve *curve) {
  g_auto(GStrv) parts = g_strsplit(measure, ".", 2);
  if (g_strv_length(parts) != 2)
    return FALSE;
  const char *const keys[] = {parts[0], parts[1], NULL};
  const cJSON *samples = follow(cell, keys);
  SeriesUnit unit = is_time(parts[1]) && strcmp(parts[0], "run") != 0 ? SERIES_TIME : SERIES_NUMBER;
  const cJSON *steps = cJSON_GetObjectItemCaseSensitive(samples, "cdf");
  const cJSON *law = cJSON_GetObjectItemCaseSensitive(samples, "expected_cdf");
  const cJSON *n = cJSON_GetObjectItemCaseSensitive(samples, "n");
  if (!add_steps(steps, unit, cJSON_IsNumber(n) ? n->valuedouble : 0, confidence_of(confidence), curve->points))
    return FALSE;
  if (law) {
    curve->law = g_array_new(FALSE, FALSE, sizeof(SeriesPoint));
    if (!add_steps(law, unit, 0, NULL, curve->law))
      g_clear_pointer(&curve->law, g_array_unref);
  }
  return TRUE;
}
