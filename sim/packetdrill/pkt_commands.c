/* Commands in back quotes. None is executed: sysctl sets parameters, a count of sockets is checked, tcpdrop aborts, a
 * pause lets time pass, and what changes nothing here is accepted by name. */
#include "packetdrill/pkt_player.h"

#include <stdlib.h>
#include <string.h>

/* --- words -------------------------------------------------------------------------------------------------------- */

/* Splits at `;`, `&&`, newlines outside quotes. */
static GPtrArray *split_commands(const char *text) {
  GPtrArray *commands = g_ptr_array_new_with_free_func(g_free);
  GString *current = g_string_new(NULL);
  char quote = 0;
  for (const char *at = text; *at; at++) {
    gboolean ends = !quote && (*at == ';' || *at == '\n' || (*at == '&' && at[1] == '&'));
    if (*at == '\\' && at[1] == '\n') { /* a line goes on */
      at++;
      continue;
    }
    if (quote ? *at == quote : *at == '"' || *at == '\'')
      quote = quote ? 0 : *at;
    if (ends) {
      g_ptr_array_add(commands, g_strdup(current->str));
      g_string_truncate(current, 0);
      at += *at == '&';
    } else {
      g_string_append_c(current, *at);
    }
  }
  g_ptr_array_add(commands, g_string_free(current, FALSE));
  return commands;
}

static char **words_of(const char *command) {
  char **words = NULL;
  char *copy = g_strstrip(g_strdup(command));
  if (*copy && !g_shell_parse_argv(copy, NULL, &words, NULL))
    words = g_strsplit_set(copy, " \t", -1);
  g_free(copy);
  return words;
}

static const char *base_name(const char *path) {
  const char *slash = strrchr(path, '/');
  return slash ? slash + 1 : path;
}

/* --- sysctl ------------------------------------------------------------------------------------------------------- */

/* NAME=VALUE, the name also as a path below /proc/sys. */
static gboolean assign(PktPlayer *player, const char *word) {
  const char *equals = strchr(word, '=');
  g_autofree char *name = g_strstrip(g_strndup(word, (gsize)(equals - word)));
  g_autofree char *value = g_strstrip(g_strdup(equals + 1));
  char *path = name;
  if (strncmp(path, "/proc/sys/", 10) == 0) {
    path += 10;
    g_strdelimit(path, "/", '.');
  }
  return pkt_sysctl(player, path, value);
}

static gboolean run_sysctl(PktPlayer *player, char **words) {
  for (unsigned i = 1; words[i]; i++)
    if (words[i][0] != '-' && strchr(words[i], '=') && !assign(player, words[i]))
      return FALSE;
  return TRUE;
}

/* echo VALUE > /proc/sys/... */
static gboolean run_echo(PktPlayer *player, char **words) {
  guint count = g_strv_length(words);
  if (count < 4 || strcmp(words[count - 2], ">") != 0 || strncmp(words[count - 1], "/proc/sys/", 10) != 0)
    return TRUE;
  g_autofree char *assignment = g_strdup_printf("%s=%s", words[count - 1], words[1]);
  return assign(player, assignment);
}

/* A script of defaults as suites come with: buffers that need a window scale of 8. */
static void take_defaults(PktPlayer *player) {
  TcpParams *params = tcp_stack_tune(player->stack);
  if (player->os == PKT_OS_LINUX && params->window_scale)
    params->window_scale = 8;
}

/* --- sockets in a state ------------------------------------------------------------------------------------------- */

static gboolean state_of(const char *word, TcpState *ret_state) {
  g_autofree char *bare = g_strdup(word);
  g_strdelimit(bare, "^$\"'", ' ');
  g_strstrip(bare);
  if (g_ascii_strcasecmp(bare, "ESTAB") == 0 || g_ascii_strcasecmp(bare, "ESTABLISHED") == 0) {
    *ret_state = TCP_STATE_ESTABLISHED;
    return TRUE;
  }
  return tcp_state_parse(bare, ret_state) != 0;
}

static unsigned count_in_state(const PktPlayer *player, TcpState state) {
  unsigned count = 0;
  for (guint i = 0; i < player->conns->len; i++) {
    TcpHandle tcb = pkt_conn(player, i)->tcb;
    gboolean hidden = state == TCP_STATE_SYN_RECEIVED && player->os == PKT_OS_BSD && !pkt_conn(player, i)->active;
    count += tcb && tcp_end_state(player->stack, tcb) == state && !hidden; /* FreeBSD's syncache has no sockets */
  }
  for (guint i = 0; i < player->sockets->len; i++) {
    const PktSocket *socket = pkt_socket(player, i);
    if (socket->closed)
      continue;
    if (state == TCP_STATE_LISTEN)
      count += socket->listening ? 1 : 0;
    else if (state == TCP_STATE_CLOSED)
      count += !socket->listening && !pkt_socket_tcb(player, socket) ? 1 : 0;
  }
  return count;
}

static unsigned count_all(const PktPlayer *player) {
  unsigned count = 0;
  for (unsigned state = 0; state < TCP_STATE_COUNT; state++)
    count += count_in_state(player, (TcpState)state);
  return count;
}

/* What flows through a pipe: lines of sockets, then a number, then whether something was found. */
typedef struct Pipe {
  unsigned lines, header; /* of sockets; 1 if a headline is among them */
  gboolean is_number, decided, found;
} Pipe;

static const char *pattern_of(char **words, gboolean *ret_counts, gboolean *ret_inverted) {
  const char *pattern = NULL;
  *ret_counts = *ret_inverted = FALSE;
  for (unsigned i = 1; words[i]; i++) {
    if (words[i][0] == '-') {
      *ret_counts |= strchr(words[i], 'c') != NULL;
      *ret_inverted |= strchr(words[i], 'v') != NULL;
    } else if (!pattern) {
      pattern = words[i];
    }
  }
  return pattern;
}

static gboolean number_matches(unsigned number, const char *pattern) {
  g_autofree char *bare = g_strdup(pattern), *text = g_strdup_printf("%u", number);
  g_strdelimit(bare, "^$", ' ');
  g_strstrip(bare);
  return strcmp(bare, text) == 0;
}

static gboolean through_grep(PktPlayer *player, Pipe *pipe, char **words) {
  gboolean counts, inverted;
  const char *pattern = pattern_of(words, &counts, &inverted);
  TcpState state;
  if (!pattern)
    return pkt_outside(player, "grep without a pattern");
  if (pipe->is_number) {
    pipe->decided = TRUE;
    pipe->found = number_matches(pipe->lines, pattern) != inverted;
    return TRUE;
  }
  pipe->lines -= inverted ? 0 : pipe->header; /* it has none of the words that are looked for */
  pipe->header = 0;
  if (state_of(pattern, &state))
    pipe->lines =
        inverted ? pipe->lines - MIN(pipe->lines, count_in_state(player, state)) : count_in_state(player, state);
  else if (!g_ascii_isdigit(pattern[0]) && !strchr(":.", pattern[0]) && strcmp(pattern, "tcp") != 0 &&
           !g_str_has_prefix(pattern, "packetdri"))
    return pkt_outside(player, "grep for %s", pattern);
  pipe->is_number = counts;
  pipe->found = pipe->lines > 0;
  pipe->decided = TRUE;
  return TRUE;
}

/* ss [-H] [state NAME]. */
static gboolean from_source(PktPlayer *player, Pipe *pipe, char **words) {
  gboolean headless = strcmp(base_name(words[0]), "ss") != 0;
  pipe->lines = count_all(player);
  for (unsigned i = 1; words[i]; i++) {
    TcpState state;
    if (words[i][0] == '-' && words[i][1] != '-' && strchr(words[i], 'H'))
      headless = TRUE;
    if (strcmp(words[i], "state") == 0 && words[i + 1]) {
      if (!state_of(words[i + 1], &state))
        return pkt_outside(player, "the state %s", words[i + 1]);
      pipe->lines = count_in_state(player, state);
    }
  }
  pipe->header = headless ? 0 : 1;
  pipe->lines += pipe->header;
  return TRUE;
}

/* tail -n +2: from the second line on. */
static gboolean without_headline(Pipe *pipe, char **words) {
  const char *from = words[1] && strcmp(words[1], "-n") == 0 ? words[2] : words[1];
  from += from && g_str_has_prefix(from, "-n") ? 2 : 0;
  if (!from || strcmp(from, "+2") != 0)
    return FALSE;
  pipe->lines -= MIN(pipe->lines, 1);
  pipe->header = 0;
  return TRUE;
}

static gboolean through(PktPlayer *player, Pipe *pipe, const char *command) {
  g_auto(GStrv) words = words_of(command);
  if (!words || !words[0])
    return TRUE;
  const char *name = base_name(words[0]);
  if (strcmp(name, "grep") == 0 || strcmp(name, "egrep") == 0)
    return through_grep(player, pipe, words);
  if (strcmp(name, "wc") == 0) {
    pipe->is_number = TRUE;
    return TRUE;
  }
  if (strcmp(name, "tail") == 0 && without_headline(pipe, words))
    return TRUE;
  if (strcmp(name, "cat") == 0 || strcmp(name, "tr") == 0)
    return TRUE;
  if (strcmp(name, "tail") == 0 || strcmp(name, "awk") == 0 || strcmp(name, "sed") == 0)
    return pkt_outside(player, "%s behind a count of sockets", name);
  return pkt_outside(player, "the command %s", name);
}

static gboolean check_sockets(PktPlayer *player, const char *command) {
  g_auto(GStrv) parts = g_strsplit(command, "|", -1);
  g_auto(GStrv) words = words_of(parts[0]);
  Pipe pipe = {0};
  if (!from_source(player, &pipe, words))
    return FALSE;
  unsigned seen = 0;
  for (unsigned i = 1; parts[i]; i++) {
    if (!through(player, &pipe, parts[i]))
      return FALSE;
    seen = pipe.lines;
  }
  if (!pipe.decided || pipe.found)
    return TRUE;
  return pkt_fail(player, g_strstrip(g_strdup(command)), g_strdup_printf("%u sockets", seen), "sockets in that state");
}

/* --- tcpdrop ------------------------------------------------------------------------------------------------------ */

static gboolean run_tcpdrop(PktPlayer *player, char **words) {
  TcpState state = TCP_STATE_COUNT;
  for (unsigned i = 1; words[i]; i++)
    if (strcmp(words[i], "-s") == 0 && words[i + 1] && !state_of(words[i + 1], &state))
      return pkt_outside(player, "tcpdrop of the state %s", words[i + 1]);
  for (guint i = 0; i < player->conns->len; i++) {
    PktConn *conn = pkt_conn(player, i);
    if (!conn->tcb || (state != TCP_STATE_COUNT && tcp_end_state(player->stack, conn->tcb) != state))
      continue;
    pkt_trace_app(player, i, "abort", "tcpdrop", "ok", -1);
    tcp_abort(player->stack, conn->tcb);
    pkt_conn(player, i)->error = "ECONNABORTED";
  }
  return TRUE;
}

/* --- one command -------------------------------------------------------------------------------------------------- */

static const char *const HARMLESS[] = {"true",     ":",      "kldload", "kldunload", "kldstat", "ethtool",
                                       "modprobe", "dmesg",  "printf",  "logger",    "rm",      "touch",
                                       "mkdir",    "arp",    "ndp",     "date",      "sync",    "cd",
                                       "set",      "export", "chmod",   "uname",     "ulimit",  "tput"};

static gboolean is_harmless(const char *name) {
  for (unsigned i = 0; i < G_N_ELEMENTS(HARMLESS); i++)
    if (strcmp(name, HARMLESS[i]) == 0)
      return TRUE;
  return FALSE;
}

/* Words that change how packets go, or what the stack makes of a route. */
static gboolean run_network(PktPlayer *player, const char *name, char **words) {
  static const char *const TUNING[] = {
      "initcwnd",  "initrwnd",           "rto_min",  "mtu",  "advmss", "quickack", "window",
      "blackhole", "unreachable",        "prohibit", "down", "netem",  "tbf",      "limit",
      "xfrm",      "fastopen_no_cookie", "xdp",      "drop"};
  for (unsigned i = 1; words[i]; i++)
    for (unsigned j = 0; j < G_N_ELEMENTS(TUNING); j++)
      if (strcmp(words[i], TUNING[j]) == 0)
        return pkt_outside(player, "%s ... %s", name, TUNING[j]);
  return TRUE;
}

static void run_sleep(PktPlayer *player, char **words) {
  double seconds = words[1] ? g_ascii_strtod(words[1], NULL) : 0;
  if (seconds > 0 && seconds < 1e6)
    pkt_run_until(player, simtime_add(sim_now(player->sim), (SimTime)(seconds * 1e9 + 0.5)));
}

static gboolean run_words(PktPlayer *player, const char *command, char **words) {
  const char *name = base_name(words[0]);
  if (strcmp(name, "sudo") == 0 && words[1])
    return run_words(player, command, words + 1);
  if (strcmp(name, "sysctl") == 0 || strcmp(name, "set_sysctls.py") == 0)
    return run_sysctl(player, words);
  if (strcmp(name, "echo") == 0)
    return run_echo(player, words);
  if (strcmp(name, "sockstat") == 0 || strcmp(name, "ss") == 0 || strcmp(name, "netstat") == 0)
    return check_sockets(player, command);
  if (strcmp(name, "tcpdrop") == 0)
    return run_tcpdrop(player, words);
  if (strcmp(name, "ip") == 0 || strcmp(name, "tc") == 0 || strcmp(name, "ifconfig") == 0 || strcmp(name, "route") == 0)
    return run_network(player, name, words);
  if (strcmp(name, "nstat") == 0)
    return strchr(command, '|') ? pkt_outside(player, "counters of the kernel (nstat)") : TRUE;
  if (strcmp(name, "sleep") == 0)
    run_sleep(player, words);
  else if (g_str_has_suffix(name, ".sh"))
    take_defaults(player);
  else if (!is_harmless(name))
    return pkt_outside(player, "the command %s", name);
  return TRUE;
}

gboolean pkt_run_command(PktPlayer *player, const char *command) {
  g_autoptr(GPtrArray) commands = split_commands(command);
  for (guint i = 0; i < commands->len; i++) {
    const char *one = g_ptr_array_index(commands, i);
    g_auto(GStrv) words = words_of(one);
    if (words && words[0] && words[0][0] != '#' && words[0][0] != '\0' && !run_words(player, one, words))
      return FALSE;
  }
  return TRUE;
}
