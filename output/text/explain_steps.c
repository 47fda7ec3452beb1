#include "output/text/explain_steps.h"

#include "output/text/explain_lines.h"
#include "output/text/explain_words.h"
#include "output/text/words.h"

#include <string.h>

static const char *const PART_WORDS[] = {
#define PART_WORD(id, word) word,
    EXPLAIN_PARTS(PART_WORD)
#undef PART_WORD
};

const char *explain_part_word(ExplainPart part) {
  g_assert((unsigned)part < EXPLAIN_PART_COUNT);
  return PART_WORDS[part];
}

/* A step that is being put together. */
typedef struct Build {
  ExplainSource *source;
  ExplainTrack *track;
  GHashTable *states; /* (host, conn) to the state + 1 */
  Explanation *explanation;
  ExplainStep *step;          /* NULL: none is open */
  TraceKind opened_by;        /* TRACE_KIND_COUNT for a step without an event of its own */
  const TraceRecord *in;      /* contents of the segment that came, or NULL */
  const TraceRecord *refused; /* `discarded`, or NULL */
  GPtrArray *rules;           /* of TraceRecord: state and rule, in order */
  ExplainEnd before;          /* the end as it was */
} Build;

/* --- steps -------------------------------------------------------------------------------------------------------- */

static void line_free(gpointer data) {
  ExplainLine *line = data;
  g_free(line->text);
  g_free(line);
}

static void step_free(gpointer data) {
  ExplainStep *step = data;
  g_array_unref(step->changes);
  g_ptr_array_unref(step->lines);
  g_ptr_array_unref(step->sections);
  g_free(step);
}

/* Takes `text`; NULL and "" are nothing to say. The same is not said twice. */
static void say(Build *build, ExplainPart part, char *text) {
  for (guint i = 0; text && i < build->step->lines->len; i++) {
    const ExplainLine *line = g_ptr_array_index(build->step->lines, i);
    if (line->part == part && strcmp(line->text, text) == 0)
      g_clear_pointer(&text, g_free);
  }
  if (!text || !*text) {
    g_free(text);
    return;
  }
  ExplainLine *line = g_new(ExplainLine, 1);
  *line = (ExplainLine){part, text};
  g_ptr_array_add(build->step->lines, line);
}

static void cite(Build *build, Name rfc) {
  if (!rfc)
    return;
  char *section = explain_section(trace_text(build->source->trace, rfc));
  GPtrArray *sections = build->step->sections;
  for (guint i = 0; i < sections->len; i++)
    if (strcmp(g_ptr_array_index(sections, i), section) == 0) {
      g_free(section);
      return;
    }
  g_ptr_array_add(sections, section);
}

static gint64 *state_key(Name host, Name conn) {
  gint64 *key = g_new(gint64, 1);
  *key = (gint64)((guint64)host << 32 | conn);
  return key;
}

static void set_state(Build *build, Name host, Name conn, TcpState state) {
  g_hash_table_replace(build->states, state_key(host, conn), GUINT_TO_POINTER(state + 1u));
}

static void open_step(Build *build, const TraceRecord *record, TraceKind by, Name host, Name conn) {
  ExplainStep *step = g_new0(ExplainStep, 1);
  step->t = record->t;
  step->host = host;
  step->conn = conn;
  step->changes = g_array_new(FALSE, FALSE, sizeof(ExplainChange));
  step->lines = g_ptr_array_new_with_free_func(line_free);
  step->sections = g_ptr_array_new_with_free_func(g_free);
  gint64 key = (gint64)((guint64)host << 32 | conn);
  guint state = GPOINTER_TO_UINT(g_hash_table_lookup(build->states, &key));
  step->has_state = state > 0;
  step->state = state ? (TcpState)(state - 1) : TCP_STATE_CLOSED;
  build->step = step;
  build->opened_by = by;
  build->in = build->refused = NULL;
  g_ptr_array_set_size(build->rules, 0);
  build->before = *explain_track_end(build->track, host, conn);
}

/* --- what the checks said ----------------------------------------------------------------------------------------- */

/* How state and rule records look alike: they share all fields but two. */
typedef struct Rule {
  Name conn, rfc;
  TcpState state;
  TcpStimulus stimulus;
  TcpGuard guard;
  gboolean changes, ignored;
} Rule;

static Rule rule_of(const TraceRecord *record) {
  if (record->kind == TRACE_STATE)
    return (Rule){record->state.conn,
                  record->state.rfc,
                  record->state.from,
                  record->state.stimulus,
                  record->state.guard,
                  TRUE,
                  FALSE};
  return (Rule){record->rule.conn,
                record->rule.rfc,
                record->rule.state,
                record->rule.stimulus,
                record->rule.guard,
                FALSE,
                record->rule.outcome == TRACE_WORD_IGNORE};
}

/* What the checks before the one that spoke have let pass (RFC 9293 3.10.7.4). */
static const char *passed(TcpStimulus stimulus) {
  switch ((int)stimulus) {
  case TCP_SEG_ACK_OF_SYN:
  case TCP_SEG_ACK_OF_FIN:
  case TCP_SEG_ACK_IN_TIME_WAIT:
  case TCP_LOSS_FOUND:
    return "Checks 1 to 4 let it pass. ";
  case TCP_SEG_TEXT_UNWANTED:
  case TCP_SEG_EARLY:
    return "Checks 1 to 6 let it pass. ";
  case TCP_SEG_FIN:
    return "Checks 1 to 7 let it pass. ";
  }
  return "";
}

/* A segment that starts at RCV.NXT can be refused all the same. */
static const char *why_in_order_is_refused(const ExplainEnd *end, const TraceRecord *in) {
  if (end->shut)
    return "the window is shut";
  if (in->sent.opts.has & TCP_OPT_TS)
    return "its timestamp is older than that of the last segment (RFC 7323 5.3)";
  return "the window has no room for it";
}

/* The words of a check in numbers, as far as they are known. */
static char *refusal(const Build *build) {
  TcpCheck check = build->refused->discarded.check;
  const TraceRecord *in = build->in;
  const ExplainEnd *end = &build->before;
  GString *out = g_string_new(explain_check(check));
  if (!in)
    return g_string_free(out, FALSE);
  uint32_t seq = in->sent.seq, len = explain_seq_len(in);
  if (check == TCP_CHECK_SEQUENCE && end->rcv_nxt.known) {
    uint32_t next = end->rcv_nxt.value;
    if (explain_before(seq, next) && !explain_before(next, seq + len))
      g_string_append_printf(out, " All of it lies below RCV.NXT = %u: it is old.", next);
    else if (seq == next && len > 0)
      g_string_append_printf(out, " It starts at RCV.NXT = %u, but %s.", next, why_in_order_is_refused(end, in));
    else if (explain_before(next, seq))
      g_string_append_printf(out, " It starts at %u, RCV.NXT is %u: that is beyond the window.", seq, next);
  } else if (check == TCP_CHECK_RST && end->rcv_nxt.known) {
    g_string_append_printf(out, " It has %u, RCV.NXT is %u.", seq, end->rcv_nxt.value);
  } else if (check == TCP_CHECK_ACK && !(in->sent.flags & TCP_ACK)) {
    g_string_assign(out, "Fifth check, ACK: it has none.");
  } else if (check == TCP_CHECK_ACK && end->snd_nxt.known && explain_before(end->snd_nxt.value, in->sent.ack)) {
    g_string_printf(out, "Fifth check, ACK: it acknowledges all below %u, but only what is below %u was sent.",
                    in->sent.ack, end->snd_nxt.value);
  }
  return g_string_free(out, FALSE);
}

static gboolean seq_in_order(const Build *build) {
  return build->before.rcv_nxt.known && build->in->sent.seq == build->before.rcv_nxt.value;
}

/* One of the states of RFC 9293 3.10.7.4. */
static gboolean is_synchronizing(TcpState state) {
  return state != TCP_STATE_CLOSED && state != TCP_STATE_LISTEN && state != TCP_STATE_SYN_SENT;
}

/* Whether the ACK of a repeated FIN is used, which is no more than a way of some stacks (RFC 9293 3.10.7.4, first). */
static gboolean is_after_fin_again(const Build *build, const Rule *rule) {
  const Rule first = rule_of(g_ptr_array_index(build->rules, 0));
  return rule->stimulus == TCP_SEG_ACK_OF_FIN && first.stimulus == TCP_SEG_FIN_AGAIN;
}

/* What the procedure saw when it raised the rule's stimulus. */
static char *sight(const Build *build, const Rule *rule, gboolean first) {
  const char *guard = rule->guard == TCP_GUARD_ALWAYS ? "" : explain_guard(rule->guard);
  const char *space = *guard ? " " : "";
  if (rule->state == TCP_STATE_TIME_WAIT && rule->stimulus == TCP_SEG_SYN)
    return g_strdup_printf("In TIME-WAIT a SYN is looked at before all other checks.%s%s", space, guard);
  if (build->refused && rule->stimulus != TCP_SEG_ACK_OF_FIN && rule->stimulus != TCP_LOSS_FOUND)
    return g_strdup(guard); /* the refusal has said it */
  if (build->refused || is_after_fin_again(build, rule))
    return g_strdup_printf("Its ACK counts all the same. %s%s%s", explain_stimulus(rule->stimulus), space, guard);
  if (rule->stimulus == TCP_SEG_RST && is_synchronizing(rule->state) && build->in && seq_in_order(build))
    return g_strdup_printf("Check 1 lets it pass. Second check, RST: set, and its number is exactly RCV.NXT = %u.%s%s",
                           build->before.rcv_nxt.value, space, guard);
  const char *before = first && build->in ? passed(rule->stimulus) : "";
  const char *what = explain_stimulus(rule->stimulus);
  if (rule->stimulus == TCP_SEG_FIN && build->in && !(build->in->sent.flags & TCP_FIN))
    what = "It fills the hole, so the FIN that came before it is next in order now (eighth check).";
  return g_strdup_printf("%s%s%s%s", before, what, space, guard);
}

/* What the fifth check found in a segment about which the table has nothing to say. */
static const char *sight_of_ack(const Build *build, const ExplainEnd *now) {
  const ExplainEnd *was = &build->before;
  if (!(build->in->sent.flags & TCP_ACK) || !now->snd_una.known || !was->snd_una.known)
    return NULL;
  if (now->snd_una.value != was->snd_una.value)
    return "Checks 1 to 4 let it pass. Fifth check, ACK: it acknowledges new octets.";
  if (build->in->kind == TRACE_SENT &&
      strcmp(trace_text(build->source->trace, build->in->sent.why), "window-update") == 0)
    return "Checks 1 to 4 let it pass. Fifth check, ACK: it acknowledges nothing new, but tells a new window.";
  return build->in->sent.len ? NULL : "Checks 1 to 4 let it pass. Fifth check, ACK: it acknowledges nothing new.";
}

/* A segment that was simply taken. */
static void tell_plain(Build *build) {
  const TraceRecord *in = build->in;
  if (in->sent.flags & (TCP_RST | TCP_SYN) || (build->step->has_state && !is_synchronizing(build->step->state)))
    return;
  const char *ack = sight_of_ack(build, explain_track_end(build->track, build->step->host, build->step->conn));
  say(build, EXPLAIN_CHECK, g_strdup(ack));
  if (in->sent.len && seq_in_order(build))
    say(build, EXPLAIN_CHECK,
        g_strdup_printf("%sSeventh check, text: %u octet%s, next in order.", ack ? "" : "Checks 1 to 6 let it pass. ",
                        in->sent.len, in->sent.len == 1 ? "" : "s"));
  else if (!ack)
    return;
  g_ptr_array_add(build->step->sections, explain_section("3.10.7.4"));
}

/* Whether no rule but that of a FIN that leaves was met. */
static gboolean was_simply_taken(const Build *build) {
  for (guint i = 0; i < build->rules->len; i++) {
    const Rule rule = rule_of(g_ptr_array_index(build->rules, i));
    if (rule.stimulus != TCP_FIN_SENT)
      return FALSE;
  }
  return build->in && !build->refused;
}

static const char *stack_name(const Build *build) {
  const TraceHost *host = explain_host(build->source->trace, build->step->host);
  return host && host->profile && strcmp(host->profile, "rfc9293") != 0 ? host->profile : "This host's TCP";
}

static gboolean matters(const Rule *rule) {
  return rule->changes || !(rule->stimulus == TCP_FIN_SENT || rule->stimulus == TCP_CALL_SEND ||
                            rule->stimulus == TCP_CALL_RECEIVE || rule->stimulus == TCP_TMO_DELAYED_ACK);
}

/* A FIN that leaves in the call that closed needs no words of its own. */
static gboolean goes_without_saying(const Build *build, const Rule *rule) {
  return rule->stimulus == TCP_FIN_SENT && !rule->changes && build->opened_by == TRACE_APP;
}

static void tell_rule(Build *build, const TraceRecord *record, gboolean *first) {
  const Rule rule = rule_of(record);
  if (goes_without_saying(build, &rule))
    return;
  gboolean checked = build->opened_by != TRACE_TIMER && build->opened_by != TRACE_HOST;
  if (checked && (rule.changes || rule.stimulus != TCP_FIN_SENT))
    say(build, EXPLAIN_CHECK, sight(build, &rule, *first));
  else if (!checked)
    say(build, EXPLAIN_CHECK, g_strdup(rule.guard == TCP_GUARD_ALWAYS ? "" : explain_guard(rule.guard)));
  *first = FALSE;
  cite(build, rule.rfc);
  build->step->notable |= matters(&rule);
  if (is_after_fin_again(build, &rule))
    say(build, EXPLAIN_STACK,
        g_strdup_printf("%s uses the ACK of a repeated FIN, as Linux and FreeBSD do; RFC 9293 alone would not.",
                        stack_name(build)));
  const ExplainRule *words = explain_rule(rule.state, rule.stimulus, rule.guard);
  if (!words)
    return;
  say(build, EXPLAIN_WHY, g_strdup(words->why));
  if (words->stack)
    say(build, EXPLAIN_STACK, g_strdup_printf("%s %s", stack_name(build), words->stack));
}

/* RFC 5961 3.2 accepts a RST at RCV.NXT only. */
static void tell_loose_rst(Build *build) {
  const ExplainEnd *was = &build->before;
  if (!build->in || build->refused || !(build->in->sent.flags & TCP_RST) || !build->step->changes->len ||
      !was->rcv_nxt.known || seq_in_order(build) || !build->step->has_state || !is_synchronizing(build->step->state))
    return;
  say(build, EXPLAIN_STACK,
      g_strdup_printf("%s takes a RST at %u although RCV.NXT is %u; RFC 9293 alone would send a challenge ACK, or drop "
                      "it.",
                      stack_name(build), build->in->sent.seq, was->rcv_nxt.value));
}

static void tell_number(Build *build, const char *name, const ExplainNumber *was, const ExplainNumber *now,
                        const char *meaning) {
  if (!now->known || (was->known && was->value == now->value))
    return;
  if (was->known)
    say(build, EXPLAIN_CHANGE, g_strdup_printf("%s: %u -> %u (%s).", name, was->value, now->value, meaning));
  else
    say(build, EXPLAIN_CHANGE, g_strdup_printf("%s: %u (%s).", name, now->value, meaning));
}

static void accept(Build *build) {
  gboolean ack = !build->refused, text = !build->refused;
  for (guint i = 0; i < build->rules->len; i++) {
    const Rule rule = rule_of(g_ptr_array_index(build->rules, i));
    ack = ack || rule.stimulus == TCP_SEG_ACK_OF_FIN;
    text = text && rule.stimulus != TCP_SEG_EARLY && rule.stimulus != TCP_SEG_FIN_AGAIN;
  }
  explain_end_accepts(explain_track_end(build->track, build->step->host, build->step->conn), build->in, ack, text);
}

static int by_part(gconstpointer a, gconstpointer b) {
  const ExplainLine *line_a = *(ExplainLine *const *)a, *line_b = *(ExplainLine *const *)b;
  return (line_a->part > line_b->part) - (line_a->part < line_b->part);
}

static void close_step(Build *build) {
  ExplainStep *step = build->step;
  if (!step)
    return;
  if (build->in)
    accept(build);
  if (build->refused) {
    gboolean syn_first =
        step->has_state && step->state == TCP_STATE_TIME_WAIT && build->refused->discarded.check == TCP_CHECK_SYN;
    if (!syn_first)
      say(build, EXPLAIN_CHECK, refusal(build));
    cite(build, build->refused->discarded.rfc);
    step->notable = TRUE;
  }
  if (was_simply_taken(build))
    tell_plain(build);
  gboolean first = TRUE;
  for (guint i = 0; i < build->rules->len; i++)
    tell_rule(build, g_ptr_array_index(build->rules, i), &first);
  tell_loose_rst(build);
  const ExplainEnd *now = explain_track_end(build->track, step->host, step->conn);
  tell_number(build, "SND.NXT", &build->before.snd_nxt, &now->snd_nxt, "the next number to send");
  tell_number(build, "SND.UNA", &build->before.snd_una, &now->snd_una, "all below it is acknowledged");
  tell_number(build, "RCV.NXT", &build->before.rcv_nxt, &now->rcv_nxt, "the number expected next");
  g_ptr_array_sort(step->lines, by_part);
  if (step->lines->len || step->changes->len)
    g_ptr_array_add(build->explanation->steps, step);
  else
    step_free(step);
  build->step = NULL;
}

/* --- records ------------------------------------------------------------------------------------------------------ */

/* What a record belongs to: the open step, if that is of its instant and host, else one without an event. */
static void attach(Build *build, const TraceRecord *record, Name host, Name conn) {
  if (build->step && build->step->t == record->t && build->step->host == host)
    return;
  close_step(build);
  open_step(build, record, TRACE_KIND_COUNT, host, conn);
}

static void begin(Build *build, const TraceRecord *record, Name host, Name conn) {
  close_step(build);
  open_step(build, record, record->kind, host, conn);
}

static void take_received(Build *build, const TraceRecord *record) {
  begin(build, record, record->received.host, record->received.conn);
  say(build, EXPLAIN_CAME, explain_arrival(build->source, record));
  const HistorySegment *segment = history_segment(build->source->history, record->received.id);
  if (segment)
    build->in = history_contents(build->source->history, segment);
}

static void take_app(Build *build, const TraceRecord *record) {
  const Trace *trace = build->source->trace;
  gboolean told =
      words_app_told(trace, record) && !(record->app.app && strcmp(trace_text(trace, record->app.call), "recv") == 0);
  if (told)
    attach(build, record, record->app.host, record->app.conn);
  else
    begin(build, record, record->app.host, record->app.conn);
  say(build, told ? EXPLAIN_APP : EXPLAIN_CAME, explain_app(trace, record));
  build->step->notable |= !told && words_app_failed(trace, record);
}

static void take_timer(Build *build, const TraceRecord *record) {
  if (record->timer.change == TRACE_WORD_EXPIRED)
    begin(build, record, record->timer.host, record->timer.conn);
  else
    attach(build, record, record->timer.host, record->timer.conn);
  ExplainEnd *end = explain_track_end(build->track, record->timer.host, record->timer.conn);
  const TraceHost *host = explain_host(build->source->trace, record->timer.host);
  say(build, record->timer.change == TRACE_WORD_EXPIRED ? EXPLAIN_CAME : EXPLAIN_TIMER,
      explain_timer_change(build->source, end, host, record));
  explain_end_times(end, record);
}

static void take_state(Build *build, const TraceRecord *record) {
  attach(build, record, record->state.host, record->state.conn);
  g_ptr_array_add(build->rules, (gpointer)record);
  ExplainChange change = {record->state.conn, record->state.from, record->state.to};
  g_array_append_val(build->step->changes, change);
  if (!build->step->has_state && build->step->conn == record->state.conn) {
    build->step->has_state = TRUE;
    build->step->state = record->state.from;
  }
  set_state(build, record->state.host, record->state.conn, record->state.to);
  build->step->notable = TRUE;
}

static void take_sent(Build *build, const TraceRecord *record) {
  attach(build, record, record->sent.host, record->sent.conn);
  explain_end_sends(explain_track_end(build->track, record->sent.host, record->sent.conn), record);
  say(build, EXPLAIN_SENDS, explain_departure(build->source, record));
  build->step->notable |= record->sent.attempt > 1;
}

static void take_happening(Build *build, const TraceRecord *record) {
  const Trace *trace = build->source->trace;
  if (record->kind == TRACE_INJECTED) {
    begin(build, record, 0, record->injected.conn);
    say(build, EXPLAIN_CAME, explain_injection(build->source, record));
  } else if (record->kind == TRACE_HOST) {
    begin(build, record, record->host.host, 0);
    say(build, EXPLAIN_CAME,
        g_strdup(record->host.change == TRACE_WORD_CRASH ? "The host crashes."
                                                         : "The host is back, and remembers nothing."));
  } else {
    begin(build, record, 0, 0);
    say(build, EXPLAIN_CAME,
        g_strdup_printf("The link %s %s.", trace_text(trace, record->link.link),
                        record->link.change == TRACE_WORD_DOWN ? "goes down: what enters it now is lost"
                                                               : "comes up again"));
  }
  build->step->notable = TRUE;
}

static void take_conn(Build *build, const TraceRecord *record) {
  const Name hosts[2] = {record->connection.client_host, record->connection.server_host};
  for (unsigned i = 0; i < 2; i++) {
    explain_end_start(explain_track_end(build->track, hosts[i], record->connection.conn), record->connection.state);
    if (!trace_is_wire(build->source->trace, hosts[i]))
      set_state(build, hosts[i], record->connection.conn, record->connection.state);
  }
}

static void take_port(Build *build, const TraceRecord *record) {
  gboolean open = build->step && build->step->t == record->t && build->step->host == record->port.host;
  if (!open && record->port.change == TRACE_WORD_BOUND)
    return; /* so it is from the start */
  attach(build, record, record->port.host, record->port.conn);
  say(build, EXPLAIN_PORT, explain_port(build->source, record));
  build->step->notable |= record->port.change == TRACE_WORD_REFUSED;
}

static void take(Build *build, const TraceRecord *record) {
  switch (record->kind) {
  case TRACE_CONN:
    take_conn(build, record);
    break;
  case TRACE_APP:
    take_app(build, record);
    break;
  case TRACE_STATE:
    take_state(build, record);
    break;
  case TRACE_RULE:
    attach(build, record, record->rule.host, record->rule.conn);
    g_ptr_array_add(build->rules, (gpointer)record);
    break;
  case TRACE_SENT: /* what a wire sends is told where it arrives, and nobody is there to receive */
    if (!trace_is_wire(build->source->trace, record->sent.host))
      take_sent(build, record);
    break;
  case TRACE_RECEIVED:
    if (!trace_is_wire(build->source->trace, record->received.host))
      take_received(build, record);
    break;
  case TRACE_DISCARDED:
    attach(build, record, record->discarded.host, record->discarded.conn);
    build->refused = record;
    break;
  case TRACE_TIMER:
    take_timer(build, record);
    break;
  case TRACE_PORT:
    take_port(build, record);
    break;
  case TRACE_HOST:
  case TRACE_LINK:
  case TRACE_INJECTED:
    take_happening(build, record);
    break;
  case TRACE_DROPPED: /* told where the segment leaves */
  case TRACE_DUPLICATED:
  case TRACE_DELAYED:
  case TRACE_CORRUPTED:
  case TRACE_END:
  case TRACE_KIND_COUNT:
    break;
  }
}

Explanation *explanation_new(const Trace *trace) {
  Explanation *explanation = g_new0(Explanation, 1);
  explanation->steps = g_ptr_array_new_with_free_func(step_free);
  Build build = {.source = explain_source_new(trace), .track = explain_track_new(), .explanation = explanation};
  build.states = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
  build.rules = g_ptr_array_new();
  explanation->unit = build.source->unit;
  for (size_t i = 0; i < trace->count; i++)
    take(&build, &trace->records[i]);
  close_step(&build);
  g_ptr_array_unref(build.rules);
  g_hash_table_unref(build.states);
  explain_track_free(build.track);
  explain_source_free(build.source);
  return explanation;
}

void explanation_free(Explanation *explanation) {
  g_ptr_array_unref(explanation->steps);
  g_free(explanation);
}
