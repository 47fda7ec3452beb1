/* Single values of a scenario: what is taken, what is refused and in which words; faults and expectations in words. */
#include <string.h>

#include <glib.h>

#include "scenario/decimal.h"
#include "scenario/scenario_json.h"
#include "scenario/words.h"

static const char base[] =
    "{\"version\": 1, \"title\": \"x\", \"hosts\": {\"client\": {}, \"server\": {}, \"third\": {}},"
    " \"links\": [{\"between\": [\"client\", \"server\"], \"delay\": \"50ms\"}],"
    " \"connections\": [{\"name\": \"web\", \"from\": \"client:49152\", \"to\": \"server:80\"}],"
    " \"apps\": [{\"host\": \"client\", \"conn\": \"web\", \"do\": []}],"
    " \"faults\": [{\"match\": {\"from\": \"client\"}, \"action\": \"drop\"}]}";

/* The base with one value set. NULL if it is refused: `ret_message` is the first message then. */
static Scenario *with(const char *set, char **ret_message) {
  g_autoptr(GPtrArray) sets = g_ptr_array_new();
  g_ptr_array_add(sets, (char *)set);
  ScenarioOverrides overrides = {.set = sets};
  GPtrArray *errors = NULL;
  Scenario *scenario = scenario_parse(base, strlen(base), "f", &overrides, &errors);
  if (!scenario) {
    *ret_message = g_strdup(((ScenarioError *)errors->pdata[0])->message);
    g_ptr_array_unref(errors);
  }
  return scenario;
}

static Scenario *good(const char *set) {
  g_autofree char *message = NULL;
  Scenario *scenario = with(set, &message);
  if (!scenario)
    g_error("%s: %s", set, message);
  return scenario;
}

typedef struct Refusal {
  const char *set, *says;
} Refusal;

static void assert_refused(const Refusal *cases, unsigned count) {
  for (unsigned i = 0; i < count; i++) {
    g_autofree char *message = NULL;
    g_autoptr(Scenario) scenario = with(cases[i].set, &message);
    if (!message || !strstr(message, cases[i].says))
      g_test_message("%s: %s", cases[i].set, message ? message : "taken");
    g_assert_null(scenario);
    g_assert_nonnull(strstr(message, cases[i].says));
  }
}

static void test_times_are_exact_and_need_units(void) {
  static const struct {
    const char *text;
    SimTime time;
  } cases[] = {{"0s", 0},          {"50ms", SIM_MS(50)},          {"2.5 s", SIM_MS(2500)},
               {"1h", SIM_H(1)},   {"250\xC2\xB5s", SIM_US(250)}, {"0.000000001s", 1},
               {"1.5m", SIM_S(90)}};
  for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *set = g_strdup_printf("links[0].delay=%s", cases[i].text);
    g_autoptr(Scenario) s = good(set);
    g_assert_cmpint(((ScenarioLink *)s->links->pdata[0])->config[0].delay, ==, cases[i].time);
  }
  static const Refusal refusals[] = {
      {"links[0].delay=50", "did you mean \"50ms\"?"},
      {"links[0].delay=\"50\"", "did you mean \"50ms\"?"},
      {"duration=10", "did you mean \"10s\"?"},
      {"links[0].delay=0", "did you mean \"0s\"?"},
      {"links[0].delay=50msec", "did you mean \"ms\"?"},
      {"links[0].delay=-5ms", "negative"},
      {"links[0].delay=25h", "from \"0s\" to \"86400s\""},
      {"links[0].delay=never", "is not a time"},
      {"links[0].delay=0.1ns", "finer than a nanosecond"},
      {"hosts.client.tcp.user_timeout=Never", "did you mean \"never\"?"},
  };
  assert_refused(refusals, G_N_ELEMENTS(refusals));
}

static void test_rates_are_bits_per_second(void) {
  static const struct {
    const char *text;
    guint64 rate;
  } cases[] = {{"1bit", 1}, {"64kbit", 64000}, {"0.0005mbit", 500}, {"2.5gbit", 2500000000}, {"10 mbit", 10000000}};
  for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *set = g_strdup_printf("links[0].rate=%s", cases[i].text);
    g_autoptr(Scenario) s = good(set);
    g_assert_cmpuint(((ScenarioLink *)s->links->pdata[0])->config[1].rate, ==, cases[i].rate);
  }
  static const Refusal refusals[] = {
      {"links[0].rate=10mbps", "octets per second"},
      {"links[0].rate=10mbps", "did you mean \"mbit\"?"},
      {"links[0].rate=10Mbit", "did you mean \"mbit\"?"},
      {"links[0].rate=10", "did you mean \"10mbit\"?"},
      {"links[0].rate=0bit", "from \"1bit\""},
      {"links[0].rate=0.5bit", "whole number of bits"},
      {"links[0].rate=fast", "expected a rate"},
  };
  assert_refused(refusals, G_N_ELEMENTS(refusals));
}

static void test_probabilities_are_percent_or_fractions(void) {
  static const struct {
    const char *text;
    Probability loss;
  } cases[] = {{"0", 0},
               {"1", RNG_ONE},
               {"0.5", RNG_ONE / 2},
               {"25e-2", RNG_ONE / 4},
               {"100%", RNG_ONE},
               {"12.5%", RNG_ONE / 8},
               {"0%", 0},
               {"50 %", RNG_ONE / 2}};
  for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *set = g_strdup_printf("links[0].loss=%s", cases[i].text);
    g_autoptr(Scenario) s = good(set);
    g_assert_cmpuint(((ScenarioLink *)s->links->pdata[0])->config[0].loss, ==, cases[i].loss);
  }
  static const Refusal refusals[] = {
      {"links[0].loss=5", "did you mean \"5%\"?"},          {"links[0].loss=\"0.5\"", "did you mean \"0.5%\"?"},
      {"links[0].loss=101%", "expected a probability"},     {"links[0].loss=-0.1", "expected a probability"},
      {"links[0].loss=\"2,5%\"", "expected a probability"},
  };
  assert_refused(refusals, G_N_ELEMENTS(refusals));
}

static void test_integers_are_exact_to_64_bits(void) {
  g_autoptr(Scenario) most = good("seed=18446744073709551615");
  g_assert_cmpuint(most->seed, ==, G_MAXUINT64);
  g_autoptr(Scenario) odd = good("seed=9007199254740993"); /* a double would make it even */
  g_assert_cmpuint(odd->seed, ==, G_GUINT64_CONSTANT(9007199254740993));
  g_autoptr(Scenario) round = good("seed=1.20e1");
  g_assert_cmpuint(round->seed, ==, 12);
  static const Refusal refusals[] = {
      {"seed=18446744073709551616", "not the number 18446744073709551616"},
      {"seed=-1", "from 0"},
      {"seed=0.5", "an integer"},
      {"seed=1e300", "an integer"},
      {"seed=\"7\"", "not the text \"7\""},
  };
  assert_refused(refusals, G_N_ELEMENTS(refusals));
}

static void test_flags_are_words_or_letters(void) {
  static const struct {
    const char *text;
    gboolean exact;
    TcpFlags flags;
  } cases[] = {{"FIN", FALSE, TCP_FIN},
               {"SYN,ACK", FALSE, TCP_SYN | TCP_ACK},
               {"FIN, PSH", FALSE, TCP_FIN | TCP_PSH},
               {"F.", TRUE, TCP_FIN | TCP_ACK},
               {".F", TRUE, TCP_FIN | TCP_ACK},
               {"FP.", TRUE, TCP_FIN | TCP_PSH | TCP_ACK},
               {".", TRUE, TCP_ACK},
               {"S", TRUE, TCP_SYN},
               {"SF", TRUE, TCP_SYN | TCP_FIN}};
  for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *set = g_strdup_printf("faults[0].match.flags=%s", cases[i].text);
    g_autoptr(Scenario) s = good(set);
    const Fault *fault = s->faults->pdata[0];
    g_assert_cmpint(fault->match.flags_exact, ==, cases[i].exact);
    g_assert_cmpuint(fault->match.flags, ==, cases[i].flags);
  }
  static const Refusal refusals[] = {
      {"faults[0].match.flags=fin", "did you mean \"FIN\"?"},
      {"faults[0].match.flags=SYN+ACK", "did you mean \"SYN,ACK\"?"},
      {"faults[0].match.flags=FNI", "did you mean \"FIN\"?"},
      {"faults[0].match.flags=F..", "exactly these"},
      {"faults[0].match.flags=SFR", "exactly these"},
      {"faults[0].match.flags=\"\"", "exactly these"},
  };
  assert_refused(refusals, G_N_ELEMENTS(refusals));
}

static void test_ranges_have_one_end_or_two(void) {
  static const struct {
    const char *text;
    guint64 first, last;
  } cases[] = {{"3", 3, 3}, {"\"3..\"", 3, G_MAXUINT64}, {"\"2..4\"", 2, 4}, {"\"1..1\"", 1, 1}};
  for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *set = g_strdup_printf("faults[0].match.nth=%s", cases[i].text);
    g_autoptr(Scenario) s = good(set);
    const Fault *fault = s->faults->pdata[0];
    g_assert_true(fault->match.has_nth);
    g_assert_cmpuint(fault->match.nth.first, ==, cases[i].first);
    g_assert_cmpuint(fault->match.nth.last, ==, cases[i].last);
  }
  static const Refusal refusals[] = {
      {"faults[0].match.nth=0", "from 1"},
      {"faults[0].match.nth=\"4..2\"", "did you mean \"2..4\"?"},
      {"faults[0].match.nth=\"1-4\"", "a range such as"},
      {"faults[0].match.len=\"1..70000\"", "within 0..65535"},
  };
  assert_refused(refusals, G_N_ELEMENTS(refusals));
}

static void test_faults_say_in_words_what_they_do(void) {
  static const struct {
    const char *json, *text;
  } cases[] = {
      {"{\"match\": {\"from\": \"client\", \"flags\": \"FIN\", \"nth\": 1}, \"action\": \"drop\"}",
       "drop the first FIN from client"},
      {"{\"match\": {\"from\": \"client\", \"flags\": \"FIN\", \"nth\": \"1..4\"}, \"action\": \"drop\"}",
       "drop FINs 1 to 4 from client"},
      {"{\"match\": {\"from\": \"client\", \"len\": \"1..\", \"nth\": 2}, \"action\": \"delay\", \"delay\": \"60ms\"}",
       "delay the second data segment from client by 60 ms"},
      {"{\"match\": {\"to\": \"client\", \"flags\": \".\", \"len\": 0, \"nth\": \"3..\"}, \"action\": \"drop\"}",
       "drop every pure ACK from the third on to client"},
      {"{\"match\": {}, \"action\": \"duplicate\"}", "duplicate every segment"},
      {"{\"match\": {\"flags\": \"F.\", \"conn\": \"web\"}, \"action\": \"duplicate\", \"delay\": \"1s\"}",
       "duplicate every segment F. on web, the copy 1 s later"},
      {"{\"match\": {\"flags\": \"SYN,ACK\", \"nth\": 12, \"seq\": 0}, \"action\": \"drop\"}",
       "drop the 12th SYN,ACK at sequence number 0"},
      {"{\"match\": {\"len\": \"100..200\", \"seq\": \"1..1000\"}, \"action\": \"drop\"}",
       "drop every data segment of 100 to 200 octets at sequence number 1 to 1000"},
  };
  for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *set = g_strdup_printf("faults[0]=%s", cases[i].json);
    g_autoptr(Scenario) s = good(set);
    g_assert_cmpstr(((Fault *)s->faults->pdata[0])->text, ==, cases[i].text);
  }
}

static void test_expectations_say_in_words_what_they_claim(void) {
  static const struct {
    const char *json, *text;
  } cases[] = {
      {"{\"host\": \"client\", \"path\": [\"CLOSED\", \"SYN_SENT\"]}", "client on web goes CLOSED, SYN-SENT"},
      {"{\"segments\": {\"lost\": true, \"flags\": \"F.\"}, \"count\": {\"min\": 1}}", "F. lost: at least 1 time"},
      {"{\"segments\": {}, \"count\": {\"max\": 3}}", "any segment: 0 to 3 times"},
      {"{\"order\": [{\"flags\": \"SYN\", \"from\": \"client\"}, {\"len\": 5, \"attempt\": 2}]}",
       "SYN from client, then any segment len 5 attempt 2"},
      {"{\"host\": \"client\", \"port\": 80, \"reserved\": {\"from\": \"1s\", \"until\": \"2m\"}}",
       "port 80 of client is reserved from 1s until 120s"},
      {"{\"never\": {\"host\": \"server\", \"state\": \"TIME-WAIT\"}}", "never: server on web is TIME-WAIT"},
      {"{\"never\": {\"segments\": {\"flags\": \"RST\"}}}", "never: RST"},
      {"{\"host\": \"client\", \"app\": \"client.web\", \"call\": \"bind\", \"at\": \"1s\", \"result\": "
       "\"EADDRINUSE\"}",
       "bind of client.web at 1s gives EADDRINUSE"},
      {"{\"host\": \"server\", \"octets\": 100}", "server on web reads 100 octets"},
      {"{\"end\": \"idle\"}", "the run ends: idle"},
  };
  for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *set = g_strdup_printf("expect[0]=%s", cases[i].json);
    g_autoptr(Scenario) s = good(set);
    g_assert_cmpstr(((Expectation *)s->expectations->pdata[0])->text, ==, cases[i].text);
  }
}

static void test_items_have_one_trigger_and_the_arguments_of_their_call(void) {
  g_autoptr(Scenario) s = good("apps[0].do=[{\"on\": {\"host\": \"server\", \"state\": \"CLOSE_WAIT\"}, \"after\": "
                               "\"1s\", \"call\": \"shutdown\"}, {\"on\": \"data\", \"octets_read\": 9, \"call\": "
                               "\"send\", \"octets\": 5}, {\"on\": \"never\", \"call\": \"bind\", \"port\": 7}]");
  const GArray *items = ((AppScript *)s->apps->pdata[0])->items;
  const AppItem *state = &g_array_index(items, AppItem, 0), *data = state + 1, *never = state + 2;
  g_assert_cmpint(state->trigger, ==, APP_ON_STATE);
  g_assert_cmpint(state->state, ==, TCP_STATE_CLOSE_WAIT);
  g_assert_cmpuint(state->state_host, ==, 1);
  g_assert_cmpint(state->at, ==, SIM_S(1));
  g_assert_cmpint(state->how, ==, APP_SHUT_WR);
  g_assert_cmpuint(data->data_octets, ==, 9);
  g_assert_cmpuint(data->octets, ==, 5);
  g_assert_cmpint(never->trigger, ==, APP_NEVER);
  g_assert_cmpuint(never->port, ==, 7);
  static const Refusal refusals[] = {
      {"apps[0].do=[{\"call\": \"close\"}]", "missing key \"at\""},
      {"apps[0].do=[{\"at\": \"0s\", \"on\": \"eof\", \"call\": \"close\"}]", "both \"at\" and \"on\""},
      {"apps[0].do=[{\"at\": \"0s\", \"call\": \"send\"}]", "missing key \"octets\""},
      {"apps[0].do=[{\"at\": \"0s\", \"call\": \"shut\"}]", "expected one of the words"},
      {"apps[0].do=[{\"at\": \"0s\", \"call\": \"close\", \"port\": 5}]", "close takes no \"port\""},
      {"apps[0].do=[{\"on\": \"eof\", \"octets_read\": 5, \"call\": \"close\"}]", "goes with \"on\": \"data\""},
      {"apps[0].do=[{\"on\": {\"host\": \"third\", \"state\": \"CLOSED\"}, \"call\": \"close\"}]",
       "third has 0 connections"},
      {"apps[0].host=third", "does not end at third"},
      {"apps[1]={\"host\": \"server\", \"do\": [{\"at\": \"0s\", \"call\": \"connect\"}]}", "without \"conn\""},
      {"apps[1]={\"host\": \"server\", \"do\": [{\"on\": \"eof\", \"call\": \"close\"}]}", "without \"conn\""},
  };
  assert_refused(refusals, G_N_ELEMENTS(refusals));
}

static void test_connections_are_checked_against_the_rest(void) {
  static const Refusal refusals[] = {
      {"connections[0].to=third:80", "there is no link between client and third"},
      {"connections[0].to=client:80", "joins two different hosts"},
      {"connections[0].to=server:0", "from 1 to 65535"},
      {"connections[0].to=server:080", "from 1 to 65535"},
      {"connections[0].to=sever:80", "did you mean \"server\"?"},
      {"connections[0].state=LISTEN", "starts ESTABLISHED, or CLOSED"},
      {"connections[0].rtt=none", "is for a connection with"},
      {"connections[0].isn={\"third\": 1}", "unknown key \"third\""},
      {"connections[1]={\"name\": \"web\", \"from\": \"client:1\", \"to\": \"server:2\"}", "already"},
  };
  assert_refused(refusals, G_N_ELEMENTS(refusals));
  g_autoptr(Scenario) s = good("connections[0].isn={\"server\": 4294967295}");
  const ScenarioConn *conn = s->connections->pdata[0];
  g_assert_false(conn->has_isn[0]);
  g_assert_true(conn->has_isn[1]);
  g_assert_cmpuint(conn->isn[1], ==, UINT32_MAX);
}

static void test_tcp_parameters_are_checked_and_msl_comes_first(void) {
  g_autoptr(Scenario) s =
      good("hosts.client.tcp={\"time_wait\": \"7s\", \"msl\": \"30s\", \"retries\": \"unlimited\", "
           "\"user_timeout\": \"never\", \"time_wait_restart\": \"any\", \"tail_loss_probe\": true}");
  const TcpParams *tcp = &((ScenarioHost *)s->hosts->pdata[0])->tcp;
  g_assert_cmpint(tcp->time_wait, ==, SIM_S(7));
  g_assert_cmpint(tcp->msl, ==, SIM_S(30));
  g_assert_cmpuint(tcp->retries, ==, TCP_UNLIMITED);
  g_assert_cmpint(tcp->user_timeout, ==, SIM_NEVER);
  g_assert_cmpuint(tcp->time_wait_restart, ==, TCP_TIME_WAIT_RESTART_ANY);
  g_assert_cmpuint(tcp->tail_loss_probe, ==, 1);
  static const Refusal refusals[] = {
      {"hosts.client.tcp.mls=30s", "did you mean \"msl\"?"},
      {"hosts.client.tcp.retries=forever", "or \"unlimited\""},
      {"hosts.client.tcp.retries=4294967295", "to 4294967294"},
      {"hosts.client.tcp.tail_loss_probe=1", "true or false"},
      {"hosts.client.tcp.rto_max=1ms", "rto_min (1s) is greater than rto_max (1ms)"},
  };
  assert_refused(refusals, G_N_ELEMENTS(refusals));
}

static void test_titles_may_hold_anything_but_names_may_not(void) {
  g_autoptr(Scenario) s = good("title=\"\\u001b[31m \\u202e\"");
  g_assert_cmpstr(s->title, ==, "\x1b[31m \xE2\x80\xAE");
  static const Refusal refusals[] = {
      {"connections[0].name=\"a\\u001b[31m\"", "\"a\\u001B[31m\" is no name"},
      {"connections[0].name=9a", "is no name"},
      {"name=../x", "expected a name"},
      {"name=a//b", "expected a name"},
      {"references=[{\"title\": \"x\", \"url\": \"javascript:alert(1)\"}]", "expected a URL"},
      {"references=[{\"title\": \"x\", \"url\": \"https://a b\"}]", "expected a URL"},
  };
  assert_refused(refusals, G_N_ELEMENTS(refusals));
}

static void test_decimals_are_read_exactly(void) {
  static const struct {
    const char *text;
    guint64 scale, value;
    gboolean fits;
  } cases[] = {
      {"0", 1, 0, TRUE},      {"0.0e5", 1, 0, TRUE},  {"100", 1, 100, TRUE},
      {"1.50", 10, 15, TRUE}, {"1.5", 1, 0, FALSE},   {"1e19", 1, G_GUINT64_CONSTANT(10000000000000000000), TRUE},
      {"1e20", 1, 0, FALSE},  {"-1", 1, 0, FALSE},    {"-0", 1, 0, TRUE},
      {"5e-1", 10, 5, TRUE},  {"2E+2", 1, 200, TRUE}, {"1e99999999999", 1, 0, FALSE}};
  for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
    Decimal decimal;
    guint64 value = 0;
    g_assert_true(decimal_parse(cases[i].text, strlen(cases[i].text), &decimal));
    g_assert_cmpint(decimal_to_uint(decimal, cases[i].scale, &value), ==, cases[i].fits);
    if (cases[i].fits)
      g_assert_cmpuint(value, ==, cases[i].value);
  }
  Decimal decimal;
  g_assert_false(decimal_parse("18446744073709551617", 20, &decimal));
}

static void test_words_find_the_nearest_and_hide_nothing(void) {
  static const char *const words[] = {"delay", "drop", "FIN-WAIT-1", NULL};
  g_assert_cmpstr(words_nearest("dealy", words), ==, "delay");
  g_assert_cmpstr(words_nearest("fin_wait_1", words), ==, "FIN-WAIT-1");
  g_assert_null(words_nearest("zebra", words));
  g_assert_null(words_nearest("", words));
  g_autofree char *quoted = words_quote("a\"\x1b\xE2\x80\xAE\xFF\xC3\xA4");
  g_assert_cmpstr(quoted, ==, "\"a\\\"\\u001B\\u202E\\xFF\xC3\xA4\"");
  g_autofree char *second = words_ordinal(2), *eleventh = words_ordinal(11), *last = words_ordinal(122);
  g_assert_cmpstr(second, ==, "second");
  g_assert_cmpstr(eleventh, ==, "11th");
  g_assert_cmpstr(last, ==, "122nd");
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/scenario/values/times", test_times_are_exact_and_need_units);
  g_test_add_func("/scenario/values/rates", test_rates_are_bits_per_second);
  g_test_add_func("/scenario/values/probabilities", test_probabilities_are_percent_or_fractions);
  g_test_add_func("/scenario/values/integers", test_integers_are_exact_to_64_bits);
  g_test_add_func("/scenario/values/flags", test_flags_are_words_or_letters);
  g_test_add_func("/scenario/values/ranges", test_ranges_have_one_end_or_two);
  g_test_add_func("/scenario/values/fault-texts", test_faults_say_in_words_what_they_do);
  g_test_add_func("/scenario/values/expectation-texts", test_expectations_say_in_words_what_they_claim);
  g_test_add_func("/scenario/values/items", test_items_have_one_trigger_and_the_arguments_of_their_call);
  g_test_add_func("/scenario/values/connections", test_connections_are_checked_against_the_rest);
  g_test_add_func("/scenario/values/tcp", test_tcp_parameters_are_checked_and_msl_comes_first);
  g_test_add_func("/scenario/values/texts", test_titles_may_hold_anything_but_names_may_not);
  g_test_add_func("/scenario/values/decimals", test_decimals_are_read_exactly);
  g_test_add_func("/scenario/values/words", test_words_find_the_nearest_and_hide_nothing);
  return g_test_run();
}
