#include "tcp/tcp_names.h"

#include <glib.h>

#define NAME_ITEM(id, name, ...)    name,
#define ID_ITEM(id, ...)            #id,
#define SECOND_ITEM(id, second)     second,
#define THIRD_ITEM(id, name, third) third,

static const char *const state_names[] = {TCP_STATES(NAME_ITEM)};
static const char *const state_meanings[] = {TCP_STATES(THIRD_ITEM)};
static const char *const stimulus_names[] = {TCP_STIMULI(ID_ITEM)};
static const char *const stimulus_meanings[] = {TCP_STIMULI(SECOND_ITEM)};
static const char *const guard_names[] = {TCP_GUARDS(ID_ITEM)};
static const char *const guard_meanings[] = {TCP_GUARDS(SECOND_ITEM)};
static const char *const action_names[] = {TCP_ACTIONS(ID_ITEM)};
static const char *const action_meanings[] = {TCP_ACTIONS(SECOND_ITEM)};
static const char *const timer_names[] = {TCP_TIMERS(SECOND_ITEM)};
static const char *const check_names[] = {TCP_CHECKS(NAME_ITEM)};
static const char *const check_sections[] = {TCP_CHECKS(THIRD_ITEM)};

const char *tcp_state_name(TcpState state) {
  g_assert((unsigned)state < TCP_STATE_COUNT);
  return state_names[state];
}

const char *tcp_state_meaning(TcpState state) {
  g_assert((unsigned)state < TCP_STATE_COUNT);
  return state_meanings[state];
}

const char *tcp_stimulus_name(TcpStimulus s) {
  g_assert((unsigned)s < TCP_STIMULUS_COUNT);
  return stimulus_names[s];
}

const char *tcp_stimulus_meaning(TcpStimulus s) {
  g_assert((unsigned)s < TCP_STIMULUS_COUNT);
  return stimulus_meanings[s];
}

const char *tcp_guard_name(TcpGuard guard) {
  g_assert((unsigned)guard < TCP_GUARD_COUNT);
  return guard_names[guard];
}

const char *tcp_guard_meaning(TcpGuard guard) {
  g_assert((unsigned)guard < TCP_GUARD_COUNT);
  return guard_meanings[guard];
}

const char *tcp_action_name(TcpAction action) {
  g_assert((unsigned)action < TCP_ACTION_COUNT);
  return action_names[action];
}

const char *tcp_action_meaning(TcpAction action) {
  g_assert((unsigned)action < TCP_ACTION_COUNT);
  return action_meanings[action];
}

const char *tcp_timer_name(TcpTimer timer) {
  g_assert((unsigned)timer < TCP_TIMER_COUNT);
  return timer_names[timer];
}

const char *tcp_check_name(TcpCheck check) {
  g_assert((unsigned)check < TCP_CHECK_COUNT);
  return check_names[check];
}

const char *tcp_check_section(TcpCheck check) {
  g_assert((unsigned)check < TCP_CHECK_COUNT);
  return check_sections[check];
}

/* What others call a state: Linux's kernel, ss and netstat, the BSDs, Windows. */
static const struct {
  const char *spelling;
  TcpState state;
} other_spellings[] = {
    {"CLOSE", TCP_STATE_CLOSED},          {"UNCONN", TCP_STATE_CLOSED},         {"LISTENING", TCP_STATE_LISTEN},
    {"SYN-RECV", TCP_STATE_SYN_RECEIVED}, {"SYN-RCVD", TCP_STATE_SYN_RECEIVED}, {"ESTAB", TCP_STATE_ESTABLISHED},
};

/* Prefixes of the identifiers in Linux's and the BSDs' headers. The empty one comes first. */
static const char *const prefixes[] = {"", "TCP-", "TCPS-", "TCPI-"};

/* Takes `pattern` off the front of `text` and returns the rest, or NULL if `text` does not start so. A hyphen of the
 * pattern stands for one hyphen, underscore, space, or nothing; letters match in either case. */
static const char *skip(const char *text, const char *pattern) {
  for (; *pattern; pattern++)
    if (*pattern == '-')
      text += *text == '-' || *text == '_' || *text == ' ';
    else if (g_ascii_toupper(*text) == *pattern)
      text++;
    else
      return NULL;
  return text;
}

static int is_spelling(const char *text, const char *pattern) {
  const char *rest = skip(text, pattern);
  return rest && *rest == '\0';
}

static int parse_bare(const char *text, TcpState *ret_state) {
  for (unsigned i = 0; i < TCP_STATE_COUNT; i++)
    if (is_spelling(text, state_names[i])) {
      *ret_state = (TcpState)i;
      return 1;
    }
  for (unsigned i = 0; i < G_N_ELEMENTS(other_spellings); i++)
    if (is_spelling(text, other_spellings[i].spelling)) {
      *ret_state = other_spellings[i].state;
      return 1;
    }
  return 0;
}

int tcp_state_parse(const char *text, TcpState *ret_state) {
  for (unsigned i = 0; i < G_N_ELEMENTS(prefixes); i++) {
    const char *bare = skip(text, prefixes[i]);
    if (bare && parse_bare(bare, ret_state))
      return 1;
  }
  return 0;
}
