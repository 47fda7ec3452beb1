#include "packetdrill/pkt_player.h"

#include <stdlib.h>
#include <string.h>

#include "packetdrill/pkt_clock.h"

#define EVENTS_AT_MOST 1000000  /* of the simulation, between two of the script */
#define CALL_AT_MOST   SIM_H(3) /* how long a call may block that should not */

/* --- verdicts ----------------------------------------------------------------------------------------------------- */

static void decide(PktPlayer *player, PktVerdict verdict, char *message) {
  PktResult *result = player->result;
  result->verdict = verdict;
  result->message = message;
  if (player->event) {
    result->line = player->event->line;
    result->source = g_strdup(player->event->source);
  }
}

gboolean pkt_fail(PktPlayer *player, char *expected, char *seen, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  if (player->result->verdict == PKT_PASS) {
    decide(player, PKT_FAIL, g_strdup_vprintf(format, arguments));
    player->result->expected = g_steal_pointer(&expected);
    player->result->seen = g_steal_pointer(&seen);
  }
  va_end(arguments);
  g_free(expected);
  g_free(seen);
  return FALSE;
}

gboolean pkt_outside(PktPlayer *player, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  if (player->result->verdict == PKT_PASS)
    decide(player, PKT_OUTSIDE, g_strdup_vprintf(format, arguments));
  va_end(arguments);
  return FALSE;
}

void pkt_warn(PktPlayer *player, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  g_autofree char *text = g_strdup_vprintf(format, arguments);
  va_end(arguments);
  GPtrArray *warnings = player->result->warnings;
  for (guint i = 0; i < warnings->len; i++)
    if (strcmp(strchr(g_ptr_array_index(warnings, i), ':') + 2, text) == 0)
      return;
  g_ptr_array_add(warnings, g_strdup_printf("line %u: %s", player->event ? player->event->line : 0, text));
}

/* --- time --------------------------------------------------------------------------------------------------------- */

static void run_clock(void *context, uint32_t subject, uint64_t arg) {
  (void)subject;
  (void)arg;
  sim_stop(((PktPlayer *)context)->sim);
}

/* Runs after all else at its instant: waiting ends, though nothing else is left to happen. */
static const EventKind CLOCK = {"the script's clock", SIM_PHASE_PROBE, run_clock};

static void run_wake(void *context, uint32_t subject, uint64_t arg) {
  (void)context;
  (void)subject;
  (void)arg;
}

static const EventKind WAKE = {"a call that waits", SIM_PHASE_TIMER, run_wake};

void pkt_wake_at(PktPlayer *player, SimTime at) {
  sim_schedule(player->sim, at, player->wake, 0, 0);
}

static gboolean check_call_time(PktPlayer *player, const PktBlocked *blocked) {
  SimTime now = sim_now(player->sim), off = now - blocked->end;
  if (!blocked->has_end || (off <= blocked->tolerance && off >= -blocked->tolerance))
    return TRUE;
  return pkt_fail(
      player, g_strdup_printf("%s() returns at %.6f s", blocked->event->call->name, (double)blocked->end / 1e9),
      g_strdup_printf("%s() returned at %.6f s", blocked->event->call->name, (double)now / 1e9),
      "timing: the call returned %.6f s too %s", (double)(off < 0 ? -off : off) / 1e9, off < 0 ? "early" : "late");
}

/* The call that blocks tries again. */
static void retry_blocked(PktPlayer *player) {
  if (!player->blocked.event || player->result->verdict != PKT_PASS)
    return;
  const PktEvent *event = player->event;
  PktBlocked blocked = player->blocked;
  player->event = blocked.event;
  PktCallStatus status = pkt_call(player, blocked.event, TRUE);
  if (status != PKT_CALL_BLOCKS)
    player->blocked.event = NULL;
  if (status == PKT_CALL_DONE)
    check_call_time(player, &blocked);
  if (player->result->verdict == PKT_PASS)
    player->event = event;
}

void pkt_run_until(PktPlayer *player, SimTime until) {
  EventId clock = sim_schedule(player->sim, until, player->clock, 0, 0);
  guint sent = player->sent->len;
  uint64_t events = sim_events_run(player->sim);
  SimEnd end = SIM_END_BUDGET;
  while (end == SIM_END_BUDGET && sim_events_run(player->sim) - events < EVENTS_AT_MOST) {
    end = sim_run(player->sim, until, player->blocked.event ? 1 : EVENTS_AT_MOST);
    retry_blocked(player);
    if (player->result->verdict != PKT_PASS || (player->stop_on_send && player->sent->len > sent))
      break;
  }
  sim_cancel(player->sim, clock);
  if (sim_events_run(player->sim) - events >= EVENTS_AT_MOST)
    pkt_outside(player, "a wait in which more than %d things happen", EVENTS_AT_MOST);
}

/* Runs until the call that blocks is done; FALSE if the verdict fell. */
static gboolean finish_blocked(PktPlayer *player) {
  SimTime limit = simtime_add(sim_now(player->sim), CALL_AT_MOST);
  if (player->blocked.event && player->blocked.has_end)
    limit = simtime_add(player->blocked.end, player->blocked.tolerance + SIM_MS(1));
  uint64_t events = sim_events_run(player->sim);
  EventId clock = EVENT_NONE;
  if (player->blocked.event && limit > sim_now(player->sim))
    clock = sim_schedule(player->sim, limit, player->clock, 0, 0);
  while (player->blocked.event && player->result->verdict == PKT_PASS && sim_now(player->sim) < limit &&
         sim_events_run(player->sim) - events < EVENTS_AT_MOST) {
    sim_run(player->sim, limit, 1);
    retry_blocked(player);
  }
  sim_cancel(player->sim, clock);
  if (player->result->verdict != PKT_PASS)
    return FALSE;
  if (!player->blocked.event)
    return TRUE;
  player->event = player->blocked.event;
  return pkt_fail(player, g_strdup(player->blocked.event->source), g_strdup("it still blocks"), "%s() did not return",
                  player->blocked.event->call->name);
}

/* Lets the time of an event come. */
static gboolean await(PktPlayer *player, const PktEvent *event) {
  PktDue due = pkt_due(&event->time, player->finished_at);
  SimTime now = sim_now(player->sim);
  if (!due.any && due.from == SIM_NEVER)
    return pkt_outside(player, "a time beyond 292 years");
  if (!due.any && due.from > now)
    pkt_run_until(player, due.from);
  now = sim_now(player->sim);
  if (player->result->verdict != PKT_PASS)
    return FALSE;
  if (due.any || now <= due.until || pkt_in_time(&due, player->tolerance, player->finished_at, now))
    return TRUE;
  g_autofree char *wanted = pkt_due_text(&due);
  return pkt_fail(player, g_strdup_printf("at %s s", wanted), g_strdup_printf("at %.6f s", (double)now / 1e9),
                  "timing: the events before took too long");
}

/* --- events ------------------------------------------------------------------------------------------------------- */

static gboolean play_call(PktPlayer *player, const PktEvent *event) {
  SimTime base = player->finished_at;
  if (!await(player, event) || !finish_blocked(player))
    return FALSE;
  player->event = event;
  const PktCall *call = event->call;
  PktBlocked blocked = {.event = event, .has_end = call->has_end};
  if (call->has_end) {
    blocked.end = pkt_due_end(&event->time, call->end, base);
    blocked.tolerance = pkt_tolerance(player->tolerance, base, blocked.end);
  }
  player->wait_until = SIM_NEVER;
  player->progress = 0;
  switch (pkt_call(player, event, FALSE)) {
  case PKT_CALL_ENDED:
    return FALSE;
  case PKT_CALL_DONE:
    return check_call_time(player, &blocked);
  case PKT_CALL_BLOCKS:
    break;
  }
  player->blocked = blocked;
  return call->has_end ? TRUE : finish_blocked(player);
}

static gboolean play_event(PktPlayer *player, const PktEvent *event) {
  gboolean ok = FALSE;
  switch (event->kind) {
  case PKT_CALL:
    ok = play_call(player, event);
    break;
  case PKT_COMMAND:
    ok = await(player, event) && pkt_run_command(player, event->command);
    break;
  case PKT_CODE:
    ok = await(player, event) && pkt_assert_all(player, event);
    break;
  case PKT_PACKET:
    if (event->packet->direction == PKT_EXPECTED)
      ok = pkt_expect(player, event);
    else
      ok = await(player, event) && pkt_inject(player, event->packet);
    break;
  }
  if (ok)
    retry_blocked(player);
  return ok && player->result->verdict == PKT_PASS;
}

/* --- options of the script ---------------------------------------------------------------------------------------- */

static gboolean number_of(const PktOption *option, int64_t low, int64_t high, int64_t *ret_value) {
  char *end = NULL;
  const char *text = option->value ? option->value : "";
  gint64 value = g_ascii_strtoll(text, &end, 0);
  if (end == text || *end || value < low || value > high)
    return FALSE;
  *ret_value = value;
  return TRUE;
}

static const char *const HARMLESS_OPTIONS[] = {"--local_ip",       "--remote_ip",         "--gateway_ip",
                                               "--netmask_ip",     "--bind_port",         "--connect_port",
                                               "--verbose",        "--dry_run",           "--persistent_tun_dev",
                                               "--udp_encaps",     "--tolerance_percent", "--profile",
                                               "--live_local_ip",  "--live_remote_ip",    "--speed",
                                               "--init_scripts",   "--non_fatal",         "--wire_client",
                                               "--send_omit_free", "--is_anyip",          "--code_command",
                                               "--code_format",    "--so_filename",       "--debug",
                                               "--define"};

static gboolean option_is_harmless(const char *name) {
  for (unsigned i = 0; i < G_N_ELEMENTS(HARMLESS_OPTIONS); i++)
    if (strcmp(name, HARMLESS_OPTIONS[i]) == 0)
      return TRUE;
  return FALSE;
}

static gboolean bad_option(PktPlayer *player, const PktOption *option) {
  pkt_fail(player, NULL, g_strdup_printf("%s=%s", option->name, option->value ? option->value : ""),
           "option %s: not a value it takes", option->name);
  player->result->line = option->line;
  return FALSE;
}

static gboolean ip_version(PktPlayer *player, const PktOption *option) {
  const char *value = option->value ? option->value : "";
  if (strcmp(value, "ipv6") == 0)
    player->longer_header = 20;
  else if (strcmp(value, "ipv4") != 0 && strcmp(value, "ipv4-mapped-ipv6") != 0)
    return bad_option(player, option);
  return TRUE;
}

static gboolean take_option(PktPlayer *player, const PktOption *option) {
  int64_t value;
  if (strcmp(option->name, "--ip_version") == 0)
    return ip_version(player, option);
  if (strcmp(option->name, "--tolerance_usecs") == 0) {
    if (!number_of(option, 0, 1000000000, &value))
      return bad_option(player, option);
    player->tolerance = player->rules.timestamp_tolerance = SIM_US(value);
  } else if (strcmp(option->name, "--tcp_ts_tick_usecs") == 0) {
    if (!number_of(option, 0, 1000000, &value))
      return bad_option(player, option);
    player->rules.timestamp_tick = SIM_US(value);
  } else if (strcmp(option->name, "--mss") == 0) { /* how the tool cuts what it injects: not the host's business */
    if (!number_of(option, 1, 65535, &value))
      return bad_option(player, option);
  } else if (strcmp(option->name, "--mtu") == 0) {
    if (!number_of(option, 108, 65535, &value))
      return bad_option(player, option);
    tcp_stack_tune(player->stack)->mss = (uint32_t)value - 40;
  } else if (!option_is_harmless(option->name)) {
    pkt_warn(player, "option %s is not known here", option->name);
  }
  return TRUE;
}

/* --- profile ------------------------------------------------------------------------------------------------------ */

static gboolean shows_bsd(const char *text) {
  static const char *const SIGNS[] = {"net.inet.", "kern.", "sockstat", "tcpdrop", "kldload", "TCP_FUNCTION_BLK"};
  for (unsigned i = 0; text && i < G_N_ELEMENTS(SIGNS); i++)
    if (strstr(text, SIGNS[i]))
      return TRUE;
  return FALSE;
}

const TcpProfile *pkt_guess_profile(const PktScript *script) {
  for (guint i = 0; i < script->options->len; i++) {
    const PktOption *option = g_ptr_array_index(script->options, i);
    const TcpProfile *named = strcmp(option->name, "--profile") == 0 ? tcp_profile_find(option->value) : NULL;
    if (named)
      return named;
  }
  gboolean bsd = shows_bsd(script->init_command);
  for (guint i = 0; i < script->events->len && !bsd; i++) {
    const PktEvent *event = g_ptr_array_index(script->events, i);
    bsd = event->kind != PKT_PACKET && shows_bsd(event->source);
  }
  return tcp_profile_find(bsd ? "freebsd" : "linux");
}

static gboolean descends_from(const TcpProfile *profile, const char *name) {
  for (; profile; profile = profile->base)
    if (strcmp(profile->name, name) == 0)
      return TRUE;
  return FALSE;
}

/* --- a run -------------------------------------------------------------------------------------------------------- */

static TraceHeader *header_new(const PktPlayer *player, const TcpProfile *profile) {
  TraceHeader *header = trace_header_new();
  g_autofree char *base = g_path_get_basename(player->script->path ? player->script->path : "script");
  header->title = g_strdup(base);
  TraceHost *host = trace_header_add_host(header, "host", profile->name, "192.0.2.1");
  unsigned n_params;
  const TcpParamInfo *params = tcp_param_list(&n_params);
  for (unsigned i = 0; i < n_params; i++) {
    char value[64];
    trace_host_add_param(host, params[i].name,
                         tcp_params_print(tcp_stack_params(player->stack), &params[i], value, sizeof value));
  }
  trace_header_add_host(header, "wire", NULL, "192.0.2.2")->role = g_strdup("wire");
  trace_header_add_link(header, "host", "wire", 0, NULL);
  trace_header_add_link(header, "wire", "host", 0, NULL);
  return header;
}

static void player_init(PktPlayer *player, const PktScript *script, const PktPlayOptions *options) {
  TcpParams params;
  const TcpProfile *profile = options->profile ? options->profile : pkt_guess_profile(script);
  tcp_profile_params(profile, &params);
  *player = (PktPlayer){.script = script, .result = g_new0(PktResult, 1), .tolerance = PKT_TOLERANCE};
  player->result->profile = profile;
  player->result->seen_at = SIM_NEVER;
  player->result->warnings = g_ptr_array_new_with_free_func(g_free);
  gboolean bsd = descends_from(profile, "freebsd");
  player->os = bsd ? PKT_OS_BSD : PKT_OS_LINUX;
  player->is_linux = descends_from(profile, "linux");
  player->rules.layout = bsd ? PKT_LAYOUT_BSD : PKT_LAYOUT_LINUX;
  params.window_scale_always = params.window_scale > 0; /* the option stays when a small buffer needs no shift */
  player->rules.timestamp_tolerance = PKT_TOLERANCE;
  player->sim = sim_new();
  player->clock = sim_add_kind(player->sim, &CLOCK, player);
  player->wake = sim_add_kind(player->sim, &WAKE, player);
  player->names = names_new();
  if (options->trace) {
    player->trace = trace_new(NULL, player->names);
    player->sink = trace_sink_memory_new(player->trace);
  }
  player->tracer = (Tracer){player->sink, player->names};
  player->words.host = names_intern(player->names, "host");
  player->words.wire = names_intern(player->names, "wire");
  if (options->params)
    params = *options->params;
  player->stack = tcp_stack_new(player->sim, &player->tracer, &params, player->words.host, &PKT_TCP_OPS, player);
  player->sockets = g_ptr_array_new_with_free_func(g_free);
  player->conns = g_array_new(FALSE, TRUE, sizeof(PktConn));
  player->fds = g_array_new(FALSE, TRUE, sizeof(PktFd));
  player->sent = g_array_new(FALSE, TRUE, sizeof(PktSent));
  player->watches = g_array_new(FALSE, TRUE, sizeof(PktWatch));
  player->zerocopies = g_array_new(FALSE, TRUE, sizeof(PktZerocopy));
  player->current = PKT_NO_CONN;
  player->listener = PKT_NO_SOCKET;
  player->next_rport = PKT_REMOTE_PORT;
}

static void player_clear(PktPlayer *player) {
  tcp_stack_free(player->stack);
  sim_free(player->sim);
  if (player->sink)
    trace_sink_free(player->sink);
  if (!player->trace)
    names_free(player->names);
  g_ptr_array_free(player->sockets, TRUE);
  g_array_free(player->conns, TRUE);
  g_array_free(player->fds, TRUE);
  g_array_free(player->sent, TRUE);
  g_array_free(player->watches, TRUE);
  g_array_free(player->zerocopies, TRUE);
}

static gboolean prepare(PktPlayer *player, const PktPlayOptions *options) {
  for (guint i = 0; i < player->script->options->len; i++)
    if (!take_option(player, g_ptr_array_index(player->script->options, i)))
      return FALSE;
  tcp_stack_tune(player->stack)->mss -= player->longer_header;
  if (options->init_command && !pkt_run_command(player, options->init_command))
    return FALSE;
  return !player->script->init_command || pkt_run_command(player, player->script->init_command);
}

/* The parameters that the trace tells are those that the commands at the beginning leave. */
static void write_header(PktPlayer *player) {
  if (player->trace && !player->trace->header)
    player->trace->header = header_new(player, player->result->profile);
}

static void play_all(PktPlayer *player) {
  for (guint i = 0; i < player->script->events->len; i++) {
    player->event = g_ptr_array_index(player->script->events, i);
    if (player->event->kind != PKT_COMMAND)
      write_header(player);
    if (!play_event(player, player->event))
      return;
    player->finished_at = sim_now(player->sim);
    player->result->events_done++;
  }
  finish_blocked(player);
}

PktResult *pkt_play(const PktScript *script, const PktPlayOptions *options) {
  PktPlayer player;
  player_init(&player, script, options);
  if (prepare(&player, options))
    play_all(&player);
  write_header(&player);
  TraceRecord end = {.t = sim_now(player.sim), .kind = TRACE_END};
  end.end.reason = TRACE_WORD_DURATION;
  end.end.events = sim_events_run(player.sim);
  tracer_put(&player.tracer, &end);
  player.result->ended_at = sim_now(player.sim);
  player.result->trace = player.trace;
  player_clear(&player);
  return player.result;
}

/* --- results ------------------------------------------------------------------------------------------------------ */

void pkt_result_free(PktResult *result) {
  if (!result)
    return;
  g_free(result->message);
  g_free(result->source);
  g_free(result->expected);
  g_free(result->seen);
  g_ptr_array_free(result->warnings, TRUE);
  trace_free(result->trace);
  g_free(result);
}

char *pkt_result_text(const PktResult *result, const PktScript *script) {
  if (result->verdict == PKT_PASS)
    return g_strdup("");
  GString *text = g_string_new(NULL);
  g_string_append_printf(text, "%s:%u: %s%s\n", script->path, result->line,
                         result->verdict == PKT_OUTSIDE ? "outside: " : "", result->message);
  if (result->source)
    g_string_append_printf(text, "  script:   %s\n", result->source);
  if (result->expected)
    g_string_append_printf(text, "  expected: %s\n", result->expected);
  if (result->seen)
    g_string_append_printf(text, "  seen:     %s", result->seen);
  if (result->seen && result->seen_at != SIM_NEVER)
    g_string_append_printf(text, "   (left at %.6f s)", (double)result->seen_at / 1e9);
  if (result->seen)
    g_string_append_c(text, '\n');
  return g_string_free(text, FALSE);
}
