/* sysctl: the kernels' knobs as parameters of the simulated stack. */
#include "packetdrill/pkt_player.h"

#include <stdlib.h>
#include <string.h>

/* How a number becomes the value of a parameter. */
typedef enum {
  UNIT_COUNT,
  UNIT_SECONDS,
  UNIT_MILLISECONDS,
  UNIT_MICROSECONDS,
  UNIT_SWITCH, /* 0 is 0, all else 1 */
  UNIT_NONE,   /* changes nothing here */
} Unit;

typedef struct Knob {
  const char *name, *param;
  Unit unit;
} Knob;

static const Knob KNOBS[] = {
    {"net.ipv4.tcp_fin_timeout", "fin_wait_2_timeout", UNIT_SECONDS},
    {"net.ipv4.tcp_max_orphans", "max_orphans", UNIT_COUNT},
    {"net.ipv4.tcp_max_tw_buckets", "max_time_waits", UNIT_COUNT},
    {"net.ipv4.tcp_rfc1337", "rst_in_time_wait", UNIT_SWITCH},
    {"net.ipv4.tcp_tw_reuse_delay", "time_wait_reuse_delay", UNIT_MILLISECONDS},
    {"net.ipv4.tcp_syn_retries", "syn_retries", UNIT_COUNT},
    {"net.ipv4.tcp_synack_retries", "synack_retries", UNIT_COUNT},
    {"net.ipv4.tcp_syn_linear_timeouts", "syn_linear_timeouts", UNIT_COUNT},
    {"net.ipv4.tcp_keepalive_time", "keepalive_idle", UNIT_SECONDS},
    {"net.ipv4.tcp_keepalive_intvl", "keepalive_interval", UNIT_SECONDS},
    {"net.ipv4.tcp_keepalive_probes", "keepalive_count", UNIT_COUNT},
    {"net.ipv4.tcp_timestamps", "timestamps", UNIT_SWITCH},
    {"net.ipv4.tcp_sack", "sack", UNIT_SWITCH},
    {"net.ipv4.tcp_rto_min_us", "rto_min", UNIT_MICROSECONDS},
    {"net.ipv4.tcp_rto_max_ms", "rto_max", UNIT_MILLISECONDS},
    {"net.inet.tcp.insecure_syn", "syn_accepted", UNIT_SWITCH},
    {"net.inet.tcp.msl", "msl", UNIT_MILLISECONDS},
    {"net.inet.tcp.rexmit_initial", "rto_initial", UNIT_MILLISECONDS},
    {"net.inet.tcp.rexmit_slop", "rto_slop", UNIT_MILLISECONDS},
    {"net.inet.tcp.rexmit_min", "rto_min", UNIT_MILLISECONDS},
    {"net.inet.tcp.retries", "retries", UNIT_COUNT},
    {"net.inet.tcp.delacktime", "delayed_ack", UNIT_MILLISECONDS},
    {"net.inet.tcp.keepidle", "keepalive_idle", UNIT_MILLISECONDS},
    {"net.inet.tcp.keepintvl", "keepalive_interval", UNIT_MILLISECONDS},
    {"net.inet.tcp.keepcnt", "keepalive_count", UNIT_COUNT},
    {"net.inet.tcp.always_keepalive", "keepalive", UNIT_SWITCH},
    {"net.inet.tcp.persmax", "persist_max", UNIT_MILLISECONDS},
    {"net.inet.tcp.sack.enable", "sack", UNIT_SWITCH},
    {"net.inet.tcp.mssdflt", NULL, UNIT_NONE},
    {"net.inet.tcp.sendspace", NULL, UNIT_NONE},
};

/* Whole families that change nothing here. A name ends in '*' to stand for what begins so. */
static const char *const HARMLESS[] = {
    "net.core.*",
    "net.ipv4.conf.*",
    "net.ipv4.route.*",
    "net.ipv4.ip_*",
    "net.ipv4.icmp_*",
    "net.ipv6.*",
    "net.mptcp.*",
    "net.ipv4.tcp_abc",
    "net.ipv4.tcp_adv_win_scale",
    "net.ipv4.tcp_allowed_congestion_control",
    "net.ipv4.tcp_app_win",
    "net.ipv4.tcp_autocorking",
    "net.ipv4.tcp_backlog_ack_defer",
    "net.ipv4.tcp_challenge_ack_limit",
    "net.ipv4.tcp_comp_sack_*",
    "net.ipv4.tcp_congestion_control",
    "net.ipv4.tcp_dsack",
    "net.ipv4.tcp_ecn_*",
    "net.ipv4.tcp_fack",
    "net.ipv4.tcp_fastopen*",
    "net.ipv4.tcp_frto*",
    "net.ipv4.tcp_fwmark_accept",
    "net.ipv4.tcp_limit_output_bytes",
    "net.ipv4.tcp_low_latency",
    "net.ipv4.tcp_max_reordering",
    "net.ipv4.tcp_max_syn_backlog",
    "net.ipv4.tcp_mem",
    "net.ipv4.tcp_migrate_req",
    "net.ipv4.tcp_min_rtt_wlen",
    "net.ipv4.tcp_min_snd_mss",
    "net.ipv4.tcp_min_tso_segs",
    "net.ipv4.tcp_moderate_rcvbuf",
    "net.ipv4.tcp_mtu_probe_floor",
    "net.ipv4.tcp_mtu_probing",
    "net.ipv4.tcp_no_metrics_save",
    "net.ipv4.tcp_no_ssthresh_metrics_save",
    "net.ipv4.tcp_notsent_lowat",
    "net.ipv4.tcp_pacing_*",
    "net.ipv4.tcp_plb_*",
    "net.ipv4.tcp_probe_*",
    "net.ipv4.tcp_recovery",
    "net.ipv4.tcp_reflect_tos",
    "net.ipv4.tcp_reordering",
    "net.ipv4.tcp_retrans_collapse",
    "net.ipv4.tcp_retries1",
    "net.ipv4.tcp_shrink_window",
    "net.ipv4.tcp_slow_start_after_idle",
    "net.ipv4.tcp_stdurg",
    "net.ipv4.tcp_syncookies",
    "net.ipv4.tcp_thin_*",
    "net.ipv4.tcp_tso_*",
    "net.ipv4.tcp_wmem",
    "net.ipv4.tcp_workaround_signed_windows",
    "net.inet.ip.*",
    "net.inet.icmp.*",
    "net.inet.raw.*",
    "net.inet6.*",
    "net.inet.tcp.abc_l_var",
    "net.inet.tcp.ack_war_*",
    "net.inet.tcp.bb*",
    "net.inet.tcp.cc.*",
    "net.inet.tcp.do_*",
    "net.inet.tcp.ecn.*",
    "net.inet.tcp.fastopen.*",
    "net.inet.tcp.functions_*",
    "net.inet.tcp.hostcache.*",
    "net.inet.tcp.icmp_may_rst",
    "net.inet.tcp.isn_reseed_interval",
    "net.inet.tcp.keepinit",
    "net.inet.tcp.log_*",
    "net.inet.tcp.lro.*",
    "net.inet.tcp.maxtcptw",
    "net.inet.tcp.minmss",
    "net.inet.tcp.newcwv",
    "net.inet.tcp.newreno.*",
    "net.inet.tcp.nolocaltimewait",
    "net.inet.tcp.path_mtu_discovery",
    "net.inet.tcp.per_cpu_timers",
    "net.inet.tcp.persmin",
    "net.inet.tcp.pmtud_*",
    "net.inet.tcp.rack.*",
    "net.inet.tcp.reass.*",
    "net.inet.tcp.recvbuf_*",
    "net.inet.tcp.rexmit_drop_options",
    "net.inet.tcp.rfc3042",
    "net.inet.tcp.rfc3390",
    "net.inet.tcp.rfc3465",
    "net.inet.tcp.rfc6675_pipe",
    "net.inet.tcp.sack.*",
    "net.inet.tcp.sendbuf_*",
    "net.inet.tcp.slowstart_*",
    "net.inet.tcp.soreceive_stream",
    "net.inet.tcp.syncache.*",
    "net.inet.tcp.syncookies*",
    "net.inet.tcp.tcbhashsize",
    "net.inet.tcp.tolerate_missing_ts",
    "net.inet.tcp.ts_offset_per_conn",
    "net.inet.tcp.tso",
    "net.inet.tcp.udp_tunneling_*",
    "net.inet.tcp.v6*",
    "kern.ipc.*",
    "kern.timecounter.*",
    "kern.*",
    "vm.*",
};

/* --- single knobs that need a rule of their own ------------------------------------------------------------------- */

/* Linux, tcp_timer.c tcp_model_timeout(): a count of retries is a time, as if each took its doubled RTO. */
static SimTime retries_as_time(const TcpParams *params, int64_t retries) {
  SimTime total = 0, timeout = MAX(params->rto_min, SIM_MS(1));
  for (int64_t i = 0; i <= CLAMP(retries, 0, 100); i++) {
    total = simtime_add(total, timeout);
    timeout = MIN(2 * timeout, params->rto_max);
  }
  return MAX(total, SIM_MS(1));
}

/* Linux, tcp_output.c tcp_select_initial_window(), and FreeBSD, tcp_input.c: the shift that the greatest buffer
 * needs. */
uint32_t pkt_shift_for(int64_t octets) {
  uint32_t shift = 0;
  while (shift < 14 && (INT64_C(65535) << shift) < octets)
    shift++;
  return shift;
}

static void window_scaling(TcpParams *params, gboolean on, uint32_t shift) {
  if (!on)
    params->window_scale = 0;
  else if (!params->window_scale_always)
    params->window_scale = shift;
  params->window_scale_always = on;
}

static void receive_memory(TcpParams *params, const char *value) {
  gint64 numbers[3] = {0};
  char *end;
  for (unsigned i = 0; i < 3; i++, value = end)
    numbers[i] = g_ascii_strtoll(value, &end, 10);
  if (params->window_scale_always && numbers[2] > 0)
    params->window_scale = pkt_shift_for(numbers[2]);
}

static void port_range(TcpParams *params, const char *value) {
  char *end;
  gint64 low = g_ascii_strtoll(value, &end, 10), high = g_ascii_strtoll(end, NULL, 10);
  if (low > 0 && high >= low && high <= UINT16_MAX) {
    params->port_low = (uint32_t)low;
    params->port_high = (uint32_t)high;
  }
}

static gboolean linux_special(PktPlayer *player, const char *name, const char *value, int64_t number) {
  TcpParams *params = tcp_stack_tune(player->stack);
  if (strcmp(name, "tcp_retries2") == 0)
    params->retries_time = retries_as_time(params, number);
  else if (strcmp(name, "tcp_orphan_retries") == 0)
    params->orphan_retries_time = retries_as_time(params, number ? number : 8);
  else if (strcmp(name, "tcp_tw_reuse") == 0)
    params->time_wait_reuse = number == 1 ? TCP_TIME_WAIT_REUSE_TIMESTAMPS : TCP_TIME_WAIT_REUSE_OFF;
  else if (strcmp(name, "tcp_window_scaling") == 0)
    window_scaling(params, number != 0, 7);
  else if (strcmp(name, "tcp_early_retrans") == 0)
    params->tail_loss_probe = number >= 3;
  else if (strcmp(name, "tcp_rmem") == 0)
    receive_memory(params, value);
  else if (strcmp(name, "ip_local_port_range") == 0)
    port_range(params, value);
  else if (strcmp(name, "tcp_invalid_ratelimit") == 0 && number == 0)
    params->challenge_limit = TCP_UNLIMITED;
  else if (strcmp(name, "tcp_invalid_ratelimit") == 0)
    params->challenge_period = SIM_MS(CLAMP(number, 1, 3600000));
  else if (strcmp(name, "tcp_ecn") == 0)
    return number == 1 ? pkt_outside(player, "ECN (net.ipv4.tcp_ecn=1)") : TRUE;
  else if (strcmp(name, "tcp_abort_on_overflow") == 0)
    return number ? pkt_outside(player, "net.ipv4.tcp_abort_on_overflow") : TRUE;
  else
    return FALSE;
  return TRUE;
}

static gboolean bsd_special(PktPlayer *player, const char *name, int64_t number) {
  TcpParams *params = tcp_stack_tune(player->stack);
  if (strcmp(name, "recvspace") == 0) {
    uint32_t mss = params->mss;
    params->rcv_wnd = (uint32_t)((CLAMP(number, 0, 1 << 29) + mss - 1) / mss * mss);
  } else if (strcmp(name, "delayed_ack") == 0) {
    params->delayed_ack = number ? MAX(params->delayed_ack, SIM_MS(40)) : 0;
  } else if (strcmp(name, "rfc1323") == 0) {
    params->timestamps = number == 1 || number == 3;
    window_scaling(params, number == 1 || number == 2, 6);
  } else if (strcmp(name, "fast_finwait2_recycle") == 0) {
    params->fin_wait_2_timeout = number ? SIM_S(60) : SIM_S(600);
    params->fin_wait_2_recheck = number ? 0 : SIM_S(75);
  } else if (strcmp(name, "finwait2_timeout") == 0) {
    if (params->fin_wait_2_recheck == 0)
      params->fin_wait_2_timeout = SIM_MS(CLAMP(number, 0, 86400000));
  } else if (strcmp(name, "maxunacktime") == 0) {
    params->user_timeout = number ? SIM_MS(CLAMP(number, 1, 86400000)) : SIM_NEVER;
  } else if (strcmp(name, "insecure_rst") == 0) {
    params->rst_accepted = number ? TCP_RST_ACCEPTED_WINDOW : TCP_RST_ACCEPTED_LAST_ACK;
  } else if (strcmp(name, "drop_synfin") == 0) {
    player->drop_synfin = number != 0;
  } else if (strcmp(name, "blackhole") == 0) {
    player->blackhole = (int)CLAMP(number, 0, 3);
  } else if (strcmp(name, "initcwnd_segments") == 0) {
    const TcpParamInfo *info = tcp_param_find("initial_window");
    if (info && number >= info->low && number <= info->high)
      tcp_params_set(params, info, number);
  } else {
    return FALSE;
  }
  return TRUE;
}

/* --- any ---------------------------------------------------------------------------------------------------------- */

static gboolean set_param(PktPlayer *player, const Knob *knob, int64_t number) {
  static const int64_t FACTORS[] = {1, 1000000000, 1000000, 1000};
  const TcpParamInfo *info = knob->param ? tcp_param_find(knob->param) : NULL;
  if (!info)
    return TRUE;
  int64_t value = number != 0;
  if (knob->unit != UNIT_SWITCH)
    value = CLAMP(number, -1, INT32_MAX) * FACTORS[knob->unit];
  if (value < info->low || value > info->high)
    return pkt_outside(player, "sysctl %s=%" G_GINT64_FORMAT ", beyond what %s takes", knob->name, number, info->name);
  tcp_params_set(tcp_stack_tune(player->stack), info, value);
  return TRUE;
}

static gboolean is_harmless(const char *name) {
  for (unsigned i = 0; i < G_N_ELEMENTS(HARMLESS); i++) {
    size_t len = strlen(HARMLESS[i]);
    gboolean family = HARMLESS[i][len - 1] == '*';
    if (family ? strncmp(name, HARMLESS[i], len - 1) == 0 : strcmp(name, HARMLESS[i]) == 0)
      return TRUE;
  }
  return FALSE;
}

static gboolean has_prefix(const char *name, const char *prefix, const char **ret_rest) {
  size_t len = strlen(prefix);
  *ret_rest = name + MIN(len, strlen(name));
  return strncmp(name, prefix, len) == 0;
}

gboolean pkt_sysctl(PktPlayer *player, const char *name, const char *value) {
  int64_t number = g_ascii_strtoll(value, NULL, 0);
  const char *rest;
  for (unsigned i = 0; i < G_N_ELEMENTS(KNOBS); i++)
    if (strcmp(KNOBS[i].name, name) == 0)
      return set_param(player, &KNOBS[i], number);
  if (strcmp(name, "kern.ipc.maxsockbuf") == 0 && tcp_stack_params(player->stack)->window_scale) {
    tcp_stack_tune(player->stack)->window_scale = pkt_shift_for(number);
    return TRUE;
  }
  gboolean done = FALSE;
  if (has_prefix(name, "net.ipv4.", &rest))
    done = linux_special(player, rest, value, number);
  else if (has_prefix(name, "net.inet.tcp.", &rest))
    done = bsd_special(player, rest, number);
  if (player->result->verdict != PKT_PASS)
    return FALSE;
  if (!done && !is_harmless(name))
    pkt_warn(player, "sysctl %s is not known here", name);
  return TRUE;
}
