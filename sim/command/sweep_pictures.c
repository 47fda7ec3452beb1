#include "command/sweep_pictures.h"

#include <math.h>
#include <string.h>

#include "command/cli.h"
#include "run/sweep_outcome.h"

#define PANELS_BY_CURVES 4 /* when each value of another parameter is a curve */
#define PANELS_OF_MAPS   4
#define CDF_CURVES       6
#define SOME_CHANGE      1e-3 /* of a share, that is worth a picture */

static const char *const SIDES[SWEEP_SIDES] = {"client", "server"};

static GQuark picture_choice_error(void) {
  return g_quark_from_static_string("teardown-sweep-picture");
}

gboolean sweep_picture_kind(const char *word, SweepPictureKind *ret_kind) {
  static const char *const words[] = {"curve", "heat", "cdf"};
  for (unsigned i = 0; i < G_N_ELEMENTS(words); i++)
    if (strcmp(words[i], word) == 0) {
      *ret_kind = (SweepPictureKind)i;
      return TRUE;
    }
  return FALSE;
}

/* --- which cells -------------------------------------------------------------------------------------------------- */

/* A picture in the making. */
typedef struct Choice {
  const SweepTable *table;
  int x, by;    /* parameters; -1: none */
  guint *place; /* of each parameter's value, in cells that are taken */
  SeriesPicture *picture;
} Choice;

static const TableParameter *parameter(const Choice *choice, int i) {
  return choice->table->parameters->pdata[i];
}

static guint values_of(const Choice *choice, int i) {
  return i < 0 ? 1 : parameter(choice, i)->labels->len;
}

/* The cell with these values of x and by; NULL if it is not there. */
static const struct cJSON *cell_at(const Choice *choice, guint x, guint by) {
  guint at = 0;
  for (int i = 0; i < (int)choice->table->parameters->len; i++)
    at = at * values_of(choice, i) + (i == choice->x ? x : i == choice->by ? by : choice->place[i]);
  return choice->table->cells[at];
}

/* The parameter with most values but `other`; `numbers`: that can be an axis. -1 if none has two. */
static int longest(const SweepTable *table, int other, gboolean numbers) {
  int best = -1;
  guint most = 1;
  for (int i = 0; i < (int)table->parameters->len; i++) {
    const TableParameter *candidate = table->parameters->pdata[i];
    if (i != other && (!numbers || candidate->unit != SERIES_WORD) && candidate->labels->len > most) {
      best = i;
      most = candidate->labels->len;
    }
  }
  return best;
}

static gboolean find_parameter(const SweepTable *table, const char *option, const char *name, int *ret_place,
                               GError **error) {
  if (!name)
    return TRUE;
  *ret_place = sweep_table_find(table, name);
  if (*ret_place >= 0)
    return TRUE;
  g_set_error(error, picture_choice_error(), 0, "%s: the sweep has no parameter \"%s\" with values of its own", option,
              name);
  return FALSE;
}

static gboolean read_where(Choice *choice, char **where, GError **error) {
  for (; where && *where; where++) {
    const char *equals = strchr(*where, '=');
    g_autofree char *name = g_strndup(*where, equals ? (gsize)(equals - *where) : strlen(*where));
    int place = -1;
    if (!equals) {
      g_set_error(error, picture_choice_error(), 0, "--where: expected NAME=VALUE, not \"%s\"", *where);
      return FALSE;
    }
    if (!find_parameter(choice->table, "--where", name, &place, error))
      return FALSE;
    guint found;
    const TableParameter *wanted = parameter(choice, place);
    if (!g_ptr_array_find_with_equal_func(wanted->labels, equals + 1, g_str_equal, &found)) {
      g_autofree char *first = g_strdup(wanted->labels->pdata[0]);
      g_set_error(error, picture_choice_error(), 0, "--where: \"%s\" has no value \"%s\"; it has %s, ...", name,
                  equals + 1, first);
      return FALSE;
    }
    choice->place[place] = found;
  }
  return TRUE;
}

static void take_axis(SeriesAxis *axis, const TableParameter *from) {
  axis->name = g_strdup(from->name);
  axis->unit = from->unit;
  for (guint i = 0; i < from->labels->len; i++) {
    g_array_append_val(axis->values, g_array_index(from->values, double, i));
    g_ptr_array_add(axis->labels, g_strdup(from->labels->pdata[i]));
  }
  /* Values in equal ratios stand at equal distances. */
  guint n = axis->values->len;
  double first = n ? g_array_index(axis->values, double, 0) : 0,
         last = n ? g_array_index(axis->values, double, n - 1) : 0;
  double middle = n ? g_array_index(axis->values, double, n / 2) : 0;
  axis->logarithmic = axis->unit != SERIES_WORD && n > 2 && first > 0 && last / first >= 15 && middle < 0.35 * last;
}

/* What the cells have in common, for the line below the title. */
static void describe(Choice *choice) {
  const SweepTable *table = choice->table;
  GString *about = g_string_new(NULL);
  g_string_append_printf(about, "%s  ·  %.0f run%s a cell", table->scenario, table->replications,
                         table->replications == 1 ? "" : "s");
  for (int i = 0; i < (int)table->parameters->len; i++)
    if (i != choice->x && i != choice->by)
      g_string_append_printf(about, "  ·  %s = %s", parameter(choice, i)->name,
                             (const char *)parameter(choice, i)->labels->pdata[choice->place[i]]);
  for (guint i = 0; i < table->drawn->len; i++)
    g_string_append_printf(about, "  ·  %s drawn for each run", (const char *)table->drawn->pdata[i]);
  choice->picture->title = g_strdup(*table->title ? table->title : "A sweep without a title");
  choice->picture->about = g_string_free(about, FALSE);
  choice->picture->confidence = g_strdup(table->confidence);
}

/* `maps`: both axes are parameters of any kind; else x is one of numbers, if there is any. */
static gboolean choose_axes(Choice *choice, const SweepPictureOptions *options, gboolean maps, GError **error) {
  const SweepTable *table = choice->table;
  choice->x = choice->by = -1;
  choice->place = g_new0(guint, table->parameters->len + 1);
  if (!find_parameter(table, "--x", options->x, &choice->x, error) ||
      !find_parameter(table, "--by", options->by, &choice->by, error) || !read_where(choice, options->where, error))
    return FALSE;
  if (choice->x >= 0 && choice->x == choice->by) {
    g_set_error(error, picture_choice_error(), 0, "--x and --by are the same parameter");
    return FALSE;
  }
  if (choice->x < 0 && !maps)
    choice->x = longest(table, choice->by, TRUE);
  if (choice->x < 0)
    choice->x = longest(table, choice->by, FALSE);
  if (choice->by < 0)
    choice->by = longest(table, choice->x, FALSE);
  choice->picture = series_picture_new();
  if (choice->x >= 0)
    take_axis(&choice->picture->x, parameter(choice, choice->x));
  describe(choice);
  return TRUE;
}

static void choice_clear(Choice *choice) {
  g_free(choice->place);
  series_picture_free(choice->picture);
}

/* The i-th of `wanted` values out of `n`, spread evenly, both ends among them. */
static guint spread(guint i, guint wanted, guint n) {
  return wanted < 2 || wanted >= n ? i : (guint)((double)i * (n - 1) / (wanted - 1) + 0.5);
}

/* --- which numbers ------------------------------------------------------------------------------------------------ */

/* How far a quantity spreads over the cells that are drawn; negative if none of them has it. */
static double range_of(const Choice *choice, const TableQuantity *quantity) {
  double low = INFINITY, high = -INFINITY;
  for (guint x = 0; x < values_of(choice, choice->x); x++)
    for (guint by = 0; by < values_of(choice, choice->by); by++) {
      double y = table_quantity_of(quantity, cell_at(choice, x, by)).y;
      if (!isnan(y)) {
        low = fmin(low, y);
        high = fmax(high, y);
      }
    }
  return high - low;
}

typedef struct Ranked {
  char path[64];
  double range;
  guint order;
} Ranked;

static int compare_range(gconstpointer a, gconstpointer b) {
  const Ranked *x = a, *y = b;
  return x->range != y->range ? (x->range < y->range) - (x->range > y->range)
                              : (x->order > y->order) - (x->order < y->order);
}

static int compare_order(gconstpointer a, gconstpointer b) {
  const Ranked *x = a, *y = b;
  return (x->order > y->order) - (x->order < y->order);
}

/* The ends whose shares change most, at most `most`, in the order client, server; at least one. */
static void add_ends(const Choice *choice, guint most, GPtrArray *paths) {
  g_autoptr(GArray) ranked = g_array_new(FALSE, FALSE, sizeof(Ranked));
  for (unsigned side = 0; side < SWEEP_SIDES; side++)
    for (unsigned end = 0; end < SWEEP_END_COUNT; end++) {
      Ranked entry = {.order = ranked->len};
      g_snprintf(entry.path, sizeof entry.path, "%s.%s", SIDES[side], sweep_end_words[end]);
      g_autoptr(TableQuantity) quantity = table_quantity_new(choice->table, entry.path, NULL);
      entry.range = quantity ? range_of(choice, quantity) : -1;
      g_array_append_val(ranked, entry);
    }
  g_array_sort(ranked, compare_range);
  guint kept = 1;
  while (kept < most && g_array_index(ranked, Ranked, kept).range > SOME_CHANGE)
    kept++;
  g_array_set_size(ranked, kept);
  g_array_sort(ranked, compare_order);
  for (guint i = 0; i < kept; i++)
    g_ptr_array_add(paths, g_strdup(g_array_index(ranked, Ranked, i).path));
}

static void add_durations(GPtrArray *paths) {
  static const char *const all[] = {"client.done.mean", "client.done.p95", "server.done.mean", "server.done.p95"};
  for (unsigned i = 0; i < G_N_ELEMENTS(all); i++)
    g_ptr_array_add(paths, g_strdup(all[i]));
}

/* The quantities of a picture: of char *. */
static GPtrArray *chosen_paths(const Choice *choice, char **of, guint ends) {
  GPtrArray *paths = g_ptr_array_new_with_free_func(g_free);
  char *const usual[] = {(char[]){"ends"}, NULL};
  for (char *const *at = of && *of ? of : usual; *at; at++) {
    if (strcmp(*at, "ends") == 0)
      add_ends(choice, ends, paths);
    else if (strcmp(*at, "durations") == 0)
      add_durations(paths);
    else
      g_ptr_array_add(paths, g_strdup(*at));
  }
  return paths;
}

/* --- curves ------------------------------------------------------------------------------------------------------- */

static void add_points(const Choice *choice, const TableQuantity *quantity, guint by, SeriesCurve *curve) {
  for (guint x = 0; x < values_of(choice, choice->x); x++) {
    SeriesPoint point = table_quantity_of(quantity, cell_at(choice, x, by));
    point.x = choice->x < 0 ? 0 : g_array_index(choice->picture->x.values, double, x);
    g_array_append_val(curve->points, point);
  }
}

static double most_of(const Choice *choice, const TableQuantity *quantity) {
  double most = 0;
  for (guint x = 0; x < values_of(choice, choice->x); x++)
    most = fmax(most, table_quantity_of(quantity, cell_at(choice, x, 0)).y);
  return most;
}

/* A panel for a quantity, with a curve for each value of another parameter. */
static gboolean add_panel(const Choice *choice, const char *path, guint most, gboolean optional, GError **error) {
  g_autoptr(GError) reason = NULL;
  g_autoptr(TableQuantity) quantity = table_quantity_new(choice->table, path, &reason);
  if (!quantity && optional)
    return TRUE;
  if (!quantity) {
    g_propagate_error(error, g_steal_pointer(&reason));
    return FALSE;
  }
  SeriesPanel *panel = series_panel_add(choice->picture, quantity->title, quantity->unit);
  guint n = values_of(choice, choice->by), curves = MIN(n, most);
  for (guint i = 0; i < curves; i++) {
    guint by = spread(i, curves, n);
    g_autofree char *label = choice->by < 0
                                 ? g_strdup("all runs")
                                 : g_strdup_printf("%s = %s", parameter(choice, choice->by)->name,
                                                   (const char *)parameter(choice, choice->by)->labels->pdata[by]);
    add_points(choice, quantity, by, series_curve_add(panel, label));
  }
  return TRUE;
}

/* Nothing but x varies: a panel for each side, and a curve for each of the quantities, the same ones on both; those
 * that are 0 all along are no curve. */
static void add_side_panels(const Choice *choice, const char *const *words, const char *between, const char *title,
                            SeriesUnit unit) {
  for (unsigned side = 0; side < SWEEP_SIDES; side++) {
    g_autofree char *name = g_strdup_printf("%s: %s", SIDES[side], title);
    SeriesPanel *panel = series_panel_add(choice->picture, name, unit);
    for (guint i = 0; words[i] && i < SERIES_CURVES_MAX; i++) {
      g_autofree char *path = g_strconcat(SIDES[side], between, words[i], NULL);
      g_autoptr(TableQuantity) quantity = table_quantity_new(choice->table, path, NULL);
      SeriesCurve *curve = series_curve_add(panel, table_word_text(words[i]));
      if (quantity && (unit != SERIES_SHARE || most_of(choice, quantity) > 0))
        add_points(choice, quantity, 0, curve);
    }
  }
}

/* The ends that happen at all, on either side; what is usual apart from the rest, which it would press flat. */
static void add_ends_of_sides(const Choice *choice) {
  const char *words[SWEEP_END_COUNT + 1] = {NULL};
  guint n = 0;
  for (unsigned end = 0; end < SWEEP_END_COUNT; end++)
    for (unsigned side = 0; side < SWEEP_SIDES; side++) {
      g_autofree char *path = g_strdup_printf("%s.%s", SIDES[side], sweep_end_words[end]);
      g_autoptr(TableQuantity) quantity = table_quantity_new(choice->table, path, NULL);
      if (quantity && most_of(choice, quantity) > 0) {
        words[n++] = sweep_end_words[end];
        break;
      }
    }
  gboolean closed = n > 1 && strcmp(words[0], sweep_end_words[SWEEP_END_CLOSED]) == 0;
  if (!closed) {
    add_side_panels(choice, words, ".", "share of ends", SERIES_SHARE);
    return;
  }
  for (unsigned side = 0; side < SWEEP_SIDES; side++) {
    g_autofree char *path = g_strdup_printf("%s.%s", SIDES[side], words[0]);
    g_autoptr(TableQuantity) quantity = table_quantity_new(choice->table, path, NULL);
    SeriesPanel *panel = series_panel_add(choice->picture, quantity->title, SERIES_SHARE);
    add_points(choice, quantity, 0, series_curve_add(panel, table_word_text(words[0])));
  }
  /* Each curve looks alike in all panels, so the one that is not there keeps its place. */
  words[0] = "";
  add_side_panels(choice, words, ".", "all other ends", SERIES_SHARE);
}

static void add_durations_of_sides(const Choice *choice) {
  static const char *const words[] = {"mean", "p50", "p90", "p99", NULL};
  add_side_panels(choice, words, ".done.", "time until done", SERIES_TIME);
}

static gboolean fill_curves(Choice *choice, const SweepPictureOptions *options, GError **error) {
  gboolean usual = !options->of || !*options->of, alone = choice->by < 0;
  if (choice->x < 0) {
    g_set_error(error, picture_choice_error(), 0,
                "no parameter has two values or more: there is nothing over which a "
                "curve could go; --kind cdf shows distributions");
    return FALSE;
  }
  if (alone && (usual || strcmp(options->of[0], "ends") == 0)) {
    add_ends_of_sides(choice);
    return TRUE;
  }
  if (alone && strcmp(options->of[0], "durations") == 0) {
    add_durations_of_sides(choice);
    return TRUE;
  }
  g_autoptr(GPtrArray) paths = chosen_paths(choice, options->of, PANELS_BY_CURVES);
  gboolean optional = !usual && strcmp(options->of[0], "durations") == 0;
  for (guint i = 0; i < paths->len && i < SERIES_PANELS_MAX; i++)
    if (!add_panel(choice, paths->pdata[i], SERIES_CURVES_MAX, optional, error))
      return FALSE;
  return TRUE;
}

/* --- maps --------------------------------------------------------------------------------------------------------- */

static gboolean fill_map(Choice *choice, const SweepPictureOptions *options, GError **error) {
  if (choice->by < 0) {
    g_set_error(error, picture_choice_error(), 0,
                "a map needs two parameters that have two values or more; --kind curve needs one");
    return FALSE;
  }
  take_axis(&choice->picture->y, parameter(choice, choice->by));
  g_autoptr(GPtrArray) paths = chosen_paths(choice, options->of, PANELS_OF_MAPS - 1);
  if (!options->of || !*options->of)
    g_ptr_array_add(paths, g_strdup("server.done.mean"));
  for (guint i = 0; i < paths->len && i < SERIES_PANELS_MAX; i++)
    if (!add_panel(choice, paths->pdata[i], G_MAXUINT, i > 0 && !options->of, error))
      return FALSE;
  /* Rows go down; numbers go up. */
  if (choice->picture->y.unit == SERIES_WORD)
    return TRUE;
  guint n = choice->picture->y.labels->len;
  for (guint i = 0; i < n / 2; i++) {
    gpointer *labels = choice->picture->y.labels->pdata, keep = labels[i];
    labels[i] = labels[n - 1 - i];
    labels[n - 1 - i] = keep;
    for (guint p = 0; p < choice->picture->panels->len; p++) {
      gpointer *rows = ((SeriesPanel *)choice->picture->panels->pdata[p])->curves->pdata, row = rows[i];
      rows[i] = rows[n - 1 - i];
      rows[n - 1 - i] = row;
    }
  }
  return TRUE;
}

/* --- distributions ------------------------------------------------------------------------------------------------ */

static const char *measure_title(const char *measure) {
  static const char *const titles[][2] = {{"client.done", "client: time until done"},
                                          {"server.done", "server: time until done"},
                                          {"client.closed", "client: time until CLOSED, closed normally"},
                                          {"server.closed", "server: time until CLOSED, closed normally"},
                                          {"client.gone", "client: time until CLOSED, however"},
                                          {"server.gone", "server: time until CLOSED, however"},
                                          {"client.peer-fin", "client: time until the peer's FIN is there"},
                                          {"server.peer-fin", "server: time until the peer's FIN is there"},
                                          {"client.own-fin", "client: time until its own FIN"},
                                          {"server.own-fin", "server: time until its own FIN"},
                                          {"client.fins", "client: FINs sent"},
                                          {"server.fins", "server: FINs sent"},
                                          {"run.segments", "segments in a run"},
                                          {"run.retransmissions", "retransmissions in a run"},
                                          {"run.time-wait-restarts", "restarts of TIME-WAIT in a run"}};
  for (unsigned i = 0; i < G_N_ELEMENTS(titles); i++)
    if (strcmp(titles[i][0], measure) == 0)
      return titles[i][1];
  return measure;
}

static gboolean is_number(const char *measure) {
  return g_str_has_suffix(measure, ".fins") || g_str_has_prefix(measure, "run.");
}

/* FALSE if no cell has it. */
static gboolean add_distribution(const Choice *choice, const char *measure) {
  int over = choice->by >= 0 && values_of(choice, choice->by) <= CDF_CURVES ? choice->by : choice->x;
  guint n = values_of(choice, over), curves = MIN(n, CDF_CURVES);
  SeriesPanel *panel =
      series_panel_add(choice->picture, measure_title(measure), is_number(measure) ? SERIES_NUMBER : SERIES_TIME);
  gboolean some = FALSE;
  for (guint i = 0; i < curves; i++) {
    guint at = spread(i, curves, n);
    g_autofree char *label = over < 0 ? g_strdup("all runs")
                                      : g_strdup_printf("%s = %s", parameter(choice, over)->name,
                                                        (const char *)parameter(choice, over)->labels->pdata[at]);
    SeriesCurve *curve = series_curve_add(panel, label);
    const struct cJSON *cell = over == choice->x ? cell_at(choice, at, choice->by < 0 ? 0 : choice->place[choice->by])
                                                 : cell_at(choice, choice->place[choice->x], at);
    some |= table_add_steps(cell, measure, choice->table->confidence, curve);
  }
  if (!some)
    g_ptr_array_set_size(choice->picture->panels, (gint)choice->picture->panels->len - 1);
  return some;
}

/* Of the two axes, the one that is no curve stays at one value: that of --where, else one in the middle, as the first
 * of a range is often the one at which nothing happens. */
static void settle_rest(Choice *choice, const SweepPictureOptions *options) {
  int over = choice->by >= 0 && values_of(choice, choice->by) <= CDF_CURVES ? choice->by : choice->x;
  int rest = over == choice->x ? choice->by : choice->x;
  if (rest < 0)
    return;
  g_autofree char *prefix = g_strdup_printf("%s=", parameter(choice, rest)->name);
  gboolean given = FALSE;
  for (char **where = options->where; where && *where; where++)
    given |= g_str_has_prefix(*where, prefix);
  if (!given)
    choice->place[rest] = values_of(choice, rest) / 2;
  char *about = g_strdup_printf("%s  ·  %s = %s", choice->picture->about, parameter(choice, rest)->name,
                                (const char *)parameter(choice, rest)->labels->pdata[choice->place[rest]]);
  g_free(choice->picture->about);
  choice->picture->about = about;
}

static gboolean fill_cdf(Choice *choice, const SweepPictureOptions *options, GError **error) {
  char *const usual[] = {(char[]){"client.done"}, (char[]){"server.done"}, NULL};
  settle_rest(choice, options);
  for (char *const *of = options->of && *options->of ? options->of : usual; *of; of++)
    if (!add_distribution(choice, *of) && options->of && *options->of) {
      g_set_error(error, picture_choice_error(), 0,
                  "no distribution in this sweep is called \"%s\": take a measure of a side (server.done); sweeps of "
                  "more than 1000 cells have none",
                  *of);
      return FALSE;
    }
  return TRUE;
}

/* --- a picture ---------------------------------------------------------------------------------------------------- */

Drawing *sweep_picture_draw(const SweepTable *table, SweepPictureKind kind, const SweepPictureOptions *options,
                            GError **error) {
  Choice choice = {.table = table};
  gboolean good = choose_axes(&choice, options, kind == SWEEP_PICTURE_HEAT, error);
  Drawing *drawing = NULL;
  switch (kind) {
  case SWEEP_PICTURE_CURVE:
    if (good && fill_curves(&choice, options, error))
      drawing = sweep_curves_draw(choice.picture, error);
    break;
  case SWEEP_PICTURE_HEAT:
    if (good && fill_map(&choice, options, error))
      drawing = sweep_heat_draw(choice.picture, error);
    break;
  case SWEEP_PICTURE_CDF:
    if (good && fill_cdf(&choice, options, error))
      drawing = sweep_cdf_draw(choice.picture, error);
    break;
  }
  choice_clear(&choice);
  return drawing;
}

/* --- beside the results ------------------------------------------------------------------------------------------- */

static gboolean write_one(const SweepTable *table, const char *folder, const char *name, SweepPictureKind kind,
                          const char *of, PictureFormat format, GString *names, GError **error) {
  char *list[] = {g_strdup(of), NULL};
  const SweepPictureOptions options = {.of = of ? list : NULL};
  g_autoptr(Drawing) drawing = sweep_picture_draw(table, kind, &options, NULL);
  g_free(list[0]);
  if (!drawing) /* the sweep has nothing of this kind to show */
    return TRUE;
  g_autofree char *file = g_strdup_printf("%s.%s", name, picture_format_extension(format));
  g_autofree char *path = g_build_filename(folder, file, NULL);
  if (!gnuplot_write(drawing, theme_find(theme_names()[0]), format, PICTURE_SCALE_DEFAULT, path, error))
    return FALSE;
  g_string_append_printf(names, "%s%s", names->len ? ", " : "", file);
  return TRUE;
}

/* Whether two parameters span a plane, rather than a few curves. */
static gboolean is_plane(const SweepTable *table) {
  int x = longest(table, -1, FALSE), y = longest(table, x, FALSE);
  if (x < 0 || y < 0)
    return FALSE;
  const TableParameter *one = table->parameters->pdata[x], *other = table->parameters->pdata[y];
  return other->labels->len > 2 || one->unit == SERIES_WORD || other->unit == SERIES_WORD;
}

static gboolean write_all(const char *folder, PictureFormat format, GString *names, GError **error) {
  g_autofree char *path = g_build_filename(folder, "sweep.json", NULL);
  g_autoptr(SweepTable) table = sweep_table_load(path, error);
  return table && write_one(table, folder, "ends", SWEEP_PICTURE_CURVE, "ends", format, names, error) &&
         write_one(table, folder, "durations", SWEEP_PICTURE_CURVE, "durations", format, names, error) &&
         (!is_plane(table) || write_one(table, folder, "map", SWEEP_PICTURE_HEAT, NULL, format, names, error)) &&
         write_one(table, folder, "cdf", SWEEP_PICTURE_CDF, NULL, format, names, error);
}

void sweep_pictures_write(const char *folder, PictureFormat format) {
  g_autoptr(GString) names = g_string_new(NULL);
  g_autoptr(GError) error = NULL;
  gboolean good = write_all(folder, format, names, &error);
  if (names->len)
    printf("pictures: %s\n", names->str);
  if (!good) {
    g_autofree char *clean = cli_clean(error->message);
    printf("pictures left out: %s\n", clean);
  }
}

gboolean sweep_pictures_option(const char *verb, const char *word, gboolean *ret_draws, PictureFormat *ret_format) {
  *ret_draws = !word || strcmp(word, "none") != 0;
  *ret_format = PICTURE_SVG;
  if (!word || !*ret_draws)
    return TRUE;
  for (unsigned i = 0; i < PICTURE_FORMAT_COUNT; i++)
    if (strcmp(word, picture_format_extension((PictureFormat)i)) == 0) {
      *ret_format = (PictureFormat)i;
      return TRUE;
    }
  cli_complain(verb, TRUE, "--pictures: expected svg, png, pdf, gp or none, not \"%s\"", word);
  return FALSE;
}
