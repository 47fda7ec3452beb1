/* A whole scenario: what the loader makes of it, its defaults, what the command line changes, and its complaints. */
#include <string.h>

#include <glib.h>

#include "scenario/scenario_json.h"

static const char example[] =
    "{ \"$schema\": \"../../docs/scenario.schema.json\", \"version\": 1,\n"
    "  \"title\": \"The first FIN is lost\", // a comment\n"
    "  \"lesson\": \"A FIN takes a sequence number, so it is retransmitted like data.\",\n"
    "  \"references\": [{\"title\": \"RFC 9293, 3.10.8\", \"url\": \"https://www.rfc-editor.org/rfc/rfc9293\"}],\n"
    "  \"seed\": 1,\n"
    "  \"hosts\": {\"client\": {\"profile\": \"linux\"}, \"server\": {\"profile\": \"rfc9293\", \"tcp\": {\"msl\": "
    "\"30s\"}}},\n"
    "  \"links\": [{\"between\": [\"client\", \"server\"], \"delay\": \"50ms\"}],\n"
    "  \"connections\": [{\"name\": \"web\", \"from\": \"client:49152\", \"to\": \"server:80\", \"state\": "
    "\"ESTABLISHED\"}],\n"
    "  \"apps\": [\n"
    "    {\"host\": \"client\", \"conn\": \"web\", \"do\": [{\"at\": \"0s\", \"call\": \"close\"}]},\n"
    "    {\"host\": \"server\", \"conn\": \"web\", \"do\": [{\"on\": \"eof\", \"after\": \"200ms\", \"call\": "
    "\"close\"}]}],\n"
    "  \"faults\": [{\"match\": {\"from\": \"client\", \"flags\": \"FIN\", \"nth\": 1}, \"action\": \"drop\"}],\n"
    "  \"expect\": [\n"
    "    {\"host\": \"client\", \"path\": [\"ESTABLISHED\", \"FIN_WAIT1\", \"TIME-WAIT\"]},\n"
    "    {\"host\": \"client\", \"at\": \"150ms\", \"state\": \"FIN-WAIT-1\"},\n"
    "    {\"segments\": {\"from\": \"client\", \"flags\": \"FIN\"}, \"count\": 2}] }\n";

/* Loads a text that must be a scenario. */
static Scenario *load(const char *text, const ScenarioOverrides *overrides) {
  GPtrArray *errors = NULL;
  Scenario *scenario = scenario_parse(text, strlen(text), "scenarios/loss/test.json", overrides, &errors);
  if (!scenario) {
    g_autofree char *error = scenario_error_print(errors->pdata[0]);
    g_error("%s", error);
  }
  return scenario;
}

/* All complaints about a text that must be none, a line each. */
static char *complaints(const char *text, const ScenarioOverrides *overrides) {
  GPtrArray *errors = NULL;
  g_assert_null(scenario_parse(text, strlen(text), "f", overrides, &errors));
  GString *out = g_string_new(NULL);
  for (unsigned i = 0; i < errors->len; i++) {
    g_autofree char *line = scenario_error_print(errors->pdata[i]);
    g_string_append_printf(out, "%s\n", line);
  }
  g_ptr_array_unref(errors);
  return g_string_free(out, FALSE);
}

static void test_the_example_of_the_manual_loads_as_it_says(void) {
  g_autoptr(Scenario) s = load(example, NULL);
  g_assert_cmpstr(s->name, ==, "loss/test");
  g_assert_cmpstr(s->title, ==, "The first FIN is lost");
  g_assert_cmpuint(s->references->len, ==, 1);
  g_assert_cmpint(s->duration, ==, SIM_H(1));
  const ScenarioHost *client = s->hosts->pdata[0], *server = s->hosts->pdata[1];
  g_assert_cmpstr(client->profile->name, ==, "linux");
  g_assert_cmpuint(client->address, ==, 0xC0000201);
  g_assert_cmpuint(server->address, ==, 0xC0000202);
  g_assert_cmpint(server->tcp.msl, ==, SIM_S(30));
  g_assert_cmpint(server->tcp.time_wait, ==, SIM_S(60));
  const ScenarioLink *link = s->links->pdata[0];
  g_assert_cmpint(link->config[0].delay, ==, SIM_MS(50));
  g_assert_cmpint(link->config[1].delay, ==, SIM_MS(50));
  const ScenarioConn *web = s->connections->pdata[0];
  g_assert_true(web->established);
  g_assert_false(web->auto_open);
  g_assert_cmpuint(web->client_port, ==, 49152);
  g_assert_cmpuint(web->server_port, ==, 80);
  const AppScript *app = s->apps->pdata[1];
  g_assert_cmpstr(app->name, ==, "server.web");
  g_assert_true(app->read);
  const AppItem *item = &g_array_index(app->items, AppItem, 0);
  g_assert_cmpint(item->trigger, ==, APP_ON_EOF);
  g_assert_cmpint(item->at, ==, SIM_MS(200));
  g_assert_cmpint(item->call, ==, APP_CLOSE);
  const Fault *fault = s->faults->pdata[0];
  g_assert_cmpuint(fault->match.flags, ==, TCP_FIN);
  g_assert_false(fault->match.flags_exact);
  g_assert_cmpuint(fault->match.nth.last, ==, 1);
  g_assert_cmpuint(fault->match.to, ==, FAULT_ANY);
}

static void test_expectations_know_their_line_connection_and_words(void) {
  g_autoptr(Scenario) s = load(example, NULL);
  const Expectation *path = s->expectations->pdata[0], *at = s->expectations->pdata[1],
                    *count = s->expectations->pdata[2];
  g_assert_cmpint(path->kind, ==, EXPECT_PATH);
  g_assert_cmpint(path->line, ==, 14);
  g_assert_cmpstr(path->conn, ==, "web");
  g_assert_cmpuint(path->path->len, ==, 3);
  g_assert_cmpint(g_array_index(path->path, TcpState, 1), ==, TCP_STATE_FIN_WAIT_1);
  g_assert_cmpint(at->at, ==, SIM_MS(150));
  g_assert_cmpstr(at->text, ==, "client on web is FIN-WAIT-1 at 150ms");
  g_assert_cmpint(count->min, ==, 2);
  g_assert_cmpint(count->max, ==, 2);
  g_assert_cmpstr(count->text, ==, "FIN from client: 2 times");
}

static void test_what_is_left_out_gets_its_default(void) {
  g_autoptr(Scenario) s = load("{\"version\": 1, \"title\": \"x\", \"hosts\": {\"a\": {}, \"b\": {\"address\": "
                               "\"192.0.2.1\"}}, \"links\": [{\"between\": [\"a\", \"b\"], \"delay\": \"1ms\"}], "
                               "\"connections\": [{\"name\": \"c\", \"from\": \"a:1\", \"to\": \"b:65535\"}], "
                               "\"apps\": [{\"host\": \"a\"}, {\"host\": \"a\"}]}",
                               NULL);
  g_assert_cmpuint(s->seed, ==, 1);
  g_assert_cmpuint(s->budget_events, ==, 10000000);
  const ScenarioHost *a = s->hosts->pdata[0];
  g_assert_cmpstr(a->profile->name, ==, "rfc9293");
  g_assert_cmpuint(a->address, ==, 0xC0000202); /* .1 is taken */
  const ScenarioLink *link = s->links->pdata[0];
  g_assert_cmpuint(link->config[0].loss, ==, 0);
  g_assert_null(link->config[0].down);
  const ScenarioConn *conn = s->connections->pdata[0];
  g_assert_true(conn->auto_open);
  g_assert_false(conn->has_isn[0]);
  g_assert_cmpint(conn->rtt, ==, SCENARIO_RTT_AUTO);
  g_assert_cmpstr(((AppScript *)s->apps->pdata[0])->name, ==, "a.process");
  g_assert_cmpstr(((AppScript *)s->apps->pdata[1])->name, ==, "a.process-2");
  g_assert_null(s->lesson);
}

static void test_a_direction_overrides_its_keys_only(void) {
  g_autoptr(Scenario) s = load("{\"version\": 1, \"title\": \"x\", \"hosts\": {\"a\": {}, \"b\": {}}, \"links\": "
                               "[{\"between\": [\"b\", \"a\"], \"delay\": \"1ms\", \"loss\": \"50%\", \"down\": "
                               "[{\"from\": \"5s\"}, {\"from\": \"1s\", \"until\": \"2s\"}], \"directions\": "
                               "{\"a>b\": {\"delay\": \"2ms\", \"rate\": \"1.5mbit\", \"down\": []}}}]}",
                               NULL);
  unsigned direction;
  const ScenarioLink *link = scenario_link(s, 0, 1, &direction);
  g_assert_nonnull(link);
  g_assert_cmpuint(direction, ==, 1);
  g_assert_cmpint(link->config[1].delay, ==, SIM_MS(2));
  g_assert_cmpuint(link->config[1].rate, ==, 1500000);
  g_assert_cmpuint(link->config[1].loss, ==, RNG_ONE / 2);
  g_assert_cmpuint(link->config[1].down->len, ==, 0);
  g_assert_cmpint(link->config[0].delay, ==, SIM_MS(1));
  g_assert_cmpuint(link->config[0].rate, ==, 0);
  g_assert_cmpint(g_array_index(link->config[0].down, LinkDown, 0).from, ==, SIM_S(1));
  g_assert_cmpint(g_array_index(link->config[0].down, LinkDown, 1).until, ==, SIM_NEVER);
  g_assert_null(scenario_link(s, 0, 0, &direction));
}

static void test_all_errors_come_at_once_in_order_of_place(void) {
  g_autofree char *all = complaints("{\"version\": 1, \"titel\": \"x\",\n"
                                    " \"expect\": [{\"end\": \"idel\"}],\n"
                                    " \"seed\": 01,\n"
                                    " \"hosts\": {\"client\": {\"address\": \"192.0.2\"}, \"client\": {}},\n"
                                    " \"links\": [{\"between\": [\"client\", \"clinet\"], \"delay\": 50}]}",
                                    NULL);
  g_assert_cmpstr(
      all, ==,
      "f:1:1: $: missing key \"title\": expected a title such as \"The first FIN is lost\"\n"
      "f:1:16: $.titel: unknown key \"titel\"; did you mean \"title\"?\n"
      "f:2:21: $.expect[0].end: expected one of the words idle, renewing, duration, budget, not \"idel\"; did you "
      "mean \"idle\"?\n"
      "f:3:10: $.seed: \"01\": a number does not begin with 0\n"
      "f:4:34: $.hosts.client.address: expected an IPv4 address of a host such as \"192.0.2.1\", not the text "
      "\"192.0.2\"\n"
      "f:4:46: $.hosts.client: duplicate key \"client\": it stands in line 4 already\n"
      "f:5:35: $.links[0].between[1]: \"clinet\" is no host of this scenario; did you mean \"client\"?\n"
      "f:5:55: $.links[0].delay: a time has a unit: did you mean \"50ms\"? (units: ns us ms s m h)\n");
}

static void test_an_error_in_one_part_is_not_blamed_on_the_next(void) {
  g_autofree char *all = complaints("{\"version\": 1, \"title\": \"x\", \"hosts\": {\"a\": {}, \"b b\": {}}, "
                                    "\"links\": [{\"between\": [\"a\", \"c\"], \"delay\": \"1s\"}], "
                                    "\"connections\": [{\"name\": \"c\", \"from\": \"a:1\", \"to\": \"c:2\"}], "
                                    "\"apps\": [{\"host\": \"a\", \"conn\": \"c\"}]}",
                                    NULL);
  g_assert_cmpstr(all, ==,
                  "f:1:49: $.hosts[\"b b\"]: \"b b\" is no name: a letter, then letters, digits, _ and -, 32 "
                  "characters at most\n");
}

static void test_a_thousand_errors_are_enough(void) {
  g_autoptr(GString) text = g_string_new("{");
  for (int i = 0; i < 5000; i++)
    g_string_append_printf(text, "%s\"key%d\": 1", i ? ", " : "", i);
  g_string_append(text, "}");
  GPtrArray *errors = NULL;
  g_assert_null(scenario_parse(text->str, text->len, "f", NULL, &errors));
  g_assert_cmpuint(errors->len, ==, 1001);
  g_ptr_array_unref(errors);
}

static void test_overrides_change_the_tree_and_the_hash(void) {
  char *set[] = {(char *)"links[0].delay=10ms", (char *)"hosts.server.tcp.time_wait=5s", (char *)"title=007"};
  char *profile[] = {(char *)"client=rfc9293"};
  g_autoptr(GPtrArray) sets = g_ptr_array_new(), profiles = g_ptr_array_new();
  for (unsigned i = 0; i < G_N_ELEMENTS(set); i++)
    g_ptr_array_add(sets, set[i]);
  g_ptr_array_add(profiles, profile[0]);
  ScenarioOverrides overrides = {sets, profiles, TRUE, UINT64_MAX};
  g_autoptr(Scenario) plain = load(example, NULL);
  g_autoptr(Scenario) changed = load(example, &overrides);
  g_assert_cmpint(((ScenarioLink *)changed->links->pdata[0])->config[1].delay, ==, SIM_MS(10));
  g_assert_cmpint(((ScenarioHost *)changed->hosts->pdata[1])->tcp.time_wait, ==, SIM_S(5));
  g_assert_cmpstr(((ScenarioHost *)changed->hosts->pdata[0])->profile->name, ==, "rfc9293");
  g_assert_cmpstr(changed->title, ==, "007");
  g_assert_cmpuint(changed->seed, ==, UINT64_MAX);
  g_assert_cmpuint(strlen(plain->sha256), ==, 64);
  g_assert_cmpstr(plain->sha256, !=, changed->sha256);
}

static void test_a_wrong_override_is_complained_about_by_name(void) {
  g_autoptr(GPtrArray) sets = g_ptr_array_new(), profiles = g_ptr_array_new();
  g_ptr_array_add(sets, (char *)"links[0].delay=10");
  g_ptr_array_add(sets, (char *)"sed=7");
  g_ptr_array_add(sets, (char *)"nothing");
  g_ptr_array_add(profiles, (char *)"clint=linux");
  ScenarioOverrides overrides = {sets, profiles, FALSE, 0};
  g_autofree char *all = complaints(example, &overrides);
  g_assert_cmpstr(all, ==,
                  "--profile: \"clint\" is no host of this scenario; did you mean \"client\"?\n"
                  "--set: \"nothing\": expected PATH=VALUE, such as links[0].delay=10ms\n"
                  "--set: $.sed: unknown key \"sed\"; did you mean \"seed\"?\n"
                  "--set: $.links[0].delay: a time has a unit: did you mean \"10ms\"? (units: ns us ms s m h)\n");
}

static void test_the_hash_counts_what_is_said_and_not_how(void) {
  g_autoptr(Scenario) one = load("{\"version\": 1, \"title\": \"x\", \"hosts\": {\"a\": {}}}", NULL);
  g_autoptr(Scenario) other = load("{\"$schema\": \"s\", // c\n\"hosts\": {\"a\": {\"$comment\": \"c\"}},\n"
                                   "\"title\": \"\\u0078\", \"version\":1}",
                                   NULL);
  g_autoptr(Scenario) third = load("{\"version\": 1, \"title\": \"y\", \"hosts\": {\"a\": {}}}", NULL);
  g_assert_cmpstr(one->sha256, ==, other->sha256);
  g_assert_cmpstr(one->sha256, !=, third->sha256);
  g_autofree char *hash =
      g_compute_checksum_for_string(G_CHECKSUM_SHA256, "{\"hosts\":{\"a\":{}},\"title\":\"x\",\"version\":1}", -1);
  g_assert_cmpstr(one->sha256, ==, hash);
}

static void test_the_name_comes_from_the_path(void) {
  static const struct {
    const char *file, *name;
  } cases[] = {
      {"scenarios/loss/a.json", "loss/a"},
      {"/x/scenarios/y/scenarios/b.json", "b"},
      {"lab.json", "lab"},
      {"/tmp/my lab", "my lab"},
      {"x/myscenarios/c.json", "c"},
      {"scenarios/../d.json", "d"},
      {"scenarios/e/\n.json", "e/-"},
      {"dir/", "scenario"},
  };
  static const char text[] = "{\"version\": 1, \"title\": \"x\", \"hosts\": {\"a\": {}}}";
  for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
    GPtrArray *errors = NULL;
    g_autoptr(Scenario) s = scenario_parse(text, strlen(text), cases[i].file, NULL, &errors);
    g_assert_nonnull(s);
    g_assert_cmpstr(s->name, ==, cases[i].name);
  }
}

static void test_a_file_that_cannot_be_read_says_why(void) {
  GPtrArray *errors = NULL;
  g_assert_null(scenario_load("/nowhere/at-all.json", NULL, &errors));
  g_autofree char *text = scenario_error_print(errors->pdata[0]);
  g_assert_cmpstr(text, ==, "/nowhere/at-all.json: cannot read this file: No such file or directory");
  g_ptr_array_unref(errors);
}

int main(int argc, char **argv) {
  g_setenv("LC_ALL", "C", TRUE);
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/scenario/load/example-of-the-manual", test_the_example_of_the_manual_loads_as_it_says);
  g_test_add_func("/scenario/load/expectations", test_expectations_know_their_line_connection_and_words);
  g_test_add_func("/scenario/load/defaults", test_what_is_left_out_gets_its_default);
  g_test_add_func("/scenario/load/directions", test_a_direction_overrides_its_keys_only);
  g_test_add_func("/scenario/load/all-errors-at-once", test_all_errors_come_at_once_in_order_of_place);
  g_test_add_func("/scenario/load/no-blame-on-the-next-part", test_an_error_in_one_part_is_not_blamed_on_the_next);
  g_test_add_func("/scenario/load/a-thousand-errors-are-enough", test_a_thousand_errors_are_enough);
  g_test_add_func("/scenario/load/overrides", test_overrides_change_the_tree_and_the_hash);
  g_test_add_func("/scenario/load/wrong-overrides", test_a_wrong_override_is_complained_about_by_name);
  g_test_add_func("/scenario/load/hash", test_the_hash_counts_what_is_said_and_not_how);
  g_test_add_func("/scenario/load/name-from-the-path", test_the_name_comes_from_the_path);
  g_test_add_func("/scenario/load/unreadable-file", test_a_file_that_cannot_be_read_says_why);
  return g_test_run();
}
