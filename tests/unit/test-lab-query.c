/* What a lab asks of a trace, against values worked out by hand. The scenario is normal/four-segments: delay 50 ms, the
 * client closes at 0, the server 200 ms after the end of the stream, MSL 120 s. */
#include "labs.h"

#include <string.h>

static void expect_number(const char *scenario, const char *number, const char *expected) {
  g_autofree char *question =
      g_strdup_printf("{\"id\": \"q1\", \"kind\": \"number\", \"text\": \"?\", \"number\": %s}", number);
  g_autoptr(Lab) lab = labs_new(scenario, "", question);
  g_autofree char *key = labs_key(lab, "q1");
  g_assert_cmpstr(key, ==, expected);
}

#define FOUR "normal/four-segments"

static void test_instants(void) {
  expect_number(FOUR, "{\"instant\": \"5s\"}", "5s");
  expect_number(FOUR, "{\"instant\": {\"event\": {\"segment\": {\"from\": \"client\", \"flags\": \"FIN\"}}}}", "0s");
  expect_number(FOUR,
                "{\"instant\": {\"event\": {\"segment\": {\"from\": \"client\", \"flags\": \"FIN\"}, "
                "\"moment\": \"received\"}, \"plus\": \"7ms\"}}",
                "57ms");
  expect_number(FOUR,
                "{\"instant\": {\"event\": {\"state\": \"TIME-WAIT\", \"host\": \"client\"}, \"minus\": \"1ms\"}}",
                "299ms");
  expect_number(FOUR,
                "{\"instant\": {\"event\": {\"state\": \"FIN-WAIT-2\", \"host\": \"client\", "
                "\"moment\": \"left\"}}}",
                "300ms");
  expect_number(FOUR, "{\"instant\": {\"event\": {\"call\": \"close\", \"host\": \"server\"}}}", "250ms");
  expect_number(FOUR,
                "{\"instant\": {\"event\": {\"timer\": \"2msl\", \"host\": \"client\", \"moment\": \"expired\"}}}",
                "240.3s");
  expect_number(FOUR, "{\"instant\": {\"event\": {\"port\": 49152, \"host\": \"client\", \"moment\": \"released\"}}}",
                "240.3s");
  expect_number(FOUR, "{\"instant\": {\"event\": {\"end\": true}}}", "240.3s");
  expect_number(FOUR,
                "{\"instant\": {\"midway\": [\"100ms\", {\"event\": {\"state\": \"TIME-WAIT\", "
                "\"host\": \"client\"}}]}}",
                "200ms");
}

static void test_numbers(void) {
  expect_number(FOUR, "{\"count\": {}}", "4");
  expect_number(FOUR, "{\"count\": {\"flags\": \"FIN\"}}", "2");
  expect_number(FOUR, "{\"duration_of\": {\"state\": \"FIN-WAIT-2\", \"host\": \"client\"}}", "200ms");
  expect_number(FOUR, "{\"duration_of\": {\"state\": \"TIME-WAIT\", \"host\": \"client\"}}", "240s");
  expect_number(FOUR, "{\"reserved\": {\"port\": 49152, \"host\": \"client\"}}", "240s");
  expect_number(FOUR, "{\"param\": {\"host\": \"client\", \"name\": \"msl\"}}", "120s");
  expect_number(FOUR, "{\"param\": {\"host\": \"client\", \"name\": \"mss\"}}", "1460");
  expect_number(FOUR, "{\"timers\": {\"timer\": \"2msl\", \"host\": \"client\", \"moment\": \"armed\"}}", "1");
  expect_number(FOUR, "{\"calls\": {\"call\": \"close\", \"host\": \"client\"}}", "1");
  expect_number(FOUR, "{\"field\": \"ack\", \"of\": {\"segment\": {\"from\": \"server\", \"flags\": \".\"}}}", "2");
  expect_number(FOUR, "{\"sum\": [{\"count\": {}}, {\"count\": {\"flags\": \"FIN\"}}]}", "6");
  expect_number(FOUR, "{\"difference\": [{\"count\": {\"flags\": \"FIN\"}}, {\"count\": {}}]}", "-2");
  expect_number(FOUR,
                "{\"time_between\": [{\"event\": {\"segment\": {\"from\": \"client\", \"flags\": \"FIN\"}}}, "
                "{\"event\": {\"state\": \"CLOSED\", \"host\": \"server\"}}]}",
                "350ms");
  expect_number("normal/with-data", "{\"octets\": {\"host\": \"client\"}}", "8000");
}

static void test_lost(void) {
  expect_number("loss/first-fin-lost", "{\"count\": {\"lost\": true}}", "1");
  expect_number("loss/first-fin-lost",
                "{\"instant\": {\"event\": {\"segment\": {\"flags\": \"FIN\"}, "
                "\"moment\": \"dropped\"}}}",
                "25ms"); /* half-way */
  /* The first FIN that arrives is the second that is sent: at the retransmission timeout of 1 s, and 50 ms later. */
  expect_number("loss/first-fin-lost",
                "{\"instant\": {\"event\": {\"segment\": {\"from\": \"client\", \"flags\": \"FIN\"}, "
                "\"moment\": \"received\"}}}",
                "1.05s");
}

/* What the trace does not have is an error of the key, not an answer. */
static void expect_no_key(const char *number, const char *why) {
  g_autoptr(GError) error = NULL;
  g_autofree char *question =
      g_strdup_printf("{\"id\": \"q1\", \"kind\": \"number\", \"text\": \"?\", \"number\": %s}", number);
  g_autoptr(Lab) lab = labs_new(FOUR, "", question);
  g_autoptr(LabInstance) instance = lab_instance_new(lab, LABS_SECRET, NULL, &error);
  g_assert_null(instance);
  g_assert_nonnull(error);
  g_assert_nonnull(strstr(error->message, why));
}

static void test_not_there(void) {
  expect_no_key("{\"instant\": {\"event\": {\"segment\": {\"flags\": \"FIN\"}, \"nth\": 3}}}", "third");
  expect_no_key("{\"duration_of\": {\"state\": \"CLOSING\", \"host\": \"client\"}}", "CLOSING");
  expect_no_key("{\"duration_of\": {\"state\": \"CLOSED\", \"host\": \"server\"}}", "does not leave");
  expect_no_key("{\"reserved\": {\"port\": 80, \"host\": \"server\"}}", "never reserved");
  expect_no_key("{\"sum\": [{\"count\": {}}, {\"param\": {\"host\": \"client\", \"name\": \"msl\"}}]}",
                "cannot be added");
  expect_no_key("{\"instant\": {\"event\": {\"call\": \"close\", \"host\": \"client\"}, \"minus\": \"1s\"}}",
                "before the run starts");
}

static void expect_complaint(const char *number, const char *why) {
  g_autofree char *question =
      g_strdup_printf("{\"id\": \"q1\", \"kind\": \"number\", \"text\": \"?\", \"number\": %s}", number);
  g_autofree char *complaints = labs_complaints(FOUR, "", question);
  g_test_message("%s", complaints);
  g_assert_nonnull(strstr(complaints, why));
}

static void test_complaints(void) {
  expect_complaint("{\"cuont\": {}}", "did you mean \"count\"");
  expect_complaint("{\"count\": {\"from\": \"cleint\"}}", "did you mean \"client\"");
  expect_complaint("{\"count\": {\"flag\": \"F.\"}}", "$.questions[0].number.count.flag");
  expect_complaint("5", "a number to ask the trace for");
  expect_complaint("{\"param\": {\"host\": \"client\", \"name\": \"mls\"}}", "did you mean \"msl\"");
  expect_complaint("{\"param\": {\"host\": \"client\", \"name\": \"sack\"}}", "no parameter that is a time or a count");
  expect_complaint("{\"duration_of\": {\"host\": \"client\"}}", "missing key \"state\"");
  expect_complaint("{\"instant\": {\"midway\": [\"1s\"]}}", "two instants");
  expect_complaint("{\"instant\": {\"event\": {\"end\": false}}}", "true");
  expect_complaint("{\"instant\": {\"event\": {\"end\": true}, \"plus\": \"1s\", \"minus\": \"1s\"}}", "either");
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/lab-query/instants-by-meaning", test_instants);
  g_test_add_func("/lab-query/numbers", test_numbers);
  g_test_add_func("/lab-query/what-was-lost", test_lost);
  g_test_add_func("/lab-query/what-is-not-there-is-an-error", test_not_there);
  g_test_add_func("/lab-query/complaints", test_complaints);
  return g_test_run();
}
