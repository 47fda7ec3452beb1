/* The kinds of questions that are answered by running something: design, fault, repair. */
#include "labs.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEAD(kind) "{\"id\": \"q1\", \"kind\": \"" kind "\", \"text\": \"?\", "

/* --- design ------------------------------------------------------------------------------------------------------- */

#define CLOSING(host)                                                                                                  \
  "{\"text\": \"" host " passes CLOSING\", \"claim\": {\"not\": {\"never\": {\"host\": \"" host                        \
  "\", \"state\": \"CLOSING\"}}}}"
#define DESIGN HEAD("design") "\"goals\": [" CLOSING("client") ", " CLOSING("server") "]}"

/* A scenario in which the server closes after `server` (a time). `more` is put in front of "apps". */
static char *scenario(const char *server, const char *more) {
  return g_strdup_printf("{\"version\": 1, \"title\": \"t\", \"hosts\": {\"client\": {}, \"server\": {}}, "
                         "\"links\": [{\"between\": [\"client\", \"server\"], \"delay\": \"50ms\"}], "
                         "\"connections\": [{\"name\": \"web\", \"from\": \"client:49152\", \"to\": \"server:80\", "
                         "\"state\": \"ESTABLISHED\"}], %s \"apps\": [{\"host\": \"client\", \"conn\": \"web\", "
                         "\"do\": [{\"at\": \"0s\", \"call\": \"close\"}]}, {\"host\": \"server\", \"conn\": \"web\", "
                         "\"do\": [{\"at\": \"%s\", \"call\": \"close\"}]}]}",
                         more, server);
}

static void test_design(void) {
  g_autoptr(Lab) lab = labs_new("normal/four-segments", "", DESIGN);
  g_autofree char *at_once = scenario("0s", ""), *late = scenario("1s", "");
  g_assert_cmpint(labs_fraction(lab, at_once), ==, 1000);
  g_assert_cmpint(labs_fraction(lab, late), ==, 0);
  g_autofree char *feedback = labs_feedback(lab, late);
  g_assert_nonnull(strstr(feedback, "not so"));
}

/* Loses the client's FIN: the client passes CLOSING all the same, the server does not. */
static void test_design_half_right(void) {
  g_autoptr(Lab) lab = labs_new("normal/four-segments", "", DESIGN);
  g_autofree char *half = scenario("0s", "\"hosts\": {}, ");
  g_assert_cmpint(labs_fraction(lab, half), ==, 0); /* "hosts" twice: no scenario */
  g_autofree char *one = scenario("0s", "\"faults\": [{\"match\": {\"from\": \"client\", \"flags\": \"FIN\"}, "
                                        "\"action\": \"drop\"}], ");
  g_assert_cmpint(labs_fraction(lab, one), ==, 500);
}

static void test_design_broken_stack_is_no_answer(void) {
  g_autoptr(Lab) lab =
      labs_new("normal/four-segments", "",
               HEAD("design") "\"goals\": [{\"text\": \"no TIME-WAIT\", "
                              "\"claim\": {\"never\": {\"host\": \"client\", \"state\": \"TIME-WAIT\"}}}]}");
  g_autofree char *plain = scenario("1s", "");
  g_autofree char *broken = g_strdup(plain), *bug = g_strdup(plain);
  g_autoptr(GString) text = g_string_new(broken);
  g_string_replace(text, "\"client\": {}", "\"client\": {\"profile\": \"no-time-wait\"}", 1);
  g_assert_cmpint(labs_fraction(lab, text->str), ==, 0);
  g_string_assign(text, bug);
  g_string_replace(text, "\"client\": {}", "\"client\": {\"tcp\": {\"bug_no_time_wait\": true}}", 1);
  g_assert_cmpint(labs_fraction(lab, text->str), ==, 0);
  g_autofree char *feedback = labs_feedback(lab, text->str);
  g_assert_nonnull(strstr(feedback, "broken stack"));
  g_string_assign(text, plain);
  g_string_replace(text, "\"close\"", "\"abort\"", 1);
  g_assert_cmpint(labs_fraction(lab, text->str), ==, 1000);
}

/* What costs too much is refused or cut off, and what is no scenario is told so. */
static void test_design_hostile(void) {
  g_autoptr(Lab) lab = labs_new("normal/four-segments", "", DESIGN);
  g_autofree char *ever =
      scenario("0s", "\"faults\": [{\"match\": {}, \"action\": \"duplicate\"}], \"duration\": \"876000h\", ");
  g_autoptr(GString) flood = g_string_new(NULL);
  g_autofree char *plain = scenario("0s", "");
  g_string_assign(flood, plain);
  g_string_replace(
      flood, "{\"at\": \"0s\", \"call\": \"close\"}",
      "{\"at\": \"0s\", \"call\": \"send\", \"octets\": 1073741824}, {\"at\": \"0s\", \"call\": \"close\"}", 1);
  g_string_replace(flood, "\"client\": {}", "\"client\": {\"tcp\": {\"rcv_wnd\": 1000000000, \"window_scale\": 14}}",
                   1);
  g_assert_cmpint(labs_fraction(lab, flood->str), ==, 0);
  g_assert_cmpint(labs_fraction(lab, "{\"version\": 1}"), ==, 0);
  g_autofree char *feedback = labs_feedback(lab, "{\"version\": 1}");
  g_assert_nonnull(strstr(feedback, "cannot be read"));
  g_assert_cmpint(labs_fraction(lab, "5"), ==, 0);
  g_assert_cmpint(labs_fraction(lab, "[1, 2]"), ==, 0);
  gint64 start = g_get_monotonic_time();
  labs_fraction(lab, ever); /* whatever it earns */
  g_assert_cmpint(g_get_monotonic_time() - start, <, 20 * G_USEC_PER_SEC);
}

/* A file beside the answers: by its plain name only. */
static void test_design_in_a_file(void) {
  g_autofree char *folder = g_dir_make_tmp("teardown-lab-XXXXXX", NULL);
  g_autofree char *inner = g_build_filename(folder, "inner", NULL), *mine = g_build_filename(inner, "mine.json", NULL);
  g_autofree char *outside = g_build_filename(folder, "outside.json", NULL);
  g_autofree char *link = g_build_filename(inner, "link.json", NULL),
                  *fifo = g_build_filename(inner, "fifo.json", NULL);
  g_autofree char *text = scenario("0s", "");
  size_t length = 0;
  g_assert_cmpint(g_mkdir(inner, 0700), ==, 0);
  g_assert_true(g_file_set_contents(mine, text, -1, NULL) && g_file_set_contents(outside, text, -1, NULL));
  g_assert_cmpint(symlink("../outside.json", link), ==, 0);
  g_assert_cmpint(mkfifo(fifo, 0600), ==, 0);
  g_autofree char *read = answers_read_beside(inner, "mine.json", 100000, &length, NULL);
  g_assert_cmpstr(read, ==, text);
  static const char *const refused[] = {"../outside.json", "link.json", "fifo.json", "/etc/passwd",       "..", ".", "",
                                        "no-such",         "a\\b",      ".hidden",   "inner/../mine.json"};
  for (unsigned i = 0; i < G_N_ELEMENTS(refused); i++) {
    g_autoptr(GError) error = NULL;
    g_assert_null(answers_read_beside(inner, refused[i], 100000, &length, &error));
    g_assert_nonnull(error);
  }
  g_assert_null(answers_read_beside(inner, "mine.json", 10, &length, NULL)); /* too large */
  g_assert_null(answers_read_beside(NULL, "mine.json", 100000, &length, NULL));
  g_unlink(mine);
  g_unlink(outside);
  g_unlink(link);
  g_unlink(fifo);
  g_rmdir(inner);
  g_rmdir(folder);
}

/* --- fault -------------------------------------------------------------------------------------------------------- */

/* The three parts of the key of a broken stack, typed from the rule it breaks. */
static void expect_fault(const char *scenario_name, const char *host, const char *state, const char *stimulus,
                         const char *next) {
  g_autofree char *question = g_strdup_printf(HEAD("fault") "\"host\": \"%s\"}", host);
  g_autofree char *name = g_strdup_printf("broken-stacks/%s", scenario_name);
  g_autoptr(Lab) lab = labs_new(name, "", question);
  g_autofree char *right =
      g_strdup_printf("{\"state\": \"%s\", \"stimulus\": \"%s\", \"next\": \"%s\"}", state, stimulus, next);
  g_test_message("%s", scenario_name);
  g_assert_cmpint(labs_fraction(lab, right), ==, 1000);
}

static void test_faults(void) {
  expect_fault("closing-skipped", "client", "FIN-WAIT-1", "SEG_FIN", "CLOSING");
  expect_fault("no-time-wait", "client", "FIN-WAIT-2", "SEG_FIN", "TIME-WAIT");
  expect_fault("reset-on-crossing-fin", "client", "FIN-WAIT-1", "SEG_FIN", "CLOSING");
  expect_fault("fin-not-retransmitted", "client", "FIN-WAIT-1", "TMO_RETRANSMISSION", "FIN-WAIT-1");
  expect_fault("time-wait-not-restarted", "client", "TIME-WAIT", "SEG_FIN_AGAIN", "TIME-WAIT");
  expect_fault("last-ack-any-ack", "server", "LAST-ACK", "SEG_ACK_OF_FIN", "CLOSED");
  expect_fault("fin-wait-2-forever", "client", "FIN-WAIT-2", "TMO_FIN_WAIT_2", "CLOSED");
  expect_fault("fin-acted-on-out-of-order", "client", "ESTABLISHED", "SEG_EARLY", "ESTABLISHED");
}

static void test_fault_partly(void) {
  g_autoptr(Lab) lab = labs_new("broken-stacks/closing-skipped", "", HEAD("fault") "\"host\": \"client\"}");
  g_assert_cmpint(labs_fraction(lab, "{\"state\": \"fin_wait_1\", \"stimulus\": \"the peer's FIN, in order\", "
                                     "\"next\": \"closing\"}"),
                  ==, 1000);
  g_assert_cmpint(labs_fraction(lab, "{\"state\": \"FIN-WAIT-1\", \"stimulus\": \"SEG_FIN\", \"next\": \"TIME-WAIT\"}"),
                  ==, 667);
  g_assert_cmpint(labs_fraction(lab, "{\"state\": \"FIN-WAIT-2\", \"stimulus\": \"SEG_FIN\", \"next\": null}"), ==,
                  333);
  g_assert_cmpint(labs_fraction(lab, "\"FIN-WAIT-1\""), ==, 0);
  g_assert_cmpint(labs_fraction(lab, "{\"state\": {}, \"stimulus\": [], \"next\": 4}"), ==, 0);
  g_autofree char *feedback = labs_feedback(lab, "{\"state\": \"FIN-WAIT-2\"}");
  g_assert_nonnull(strstr(feedback, "in FIN-WAIT-1, the peer's FIN, in order: it enters CLOSING (RFC 9293 3.10.7.4"));
}

static void test_fault_of_a_healthy_stack(void) {
  g_autoptr(GError) error = NULL;
  g_autoptr(Lab) lab = labs_new("normal/four-segments", "", HEAD("fault") "\"host\": \"client\"}");
  g_autoptr(LabInstance) instance = lab_instance_new(lab, LABS_SECRET, NULL, &error);
  g_assert_null(instance);
  g_assert_nonnull(strstr(error->message, "breaks no rule"));
}

/* --- repair ------------------------------------------------------------------------------------------------------- */

static void test_repair(void) {
  g_autoptr(Lab) lab =
      labs_new("broken-stacks/closing-skipped", "", HEAD("repair") "\"host\": \"client\", \"seeds\": 10}");
  g_assert_cmpint(labs_fraction(lab, "{\"bug_closing_skipped\": false}"), ==, 1000);
  g_assert_cmpint(labs_fraction(lab, "{\"msl\": \"1s\"}"), <, 1000);
  g_assert_cmpint(labs_fraction(lab, "{\"bug_closing_skipped\": true}"), ==, 0);
  g_autofree char *feedback = labs_feedback(lab, "{\"bug_closing_skipped\": true}");
  g_assert_nonnull(strstr(feedback, "trials"));
}

static void test_repair_hostile(void) {
  g_autoptr(Lab) lab =
      labs_new("broken-stacks/closing-skipped", "", HEAD("repair") "\"host\": \"client\", \"seeds\": 2}");
  static const char *const refused[] = {"{\"profile\": \"rfc9293\"}",
                                        "{\"bug_closing_skipped\": {}}",
                                        "{\"bug_closing_skipped\": \"no\"}",
                                        "{\"x=1\\nhosts\": false}",
                                        "[\"bug_closing_skipped\"]",
                                        "\"rfc9293\"",
                                        "{\"bug_closing_skipped\": false, \"msl\": \"1s\"}", /* one may be set */
                                        "{\"../../faults\": \"[]\"}",
                                        "{\"msl\": \"-5s\"}",
                                        "{\"retries\": 1e99}"};
  for (unsigned i = 0; i < G_N_ELEMENTS(refused); i++)
    g_assert_cmpint(labs_fraction(lab, refused[i]), ==, 0);
}

static void test_nothing_to_repair(void) {
  g_autoptr(GError) error = NULL;
  g_autoptr(Lab) lab = labs_new("normal/four-segments", "", HEAD("repair") "\"host\": \"client\", \"seeds\": 2}");
  g_autoptr(LabInstance) instance = lab_instance_new(lab, LABS_SECRET, NULL, &error);
  g_assert_null(instance);
  g_assert_nonnull(strstr(error->message, "nothing to repair"));
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/lab-programs/design", test_design);
  g_test_add_func("/lab-programs/design/half-right", test_design_half_right);
  g_test_add_func("/lab-programs/design/a-broken-stack-is-no-answer", test_design_broken_stack_is_no_answer);
  g_test_add_func("/lab-programs/design/hostile", test_design_hostile);
  g_test_add_func("/lab-programs/design/in-a-file", test_design_in_a_file);
  g_test_add_func("/lab-programs/fault/of-each-broken-stack", test_faults);
  g_test_add_func("/lab-programs/fault/partly-right", test_fault_partly);
  g_test_add_func("/lab-programs/fault/of-a-healthy-stack", test_fault_of_a_healthy_stack);
  g_test_add_func("/lab-programs/repair", test_repair);
  g_test_add_func("/lab-programs/repair/hostile", test_repair_hostile);
  g_test_add_func("/lab-programs/repair/nothing-to-repair", test_nothing_to_repair);
  return g_test_run();
}
