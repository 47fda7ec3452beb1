#include "tests/conformance/script.h"

#include "tests/conformance/rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One run of a script. */
typedef struct Player {
  Rig *rig;
  uint32_t peer_mss, peer_wnd;
  gboolean peer_sack, peer_ts;
  SimTime rtt;
  GString *log;     /* the steps so far, one a line */
  GString *problem; /* empty: all is well */
} Player;

static void play(Player *player, const char *text);

/* The shortest legal route to each state. */
static const struct {
  const char *state, *text;
} ROUTES[] = {
    {"CLOSED", ""},
    {"LISTEN", "new end; open passive; = LISTEN"},
    {"SYN-SENT", "new end; open active; = SYN-SENT; > S 0:0(0) <mss 1460>"},
    {"SYN-RECEIVED", "in LISTEN; < S 0:0(0) <mss 1000>; = SYN-RECEIVED; > S. 0:0(0) ack 1 <mss 1460>"},
    {"SYN-RECEIVED/active", "in SYN-SENT; < S 0:0(0) <mss 1000>; = SYN-RECEIVED; > S. 0:0(0) ack 1 <mss 1460>"},
    {"ESTABLISHED", "new end established"},
    {"FIN-WAIT-1", "in ESTABLISHED; shutdown; = FIN-WAIT-1; > F. 1:1(0) ack 1"},
    {"FIN-WAIT-2", "in FIN-WAIT-1; < . 1:1(0) ack 2; = FIN-WAIT-2"},
    {"CLOSE-WAIT", "in ESTABLISHED; < F. 1:1(0) ack 1; = CLOSE-WAIT; ! eof; > . 1:1(0) ack 2"},
    {"CLOSING", "in FIN-WAIT-1; < F. 1:1(0) ack 1; = CLOSING; ! eof; > . 2:2(0) ack 2"},
    {"LAST-ACK", "in CLOSE-WAIT; shutdown; = LAST-ACK; > F. 1:1(0) ack 2"},
    {"TIME-WAIT", "in FIN-WAIT-2; < F. 1:1(0) ack 2; = TIME-WAIT; ! eof; > . 2:2(0) ack 2"},
};

static void fail(Player *player, const char *format, ...) G_GNUC_PRINTF(2, 3);
static void fail(Player *player, const char *format, ...) {
  if (player->problem->len)
    return;
  va_list arguments;
  va_start(arguments, format);
  g_string_append_vprintf(player->problem, format, arguments);
  va_end(arguments);
}

static void compare(Player *player, const char *what, const char *wanted, const char *found) {
  if (strcmp(wanted, found ? found : "") != 0)
    fail(player, "%s: wanted '%s', found '%s'", what, wanted, found ? found : "nothing");
}

/* --- steps that set things up ------------------------------------------------------------------------------------- */

static void step_set(Player *player, const char *text) {
  char name[64], word[64];
  if (sscanf(text, "%63s %63[^\n]", name, word) != 2 || player->rig->stack)
    g_error("set: %s", text);
  const TcpParamInfo *info = tcp_param_find(name);
  if (!info)
    g_error("no parameter %s", name);
  SimTime time;
  int64_t value = -1;
  if (strcmp(word, "never") == 0)
    value = SIM_NEVER;
  else if (strcmp(word, "unlimited") == 0)
    value = TCP_UNLIMITED;
  else if (info->type == TCP_PARAM_TIME && simtime_parse(word, &time, NULL))
    value = time;
  else if (info->type == TCP_PARAM_COUNT || info->type == TCP_PARAM_SWITCH)
    value = strtoll(word, NULL, 10);
  for (int64_t i = 0; info->type == TCP_PARAM_CHOICE && info->words[i]; i++)
    if (strcmp(info->words[i], word) == 0)
      value = i;
  tcp_params_set(&player->rig->params, info, value);
}

static void step_profile(Player *player, const char *name) {
  const TcpProfile *profile = tcp_profile_find(name);
  if (!profile || player->rig->stack)
    g_error("profile %s", name);
  tcp_profile_params(profile, &player->rig->params);
}

static void step_in(Player *player, const char *state) {
  for (size_t i = 0; i < G_N_ELEMENTS(ROUTES); i++)
    if (strcmp(ROUTES[i].state, state) == 0) {
      play(player, ROUTES[i].text);
      return;
    }
  g_error("no route to %s", state);
}

static gboolean set_up(Player *player, const char *step) {
  Rig *rig = player->rig;
  char word[64];
  unsigned number;
  if (sscanf(step, "in %63s", word) == 1) {
    step_in(player, word);
  } else if (sscanf(step, "profile %63s", word) == 1) {
    step_profile(player, word);
  } else if (g_str_has_prefix(step, "set ")) {
    step_set(player, step + 4);
  } else if (sscanf(step, "rtt %63s", word) == 1) {
    g_assert_true(simtime_parse(word, &player->rtt, NULL));
  } else if (sscanf(step, "peer mss %u", &number) == 1) {
    player->peer_mss = number;
  } else if (sscanf(step, "peer win %u", &number) == 1) {
    player->peer_wnd = number;
  } else if (strcmp(step, "peer sack") == 0) {
    player->peer_sack = TRUE;
  } else if (strcmp(step, "peer timestamps") == 0) {
    player->peer_ts = TRUE;
  } else if (strcmp(step, "read off") == 0 || strcmp(step, "read on") == 0) {
    rig->reads = step[6] == 'n';
  } else if (strcmp(step, "listener") == 0) {
    rig->listens = TRUE;
  } else if (strcmp(step, "new end") == 0) {
    rig_end(rig);
  } else if (strcmp(step, "new end established") == 0) {
    TcpParams peer = {.sack = player->peer_sack, .timestamps = player->peer_ts, .rcv_wnd = player->peer_wnd};
    rig_end_established(rig, player->peer_mss, player->peer_wnd, player->rtt,
                        player->peer_sack || player->peer_ts ? &peer : NULL);
  } else {
    return FALSE;
  }
  return TRUE;
}

/* --- steps that make something happen ----------------------------------------------------------------------------- */

/* Nothing may be left from the step before. */
static void nothing_more(Player *player) {
  Rig *rig = player->rig;
  g_autofree char *segment = rig_take_segment(rig, FALSE, FALSE);
  if (segment)
    fail(player, "nobody asked for the segment '%s'", segment);
  if (rig->entered->len)
    fail(player, "nobody asked for the state '%s'", rig->entered->str);
  if (rig->notices->len)
    fail(player, "nobody asked for the notice '%s'", rig->notices->str);
  if (rig->broken->len)
    fail(player, "a rule is broken: %s", rig->broken->str);
}

static const char *result_text(TcpCallResult result) {
  switch (result) {
  case TCP_CALL_OK:
    return "";
  case TCP_CALL_ERROR_EXISTS:
    return "error exists";
  case TCP_CALL_ERROR_NOT_OPEN:
    return "error not open";
  case TCP_CALL_ERROR_CLOSING:
    return "error closing";
  case TCP_CALL_ERROR_NO_ROOM:
    return "error no room";
  }
  g_assert_not_reached();
}

static void step_receive(Player *player, uint64_t max, const char *wanted) {
  Rig *rig = player->rig;
  uint64_t octets = 0;
  gboolean eof = FALSE;
  TcpCallResult result = tcp_receive(rig->stack, rig->end, max, &octets, &eof);
  char found[64];
  g_snprintf(found, sizeof found, "%" G_GUINT64_FORMAT "%s", octets, eof ? " eof" : "");
  compare(player, "receive", wanted, result == TCP_CALL_OK ? found : result_text(result));
}

/* Calls without a result. */
static gboolean other_call(Rig *rig, const char *call) {
  int seconds;
  if (strcmp(call, "crash") == 0)
    tcp_crash(rig->stack);
  else if (strcmp(call, "stop reading") == 0)
    tcp_shut_reading(rig->stack, rig->end);
  else if (strcmp(call, "keepalive") == 0)
    tcp_set_option(rig->stack, rig->end, TCP_OPTION_KEEPALIVE, 1);
  else if (sscanf(call, "linger2 %d", &seconds) == 1)
    tcp_set_option(rig->stack, rig->end, TCP_OPTION_FIN_WAIT_2, seconds < 0 ? -1 : SIM_S((SimTime)seconds));
  else if (strcmp(call, "take over") == 0)
    g_assert_true(tcp_time_wait_reuse(rig->stack, rig->end, &(Seq){0}));
  else if (strcmp(call, "need room") == 0)
    tcp_make_room(rig->stack);
  else
    return FALSE;
  return TRUE;
}

static gboolean user_call(Player *player, const char *step) {
  Rig *rig = player->rig;
  g_auto(GStrv) parts = g_strsplit(step, " -> ", 2);
  const char *call = parts[0], *wanted = parts[0] && parts[1] ? parts[1] : "";
  TcpCallResult result, foreseen;
  unsigned octets;
  if (!rig->stack || rig->end == TCP_NO_HANDLE)
    return FALSE;
  if (other_call(rig, call)) {
    rig_check(rig);
    return TRUE;
  }
  if (sscanf(call, "receive %u", &octets) == 1) {
    step_receive(player, octets, wanted);
    rig_check(rig);
    return TRUE;
  }
#define CALL(stimulus, made) foreseen = tcp_call_foresee(rig->stack, rig->end, TCP_CALL_##stimulus), result = made
  if (strcmp(call, "open active") == 0)
    CALL(OPEN_ACTIVE, tcp_open_active(rig->stack, rig->end));
  else if (strcmp(call, "open passive") == 0)
    CALL(OPEN_PASSIVE, tcp_open_passive(rig->stack, rig->end));
  else if (sscanf(call, "send %u", &octets) == 1)
    CALL(SEND, tcp_send(rig->stack, rig->end, octets));
  else if (strcmp(call, "close") == 0)
    CALL(CLOSE, tcp_close(rig->stack, rig->end, TRUE));
  else if (strcmp(call, "shutdown") == 0)
    CALL(CLOSE, tcp_close(rig->stack, rig->end, FALSE));
  else if (strcmp(call, "abort") == 0)
    CALL(ABORT, tcp_abort(rig->stack, rig->end));
  else
    return FALSE;
#undef CALL
  if (strcmp(call, "close") != 0) /* the foresight does not know that nobody will read */
    compare(player, "foreseen", wanted, result_text(foreseen));
  compare(player, "call", wanted, result_text(result));
  rig_check(rig);
  return TRUE;
}

static gboolean happen(Player *player, const char *step) {
  SimTime delay;
  if (*step == '<' && rig_arrives(player->rig, step + 2))
    return TRUE;
  if (*step == '+' && simtime_parse(step + 1, &delay, NULL)) {
    rig_wait(player->rig, delay);
    return TRUE;
  }
  return user_call(player, step);
}

/* --- steps that look ---------------------------------------------------------------------------------------------- */

static gboolean look(Player *player, const char *step) {
  Rig *rig = player->rig;
  g_autofree char *found = NULL;
  const char *wanted = *step ? step + 2 : step;
  switch (*step) {
  case '>':
    found = rig_take_segment(rig, strstr(wanted, " win ") != NULL, strchr(wanted, '<') != NULL);
    compare(player, "segment", wanted, found);
    return TRUE;
  case '=':
    compare(player, "state", wanted, rig->entered->len ? rig->entered->str : tcp_state_name(rig->state));
    g_string_truncate(rig->entered, 0);
    return TRUE;
  case '!':
    compare(player, "notice", wanted, rig->notices->str);
    g_string_truncate(rig->notices, 0);
    return TRUE;
  case '~':
    found = rig_timers(rig);
    compare(player, "timers", wanted, found);
    return TRUE;
  case 'x':
    compare(player, "check", wanted, rig->checks->str);
    return TRUE;
  }
  return FALSE;
}

static void play(Player *player, const char *text) {
  g_auto(GStrv) steps = g_strsplit(text, ";", -1);
  for (char **step = steps; *step && !player->problem->len; step++) {
    g_strstrip(*step);
    if (!**step)
      continue;
    g_string_append_printf(player->log, "  %s\n", *step);
    if (look(player, *step))
      continue;
    nothing_more(player);
    if (!player->problem->len && !set_up(player, *step) && !happen(player, *step))
      g_error("no such step, or no connection for it: %s\n%s", *step, player->log->str);
  }
}

/* --- tests -------------------------------------------------------------------------------------------------------- */

/* Initial sequence numbers, ours and the peer's: plain ones, and such that SYN, the first octets and FIN straddle zero
 * or the sign bit on one side or both. */
static const Seq NUMBERS[][2] = {
    {4999, 7999},
    {0xfffffffe, 0xfffffffe},
    {0xffffffff, 0xffffffff},
    {0xffffff9b, 0xffffff9b}, /* the 101st octet is number 0 */
    {0x7ffffffe, 0x7ffffffe},
    {0xfffffffe, 7999},
    {4999, 0xfffffffe},
};

/* What a test gets: a script, and where to note the rules that it makes the table apply. */
typedef struct Job {
  const Script *script;
  GHashTable *rules;
} Job;

static void run_with(const Job *job, Seq iss, Seq irs) {
  Player player = {.peer_mss = 1000, .peer_wnd = 65535, .rtt = SIM_NEVER};
  TcpParams params;
  tcp_profile_params(tcp_profile_find("rfc9293"), &params);
  player.rig = rig_new(&params, iss, irs);
  player.rig->rules = job->rules;
  player.log = g_string_new(NULL);
  player.problem = g_string_new(NULL);
  play(&player, job->script->text);
  if (!player.problem->len)
    nothing_more(&player);
  if (player.problem->len) {
    g_test_message("ISS %u, IRS %u\n%s  ^ %s", iss, irs, player.log->str, player.problem->str);
    g_test_fail();
  }
  g_string_free(player.log, TRUE);
  g_string_free(player.problem, TRUE);
  rig_free(player.rig);
}

static void run_script(gconstpointer data) {
  for (size_t i = 0; i < G_N_ELEMENTS(NUMBERS) && !g_test_failed(); i++)
    run_with(data, NUMBERS[i][0], NUMBERS[i][1]);
}

static void write_rules(GHashTable *rules, const char *path) {
  GHashTableIter iter;
  gpointer rule;
  FILE *file = fopen(path, "a");
  g_assert_nonnull(file);
  g_hash_table_iter_init(&iter, rules);
  while (g_hash_table_iter_next(&iter, &rule, NULL))
    fprintf(file, "%s\n", (const char *)rule);
  fclose(file);
}

int scripts_main(int argc, char **argv, const Script *scripts, size_t count) {
  g_test_init(&argc, &argv, NULL);
  GHashTable *rules = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  g_autofree Job *jobs = g_new(Job, count);
  for (size_t i = 0; i < count; i++) {
    jobs[i] = (Job){&scripts[i], rules};
    g_test_add_data_func(scripts[i].path, &jobs[i], run_script);
  }
  int status = g_test_run();
  if (g_getenv("TEARDOWN_RULES_USED"))
    write_rules(rules, g_getenv("TEARDOWN_RULES_USED"));
  g_hash_table_unref(rules);
  return status;
}
