/* Which rows of the table decide something: in the conformance scripts (the other programs of this folder, which stand
 * beside this one), in the shipped scenarios, in the recordings of Linux, and in closes by the broken stacks. All rows
 * do but those that tests/fsm-uncovered.txt excuses, each with its reason. */
#include "tcp/tcp_fsm.h"
#include "tests/unit/runs.h"

#include <glib/gstdio.h>
#include <string.h>

static const char *const PROGRAMS[] = {
    "test-closed",      "test-listen",     "test-syn-sent",   "test-syn-received",
    "test-established", "test-fin-wait-1", "test-fin-wait-2", "test-close-wait",
    "test-closing",     "test-last-ack",   "test-time-wait",  "test-retransmission",
    "test-window",      "test-ladders",    "test-stacks",     "test-congestion",
};

/* What only a broken stack does. */
static const char *const BUGS[] = {"bug_no_time_wait", "bug_closing_skipped", "bug_rst_on_crossing_fin",
                                   "bug_fin_not_retransmitted", "bug_time_wait_from_last_ack"};

/* --- what is used ------------------------------------------------------------------------------------------------- */

/* The rules that the programs in `folder` use, one a line. The caller frees it. */
static char *rules_used(const char *folder) {
  char *text = NULL;
  GError *error = NULL;
  g_autofree char *path = NULL;
  int file = g_file_open_tmp("rules-used-XXXXXX", &path, &error);
  g_assert_no_error(error);
  g_close(file, NULL);
  g_auto(GStrv) environment = g_environ_setenv(g_get_environ(), "TEARDOWN_RULES_USED", path, TRUE);
  for (size_t i = 0; i < G_N_ELEMENTS(PROGRAMS); i++) {
    g_autofree char *program = g_build_filename(folder, PROGRAMS[i], NULL);
    char *argv[] = {program, NULL};
    g_spawn_sync(NULL, argv, environment, G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, NULL,
                 NULL, NULL, &error);
    g_assert_no_error(error);
  }
  g_file_get_contents(path, &text, NULL, &error);
  g_assert_no_error(error);
  g_unlink(path);
  return text;
}

static void add_run(const Scenario *scenario, uint64_t *hits) {
  Names *names = names_new();
  run_scenario(scenario, &(RunOptions){0}, NULL, names, hits);
  names_free(names);
}

static void add_folder(const char *folder, uint64_t *hits) {
  g_autofree char *path = g_test_build_filename(G_TEST_DIST, folder, NULL);
  GDir *dir = g_dir_open(path, 0, NULL);
  g_assert_nonnull(dir);
  for (const char *name; (name = g_dir_read_name(dir));) {
    g_autofree char *child = g_build_filename(folder, name, NULL), *file = g_build_filename(path, name, NULL);
    if (g_file_test(file, G_FILE_TEST_IS_DIR)) {
      add_folder(child, hits);
    } else if (g_str_has_suffix(name, ".json") && !g_str_has_suffix(name, ".lab.json")) {
      g_autoptr(Scenario) scenario = scenario_of_file(child);
      add_run(scenario, hits);
    }
  }
  g_dir_close(dir);
}

/* Closes in turn and at once, the first FIN lost or not. */
static void add_bug(const char *bug, uint64_t *hits) {
  static const char *const CLOSES[] = {"{'on': 'eof', 'after': '200ms', 'call': 'close'}",
                                       "{'at': '0s', 'call': 'close'}"};
  static const char *const FAULTS[] = {"", "{'match': {'from': 'a', 'flags': 'FIN', 'nth': 1}, 'action': 'drop'}"};
  for (unsigned i = 0; i < 4; i++) {
    g_autofree char *text = g_strdup_printf(
        "{'version': 1, 'title': 'a bug', 'hosts': {'a': {'tcp': {'%s': true}}, 'b': {'tcp': {'%s': true}}}, 'links': "
        "[{'between': ['a', 'b'], 'delay': '50ms'}], 'connections': [{'name': 'c', 'from': 'a:1000', 'to': 'b:80', "
        "'state': 'ESTABLISHED'}], 'apps': [{'host': 'a', 'conn': 'c', 'do': [{'at': '0s', 'call': 'close'}]}, "
        "{'host': "
        "'b', 'conn': 'c', 'do': [%s]}], 'faults': [%s], 'duration': '1h'}",
        bug, bug, CLOSES[i & 1], FAULTS[i >> 1]);
    g_autoptr(Scenario) scenario = scenario_of(text);
    add_run(scenario, hits);
  }
}

/* --- rows --------------------------------------------------------------------------------------------------------- */

static char *row_name(const TcpRow *row) {
  GString *name = g_string_new(NULL);
  for (unsigned state = 0; state < TCP_STATE_COUNT; state++)
    if (row->from >> state & 1)
      g_string_append_printf(name, "%s%s", name->len ? "," : "", tcp_state_name((TcpState)state));
  g_string_append_printf(name, " %s %s", tcp_stimulus_name((TcpStimulus)row->stimulus),
                         tcp_guard_name((TcpGuard)row->guard));
  return g_string_free(name, FALSE);
}

static gboolean a_script_uses(const TcpRow *row, char **lines) {
  for (unsigned state = 0; state < TCP_STATE_COUNT; state++) {
    g_autofree char *rule =
        g_strdup_printf("%s %s %s", tcp_state_name((TcpState)state), tcp_stimulus_name((TcpStimulus)row->stimulus),
                        tcp_guard_name((TcpGuard)row->guard));
    if (row->from >> state & 1 && g_strv_contains((const char *const *)lines, rule))
      return TRUE;
  }
  return FALSE;
}

/* Lines "NAME: reason" of the file; a reason is not optional. */
static gboolean is_excused(const char *name, char **excuses) {
  gsize length = strlen(name);
  for (char **line = excuses; *line; line++)
    if (strncmp(*line, name, length) == 0 && g_str_has_prefix(*line + length, ": ") && strlen(*line + length) > 10)
      return TRUE;
  return FALSE;
}

static void test_every_row_decides_something_or_is_excused(gconstpointer folder) {
  unsigned n_rows, missing = 0;
  const TcpRow *rows = tcp_fsm_rows(&n_rows);
  g_autofree uint64_t *hits = g_new0(uint64_t, n_rows);
  g_autofree char *text = rules_used(folder), *excused = NULL;
  g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
  g_autofree char *path = g_test_build_filename(G_TEST_DIST, "tests", "fsm-uncovered.txt", NULL);
  g_assert_true(g_file_get_contents(path, &excused, NULL, NULL));
  g_auto(GStrv) excuses = g_strsplit(excused, "\n", -1);
  add_folder("scenarios", hits);
  add_folder("tests/conformance/linux", hits);
  for (size_t i = 0; i < G_N_ELEMENTS(BUGS); i++)
    add_bug(BUGS[i], hits);
  for (unsigned i = 0; i < n_rows; i++) {
    g_autofree char *name = row_name(&rows[i]);
    gboolean used = hits[i] || a_script_uses(&rows[i], lines);
    if (used == is_excused(name, excuses)) {
      g_test_message("%s: %s", name, used ? "excused, but it decides something" : "never decides anything");
      missing++;
    }
  }
  g_assert_cmpuint(missing, ==, 0);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_autofree char *folder = g_path_get_dirname(argv[0]);
  g_test_add_data_func("/rfc9293/coverage/every-row-decides-something-or-is-excused", folder,
                       test_every_row_decides_something_or_is_excused);
  return g_test_run();
}
