/* Which rules of the table the conformance scripts make decide something: all but those excused below, each cell of the
 * table (state, stimulus) for itself. Runs the other programs of this folder, which stand beside it. */
#include "tcp/tcp_fsm.h"

#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>

static const char *const PROGRAMS[] = {
    "test-closed",     "test-listen",         "test-syn-sent",   "test-syn-received", "test-established",
    "test-fin-wait-1", "test-fin-wait-2",     "test-close-wait", "test-closing",      "test-last-ack",
    "test-time-wait",  "test-retransmission", "test-window",     "test-ladders",
};

/* "STATE STIMULUS GUARD", and why no script reaches it. */
static const struct {
  const char *rule, *why;
} EXCUSED[] = {
    {"CLOSING TMO_DELAYED_ACK ALWAYS",
     "a FIN that leads to CLOSING is acknowledged at once, and no data come after it"},
};

static gboolean is_excused(const char *rule) {
  for (size_t i = 0; i < G_N_ELEMENTS(EXCUSED); i++)
    if (strcmp(EXCUSED[i].rule, rule) == 0)
      return TRUE;
  return FALSE;
}

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

static void test_every_rule_decides_something_in_some_script(gconstpointer folder) {
  g_autofree char *text = rules_used(folder);
  g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
  TcpFsmIndex index;
  unsigned n_rows, missing = 0, total = 0;
  const TcpRow *rows = tcp_fsm_rows(&n_rows);
  tcp_fsm_index_init(&index);
  for (const TcpRow *row = rows; row < rows + n_rows; row++)
    for (unsigned state = 0; state < TCP_STATE_COUNT; state++) {
      if (!(row->from >> state & 1))
        continue;
      g_autofree char *rule =
          g_strdup_printf("%s %s %s", tcp_state_name((TcpState)state), tcp_stimulus_name((TcpStimulus)row->stimulus),
                          tcp_guard_name((TcpGuard)row->guard));
      gboolean used = g_strv_contains((const char *const *)lines, rule);
      total++;
      if (used == is_excused(rule)) {
        g_test_message("%s: %s", rule, used ? "excused, but a script uses it" : "no script uses it");
        missing++;
      }
    }
  g_test_message("%u rules of cells, %u of them excused", total, (unsigned)G_N_ELEMENTS(EXCUSED));
  g_assert_cmpuint(missing, ==, 0);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_autofree char *folder = g_path_get_dirname(argv[0]);
  g_test_add_data_func("/rfc9293/coverage/every-rule-decides-something-in-some-script", folder,
                       test_every_rule_decides_something_in_some_script);
  return g_test_run();
}
