#include "tcp/tcp_profile.h"

#include "engine/rng.h"

#include <string.h>

typedef struct Default {
  const char *profile, *param, *value;
} Default;

/* What the profiles are known for: RFC 9293 3.4.2, 3.8.1, 3.8.3, RFC 6298 2; Linux's tcp.h and tcp_ipv4.c. */
static const Default defaults[] = {
    {"rfc9293", "msl", "120s"},
    {"rfc9293", "time_wait", "240s"},
    {"rfc9293", "rto_initial", "1s"},
    {"rfc9293", "rto_min", "1s"},
    {"rfc9293", "rto_max", "60s"},
    {"rfc9293", "retries", "8"},
    {"rfc9293", "fin_wait_2_timeout", "never"},
    {"rfc9293", "mss", "1460"},
    {"rfc9293", "rcv_wnd", "65535"},
    {"rfc9293", "rst_in_time_wait", "kill"},
    {"rfc9293", "time_wait_restart", "fin"},
    {"rfc9293", "last_ack_entry", "fin"},
    {"rfc9293", "tail_loss_probe", "false"},
    {"rfc9293", "duplicate_fin_ack_counts", "false"},
    {"linux", "time_wait", "60s"},
    {"linux", "rto_min", "200ms"},
    {"linux", "rto_max", "120s"},
    {"linux", "retries", "unlimited"},
    {"linux", "retries_time", "924.6s"},
    {"linux", "fin_wait_2_timeout", "60s"},
    {"linux", "last_ack_entry", "call"},
    {"linux", "time_wait_restart", "any"},
    {"linux", "tail_loss_probe", "true"},
    {"linux", "duplicate_fin_ack_counts", "true"},
};

static void profile_is_known_for_its_values(void) {
  for (unsigned i = 0; i < G_N_ELEMENTS(defaults); i++) {
    const TcpProfile *profile = tcp_profile_find(defaults[i].profile);
    const TcpParamInfo *info = tcp_param_find(defaults[i].param);
    TcpParams params;
    char text[64];
    g_assert_nonnull(profile);
    g_assert_nonnull(info);
    g_test_message("%s %s", profile->name, info->name);
    tcp_profile_params(profile, &params);
    g_assert_cmpstr(tcp_params_print(&params, info, text, sizeof text), ==, defaults[i].value);
  }
}

static void every_value_is_within_its_range(void) {
  unsigned n_profiles, n_params;
  const TcpProfile *profiles = tcp_profile_list(&n_profiles);
  const TcpParamInfo *params = tcp_param_list(&n_params);
  g_assert_cmpuint(n_profiles, >=, 2);
  for (unsigned i = 0; i < n_profiles; i++)
    for (unsigned k = 0; k < n_params; k++) {
      TcpParams own;
      tcp_profile_params(&profiles[i], &own);
      int64_t value = tcp_params_get(&own, &params[k]);
      g_test_message("%s %s", profiles[i].name, params[k].name);
      g_assert_cmpint(value, >=, params[k].low);
      g_assert_cmpint(value, <=, params[k].high);
    }
}

static void every_profile_is_consistent(void) {
  unsigned n_profiles;
  const TcpProfile *profiles = tcp_profile_list(&n_profiles);
  for (unsigned i = 0; i < n_profiles; i++) {
    TcpParams params;
    tcp_profile_params(&profiles[i], &params);
    g_assert_cmpint(params.time_wait, ==, 2 * params.msl);
    g_assert_cmpint(params.rto_min, <=, params.rto_max);
    g_assert_cmpint(params.rto_initial, <=, params.rto_max);
    g_assert_cmpint(params.port_low, <=, params.port_high);
    g_assert_cmpstr(profiles[i].summary, !=, "");
    g_assert_true(tcp_profile_find(profiles[i].name) == &profiles[i]);
  }
}

static void params_have_names_of_their_own(void) {
  unsigned n;
  const TcpParamInfo *params = tcp_param_list(&n);
  for (unsigned i = 0; i < n; i++) {
    g_assert_true(tcp_param_find(params[i].name) == &params[i]);
    g_assert_cmpuint(strspn(params[i].name, "abcdefghijklmnopqrstuvwxyz0123456789_"), ==, strlen(params[i].name));
    g_assert_cmpstr(params[i].meaning, !=, "");
    g_assert_cmpint(params[i].low, <=, params[i].high);
    g_assert_true((params[i].words != NULL) == (params[i].type == TCP_PARAM_CHOICE));
  }
}

static void nothing_is_found_by_another_name(void) {
  g_assert_null(tcp_param_find("MSL"));
  g_assert_null(tcp_param_find(""));
  g_assert_null(tcp_param_find("msl "));
  g_assert_null(tcp_profile_find("Linux"));
  g_assert_null(tcp_profile_find(""));
}

/* Each parameter in turn, with its bounds and values between: it takes the value, and no other one changes, but for
 * time_wait, which follows msl. */
static void value_set_is_the_value_got(void) {
  unsigned n;
  const TcpParamInfo *params = tcp_param_list(&n);
  TcpParams start;
  tcp_profile_params(tcp_profile_find("linux"), &start);
  Rng rng = rng_stream(1, 0, "params");
  for (unsigned i = 0; i < n; i++) {
    uint64_t span = (uint64_t)(params[i].high - params[i].low);
    const int64_t values[] = {params[i].low, params[i].high, params[i].low + (int64_t)rng_below(&rng, span + 1)};
    for (unsigned v = 0; v < G_N_ELEMENTS(values); v++) {
      TcpParams changed = start;
      g_test_message("%s", params[i].name);
      tcp_params_set(&changed, &params[i], values[v]);
      for (unsigned k = 0; k < n; k++) {
        int64_t expected = k == i ? values[v] : tcp_params_get(&start, &params[k]);
        if (strcmp(params[i].name, "msl") == 0 && strcmp(params[k].name, "time_wait") == 0)
          expected = 2 * values[v];
        g_assert_cmpint(tcp_params_get(&changed, &params[k]), ==, expected);
      }
    }
  }
}

/* 2 MSL may be longer than TIME-WAIT may be set by itself. */
static void msl_at_its_greatest_doubles_all_the_same(void) {
  TcpParams params;
  tcp_profile_params(tcp_profile_find("rfc9293"), &params);
  const TcpParamInfo *msl = tcp_param_find("msl");
  tcp_params_set(&params, msl, msl->high);
  g_assert_cmpint(params.time_wait, ==, 2 * msl->high);
}

static void time_wait_set_after_msl_stays(void) {
  TcpParams params;
  tcp_profile_params(tcp_profile_find("rfc9293"), &params);
  tcp_params_set(&params, tcp_param_find("msl"), SIM_S(30));
  g_assert_cmpint(params.time_wait, ==, SIM_S(60));
  tcp_params_set(&params, tcp_param_find("time_wait"), SIM_MS(500));
  g_assert_cmpint(params.time_wait, ==, SIM_MS(500));
  g_assert_cmpint(params.msl, ==, SIM_S(30));
}

static void value_prints_as_a_scenario_writes_it(void) {
  TcpParams params;
  tcp_profile_params(tcp_profile_find("rfc9293"), &params);
  static const struct {
    const char *param, *text;
    int64_t value;
  } cases[] = {
      {"msl", "1.5s", SIM_MS(1500)},
      {"msl", "0s", 0},
      {"user_timeout", "never", SIM_NEVER},
      {"retries", "0", 0},
      {"retries", "unlimited", TCP_UNLIMITED},
      {"mss", "65495", 65495},
      {"tail_loss_probe", "true", 1},
      {"tail_loss_probe", "false", 0},
      {"time_wait_restart", "fin", TCP_TIME_WAIT_RESTART_FIN},
      {"time_wait_restart", "any", TCP_TIME_WAIT_RESTART_ANY},
      {"time_wait_restart", "never", TCP_TIME_WAIT_RESTART_NEVER},
      {"window_probe", "old", TCP_WINDOW_PROBE_OLD},
  };
  for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
    const TcpParamInfo *info = tcp_param_find(cases[i].param);
    char text[32];
    tcp_params_set(&params, info, cases[i].value);
    g_assert_cmpstr(tcp_params_print(&params, info, text, sizeof text), ==, cases[i].text);
  }
}

/* Every word of a choice, and there are as many as the range says. */
static void choice_has_a_word_for_each_value(void) {
  unsigned n;
  const TcpParamInfo *params = tcp_param_list(&n);
  for (unsigned i = 0; i < n; i++) {
    if (params[i].type != TCP_PARAM_CHOICE)
      continue;
    g_assert_cmpint(params[i].low, ==, 0);
    g_assert_cmpuint(g_strv_length((char **)params[i].words), ==, (guint)params[i].high + 1);
  }
}

static void value_out_of_range_ends_the_program(void) {
  if (g_test_subprocess()) {
    TcpParams params;
    tcp_profile_params(tcp_profile_find("rfc9293"), &params);
    const TcpParamInfo *info = tcp_param_find("mss");
    tcp_params_set(&params, info, info->high + 1);
    return;
  }
  g_test_trap_subprocess(NULL, 0, 0);
  g_test_trap_assert_failed();
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
#define ADD(group, test) g_test_add_func("/tcp-profile/" group "/" #test, test)
  ADD("profile", profile_is_known_for_its_values);
  ADD("profile", every_value_is_within_its_range);
  ADD("profile", every_profile_is_consistent);
  ADD("param", params_have_names_of_their_own);
  ADD("param", nothing_is_found_by_another_name);
  ADD("param", value_set_is_the_value_got);
  ADD("param", msl_at_its_greatest_doubles_all_the_same);
  ADD("param", time_wait_set_after_msl_stays);
  ADD("param", value_prints_as_a_scenario_writes_it);
  ADD("param", choice_has_a_word_for_each_value);
  ADD("param", value_out_of_range_ends_the_program);
  return g_test_run();
}
