#include "tcp/tcp_profile.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define WORD(id, word) word,
static const char *const WORDS_rto_min_applies[] = {TCP_CHOICE_RTO_MIN_APPLIES(WORD) NULL};
static const char *const WORDS_window_probe[] = {TCP_CHOICE_WINDOW_PROBE(WORD) NULL};
static const char *const WORDS_last_ack_entry[] = {TCP_CHOICE_LAST_ACK_ENTRY(WORD) NULL};
static const char *const WORDS_time_wait_restart[] = {TCP_CHOICE_TIME_WAIT_RESTART(WORD) NULL};
static const char *const WORDS_rst_in_time_wait[] = {TCP_CHOICE_RST_IN_TIME_WAIT(WORD) NULL};
#undef WORD

#define WORDS_OF_TIME(name)   NULL
#define WORDS_OF_COUNT(name)  NULL
#define WORDS_OF_SWITCH(name) NULL
#define WORDS_OF_CHOICE(name) WORDS_##name
#define INFO(type, name, low, high, meaning)                                                                           \
  {#name, TCP_PARAM_##type, offsetof(TcpParams, name), low, high, WORDS_OF_##type(name), meaning},
static const TcpParamInfo PARAMS[] = {TCP_PARAMS(INFO)};

/* RFC 9293 by the letter; where it leaves a choice, the usual one. R = 8 with a 1 s timeout capped at 60 s is 243 s,
 * above the 100 s that 3.8.3 asks for; a SYN gets 183 s. */
#define RFC9293                                                                                                        \
  .msl = SIM_S(120), .time_wait = SIM_S(240), .rto_initial = SIM_S(1), .rto_min = SIM_S(1),                            \
  .rto_min_applies = TCP_RTO_MIN_APPLIES_SUM, .rto_max = SIM_S(60), .retries = 8, .retries_time = SIM_NEVER,           \
  .syn_retries = 7, .synack_retries = 7, .user_timeout = SIM_NEVER, .fin_wait_2_timeout = SIM_NEVER,                   \
  .fin_ack_delay = 0, .delayed_ack = SIM_MS(200), .persist_max = SIM_S(60), .window_probe = TCP_WINDOW_PROBE_OCTET,    \
  .tail_loss_probe = 0, .mss = 1460, .rcv_wnd = 65535, .last_ack_entry = TCP_LAST_ACK_ENTRY_FIN,                       \
  .time_wait_restart = TCP_TIME_WAIT_RESTART_FIN, .rst_in_time_wait = TCP_RST_IN_TIME_WAIT_KILL, .rst_on_unread = 1,   \
  .rst_has_ack = 0, .duplicate_fin_ack_counts = 0, .syn_ack_trimmed = 1

/* Linux 6.18: TCP_TIMEWAIT_LEN 60 s; TCP_RTO_MIN 200 ms bounds the variance term (measured); TCP_RTO_MAX 120 s;
 * tcp_retries2 15, as a time 924.6 s; tcp_fin_timeout 60 s for orphans; a probe at 2 SRTT + 200 ms, or at the RTO. */
#define LINUX                                                                                                          \
  .msl = SIM_S(30), .time_wait = SIM_S(60), .rto_initial = SIM_S(1), .rto_min = SIM_MS(200),                           \
  .rto_min_applies = TCP_RTO_MIN_APPLIES_VARIANCE, .rto_max = SIM_S(120), .retries = TCP_UNLIMITED,                    \
  .retries_time = SIM_MS(924600), .syn_retries = 6, .synack_retries = 5, .user_timeout = SIM_NEVER,                    \
  .fin_wait_2_timeout = SIM_S(60), .fin_ack_delay = 0, .delayed_ack = SIM_MS(40), .persist_max = SIM_S(120),           \
  .window_probe = TCP_WINDOW_PROBE_OLD, .tail_loss_probe = 1, .mss = 1460, .rcv_wnd = 65535,                           \
  .last_ack_entry = TCP_LAST_ACK_ENTRY_CALL, .time_wait_restart = TCP_TIME_WAIT_RESTART_ANY,                           \
  .rst_in_time_wait = TCP_RST_IN_TIME_WAIT_KILL, .rst_on_unread = 1, .rst_has_ack = 1, .duplicate_fin_ack_counts = 1,  \
  .syn_ack_trimmed = 1

static const TcpProfile PROFILES[] = {
    {"rfc9293", "RFC 9293 by the letter", {RFC9293}},
    {"linux", "Linux 6.18", {LINUX}},
};

const TcpParamInfo *tcp_param_list(unsigned *ret_count) {
  *ret_count = G_N_ELEMENTS(PARAMS);
  return PARAMS;
}

const TcpParamInfo *tcp_param_find(const char *name) {
  for (unsigned i = 0; i < G_N_ELEMENTS(PARAMS); i++)
    if (strcmp(PARAMS[i].name, name) == 0)
      return &PARAMS[i];
  return NULL;
}

void tcp_params_set(TcpParams *params, const TcpParamInfo *info, int64_t value) {
  g_assert(value >= info->low && value <= info->high);
  char *field = (char *)params + info->offset;
  switch (info->type) {
  case TCP_PARAM_TIME:
    *(SimTime *)(void *)field = value;
    break;
  case TCP_PARAM_COUNT:
    *(uint32_t *)(void *)field = (uint32_t)value;
    break;
  case TCP_PARAM_SWITCH:
  case TCP_PARAM_CHOICE:
    *(uint8_t *)field = (uint8_t)value;
    break;
  }
  if (info->offset == offsetof(TcpParams, msl))
    params->time_wait = 2 * value;
}

int64_t tcp_params_get(const TcpParams *params, const TcpParamInfo *info) {
  const char *field = (const char *)params + info->offset;
  switch (info->type) {
  case TCP_PARAM_TIME:
    return *(const SimTime *)(const void *)field;
  case TCP_PARAM_COUNT:
    return *(const uint32_t *)(const void *)field;
  case TCP_PARAM_SWITCH:
  case TCP_PARAM_CHOICE:
    return *(const uint8_t *)field;
  }
  g_assert_not_reached();
}

char *tcp_params_print(const TcpParams *params, const TcpParamInfo *info, char *buffer, size_t size) {
  int64_t value = tcp_params_get(params, info);
  switch (info->type) {
  case TCP_PARAM_TIME:
    return simtime_print(value, buffer, size);
  case TCP_PARAM_COUNT:
    if (value == TCP_UNLIMITED)
      g_strlcpy(buffer, "unlimited", size);
    else
      g_snprintf(buffer, size, "%" G_GINT64_FORMAT, value);
    return buffer;
  case TCP_PARAM_SWITCH:
    g_strlcpy(buffer, value ? "true" : "false", size);
    return buffer;
  case TCP_PARAM_CHOICE:
    g_strlcpy(buffer, info->words[value], size);
    return buffer;
  }
  g_assert_not_reached();
}

const TcpProfile *tcp_profile_list(unsigned *ret_count) {
  *ret_count = G_N_ELEMENTS(PROFILES);
  return PROFILES;
}

const TcpProfile *tcp_profile_find(const char *name) {
  for (unsigned i = 0; i < G_N_ELEMENTS(PROFILES); i++)
    if (strcmp(PROFILES[i].name, name) == 0)
      return &PROFILES[i];
  return NULL;
}
