/* The sequence diagram: what no picture may get wrong, over every shipped scenario and many random ones. */
#include "output/picture/font_metrics.h"
#include "output/picture/sequence_axis.h"
#include "runs.h"
#include "text-traces.h"

#include <math.h>
#include <string.h>

#define RANDOM_SCENARIOS 1000

static const PlotOptions EVERYTHING = {.from = SIM_NEVER, .until = SIM_NEVER};

static DrawingPoint point(const DrawingMark *mark, guint i) {
  return g_array_index(mark->points, DrawingPoint, i);
}

static gboolean is_text(const DrawingMark *mark) {
  return mark->kind == MARK_TEXT;
}

/* --- geometry: nothing covers what has to be read --------------------------------------------------------------- */

/* A box that a text must not touch. */
typedef struct Obstacle {
  const DrawingMark *mark;
  DrawingPoint box[4];
  DrawingPoint min, max;
} Obstacle;

static void obstacle_add(GArray *obstacles, const DrawingMark *mark, const DrawingPoint box[4]) {
  Obstacle obstacle = {.mark = mark, .min = box[0], .max = box[0]};
  for (unsigned i = 0; i < 4; i++) {
    obstacle.box[i] = box[i];
    obstacle.min = (DrawingPoint){MIN(obstacle.min.x, box[i].x), MIN(obstacle.min.y, box[i].y)};
    obstacle.max = (DrawingPoint){MAX(obstacle.max.x, box[i].x), MAX(obstacle.max.y, box[i].y)};
  }
  g_array_append_val(obstacles, obstacle);
}

/* The lines between a mark's points, as boxes without breadth. */
static void obstacles_of(GArray *obstacles, const DrawingMark *mark) {
  DrawingPoint box[4];
  if (is_text(mark) || mark->role == ROLE_STRIP) {
    drawing_mark_box(mark, box);
    obstacle_add(obstacles, mark, box);
  } else if (mark->role == ROLE_HEAD || mark->role == ROLE_CROSS || mark->role == ROLE_BRACKET ||
             mark->role == ROLE_BREAK) {
    guint n = mark->points->len, sides = mark->kind == MARK_POLYGON ? n : n - 1;
    for (guint i = 0; i < sides; i++) {
      DrawingPoint line[] = {point(mark, i), point(mark, (i + 1) % n), point(mark, (i + 1) % n), point(mark, i)};
      obstacle_add(obstacles, mark, line);
    }
  }
}

static int compare_tops(gconstpointer a, gconstpointer b) {
  const Obstacle *left = a, *right = b;
  return left->min.y < right->min.y ? -1 : left->min.y > right->min.y;
}

static void fail_overlap(const char *name, const Obstacle *a, const Obstacle *b) {
  const DrawingMark *text = is_text(a->mark) ? a->mark : b->mark, *other = text == a->mark ? b->mark : a->mark;
  g_test_message("%s: \"%s\" (role %d) at %.1f,%.1f touches %s%s%s of role %d at %.1f,%.1f", name, text->text,
                 (int)text->role, point(text, 0).x, point(text, 0).y, is_text(other) ? "\"" : "a mark",
                 is_text(other) ? other->text : "", is_text(other) ? "\"" : "", (int)other->role, point(other, 0).x,
                 point(other, 0).y);
  g_test_fail();
}

static void check_overlaps(const char *name, const Drawing *drawing) {
  g_autoptr(GArray) obstacles = g_array_new(FALSE, FALSE, sizeof(Obstacle));
  for (guint i = 0; i < drawing->marks->len; i++)
    obstacles_of(obstacles, drawing->marks->pdata[i]);
  g_array_sort(obstacles, compare_tops);
  double tallest = 0;
  for (guint i = 0; i < obstacles->len; i++) {
    const Obstacle *one = &g_array_index(obstacles, Obstacle, i);
    if (one->mark->role != ROLE_STRIP && one->mark->role != ROLE_BRACKET)
      tallest = MAX(tallest, one->max.y - one->min.y);
  }
  for (guint i = 0; i < obstacles->len; i++) {
    const Obstacle *one = &g_array_index(obstacles, Obstacle, i);
    for (guint k = i + 1; k < obstacles->len; k++) {
      const Obstacle *other = &g_array_index(obstacles, Obstacle, k);
      if (other->min.y > one->max.y)
        break;
      if (one->mark == other->mark || (!is_text(one->mark) && !is_text(other->mark)) || one->max.x < other->min.x ||
          other->max.x < one->min.x)
        continue;
      if (drawing_boxes_touch(one->box, other->box))
        fail_overlap(name, one, other);
    }
  }
}

static void check_page(const char *name, const Drawing *drawing) {
  for (guint i = 0; i < drawing->marks->len; i++) {
    const DrawingMark *mark = drawing->marks->pdata[i];
    DrawingPoint box[4];
    drawing_mark_box(mark, box);
    for (unsigned c = 0; c < 4; c++) {
      if (isfinite(box[c].x) && isfinite(box[c].y) && box[c].x >= 0 && box[c].y >= 0 && box[c].x <= drawing->width &&
          box[c].y <= drawing->height)
        continue;
      g_test_message("%s: role %d is off the page at %.1f,%.1f%s%s", name, (int)mark->role, box[c].x, box[c].y,
                     is_text(mark) ? ": " : "", is_text(mark) ? mark->text : "");
      g_test_fail();
      break;
    }
  }
}

/* --- truth: time and slants --------------------------------------------------------------------------------------- */

static void check_time(const char *name, const SeqModel *model) {
  for (guint i = 1; i < model->moments->len; i++) {
    const SeqMoment *before = SEQ_MOMENT(model, i - 1), *moment = SEQ_MOMENT(model, i);
    if (before->y < moment->y && before->t <= moment->t)
      continue;
    g_test_message("%s: %" G_GINT64_FORMAT " ns stands not below %" G_GINT64_FORMAT " ns", name, moment->t, before->t);
    g_test_fail();
  }
}

/* Whether an edge of some strip stands at `at`; a break of time may be there. */
static gboolean on_lifeline(const Drawing *drawing, DrawingPoint at) {
  for (guint i = 0; i < drawing->marks->len; i++) {
    const DrawingMark *mark = drawing->marks->pdata[i];
    if (mark->role == ROLE_STRIP && (fabs(point(mark, 0).x - at.x) < 0.01 || fabs(point(mark, 1).x - at.x) < 0.01))
      return TRUE;
  }
  return FALSE;
}

/* The instant that a height on the page stands for, by the moments around it, if they are to scale. */
static gboolean time_at(const SeqModel *model, const SeqAxis *axis, double y, double *ret_t) {
  for (guint i = 0; i + 1 < model->moments->len; i++) {
    const SeqMoment *before = SEQ_MOMENT(model, i), *after = SEQ_MOMENT(model, i + 1);
    if (y < before->y || y > after->y || axis->scales[i] <= 0)
      continue;
    *ret_t = (double)before->t + (y - before->y) / (after->y - before->y) * (double)(after->t - before->t);
    return TRUE;
  }
  return FALSE;
}

/* An arrow within a stretch is as high as its flight is long; half-way in time it is half-way on its way. */
static void check_slant(const char *name, const SeqModel *model, const SeqAxis *axis, const SeqArrow *arrow,
                        const DrawingMark *line) {
  if (arrow->cut_off || (!arrow->arrives && !arrow->dies) || (arrow->dies && (arrow->end <= 0 || arrow->end >= 1)) ||
      !seq_axis_is_straight(axis, arrow->left, arrow->ended) || arrow->left == arrow->ended)
    return;
  const SeqMoment *left = SEQ_MOMENT(model, arrow->left), *ended = SEQ_MOMENT(model, arrow->ended);
  double scale = axis->scales[arrow->left], span = (double)(ended->t - left->t), height = ended->y - left->y;
  g_assert_cmpfloat_with_epsilon(height, span * scale, 0.01);
  /* The line is the part of the way that the head does not cover: its slope is the whole's. */
  double x = fabs(point(line, 1).x - point(line, 0).x), y = point(line, 1).y - point(line, 0).y, t;
  g_assert_cmpfloat(x, >, 0);
  if (arrow->n_ranks < 2 && time_at(model, axis, (left->y + ended->y) / 2, &t))
    g_assert_cmpfloat_with_epsilon(t, (double)left->t + span / 2, 1 + span * 1e-6);
  if (arrow->dies && !arrow->forged) {
    g_assert_cmpfloat_with_epsilon(y, height, 0.01);
  } else if (y > height + 0.01) {
    g_test_message("%s: a line is higher than its flight is long", name);
    g_test_fail();
  }
}

static void check_arrows(const char *name, const SeqModel *model, const SeqAxis *axis, const Drawing *drawing) {
  guint next = 0, heads = 0;
  for (guint i = 0; i < drawing->marks->len; i++) {
    const DrawingMark *mark = drawing->marks->pdata[i];
    if (mark->role == ROLE_ARROW) {
      g_assert_cmpuint(next, <, model->arrows->len);
      const SeqArrow *arrow = &g_array_index(model->arrows, SeqArrow, next++);
      g_assert_cmpuint(mark->record, ==, arrow->record);
      check_slant(name, model, axis, arrow, mark);
      if (!arrow->forged && !arrow->cut_off)
        g_assert_true(on_lifeline(drawing, point(mark, 0)));
    } else if (mark->role == ROLE_HEAD) {
      heads++;
      g_assert_true(on_lifeline(drawing, point(mark, 0)));
    }
  }
  g_assert_cmpuint(next, ==, model->arrows->len);
  for (guint i = 0; i < model->arrows->len; i++)
    heads -= g_array_index(model->arrows, SeqArrow, i).arrives ? 1 : 0;
  g_assert_cmpuint(heads, ==, 0);
}

/* --- all of it ---------------------------------------------------------------------------------------------------- */

/* gnuplot turns texts by whole degrees: others would not stand where they were placed. */
static void check_angles(const Drawing *drawing) {
  for (guint i = 0; i < drawing->marks->len; i++) {
    const DrawingMark *mark = drawing->marks->pdata[i];
    g_assert_cmpfloat(mark->angle, ==, round(mark->angle));
  }
}

/* Connections' names may be shortened, but never those of states. */
static void check_state_names(const char *name, const Drawing *drawing) {
  for (guint i = 0; i < drawing->marks->len; i++) {
    const DrawingMark *mark = drawing->marks->pdata[i];
    gboolean whole = mark->role != ROLE_STATE;
    for (unsigned state = 0; state < TCP_STATE_COUNT && !whole; state++)
      whole = g_str_has_suffix(mark->text, tcp_state_name((TcpState)state));
    if (!whole)
      g_error("%s: a state is called %s", name, mark->text);
  }
}

static void check_trace(const char *name, const Trace *trace, const PlotOptions *options) {
  g_autoptr(GError) error = NULL;
  g_autoptr(Drawing) drawing = sequence_draw(trace, options, &error);
  g_autoptr(SeqModel) model = seq_model_new(trace, options, NULL);
  if (drawing == NULL) {
    g_assert_null(model);
    g_assert_nonnull(error);
    return;
  }
  g_assert_nonnull(model);
  g_autoptr(SeqAxis) axis = seq_axis_new(model, 100);
  check_page(name, drawing);
  check_overlaps(name, drawing);
  check_angles(drawing);
  check_state_names(name, drawing);
  check_time(name, model);
  check_arrows(name, model, axis, drawing);
}

static Trace *trace_of_file(const char *path) {
  g_autoptr(Scenario) scenario = scenario_of_file(path);
  RunOptions options = {0};
  return run_to_trace(scenario, &options, NULL);
}

static void test_shipped_scenarios_are_drawn_without_overlaps(void) {
  g_autofree char *root = g_test_build_filename(G_TEST_DIST, "scenarios", NULL);
  g_autoptr(GDir) folders = g_dir_open(root, 0, NULL);
  g_assert_nonnull(folders);
  unsigned n = 0;
  for (const char *folder = g_dir_read_name(folders); folder != NULL; folder = g_dir_read_name(folders)) {
    g_autofree char *path = g_build_filename(root, folder, NULL);
    g_autoptr(GDir) files = g_dir_open(path, 0, NULL);
    for (const char *file = files ? g_dir_read_name(files) : NULL; file != NULL; file = g_dir_read_name(files)) {
      if (!g_str_has_suffix(file, ".json") || g_str_has_suffix(file, ".lab.json"))
        continue;
      g_autofree char *relative = g_build_filename("scenarios", folder, file, NULL);
      g_autoptr(Trace) trace = trace_of_file(relative);
      check_trace(relative, trace, &EVERYTHING);
      n++;
    }
  }
  g_assert_cmpuint(n, >, 20);
}

/* --- random scenarios --------------------------------------------------------------------------------------------- */

#define PICK(rand, ...)                                                                                                \
  ((const char *const[]){                                                                                              \
      __VA_ARGS__})[g_rand_int_range((rand), 0, (gint32)G_N_ELEMENTS(((const char *const[]){__VA_ARGS__})))]

static gboolean chance(GRand *rand, int percent) {
  return g_rand_int_range(rand, 0, 100) < percent;
}

static void add_link(GString *out, GRand *rand, unsigned a, unsigned b) {
  const char *delay = PICK(rand, "50ms", "1ms", "10ms", "200us", "0s", "35500us", "400ms", "7777777ns");
  g_string_append_printf(out, "%s{'between': ['%c', '%c'], 'delay': '%s'", b > 1 ? ", " : "", 'a' + a, 'a' + b, delay);
  if (chance(rand, 30))
    g_string_append_printf(out, ", 'jitter': '%s'", PICK(rand, "100us", "1ms", "9ms", "30ms"));
  if (chance(rand, 40))
    g_string_append_printf(out, ", 'loss': %s", PICK(rand, "0.05", "0.2", "0.5"));
  if (chance(rand, 20) && strcmp(delay, "0s") != 0)
    g_string_append(out, ", 'reorder': 0.2");
  if (chance(rand, 15))
    g_string_append(out, ", 'duplicate': 0.3");
  if (chance(rand, 15))
    g_string_append(out, ", 'corrupt': 0.1");
  if (chance(rand, 20))
    g_string_append_printf(out, ", 'rate': '%s'", PICK(rand, "1mbit", "10mbit", "64kbit"));
  if (chance(rand, 10))
    g_string_append(out, ", 'down': [{'from': '120ms', 'until': '3s'}]");
  g_string_append_c(out, '}');
}

static void add_app(GString *out, GRand *rand, unsigned host, unsigned conn) {
  g_string_append_printf(out, "%s{'host': '%c', 'conn': 'conn-%u', 'do': [", out->str[out->len - 1] == '[' ? "" : ", ",
                         'a' + host, conn);
  unsigned sends = (unsigned)g_rand_int_range(rand, 0, 3);
  for (unsigned i = 0; i < sends; i++)
    g_string_append_printf(out, "{'at': '%dms', 'call': 'send', 'octets': %d}, ", g_rand_int_range(rand, 0, 300),
                           g_rand_int_range(rand, 1, 12000));
  if (chance(rand, 50))
    g_string_append_printf(out, "{'on': 'eof', 'after': '%dms', 'call': 'close'}", g_rand_int_range(rand, 0, 400));
  else
    g_string_append_printf(out, "{'at': '%dms', 'call': '%s'}", g_rand_int_range(rand, 0, 500),
                           PICK(rand, "close", "close", "shutdown", "abort"));
  g_string_append(out, "]}");
}

static void add_faults(GString *out, GRand *rand) {
  g_string_append(out, ", 'faults': [");
  unsigned n = (unsigned)g_rand_int_range(rand, 0, 4);
  for (unsigned i = 0; i < n; i++) {
    const char *action = PICK(rand, "drop", "drop", "duplicate", "delay", "corrupt", "inject");
    g_string_append(out, i > 0 ? ", " : "");
    if (strcmp(action, "inject") == 0)
      g_string_append_printf(out,
                             "{'action': 'inject', 'at': '%dms', 'by': 'attacker', 'segment': {'from': 'b', 'to': 'a', "
                             "'conn': 'conn-0', 'flags': '%s', 'seq': %d}}",
                             g_rand_int_range(rand, 0, 2000), PICK(rand, "R", "S", "F."),
                             g_rand_int_range(rand, 0, 99));
    else
      g_string_append_printf(out, "{'match': {'flags': '%s', 'nth': %s}, 'action': '%s'%s}",
                             PICK(rand, "FIN", "ACK", "SYN"), PICK(rand, "1", "'2..3'", "'1..2'"), action,
                             strcmp(action, "delay") == 0 || strcmp(action, "duplicate") == 0
                                 ? PICK(rand, ", 'delay': '130ms'", ", 'delay': '20s'", ", 'delay': '3ms'")
                                 : "");
  }
  g_string_append_c(out, ']');
}

/* Hosts "a" on, in a chain of links or a star around "a"; connections over one link each. */
static char *random_scenario(guint32 seed) {
  g_autoptr(GRand) rand = g_rand_new_with_seed(seed);
  unsigned n_hosts = chance(rand, 50) ? 2 : (unsigned)g_rand_int_range(rand, 3, 7);
  gboolean star = chance(rand, 50);
  GString *out = g_string_new(NULL);
  g_string_append_printf(out, "{'version': 1, 'title': 'Random %u', 'seed': %u, 'hosts': {", seed, seed);
  for (unsigned h = 0; h < n_hosts; h++)
    g_string_append_printf(out, "%s'%c': {'profile': '%s'}", h > 0 ? ", " : "", 'a' + h,
                           PICK(rand, "rfc9293", "linux", "freebsd"));
  g_string_append(out, "}, 'links': [");
  for (unsigned h = 1; h < n_hosts; h++)
    add_link(out, rand, star ? 0 : h - 1, h);
  g_string_append(out, "], 'connections': [");
  unsigned n_conns = n_hosts > 2 ? n_hosts - 1 : chance(rand, 70) ? 1 : (unsigned)g_rand_int_range(rand, 2, 5);
  for (unsigned c = 0; c < n_conns; c++) {
    unsigned b = c % (n_hosts - 1) + 1, a = star ? 0 : b - 1;
    g_string_append_printf(out, "%s{'name': 'conn-%u', 'from': '%c:%u', 'to': '%c:80'%s}", c > 0 ? ", " : "", c,
                           'a' + a, 40000 + c, 'a' + b, chance(rand, 70) ? ", 'state': 'ESTABLISHED'" : "");
  }
  g_string_append(out, "], 'apps': [");
  for (unsigned c = 0; c < n_conns; c++) {
    unsigned b = c % (n_hosts - 1) + 1, a = star ? 0 : b - 1;
    add_app(out, rand, a, c);
    add_app(out, rand, b, c);
  }
  g_string_append_c(out, ']');
  add_faults(out, rand);
  g_string_append(out, ", 'duration': '10m'}");
  return g_string_free(out, FALSE);
}

static void test_random_scenarios_are_drawn_without_overlaps(void) {
  const char *only = g_getenv("TEARDOWN_SEQUENCE_SEED");
  guint32 first = only ? (guint32)g_ascii_strtoull(only, NULL, 10) : 1;
  for (guint32 seed = first; seed < (only ? first + 1 : first + RANDOM_SCENARIOS); seed++) {
    g_autofree char *text = random_scenario(seed);
    if (only)
      g_test_message("%s", text);
    g_autoptr(Trace) trace = run_text(text);
    g_autofree char *name = g_strdup_printf("random scenario %u", seed);
    check_trace(name, trace, &EVERYTHING);
  }
}

/* --- what is shown ------------------------------------------------------------------------------------------ */

static Drawing *draw(const Trace *trace, const PlotOptions *options) {
  g_autoptr(GError) error = NULL;
  Drawing *drawing = sequence_draw(trace, options, &error);
  g_assert_no_error(error);
  return drawing;
}

/* How many texts of a role hold `part`. */
static unsigned texts(const Drawing *drawing, DrawingRole role, const char *part) {
  unsigned n = 0;
  for (guint i = 0; i < drawing->marks->len; i++) {
    const DrawingMark *mark = drawing->marks->pdata[i];
    n += mark->role == role && is_text(mark) && strstr(mark->text, part) != NULL;
  }
  return n;
}

static unsigned marks(const Drawing *drawing, DrawingRole role) {
  unsigned n = 0;
  for (guint i = 0; i < drawing->marks->len; i++)
    n += ((const DrawingMark *)drawing->marks->pdata[i])->role == role;
  return n;
}

static const DrawingMark *arrow_mark(const Drawing *drawing, unsigned nth) {
  for (guint i = 0; i < drawing->marks->len; i++) {
    const DrawingMark *mark = drawing->marks->pdata[i];
    if (mark->role == ROLE_ARROW && nth-- == 0)
      return mark;
  }
  g_assert_not_reached();
}

static void test_a_lost_fin_ends_in_a_cross_half_way_and_is_sent_again(void) {
  g_autoptr(Trace) trace = trace_of_file("scenarios/loss/first-fin-lost.json");
  g_autoptr(Drawing) drawing = draw(trace, &EVERYTHING);
  g_assert_cmpuint(marks(drawing, ROLE_ARROW), ==, 5);
  g_assert_cmpuint(marks(drawing, ROLE_HEAD), ==, 4);
  g_assert_cmpuint(marks(drawing, ROLE_CROSS), ==, 2); /* its two strokes */
  const DrawingMark *lost = arrow_mark(drawing, 0), *again = arrow_mark(drawing, 1);
  g_assert_cmpint(lost->ink, ==, INK_LOST);
  g_assert_cmpint(again->ink, ==, INK_RESENT);
  g_assert_cmpint(arrow_mark(drawing, 2)->dash, ==, DASH_DASHED);
  /* It died half-way: at half the distance that the other one flies, and half its height. The head hides a part. */
  double whole = point(again, 1).x - point(again, 0).x, half = point(lost, 1).x - point(lost, 0).x;
  g_assert_cmpfloat_with_epsilon(half / whole, 0.5, 0.02);
  g_assert_cmpuint(texts(drawing, ROLE_LABEL, "F. 1:1(0) ack 1"), ==, 2);
  g_assert_cmpuint(texts(drawing, ROLE_LABEL, "lost: fault 1"), ==, 1);
  g_assert_cmpuint(texts(drawing, ROLE_LABEL, "attempt 2"), ==, 1);
  g_assert_cmpuint(texts(drawing, ROLE_STATE, "FIN-WAIT-1"), ==, 1);
  g_assert_cmpuint(texts(drawing, ROLE_STATE, "CLOSED"), ==, 2);
  g_assert_cmpuint(texts(drawing, ROLE_NOTE, "close()"), ==, 2);
  g_assert_cmpuint(texts(drawing, ROLE_NOTE, "end of stream"), ==, 1);
  g_assert_cmpuint(texts(drawing, ROLE_NOTE, "port 49152 free again"), ==, 1);
  g_assert_cmpuint(texts(drawing, ROLE_BRACKET_TEXT, "RTO 1 s"), ==, 1);
  g_assert_cmpuint(texts(drawing, ROLE_BRACKET_TEXT, "2MSL 240 s"), ==, 1);
  g_assert_cmpuint(texts(drawing, ROLE_TITLE, "The first FIN is lost"), ==, 1);
  g_assert_cmpstr(drawing->title, ==, "The first FIN is lost");
  g_assert_cmpuint(texts(drawing, ROLE_TITLE, "drop the first FIN from client"), ==, 1);
  g_assert_cmpuint(texts(drawing, ROLE_LEGEND, "pure ACK"), ==, 1);
  g_assert_cmpuint(texts(drawing, ROLE_LEGEND, "forged"), ==, 0);
}

/* The other FIN passes where the first died: it is interrupted there, and the dead one's end is drawn above. */
static void test_a_line_that_passes_a_cross_is_interrupted(void) {
  g_autoptr(Trace) trace = trace_of_file("scenarios/simultaneous/one-fin-lost.json");
  g_autoptr(Drawing) drawing = draw(trace, &EVERYTHING);
  unsigned gaps = 0, ends = 0;
  for (guint i = 0; i < drawing->marks->len; i++) {
    const DrawingMark *mark = drawing->marks->pdata[i];
    gaps += mark->kind == MARK_POLYGON && mark->ink == INK_PAGE;
    ends += mark->kind == MARK_LINE && mark->role == ROLE_AXIS && mark->ink == INK_LOST;
    g_assert_cmpuint(ends, <=, gaps);
  }
  g_assert_cmpuint(gaps, ==, 1);
  g_assert_cmpuint(ends, ==, 1);
  g_autoptr(Trace) alone = trace_of_file("scenarios/loss/first-fin-lost.json");
  g_autoptr(Drawing) other = draw(alone, &EVERYTHING);
  for (guint i = 0; i < other->marks->len; i++)
    g_assert_cmpint(((const DrawingMark *)other->marks->pdata[i])->ink, !=, INK_PAGE);
}

static void test_crossing_fins_cross_and_both_keep_their_labels(void) {
  g_autoptr(Trace) trace = trace_of_file("scenarios/simultaneous/both-close-at-once.json");
  g_autoptr(Drawing) drawing = draw(trace, &EVERYTHING);
  g_assert_cmpuint(texts(drawing, ROLE_LABEL, "F. 1:1(0) ack 1"), ==, 2);
  const DrawingMark *one = arrow_mark(drawing, 0), *other = arrow_mark(drawing, 1);
  g_assert_cmpfloat(point(one, 0).y, ==, point(other, 0).y);
  g_assert_cmpfloat((point(one, 1).x - point(one, 0).x) * (point(other, 1).x - point(other, 0).x), <, 0);
  g_assert_cmpuint(marks(drawing, ROLE_KEY), ==, 0);
}

static void test_forged_segments_copies_and_refusals_are_marked(void) {
  g_autoptr(Trace) forged = trace_of_file("scenarios/reset/forged-rst.json");
  g_autoptr(Drawing) drawing = draw(forged, &EVERYTHING);
  g_assert_cmpint(arrow_mark(drawing, 0)->ink, ==, INK_FORGED);
  g_assert_cmpuint(texts(drawing, ROLE_LABEL, "forged: attacker"), ==, 2);
  g_assert_cmpuint(texts(drawing, ROLE_NOTE, "connection reset"), ==, 2);
  g_assert_cmpuint(texts(drawing, ROLE_LEGEND, "forged"), ==, 1);
  g_autoptr(Trace) stray = trace_of_file("scenarios/time-wait/stray-segment.json");
  g_autoptr(Drawing) other = draw(stray, &EVERYTHING);
  g_assert_cmpint(arrow_mark(other, 1)->dash, ==, DASH_DOTTED);
  g_assert_cmpuint(texts(other, ROLE_LABEL, "copy: fault 1"), ==, 1);
  g_assert_cmpuint(texts(other, ROLE_NOTE, "EADDRINUSE"), ==, 1);
}

static void test_breaks_say_how_much_time_is_left_out_and_stretches_are_to_one_scale(void) {
  g_autoptr(Trace) trace = trace_of_file("scenarios/normal/four-segments.json");
  g_autoptr(SeqModel) model = seq_model_new(trace, &EVERYTHING, NULL);
  g_autoptr(SeqAxis) axis = seq_axis_new(model, 0);
  g_autoptr(Drawing) drawing = draw(trace, &EVERYTHING);
  g_assert_cmpuint(axis->breaks->len, >, 0);
  for (guint i = 0; i < axis->breaks->len; i++) {
    const SeqBreak *here = &g_array_index(axis->breaks, SeqBreak, i);
    const SeqMoment *before = SEQ_MOMENT(model, here->after), *after = SEQ_MOMENT(model, here->after + 1);
    char cut[40];
    g_assert_cmpint(here->cut, >, 0);
    g_assert_cmpint(here->cut, <, after->t - before->t);
    g_assert_cmpuint(texts(drawing, ROLE_BREAK, text_span(here->cut, cut, sizeof cut)), >=, 1);
    /* What is left of the pause is drawn, to scale. */
    double drawn = (here->top - before->y) + (after->y - here->bottom);
    g_assert_cmpfloat_with_epsilon(drawn, (double)(after->t - before->t - here->cut) * axis->base, 0.5);
  }
}

static void test_a_part_shows_what_is_in_it_and_cuts_off_what_reaches_beyond(void) {
  g_autoptr(Trace) trace = trace_of_file("scenarios/loss/first-fin-lost.json");
  PlotOptions part = {.from = SIM_MS(1020), .until = SIM_MS(1280)};
  g_autoptr(Drawing) drawing = draw(trace, &part);
  /* The second FIN is under way when it begins, the server's FIN when it ends. */
  g_assert_cmpuint(marks(drawing, ROLE_ARROW), ==, 3);
  g_assert_cmpuint(marks(drawing, ROLE_HEAD), ==, 2);
  g_assert_cmpuint(texts(drawing, ROLE_STATE, "TIME-WAIT"), ==, 0);
  g_assert_cmpuint(texts(drawing, ROLE_STATE, "FIN-WAIT-2"), ==, 1);
  g_assert_cmpuint(texts(drawing, ROLE_TITLE, "the part from 1.020 s to 1.280 s"), ==, 1);
  check_trace("a part", trace, &part);
}

static void test_a_part_without_events_and_unknown_names_are_errors(void) {
  g_autoptr(Trace) trace = trace_of_file("scenarios/loss/first-fin-lost.json");
  char *hosts[] = {"client", "nobody", NULL}, *conns[] = {"nothing", NULL};
  PlotOptions wrong[] = {{.from = SIM_S(1000), .until = SIM_NEVER},
                         {.from = SIM_NEVER, .until = SIM_NEVER, .hosts = hosts},
                         {.from = SIM_NEVER, .until = SIM_NEVER, .conns = conns}};
  const char *says[] = {"nothing happens", "no such host: nobody", "no such connection: nothing"};
  for (unsigned i = 0; i < G_N_ELEMENTS(wrong); i++) {
    g_autoptr(GError) error = NULL;
    g_assert_null(sequence_draw(trace, &wrong[i], &error));
    g_assert_nonnull(error);
    g_assert_nonnull(strstr(error->message, says[i]));
  }
}

static void test_hosts_and_connections_that_are_chosen_are_all_that_is_drawn(void) {
  g_autoptr(Trace) trace = trace_of_file("scenarios/ports/restart-server-reuseaddr.json");
  char *conns[] = {"second", NULL}, *hosts[] = {"server", NULL};
  PlotOptions one = {.from = SIM_NEVER, .until = SIM_NEVER, .conns = conns};
  g_autoptr(Drawing) drawing = draw(trace, &one);
  g_assert_cmpuint(texts(drawing, ROLE_LABEL, "first"), ==, 0);
  g_assert_cmpuint(marks(drawing, ROLE_ARROW), ==, 6);
  PlotOptions lone = {.from = SIM_NEVER, .until = SIM_NEVER, .hosts = hosts};
  g_autoptr(Drawing) alone = draw(trace, &lone);
  g_assert_cmpuint(marks(alone, ROLE_ARROW), ==, 0);
  g_assert_cmpuint(texts(alone, ROLE_HOST, "server"), ==, 1);
  check_trace("one connection", trace, &one);
  check_trace("one host", trace, &lone);
}

static void test_raw_numbers_are_those_on_the_wire(void) {
  g_autoptr(Trace) trace = trace_of_file("scenarios/loss/first-fin-lost.json");
  PlotOptions raw = {.from = SIM_NEVER, .until = SIM_NEVER, .raw_seq = TRUE};
  g_autoptr(Drawing) drawing = draw(trace, &raw);
  /* The one that is lost half-way has no room for all of it. */
  g_assert_cmpuint(texts(drawing, ROLE_LABEL, "F. 1189773878:1189773878(0) ack 912362542"), ==, 1);
  g_assert_cmpuint(texts(drawing, ROLE_LABEL, "F. 1189773878:1189773878(0)"), ==, 2);
  check_trace("raw numbers", trace, &raw);
}

static void test_segments_that_fly_together_are_one_arrow(void) {
  g_autoptr(Trace) trace =
      run_text("{'version': 1, 'title': 'A train', 'hosts': {'a': {'profile': 'linux'}, 'b': {'profile': 'linux'}},"
               " 'links': [{'between': ['a', 'b'], 'delay': '50ms'}],"
               " 'connections': [{'name': 'c', 'from': 'a:1000', 'to': 'b:80', 'state': 'ESTABLISHED'}],"
               " 'apps': [{'host': 'a', 'conn': 'c', 'do': [{'at': '0s', 'call': 'send', 'octets': 4000},"
               " {'at': '1s', 'call': 'close'}]}]}");
  g_autoptr(Drawing) drawing = draw(trace, &EVERYTHING);
  g_assert_cmpuint(texts(drawing, ROLE_LABEL, "3 × 1:4001(4000) ack 1"), ==, 1);
  g_assert_cmpuint(texts(drawing, ROLE_NOTE, "recv(4000), 3 calls"), ==, 1);
  g_assert_cmpuint(texts(drawing, ROLE_LEGEND, "several segments at once"), ==, 1);
}

static void test_a_timer_that_runs_out_for_an_hour_without_effect_is_told_in_one_bracket(void) {
  g_autoptr(Trace) trace = trace_of_file("scenarios/broken-stacks/fin-not-retransmitted.json");
  g_autoptr(Drawing) drawing = draw(trace, &EVERYTHING);
  g_assert_cmpuint(marks(drawing, ROLE_BRACKET), ==, 3);
  g_assert_cmpuint(texts(drawing, ROLE_BRACKET_TEXT, "RTO 1 s"), ==, 2);
  g_assert_cmpuint(texts(drawing, ROLE_BRACKET_TEXT, "3598 × RTO"), ==, 1);
  g_assert_cmpfloat(drawing->height, <, 700);
}

static void test_the_same_call_several_times_is_one_note(void) {
  g_autoptr(Trace) trace = trace_of_file("scenarios/timers/keepalive-finds-the-dead.json");
  g_autoptr(Drawing) drawing = draw(trace, &EVERYTHING);
  g_assert_cmpuint(texts(drawing, ROLE_NOTE, "setsockopt(), 4 calls"), ==, 1);
  g_assert_cmpuint(texts(drawing, ROLE_NOTE, "setsockopt()"), ==, 1);
}

static void test_calls_of_an_app_with_many_connections_say_which_connection(void) {
  g_autoptr(Trace) trace = trace_of_file("scenarios/close-wait/leak.json");
  g_autoptr(Drawing) drawing = draw(trace, &EVERYTHING);
  g_assert_cmpuint(texts(drawing, ROLE_NOTE, "load-2: close()"), ==, 1);
  g_assert_cmpuint(texts(drawing, ROLE_NOTE, "load: close()"), ==, 0);
}

/* What is said of a segment that never left its host stands in one line, so that several have room. */
static void test_retransmissions_into_a_dead_link_all_have_their_texts(void) {
  g_autoptr(Trace) trace = trace_of_file("scenarios/timers/user-timeout.json");
  g_autoptr(Drawing) drawing = draw(trace, &EVERYTHING);
  double label_y = 0;
  unsigned asides = 0;
  for (guint i = 0; i < drawing->marks->len; i++) {
    const DrawingMark *mark = drawing->marks->pdata[i];
    if (mark->role != ROLE_LABEL)
      continue;
    if (g_str_has_prefix(mark->text, "P. 1:101(100)"))
      label_y = point(mark, 0).y;
    else if (g_str_has_prefix(mark->text, "lost: link down")) {
      g_assert_cmpfloat(point(mark, 0).y, ==, label_y);
      asides++;
    }
  }
  g_assert_cmpuint(asides, ==, marks(drawing, ROLE_ARROW));
  g_assert_cmpuint(texts(drawing, ROLE_LEGEND, "no room"), ==, 0);
}

/* The usual flight is lower on a page that would be long, but no text is given up for it. */
static void test_a_long_page_is_drawn_denser(void) {
  g_autoptr(Trace) brief = trace_of_file("scenarios/normal/four-segments.json");
  g_autoptr(Trace) lengthy = trace_of_file("scenarios/close-wait/never-closes.json");
  g_autoptr(SeqModel) four = seq_model_new(brief, &EVERYTHING, NULL);
  g_autoptr(SeqModel) many = seq_model_new(lengthy, &EVERYTHING, NULL);
  g_autoptr(SeqAxis) usual = seq_axis_new(four, 0);
  g_autoptr(SeqAxis) dense = seq_axis_new(many, 0);
  g_assert_cmpfloat(dense->base, <, usual->base * 0.7);
  g_assert_cmpfloat(dense->base, >, usual->base * 0.4);
  g_autoptr(Drawing) drawing = draw(lengthy, &EVERYTHING);
  g_assert_cmpuint(texts(drawing, ROLE_LABEL, "web-"), ==, marks(drawing, ROLE_ARROW));
}

static void test_hostile_and_endless_texts_stay_within_the_page(void) {
  g_autoptr(Trace) trace = trace_of_file("scenarios/loss/first-fin-lost.json");
  GString *title = g_string_new("<script> $(rm) `x` \"q\" \\n \x1b[31m \u202e");
  while (title->len < 10240)
    g_string_append(title, " Wwww");
  g_free(trace->header->title);
  trace->header->title = g_string_free(title, FALSE);
  g_ptr_array_add(trace->header->faults, g_strnfill(5000, 'M'));
  check_trace("an endless title", trace, &EVERYTHING);
  g_autoptr(Drawing) drawing = draw(trace, &EVERYTHING);
  g_assert_cmpuint(texts(drawing, ROLE_TITLE, "\x1b"), ==, 0);
  g_assert_cmpuint(texts(drawing, ROLE_TITLE, "\u202e"), ==, 0);
  g_assert_cmpuint(texts(drawing, ROLE_TITLE, "<script> $(rm) `x`"), ==, 1);
  g_assert_cmpfloat(drawing->height, <, 1200);
}

static void test_any_trace_is_drawn_or_refused(void) {
  for (guint32 seed = 1; seed <= 300; seed++) {
    g_autoptr(Trace) trace = text_trace_of_noise(seed, 60 + seed % 100);
    g_autofree char *name = g_strdup_printf("noise %u", seed);
    g_autoptr(GError) error = NULL;
    g_autoptr(Drawing) drawing = sequence_draw(trace, &EVERYTHING, &error);
    g_assert_true((drawing == NULL) == (error != NULL));
    if (drawing != NULL) {
      check_page(name, drawing);
      check_overlaps(name, drawing);
    }
  }
  for (const TextTrace *known = text_traces; known->name != NULL; known++) {
    g_autoptr(Trace) trace = known->build();
    check_trace(known->name, trace, &EVERYTHING);
  }
  g_autoptr(Trace) empty = trace_new(NULL, NULL);
  g_autoptr(GError) error = NULL;
  g_assert_null(sequence_draw(empty, &EVERYTHING, &error));
  g_assert_nonnull(error);
}

static void test_a_thousand_segments_are_drawn_in_a_moment(void) {
  g_autoptr(Trace) trace = run_text(
      "{'version': 1, 'title': 'Much data', 'seed': 3, 'hosts': {'a': {'profile': 'linux'}, 'b': {'profile': 'linux'}},"
      " 'links': [{'between': ['a', 'b'], 'delay': '20ms', 'jitter': '4ms', 'loss': 0.02, 'rate': '20mbit'}],"
      " 'connections': [{'name': 'c', 'from': 'a:4000', 'to': 'b:80', 'state': 'ESTABLISHED'}], 'apps': ["
      " {'host': 'a', 'conn': 'c', 'do': [{'at': '0s', 'call': 'send', 'octets': 1000000},"
      "   {'at': '1s', 'call': 'close'}]},"
      " {'host': 'b', 'conn': 'c', 'do': [{'on': 'eof', 'call': 'close'}]}]}");
  g_assert_cmpuint(count_of(trace, TRACE_SENT), >, 1000);
  g_test_timer_start();
  g_autoptr(Drawing) drawing = draw(trace, &EVERYTHING);
  /* A tenth of it on the machine where this was written; sanitizers take their share. */
  g_assert_cmpfloat(g_test_timer_elapsed(), <, 5);
  g_assert_cmpuint(marks(drawing, ROLE_ARROW), >, 500);
  g_test_minimized_result(g_test_timer_last(), "%.0f ms for a thousand segments", g_test_timer_last() * 1000);
  check_trace("a thousand segments", trace, &EVERYTHING);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
#define TEST(name) g_test_add_func("/sequence/" #name, test_##name)
  TEST(shipped_scenarios_are_drawn_without_overlaps);
  TEST(random_scenarios_are_drawn_without_overlaps);
  TEST(a_lost_fin_ends_in_a_cross_half_way_and_is_sent_again);
  TEST(a_line_that_passes_a_cross_is_interrupted);
  TEST(crossing_fins_cross_and_both_keep_their_labels);
  TEST(forged_segments_copies_and_refusals_are_marked);
  TEST(breaks_say_how_much_time_is_left_out_and_stretches_are_to_one_scale);
  TEST(a_part_shows_what_is_in_it_and_cuts_off_what_reaches_beyond);
  TEST(a_part_without_events_and_unknown_names_are_errors);
  TEST(hosts_and_connections_that_are_chosen_are_all_that_is_drawn);
  TEST(raw_numbers_are_those_on_the_wire);
  TEST(segments_that_fly_together_are_one_arrow);
  TEST(a_timer_that_runs_out_for_an_hour_without_effect_is_told_in_one_bracket);
  TEST(the_same_call_several_times_is_one_note);
  TEST(calls_of_an_app_with_many_connections_say_which_connection);
  TEST(retransmissions_into_a_dead_link_all_have_their_texts);
  TEST(a_long_page_is_drawn_denser);
  TEST(hostile_and_endless_texts_stay_within_the_page);
  TEST(any_trace_is_drawn_or_refused);
  TEST(a_thousand_segments_are_drawn_in_a_moment);
  return g_test_run();
}
