/* The kinds of questions that are answered on paper: right, wrong, partly right, hostile. Keys are worked out by hand
 * from normal/four-segments: delay 50 ms, the client closes at 0, the server 200 ms after the end of the stream. */
#include "labs.h"

#include <string.h>

#define FOUR       "normal/four-segments"
#define HEAD(kind) "{\"id\": \"q1\", \"kind\": \"" kind "\", \"text\": \"?\", "

/* Answers that are nothing: no kind may do more than give no points. */
static void expect_unharmed(const Lab *lab) {
  static const char *const answers[] = {"null",
                                        "true",
                                        "[]",
                                        "{}",
                                        "[[[[[[]]]]]]",
                                        "-1",
                                        "1e308",
                                        "\"\"",
                                        "\"\\u0000\"",
                                        "\"%s%n\"",
                                        "[null, null, null, null, null, null, null, null, null, null, null, null]",
                                        "{\"client\": {\"client\": 5}}",
                                        "{\"state\": [], \"stimulus\": {}, \"next\": -3}",
                                        "[1e9, -5, 0.5, \"x\", {}]",
                                        "\"../../etc/passwd\"",
                                        "\"\\u202eevil\\u001b[31m\""};
  for (unsigned i = 0; i < G_N_ELEMENTS(answers); i++)
    g_assert_cmpint(labs_fraction(lab, answers[i]), ==, 0);
  GString *large = g_string_new("[");
  for (unsigned i = 0; i < 50000; i++)
    g_string_append(large, "\"A\", 3, ");
  g_string_append(large, "\"B\"]");
  g_assert_cmpint(labs_fraction(lab, large->str), <, 1000);
  g_string_free(large, TRUE);
}

/* --- state -------------------------------------------------------------------------------------------------------- */

#define STATE_AT(at) HEAD("state") "\"host\": \"client\", \"at\": " at "}"

static void test_state(void) {
  g_autoptr(Lab) lab = labs_new(FOUR, "", STATE_AT("\"200ms\""));
  g_autofree char *key = labs_key(lab, "q1");
  g_assert_cmpstr(key, ==, "FIN-WAIT-2");
  g_assert_cmpint(labs_fraction(lab, "\"FIN-WAIT-2\""), ==, 1000);
  g_assert_cmpint(labs_fraction(lab, "\" fin_wait2 \""), ==, 1000);
  g_assert_cmpint(labs_fraction(lab, "\"FIN-WAIT-1\""), ==, 0);
  g_assert_cmpint(labs_fraction(lab, "\"WAITING\""), ==, 0);
  expect_unharmed(lab);
}

static void test_state_feedback_says_why(void) {
  g_autoptr(Lab) lab = labs_new(FOUR, "", STATE_AT("\"200ms\""));
  g_autofree char *feedback = labs_feedback(lab, "\"TIME-WAIT\"");
  g_assert_nonnull(strstr(feedback, "FIN-WAIT-2 at 100 ms"));
  g_assert_nonnull(strstr(feedback, "RFC 9293 3.10.7.4"));
  g_autofree char *silent = labs_feedback(lab, "\"FIN-WAIT-2\"");
  g_assert_cmpstr(silent, ==, "");
}

/* At the instant of a change the new state counts. */
static void test_state_at_the_change(void) {
  g_autoptr(Lab) lab = labs_new(FOUR, "", STATE_AT("{\"event\": {\"state\": \"FIN-WAIT-2\", \"host\": \"client\"}}"));
  g_autofree char *key = labs_key(lab, "q1");
  g_assert_cmpstr(key, ==, "FIN-WAIT-2");
}

/* --- states ------------------------------------------------------------------------------------------------------- */

static void test_states(void) {
  g_autoptr(Lab) lab = labs_new(FOUR, "", "{\"id\": \"q1\", \"kind\": \"states\", \"text\": \"?\"}");
  g_assert_cmpint(labs_fraction(lab, "[\"FIN-WAIT-1\", \"CLOSE-WAIT\", \"FIN-WAIT-2\", \"LAST-ACK\", \"TIME-WAIT\", "
                                     "\"CLOSED\", \"CLOSED\"]"),
                  ==, 1000);
  g_assert_cmpint(labs_fraction(lab, "[\"FIN-WAIT-1\", null, \"FIN-WAIT-2\", \"FIN-WAIT-1\"]"), ==, 286); /* 2 of 7 */
  g_assert_cmpint(labs_fraction(lab, "\"FIN-WAIT-1\""), ==, 0);
  expect_unharmed(lab);
}

static void test_states_of_one_end(void) {
  g_autoptr(Lab) lab = labs_new(FOUR, "", HEAD("states") "\"ends\": [{\"host\": \"server\"}]}");
  g_assert_cmpint(labs_fraction(lab, "[\"CLOSE-WAIT\", \"LAST-ACK\", \"CLOSED\"]"), ==, 1000);
}

/* --- order -------------------------------------------------------------------------------------------------------- */

static LabInstance *instance_of(const Lab *lab) {
  g_autoptr(GError) error = NULL;
  LabInstance *instance = lab_instance_new(lab, LABS_SECRET, "s1", &error);
  g_assert_no_error(error);
  return instance;
}

static const LabKey *first_key(const LabInstance *instance) {
  return g_ptr_array_index(instance->keys, 0);
}

static const char *first_expected(const LabInstance *instance) {
  return ((const LabBlank *)g_ptr_array_index(first_key(instance)->blanks, 0))->expected;
}

static const char *cell(const LabKey *key, guint row, guint column) {
  return g_array_index((GArray *)g_ptr_array_index(key->table->rows, row), LabCell, column).text;
}

static void test_order(void) {
  g_autoptr(Lab) lab = labs_new(FOUR, "", HEAD("order") "\"of\": \"segments\"}");
  g_autoptr(LabInstance) instance = instance_of(lab);
  static const char *const sent[] = {"client > server  F. 1:1(0) ack 1", "server > client  . 1:1(0) ack 2",
                                     "server > client  F. 1:1(0) ack 2", "client > server  . 2:2(0) ack 2"};
  g_auto(GStrv) letters = g_strsplit(first_expected(instance), " ", -1);
  for (unsigned i = 0; i < 4; i++)
    g_assert_cmpstr(cell(first_key(instance), (guint)(letters[i][0] - 'A'), 1), ==, sent[i]);
  g_assert_cmpstr(first_expected(instance), !=, "A B C D"); /* shuffled */
  g_autofree char *right =
      g_strdup_printf("[\"%s\", \"%s\", \"%s\", \"%s\"]", letters[0], letters[1], letters[2], letters[3]);
  g_autofree char *lower = g_ascii_strdown(right, -1);
  g_autofree char *moved =
      g_strdup_printf("[\"%s\", \"%s\", \"%s\", \"%s\"]", letters[1], letters[2], letters[3], letters[0]);
  g_autofree char *backwards = g_strdup_printf("\"%s%s%s%s\"", letters[3], letters[2], letters[1], letters[0]);
  g_assert_cmpint(labs_fraction(lab, right), ==, 1000);
  g_assert_cmpint(labs_fraction(lab, lower), ==, 1000);
  g_assert_cmpint(labs_fraction(lab, moved), ==, 667); /* three of four stand in order: 2 steps of 3 */
  g_assert_cmpint(labs_fraction(lab, backwards), ==, 0);
  expect_unharmed(lab);
}

/* All four letters, one of them twice more: not all right. */
static void test_order_with_a_letter_twice(void) {
  g_autoptr(Lab) lab = labs_new(FOUR, "", HEAD("order") "\"of\": \"segments\"}");
  g_autoptr(LabInstance) instance = instance_of(lab);
  g_autofree char *twice = g_strdup_printf("\"%s A A\"", first_expected(instance));
  g_assert_cmpint(labs_fraction(lab, twice), ==, 667);
}

static void test_order_of_states(void) {
  g_autoptr(Lab) lab = labs_new(FOUR, "", HEAD("order") "\"of\": \"states\", \"host\": \"client\"}");
  g_autoptr(LabInstance) instance = instance_of(lab);
  g_assert_cmpuint(first_key(instance)->table->rows->len, ==, 5);
  g_autofree char *right = g_strdup_printf("\"%s\"", first_expected(instance));
  g_assert_cmpint(labs_fraction(lab, right), ==, 1000);
}

/* --- segment ------------------------------------------------------------------------------------------------------ */

static void test_segment_that_causes_a_state(void) {
  g_autoptr(Lab) lab =
      labs_new(FOUR, "", HEAD("segment") "\"causes\": {\"state\": \"TIME-WAIT\", \"host\": \"client\"}}");
  g_assert_cmpint(labs_fraction(lab, "3"), ==, 1000); /* the server's FIN */
  g_assert_cmpint(labs_fraction(lab, "\"3\""), ==, 1000);
  g_assert_cmpint(labs_fraction(lab, "\"#3\""), ==, 1000);
  g_assert_cmpint(labs_fraction(lab, "2"), ==, 0);
  g_assert_cmpint(labs_fraction(lab, "[3, 2]"), ==, 0);
  g_assert_cmpint(labs_fraction(lab, "3.5"), ==, 0);
  g_assert_cmpint(labs_fraction(lab, "\"3 or 2\""), ==, 0);
  expect_unharmed(lab);
}

static void test_several_segments(void) {
  g_autoptr(Lab) lab = labs_new(FOUR, "", HEAD("segment") "\"match\": {\"flags\": \"FIN\"}}");
  g_assert_cmpint(labs_fraction(lab, "[3, 1]"), ==, 1000);
  g_assert_cmpint(labs_fraction(lab, "[1]"), ==, 500);
  g_assert_cmpint(labs_fraction(lab, "[1, 1, 1]"), ==, 500);
  g_assert_cmpint(labs_fraction(lab, "[1, 2, 3, 4]"), ==, 0); /* two right, two wrong */
}

static void test_segment_among_some(void) {
  g_autoptr(Lab) lab = labs_new(FOUR, "",
                                HEAD("segment") "\"among\": {\"from\": \"server\"}, "
                                                "\"match\": {\"flags\": \"FIN\"}}");
  g_assert_cmpint(labs_fraction(lab, "2"), ==, 1000);
}

/* The list tells nobody what was lost. */
static void test_list_is_silent_on_fates(void) {
  g_autoptr(Lab) lab = labs_new("loss/first-fin-lost", "", HEAD("segment") "\"match\": {\"lost\": true}}");
  g_autoptr(LabInstance) instance = instance_of(lab);
  const LabKey *key = first_key(instance);
  g_assert_cmpint(labs_fraction(lab, "1"), ==, 1000);
  g_assert_cmpuint(key->table->columns->len, ==, 3);
  g_assert_cmpstr(cell(key, 0, 2), ==, cell(key, 1, 2)); /* the FIN and the FIN again */
}

/* --- number ------------------------------------------------------------------------------------------------------- */

static void test_time(void) {
  g_autoptr(Lab) lab =
      labs_new(FOUR, "",
               HEAD("number") "\"number\": {\"reserved\": {\"host\": \"client\", \"port\": 49152}}, "
                              "\"tolerance\": \"1%\", \"mistakes\": [{\"number\": {\"param\": {\"host\": "
                              "\"client\", \"name\": \"msl\"}}, \"fraction\": 0.25, "
                              "\"feedback\": \"one MSL\"}]}");
  g_assert_cmpint(labs_fraction(lab, "\"240s\""), ==, 1000);
  g_assert_cmpint(labs_fraction(lab, "\"4 m\""), ==, 1000);
  g_assert_cmpint(labs_fraction(lab, "\"242s\""), ==, 1000); /* within 1% */
  g_assert_cmpint(labs_fraction(lab, "\"243s\""), ==, 0);
  g_assert_cmpint(labs_fraction(lab, "\"120s\""), ==, 250);
  g_assert_cmpint(labs_fraction(lab, "240"), ==, 0); /* of what? */
  g_assert_cmpint(labs_fraction(lab, "\"-240s\""), ==, 0);
  g_autofree char *mistake = labs_feedback(lab, "\"2m\""), *no_unit = labs_feedback(lab, "\"240\"");
  g_assert_cmpstr(mistake, ==, "one MSL");
  g_assert_nonnull(strstr(no_unit, "unit"));
  expect_unharmed(lab);
}

static void test_count(void) {
  g_autoptr(Lab) lab = labs_new(FOUR, "", HEAD("number") "\"number\": {\"count\": {}}}");
  g_assert_cmpint(labs_fraction(lab, "4"), ==, 1000);
  g_assert_cmpint(labs_fraction(lab, "\"4\""), ==, 1000);
  g_assert_cmpint(labs_fraction(lab, "5"), ==, 0);
  g_assert_cmpint(labs_fraction(lab, "4.5"), ==, 0);
  g_assert_cmpint(labs_fraction(lab, "\"4 segments\""), ==, 0);
  expect_unharmed(lab);
}

static void test_values_in_texts(void) {
  g_autoptr(Lab) lab = labs_new(FOUR, "",
                                "{\"id\": \"q1\", \"kind\": \"state\", \"host\": \"client\", \"at\": \"200ms\", "
                                "\"text\": \"at {at}, MSL {msl}, {not this}\", "
                                "\"let\": {\"msl\": {\"param\": {\"host\": \"client\", \"name\": \"msl\"}}}}");
  g_autoptr(LabInstance) instance = instance_of(lab);
  g_assert_cmpstr(first_key(instance)->text, ==, "at 200 ms, MSL 120 s, {not this}");
}

/* --- choose ------------------------------------------------------------------------------------------------------- */

#define CHOICES                                                                                                        \
  "\"choices\": [{\"text\": \"w\", \"right\": {\"never\": {\"host\": \"server\", \"state\": \"TIME-WAIT\"}}}, "        \
  "{\"text\": \"x\", \"right\": {\"never\": {\"host\": \"client\", \"state\": \"TIME-WAIT\"}}, "                       \
  "\"feedback\": \"it does\"}, {\"text\": \"y\", \"right\": false, \"feedback\": \"no\"}, "                            \
  "{\"text\": \"z\", \"right\": {\"less\": [{\"count\": {\"flags\": \"FIN\"}}, {\"count\": {}}]}}], "                  \
  "\"shuffle\": false"

static void test_choose_several(void) {
  g_autoptr(Lab) lab = labs_new(FOUR, "", HEAD("choose") "\"several\": true, " CHOICES "}");
  g_autofree char *key = labs_key(lab, "q1");
  g_assert_cmpstr(key, ==, "A D");
  g_assert_cmpint(labs_fraction(lab, "[\"D\", \"a\"]"), ==, 1000);
  g_assert_cmpint(labs_fraction(lab, "\"A, D\""), ==, 1000);
  g_assert_cmpint(labs_fraction(lab, "[\"A\"]"), ==, 500);
  g_assert_cmpint(labs_fraction(lab, "[\"A\", \"B\"]"), ==, 0);
  g_assert_cmpint(labs_fraction(lab, "[\"A\", \"B\", \"C\", \"D\"]"), ==, 0);
  expect_unharmed(lab);
}

static void test_choose_one(void) {
  g_autoptr(Lab) lab =
      labs_new(FOUR, "",
               HEAD("choose") "\"choices\": [{\"text\": \"four\", \"right\": true}, {\"text\": \"three\", "
                              "\"right\": false, \"feedback\": \"count again\"}], \"shuffle\": false}");
  g_assert_cmpint(labs_fraction(lab, "\"A\""), ==, 1000);
  g_assert_cmpint(labs_fraction(lab, "\"a)\""), ==, 1000);
  g_assert_cmpint(labs_fraction(lab, "\"B\""), ==, 0);
  g_assert_cmpint(labs_fraction(lab, "\"A B\""), ==, 0);
  g_assert_cmpint(labs_fraction(lab, "\"Anything\""), ==, 0);
  g_assert_cmpint(labs_fraction(lab, "\"C\""), ==, 0);
  g_autofree char *feedback = labs_feedback(lab, "\"B\"");
  g_assert_cmpstr(feedback, ==, "B: count again");
  expect_unharmed(lab);
}

/* Two right choices where one is asked for: the question is at fault. */
static void test_choose_ambiguous(void) {
  g_autoptr(GError) error = NULL;
  g_autoptr(Lab) lab = labs_new(FOUR, "", HEAD("choose") CHOICES "}");
  g_autoptr(LabInstance) instance = lab_instance_new(lab, LABS_SECRET, NULL, &error);
  g_assert_null(instance);
  g_assert_nonnull(strstr(error->message, "2 of the choices are right"));
}

/* --- predict ------------------------------------------------------------------------------------------------------ */

#define BOTH_ENDS "\"ends\": [{\"host\": \"client\"}, {\"host\": \"server\"}]"

static void test_predict(void) {
  g_autoptr(Lab) lab = labs_new(FOUR, "", HEAD("predict") BOTH_ENDS "}");
  g_assert_cmpint(labs_fraction(lab, "{\"client\": [\"ESTABLISHED\", \"FIN-WAIT-1\", \"FIN-WAIT-2\", \"TIME-WAIT\", "
                                     "\"CLOSED\"], \"server\": [\"ESTABLISHED\", \"CLOSE-WAIT\", \"LAST-ACK\", "
                                     "\"CLOSED\"]}"),
                  ==, 1000);
  /* Without FIN-WAIT-2: four of five of one end, nothing of the other. */
  g_assert_cmpint(
      labs_fraction(lab, "{\"client\": [\"ESTABLISHED\", \"FIN-WAIT-1\", \"TIME-WAIT\", \"CLOSED\", null]}"), ==, 400);
  /* More than there is does not help. */
  g_assert_cmpint(labs_fraction(lab, "{\"server\": [\"ESTABLISHED\", \"CLOSE-WAIT\", \"LAST-ACK\", \"CLOSED\", "
                                     "\"TIME-WAIT\", \"CLOSED\", \"CLOSED\", \"CLOSED\"]}"),
                  ==, 250);
  g_autofree char *feedback = labs_feedback(lab, "{\"client\": [\"ESTABLISHED\", \"FIN-WAIT-1\", \"CLOSING\"]}");
  g_assert_nonnull(strstr(feedback, "step 3, CLOSING: it enters FIN-WAIT-2 at 100 ms"));
  expect_unharmed(lab);
}

static void test_predict_with_times(void) {
  g_autoptr(Lab) lab = labs_new(FOUR, "",
                                HEAD("predict") "\"ends\": [{\"host\": \"server\"}], \"times\": true, "
                                                "\"tolerance\": \"5ms\"}");
  g_assert_cmpint(labs_fraction(lab, "{\"server\": [\"ESTABLISHED\", \"CLOSE-WAIT 50ms\", {\"state\": \"LAST-ACK\", "
                                     "\"at\": \"252ms\"}, \"CLOSED at 350ms\"]}"),
                  ==, 1000);
  /* All states, one time of three: half for the states, a third of the other half. */
  g_assert_cmpint(
      labs_fraction(lab, "{\"server\": [\"ESTABLISHED\", \"CLOSE-WAIT 50ms\", \"LAST-ACK 1s\", \"CLOSED\"]}"), ==, 667);
}

/* --- loading ------------------------------------------------------------------------------------------------------ */

static void expect_complaint(const char *question, const char *why) {
  g_autofree char *complaints = labs_complaints(FOUR, "", question);
  g_test_message("%s", complaints);
  g_assert_nonnull(strstr(complaints, why));
}

static void test_complaints(void) {
  expect_complaint("{\"id\": \"q1\", \"kind\": \"stat\", \"text\": \"?\"}", "did you mean \"state\"");
  expect_complaint(HEAD("state") "\"host\": \"client\"}", "missing key \"at\"");
  expect_complaint(HEAD("state") "\"host\": \"client\", \"at\": \"5s\", \"hots\": 1}", "unknown key \"hots\"");
  expect_complaint(HEAD("order") "\"of\": \"segmets\"}", "did you mean \"segments\"");
  expect_complaint(HEAD("segment") "\"nth\": 1}", "\"match\"");
  expect_complaint(HEAD("number") "\"number\": {\"count\": {}}, \"tolerance\": \"60%\"}", "50%");
  expect_complaint(HEAD("choose") "\"choices\": [{\"text\": \"a\", \"right\": 1}]}", "true, false, or a claim");
  expect_complaint(HEAD("predict") "\"ends\": []}", "at least one end");
  expect_complaint(HEAD("design") "\"goals\": []}", "at least one goal");
  expect_complaint(HEAD("number") "\"number\": {\"count\": {}}, \"why\": \"{nothing}\"}", "{nothing}");
  expect_complaint(HEAD("number") "\"number\": {\"count\": {}}, \"hints\": [{\"text\": \"t\", \"cost\": 2}]}",
                   "0 to 1");
  expect_complaint("{\"id\": \"q1\", \"kind\": \"states\", \"text\": \"?\"}, "
                   "{\"id\": \"q1\", \"kind\": \"states\", \"text\": \"?\"}",
                   "two questions are called \"q1\"");
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/lab-questions/state", test_state);
  g_test_add_func("/lab-questions/state/feedback-says-why", test_state_feedback_says_why);
  g_test_add_func("/lab-questions/state/at-the-change-the-new-one-counts", test_state_at_the_change);
  g_test_add_func("/lab-questions/states", test_states);
  g_test_add_func("/lab-questions/states/of-one-end", test_states_of_one_end);
  g_test_add_func("/lab-questions/order", test_order);
  g_test_add_func("/lab-questions/order/a-letter-twice", test_order_with_a_letter_twice);
  g_test_add_func("/lab-questions/order/of-states", test_order_of_states);
  g_test_add_func("/lab-questions/segment/that-causes-a-state", test_segment_that_causes_a_state);
  g_test_add_func("/lab-questions/segment/several", test_several_segments);
  g_test_add_func("/lab-questions/segment/among-some", test_segment_among_some);
  g_test_add_func("/lab-questions/segment/list-is-silent-on-fates", test_list_is_silent_on_fates);
  g_test_add_func("/lab-questions/number/time", test_time);
  g_test_add_func("/lab-questions/number/count", test_count);
  g_test_add_func("/lab-questions/values-in-texts", test_values_in_texts);
  g_test_add_func("/lab-questions/choose/several", test_choose_several);
  g_test_add_func("/lab-questions/choose/one", test_choose_one);
  g_test_add_func("/lab-questions/choose/ambiguous", test_choose_ambiguous);
  g_test_add_func("/lab-questions/predict", test_predict);
  g_test_add_func("/lab-questions/predict/with-times", test_predict_with_times);
  g_test_add_func("/lab-questions/complaints", test_complaints);
  return g_test_run();
}
