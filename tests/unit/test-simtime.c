#include "engine/simtime.h"

#include <glib.h>
#include <string.h>

static void test_add_beyond_range_saturates(void) {
  g_assert_cmpint(simtime_add(SIM_S(1), SIM_MS(1)), ==, 1001000000);
  g_assert_cmpint(simtime_add(SIM_NEVER - 1, 1), ==, SIM_NEVER);
  g_assert_cmpint(simtime_add(SIM_NEVER - 1, 2), ==, SIM_NEVER);
  g_assert_cmpint(simtime_add(SIM_NEVER, SIM_NEVER), ==, SIM_NEVER);
  g_assert_cmpint(simtime_add(0, SIM_NEVER), ==, SIM_NEVER);
  g_assert_cmpint(simtime_add(-5, 3), ==, -2);
}

static void test_add_negative_is_caught(void) {
  if (g_test_subprocess()) {
    simtime_add(0, -1);
    return;
  }
  g_test_trap_subprocess(NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_failed();
}

static void test_parse_valid_is_exact(void) {
  static const struct {
    const char *text;
    SimTime time;
  } cases[] = {
      {"0s", 0},
      {"0ns", 0},
      {"50ms", SIM_MS(50)},
      {"50 ms", SIM_MS(50)},
      {"2.5s", 2500000000},
      {"2.50000000000000000000000000000000000s", 2500000000},
      {"0.000000001s", 1},
      {"0.1s", 100000000},
      {"1.000000001s", 1000000001},
      {"7us", 7000},
      {"7\u00b5s", 7000},
      {"7 \u03bcs", 7000},
      {"1.5us", 1500},
      {"3m", SIM_MIN(3)},
      {"0.0000000005m", 30},
      {"1h", SIM_H(1)},
      {"0.25h", SIM_MIN(15)},
      {"0.000000000005h", 18},
      {"0.0000000000025h", 9},
      {"007ms", SIM_MS(7)},
      {"00000000000000000000000000001ns", 1},
      {"9223372036854775806ns", SIM_NEVER - 1},
      {"9223372036.854775806s", SIM_NEVER - 1},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    GError *error = NULL;
    SimTime time = -1;
    g_assert_true(simtime_parse(cases[i].text, &time, &error));
    g_assert_no_error(error);
    g_assert_cmpint(time, ==, cases[i].time);
  }
}

static void test_parse_invalid_explains_and_leaves_output_alone(void) {
  static const struct {
    const char *text;
    SimTimeError code;
    const char *says; /* a part of the message */
  } cases[] = {
      {"50", SIMTIME_ERROR_NO_UNIT, "50 has no unit: write \"50ms\" or \"50s\""},
      {"2.5", SIMTIME_ERROR_NO_UNIT, "2.5 has no unit: write \"2.5ms\" or \"2.5s\""},
      {"50 ", SIMTIME_ERROR_NO_UNIT, "50 has no unit"},
      {"", SIMTIME_ERROR_SYNTAX, "is not a time"},
      {"ms", SIMTIME_ERROR_SYNTAX, "is not a time"},
      {".5s", SIMTIME_ERROR_SYNTAX, "is not a time"},
      {"5.s", SIMTIME_ERROR_SYNTAX, "is not a time"},
      {"+5s", SIMTIME_ERROR_SYNTAX, "is not a time"},
      {" 5s", SIMTIME_ERROR_SYNTAX, "is not a time"},
      {"0x5s", SIMTIME_ERROR_UNIT, "unknown unit \"x5s\""},
      {"1e3s", SIMTIME_ERROR_UNIT, "unknown unit \"e3s\""},
      {"5s ", SIMTIME_ERROR_UNIT, "did you mean \"s\"?"},
      {"5  s", SIMTIME_ERROR_UNIT, "unknown unit"},
      {"5 sec", SIMTIME_ERROR_UNIT, "units are ns, us, ms, s, m (minutes) and h; did you mean \"s\"?"},
      {"5 msec", SIMTIME_ERROR_UNIT, "did you mean \"ms\"?"},
      {"5MS", SIMTIME_ERROR_UNIT, "did you mean \"ms\"?"},
      {"5 min", SIMTIME_ERROR_UNIT, "did you mean \"m\"?"},
      {"5 microseconds", SIMTIME_ERROR_UNIT, "did you mean \"us\"?"},
      {"5 milliseconds", SIMTIME_ERROR_UNIT, "did you mean \"ms\"?"},
      {"2d", SIMTIME_ERROR_UNIT, "did you mean \"h\"?"},
      {"5q", SIMTIME_ERROR_UNIT, "m (minutes) and h"},
      {"-5ms", SIMTIME_ERROR_RANGE, "is negative"},
      {"0.5ns", SIMTIME_ERROR_RANGE, "finer than a nanosecond"},
      {"1.0000000001s", SIMTIME_ERROR_RANGE, "finer than a nanosecond"},
      {"0.00000000000000000001h", SIMTIME_ERROR_RANGE, "finer than a nanosecond"},
      {"9223372036854775807ns", SIMTIME_ERROR_RANGE, "beyond 292 years"},
      {"9223372036.854775807s", SIMTIME_ERROR_RANGE, "beyond 292 years"},
      {"9223372037s", SIMTIME_ERROR_RANGE, "beyond 292 years"},
      {"18446744073709551616ns", SIMTIME_ERROR_RANGE, "beyond 292 years"},
      {"99999999999999999999999999h", SIMTIME_ERROR_RANGE, "beyond 292 years"},
      {"2562048h", SIMTIME_ERROR_RANGE, "beyond 292 years"},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    GError *error = NULL;
    SimTime time = 42;
    g_assert_false(simtime_parse(cases[i].text, &time, &error));
    g_assert_error(error, SIMTIME_ERROR, (gint)cases[i].code);
    if (strstr(error->message, cases[i].says) == NULL)
      g_error("\"%s\": message is %s", cases[i].text, error->message);
    g_assert_cmpint(time, ==, 42);
    g_clear_error(&error);
  }
}

/* A message must not carry what would steer a terminal, nor a whole file. */
static void test_parse_hostile_text_is_quoted_harmlessly(void) {
  g_autofree char *text =
      g_strconcat("5\x1b[2J\xff\u202e", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", NULL);
  g_autoptr(GError) error = NULL;
  SimTime time;
  g_assert_false(simtime_parse(text, &time, &error));
  g_assert_true(g_utf8_validate(error->message, -1, NULL));
  g_assert_null(strchr(error->message, 0x1b));
  g_assert_null(strstr(error->message, "\u202e"));
  g_assert_cmpuint(strlen(error->message), <, 250);
}

static void test_print_is_exact_and_reads_back(void) {
  static const struct {
    SimTime time;
    const char *text;
  } cases[] = {
      {0, "0s"},
      {1, "1ns"},
      {999, "999ns"},
      {1000, "1us"},
      {1001, "1.001us"},
      {SIM_MS(50), "50ms"},
      {1234567, "1.234567ms"},
      {2500000000, "2.5s"},
      {SIM_S(240), "240s"},
      {SIM_H(1), "3600s"},
      {1000000001, "1.000000001s"},
      {SIM_NEVER - 1, "9223372036.854775806s"},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    char buffer[32];
    g_assert_true(simtime_print(cases[i].time, buffer, sizeof buffer) == buffer);
    g_assert_cmpstr(buffer, ==, cases[i].text);
    SimTime back = -1;
    g_assert_true(simtime_parse(buffer, &back, NULL));
    g_assert_cmpint(back, ==, cases[i].time);
  }
}

static void test_print_special_values(void) {
  char buffer[32];
  g_assert_cmpstr(simtime_print(SIM_NEVER, buffer, sizeof buffer), ==, "never");
  g_assert_cmpstr(simtime_print(-SIM_MS(5), buffer, sizeof buffer), ==, "-5ms");
  g_assert_cmpstr(simtime_print(INT64_MIN, buffer, sizeof buffer), ==, "-9223372036.854775808s");
  g_assert_cmpstr(simtime_print(SIM_MS(50), buffer, 3), ==, "50");
}

static void test_print_human_four_digits(void) {
  static const struct {
    SimTime time;
    const char *text;
  } cases[] = {
      {0, "0 s"},
      {5, "5 ns"},
      {SIM_MS(50), "50 ms"},
      {2500000000, "2.5 s"},
      {SIM_S(240), "240 s"},
      {1250000, "1.25 ms"},
      {1234567, "1.235 ms"},
      {1234499, "1.234 ms"},
      {12345678, "12.35 ms"},
      {999949999, "999.9 ms"},
      {999999999, "1 s"},
      {999950, "1 ms"},
      {SIM_S(12345) + SIM_MS(499), "12345 s"},
      {SIM_S(12345) + SIM_MS(500), "12346 s"},
      {SIM_S(1234) + SIM_MS(560), "1235 s"},
      {-SIM_MS(50), "-50 ms"},
      {SIM_NEVER, "never"},
      {SIM_NEVER - 1, "9223372037 s"},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    char buffer[32];
    g_assert_cmpstr(simtime_print_human(cases[i].time, buffer, sizeof buffer), ==, cases[i].text);
  }
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/simtime/add-beyond-range-saturates", test_add_beyond_range_saturates);
  g_test_add_func("/simtime/add-negative-is-caught", test_add_negative_is_caught);
  g_test_add_func("/simtime/parse-valid-is-exact", test_parse_valid_is_exact);
  g_test_add_func("/simtime/parse-invalid-explains", test_parse_invalid_explains_and_leaves_output_alone);
  g_test_add_func("/simtime/parse-hostile-text-is-quoted-harmlessly", test_parse_hostile_text_is_quoted_harmlessly);
  g_test_add_func("/simtime/print-is-exact-and-reads-back", test_print_is_exact_and_reads_back);
  g_test_add_func("/simtime/print-special-values", test_print_special_values);
  g_test_add_func("/simtime/print-human-four-digits", test_print_human_four_digits);
  return g_test_run();
}
