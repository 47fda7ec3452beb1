/* The charts: states, fsm, counts, cdf, and the thumbnail. Whatever the run, nothing that is read covers anything else
 * that is. */
#include "output/picture/font_metrics.h"
#include "output/picture/fsm_edges.h"
#include "output/picture/plot.h"
#include "runs.h"
#include "tcp/tcp_fsm.h"
#include "text-traces.h"

#include <string.h>

static const PlotOptions EVERYTHING = {.from = SIM_NEVER, .until = SIM_NEVER};

typedef Drawing *(*Draw)(const Trace *trace, const PlotOptions *options, GError **error);
static const struct {
  const char *name;
  Draw draw;
} CHARTS[] = {{"states", states_draw},
              {"fsm", fsm_draw},
              {"counts", counts_draw},
              {"cdf", cdf_draw},
              {"thumbnail", thumbnail_draw}};

/* What a text must not touch: another text, a strip, an arrowhead. Breaks and halos are made to be crossed. */
static gboolean is_obstacle(const DrawingMark *mark) {
  return mark->kind == MARK_TEXT || mark->role == ROLE_STRIP || mark->role == ROLE_HEAD;
}

static void assert_on_page(const char *what, const Drawing *drawing, const DrawingMark *mark) {
  DrawingPoint box[4];
  drawing_mark_box(mark, box);
  for (unsigned i = 0; i < 4; i++)
    if (box[i].x < 0 || box[i].y < 0 || box[i].x > drawing->width || box[i].y > drawing->height)
      g_error("%s: \"%s\" leaves the page at %g, %g", what, mark->text, box[i].x, box[i].y);
}

static void assert_nothing_covered(const char *what, const Drawing *drawing) {
  for (guint i = 0; i < drawing->marks->len; i++) {
    const DrawingMark *text = drawing->marks->pdata[i];
    if (text->kind != MARK_TEXT)
      continue;
    DrawingPoint box[4], other_box[4];
    drawing_mark_box(text, box);
    assert_on_page(what, drawing, text);
    for (guint j = 0; j < drawing->marks->len; j++) {
      const DrawingMark *other = drawing->marks->pdata[j];
      if (j == i || !is_obstacle(other))
        continue;
      drawing_mark_box(other, other_box);
      if (drawing_boxes_touch(box, other_box))
        g_error("%s: \"%s\" at %g, %g touches %s (role %d) at %g, %g", what, text->text, box[0].x, box[0].y,
                other->text ? other->text : "a shape", other->role, other_box[0].x, other_box[0].y);
    }
  }
}

static void assert_charts_are_sound(const char *name, const Trace *trace) {
  for (unsigned i = 0; i < G_N_ELEMENTS(CHARTS); i++) {
    g_autoptr(GError) error = NULL;
    g_autofree char *what = g_strdup_printf("%s as %s", name, CHARTS[i].name);
    g_autoptr(Drawing) drawing = CHARTS[i].draw(trace, &EVERYTHING, &error);
    g_assert_true((drawing == NULL) == (error != NULL));
    if (drawing)
      assert_nothing_covered(what, drawing);
  }
}

static void test_shipped_scenarios_have_no_overlaps(void) {
  g_autofree char *root = g_test_build_filename(G_TEST_DIST, "scenarios", NULL);
  g_autoptr(GDir) folders = g_dir_open(root, 0, NULL);
  unsigned n = 0;
  for (const char *folder; (folder = g_dir_read_name(folders));) {
    g_autofree char *path = g_build_filename(root, folder, NULL);
    g_autoptr(GDir) files = g_dir_open(path, 0, NULL);
    for (const char *file; files && (file = g_dir_read_name(files));) {
      g_autofree char *relative = g_build_filename("scenarios", folder, file, NULL);
      if (!g_str_has_suffix(file, ".json") || g_str_has_suffix(file, ".lab.json"))
        continue;
      g_autoptr(Scenario) scenario = scenario_of_file(relative);
      g_autoptr(Trace) trace = run_to_trace(scenario, &(RunOptions){0}, NULL);
      assert_charts_are_sound(relative, trace);
      n++;
    }
  }
  g_assert_cmpuint(n, >=, 20);
}

static void test_any_records_at_all_are_drawn_or_refused(void) {
  for (guint32 seed = 1; seed <= 150; seed++) {
    g_autofree char *name = g_strdup_printf("noise %u", seed);
    g_autoptr(Trace) trace = text_trace_of_noise(seed, 1 + seed % 120);
    assert_charts_are_sound(name, trace);
  }
}

static void test_hand_written_situations_have_no_overlaps(void) {
  for (const TextTrace *situation = text_traces; situation->name; situation++) {
    g_autoptr(Trace) trace = situation->build();
    assert_charts_are_sound(situation->name, trace);
  }
}

/* --- what is shown ------------------------------------------------------------------------------------------------ */

static guint count_text(const Drawing *drawing, DrawingRole role, const char *text) {
  guint n = 0;
  for (guint i = 0; i < drawing->marks->len; i++) {
    const DrawingMark *mark = drawing->marks->pdata[i];
    n += mark->kind == MARK_TEXT && mark->role == role && strcmp(mark->text, text) == 0;
  }
  return n;
}

static Drawing *draw_shipped(Draw draw, const char *path, const PlotOptions *options) {
  g_autoptr(Scenario) scenario = scenario_of_file(path);
  g_autoptr(Trace) trace = run_to_trace(scenario, &(RunOptions){0}, NULL);
  g_autoptr(GError) error = NULL;
  Drawing *drawing = draw(trace, options, &error);
  g_assert_no_error(error);
  return drawing;
}

static void test_states_are_all_named_and_every_cut_says_how_long(void) {
  g_autoptr(Drawing) drawing = draw_shipped(states_draw, "scenarios/loss/first-fin-lost.json", &EVERYTHING);
  static const char *const names[] = {"FIN-WAIT-1", "FIN-WAIT-2", "TIME-WAIT", "CLOSE-WAIT", "LAST-ACK"};
  for (unsigned i = 0; i < G_N_ELEMENTS(names); i++)
    g_assert_cmpuint(count_text(drawing, ROLE_STATE, names[i]), ==, 1);
  g_assert_cmpuint(count_text(drawing, ROLE_STATE, "ESTABLISHED"), ==, 2);
  g_assert_cmpuint(count_text(drawing, ROLE_BREAK, "239.95 s"), ==, 1);
  g_assert_cmpuint(count_text(drawing, ROLE_TICK, "241.30 s"), ==, 1);
}

/* Within a stretch without a cut, strips are as long as their stays: 200 ms and 100 ms. */
static void test_state_strips_are_to_scale(void) {
  g_autoptr(Drawing) drawing = draw_shipped(states_draw, "scenarios/loss/first-fin-lost.json", &EVERYTHING);
  double close_wait = 0, last_ack = 0;
  for (guint i = 0; i < drawing->marks->len; i++) {
    const DrawingMark *mark = drawing->marks->pdata[i];
    if (mark->role != ROLE_STRIP)
      continue;
    double width = g_array_index(mark->points, DrawingPoint, 1).x - g_array_index(mark->points, DrawingPoint, 0).x;
    close_wait = mark->ink == INK_STATE + TCP_STATE_CLOSE_WAIT ? width : close_wait;
    last_ack = mark->ink == INK_STATE + TCP_STATE_LAST_ACK ? width : last_ack;
  }
  g_assert_cmpfloat(last_ack, >, 10);
  g_assert_cmpfloat_with_epsilon(close_wait, 2 * last_ack, 0.01);
}

static void test_figure_has_every_arrow_of_the_table_and_no_other(void) {
  unsigned n_rows;
  size_t n_edges;
  const TcpRow *rows = tcp_fsm_rows(&n_rows);
  const FsmEdge *edges = fsm_edges(&n_edges);
  g_autofree gboolean *meant = g_new0(gboolean, n_edges);
  for (unsigned i = 0; i < n_rows; i++)
    for (unsigned from = 0; from < TCP_STATE_COUNT; from++) {
      if (!rows[i].edge || !(rows[i].from >> from & 1))
        continue;
      gboolean found = FALSE;
      for (size_t e = 0; e < n_edges; e++)
        if (edges[e].from == from && edges[e].to == rows[i].to)
          found = meant[e] = TRUE;
      if (!found)
        g_error("no arrow from %s to %s", tcp_state_name((TcpState)from), tcp_state_name((TcpState)rows[i].to));
    }
  for (size_t e = 0; e < n_edges; e++)
    g_assert_true(meant[e]);
}

static void test_figure_numbers_each_hosts_path(void) {
  g_autoptr(Drawing) drawing = draw_shipped(fsm_draw, "scenarios/loss/first-fin-lost.json", &EVERYTHING);
  /* On the arrow and in the list, for client and server; the client has a fourth step. */
  g_assert_cmpuint(count_text(drawing, ROLE_KEY, "1"), ==, 4);
  g_assert_cmpuint(count_text(drawing, ROLE_KEY, "3"), ==, 4);
  g_assert_cmpuint(count_text(drawing, ROLE_KEY, "4"), ==, 2);
  g_assert_cmpuint(count_text(drawing, ROLE_KEY, "5"), ==, 0);
}

static void test_reset_leaves_the_figure_by_an_arrow_of_its_own(void) {
  g_autoptr(Drawing) drawing = draw_shipped(fsm_draw, "scenarios/reset/unread-data.json", &EVERYTHING);
  g_assert_cmpuint(count_text(drawing, ROLE_STATE, "to CLOSED"), ==, 2);
  g_assert_cmpuint(count_text(drawing, ROLE_LABEL, "a valid RST"), ==, 1);
}

/* LAST-ACK to CLOSED is an arrow of the figure, for the ACK of the FIN. */
static void test_reset_does_not_go_by_the_arrow_of_an_ack(void) {
  g_autoptr(Drawing) drawing = draw_shipped(fsm_draw, "scenarios/time-wait/too-short.json", &EVERYTHING);
  g_assert_cmpuint(count_text(drawing, ROLE_STATE, "to CLOSED"), ==, 1);
  g_assert_cmpuint(count_text(drawing, ROLE_LABEL, "a valid RST"), ==, 1);
}

static void test_population_is_counted_up_to_its_size(void) {
  g_autoptr(Drawing) drawing = draw_shipped(counts_draw, "scenarios/ports/exhaustion.json", &EVERYTHING);
  g_assert_cmpuint(count_text(drawing, ROLE_TICK, "100"), ==, 1);
  g_assert_cmpuint(count_text(drawing, ROLE_LEGEND, "TIME-WAIT"), ==, 1);
  g_assert_cmpuint(count_text(drawing, ROLE_LEGEND, "CLOSED"), ==, 0);
}

static void test_distribution_tells_the_median(void) {
  g_autoptr(Drawing) drawing = draw_shipped(cdf_draw, "scenarios/loss/first-fin-lost.json", &EVERYTHING);
  g_assert_cmpuint(count_text(drawing, ROLE_LEGEND, "median 241.3 s  ·  95 % within 241.3 s  ·  1 end"), ==, 1);
  g_assert_cmpuint(count_text(drawing, ROLE_LEGEND, "median 1.3 s  ·  95 % within 1.3 s  ·  1 end"), ==, 1);
  g_assert_cmpuint(count_text(drawing, ROLE_LEGEND, "median 100 ms  ·  95 % within 100 ms  ·  1 end"), ==, 1);
}

/* Many values close to each other make a slope, on which the median's dot lies. */
static void test_distribution_of_many_values_rises_through_its_median(void) {
  g_autoptr(Trace) trace =
      run_text("{'version': 1, 'title': 't', 'hosts': {'a': {}, 'b': {}},"
               "'links': [{'between': ['a', 'b'], 'delay': '20ms', 'jitter': '5ms'}],"
               "'connections': [{'name': 'c', 'from': 'a', 'to': 'b:80', 'count': 300, 'arrival': {'every': '10ms'}}],"
               "'apps': [{'host': 'a', 'conn': 'c', 'do': [{'on': 'established', 'call': 'close'}]},"
               "{'host': 'b', 'conn': 'c', 'do': [{'on': 'eof', 'call': 'close'}]}]}");
  g_autoptr(Drawing) drawing = cdf_draw(trace, &EVERYTHING, NULL);
  const DrawingMark *curve = NULL;
  guint dots = 0;
  for (guint i = 0; i < drawing->marks->len; i++) {
    const DrawingMark *mark = drawing->marks->pdata[i];
    if (mark->role != ROLE_CURVE)
      continue;
    if (mark->kind == MARK_PATH) {
      curve = mark;
      continue;
    }
    DrawingPoint box[4];
    gboolean on_curve = FALSE;
    drawing_mark_box(mark, box);
    for (guint p = 0; p + 1 < curve->points->len; p++) {
      const DrawingPoint *a = &g_array_index(curve->points, DrawingPoint, p), *b = a + 1;
      DrawingPoint line[] = {*a, *b, *b, *a};
      on_curve = on_curve || drawing_boxes_touch(box, line);
    }
    g_assert_true(on_curve);
    dots++;
  }
  g_assert_cmpuint(dots, ==, 3);
}

/* --- parts -------------------------------------------------------------------------------------------------------- */

static void test_only_the_hosts_asked_for_are_drawn(void) {
  char *hosts[] = {(char[]){"server"}, NULL};
  const PlotOptions options = {.from = SIM_NEVER, .until = SIM_NEVER, .hosts = hosts};
  g_autoptr(Drawing) drawing = draw_shipped(states_draw, "scenarios/loss/first-fin-lost.json", &options);
  g_assert_cmpuint(count_text(drawing, ROLE_HOST, "server"), ==, 1);
  g_assert_cmpuint(count_text(drawing, ROLE_HOST, "client"), ==, 0);
  g_assert_cmpuint(count_text(drawing, ROLE_STATE, "TIME-WAIT"), ==, 0);
}

static void test_only_the_time_asked_for_is_drawn(void) {
  const PlotOptions options = {.from = SIM_MS(1000), .until = SIM_MS(1200)};
  g_autoptr(Drawing) drawing = draw_shipped(states_draw, "scenarios/loss/first-fin-lost.json", &options);
  g_assert_cmpuint(count_text(drawing, ROLE_STATE, "FIN-WAIT-2"), ==, 1);
  g_assert_cmpuint(count_text(drawing, ROLE_STATE, "TIME-WAIT"), ==, 0);
  assert_nothing_covered("a part", drawing);
}

static void test_strangers_are_refused(void) {
  g_autoptr(Trace) trace = run_two_hosts("'apps': [{'host': 'a', 'conn': 'c', 'do': [{'at': '0s', 'call': 'close'}]}]");
  char *names[] = {(char[]){"nobody"}, NULL};
  for (unsigned i = 0; i < G_N_ELEMENTS(CHARTS); i++) {
    const PlotOptions hosts = {.from = SIM_NEVER, .until = SIM_NEVER, .hosts = names};
    const PlotOptions conns = {.from = SIM_NEVER, .until = SIM_NEVER, .conns = names};
    const PlotOptions *wrong[] = {&hosts, &conns};
    for (unsigned w = 0; w < G_N_ELEMENTS(wrong); w++) {
      g_autoptr(GError) error = NULL;
      g_assert_null(CHARTS[i].draw(trace, wrong[w], &error));
      g_assert_nonnull(strstr(error->message, "nobody"));
    }
  }
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
#define TEST(name) g_test_add_func("/charts/" #name, test_##name)
  TEST(shipped_scenarios_have_no_overlaps);
  TEST(any_records_at_all_are_drawn_or_refused);
  TEST(hand_written_situations_have_no_overlaps);
  TEST(states_are_all_named_and_every_cut_says_how_long);
  TEST(state_strips_are_to_scale);
  TEST(figure_has_every_arrow_of_the_table_and_no_other);
  TEST(figure_numbers_each_hosts_path);
  TEST(reset_leaves_the_figure_by_an_arrow_of_its_own);
  TEST(reset_does_not_go_by_the_arrow_of_an_ack);
  TEST(population_is_counted_up_to_its_size);
  TEST(distribution_tells_the_median);
  TEST(distribution_of_many_values_rises_through_its_median);
  TEST(only_the_hosts_asked_for_are_drawn);
  TEST(only_the_time_asked_for_is_drawn);
  TEST(strangers_are_refused);
  return g_test_run();
}
