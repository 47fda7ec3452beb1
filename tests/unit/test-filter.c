/* The stateful filter: what it remembers, how long, and what becomes of the rest. */
#include <glib.h>

#include "net/filter.h"
#include "net/network.h"

#define A 0
#define B 1

/* A segment from A (port 1000) to B (port 80), or back. */
static Segment between(uint16_t from, TcpFlags flags) {
  return (Segment){.from = from,
                   .to = (uint16_t)(1 - from),
                   .sport = from == A ? 1000 : 80,
                   .dport = from == A ? 80 : 1000,
                   .win = 1000,
                   .flags = flags,
                   .attempt = 1};
}

static FilterVerdict see(Filter *filter, uint16_t from, TcpFlags flags, SimTime at) {
  Segment segment = between(from, flags);
  return filter_judge(filter, &segment, at);
}

#define S  TCP_SYN
#define SA (TCP_SYN | TCP_ACK)
#define AC TCP_ACK
#define F  (TCP_FIN | TCP_ACK)
#define R  TCP_RST

typedef struct Step {
  uint16_t from;
  TcpFlags flags;
} Step;

/* Linux's names and defaults, typed from the kernel's documentation, and a way into each state. */
static const struct {
  const char *name;
  SimTime timeout;
  Step steps[8]; /* the first without flags ends them */
} states[] = {
    {"syn_sent", SIM_S(120), {{A, S}}},
    {"syn_sent2", SIM_S(120), {{A, S}, {B, S}}},
    {"syn_recv", SIM_S(60), {{A, S}, {B, SA}}},
    {"established", SIM_S(432000), {{A, S}, {B, SA}, {A, AC}}},
    {"fin_wait", SIM_S(120), {{A, S}, {B, SA}, {A, AC}, {B, F}}},
    {"close_wait", SIM_S(60), {{A, S}, {B, SA}, {A, AC}, {B, F}, {A, AC}}},
    {"last_ack", SIM_S(30), {{A, S}, {B, SA}, {A, AC}, {B, F}, {A, AC}, {A, F}}},
    {"time_wait", SIM_S(120), {{A, S}, {B, SA}, {A, AC}, {B, F}, {A, AC}, {A, F}, {B, AC}}},
    {"close", SIM_S(10), {{A, S}, {B, SA}, {A, AC}, {B, R}}},
};

static Filter *in_state(const FilterConfig *config, unsigned state) {
  Filter *filter = filter_new(config);
  for (const Step *step = states[state].steps; step->flags; step++)
    g_assert_cmpint(see(filter, step->from, step->flags, 0), ==, FILTER_PASSES);
  return filter;
}

/* A RST is let through as long as the connection is known, whatever its state. */
static void test_each_state_is_forgotten_after_its_time(void) {
  FilterConfig config = filter_config_default();
  for (unsigned i = 0; i < G_N_ELEMENTS(states); i++) {
    g_assert_cmpstr(filter_state_name((FilterState)i), ==, states[i].name);
    g_assert_cmpint(config.timeout[i], ==, states[i].timeout);
    Filter *filter = in_state(&config, i);
    g_assert_cmpint(see(filter, A, R, states[i].timeout - 1), ==, FILTER_PASSES);
    filter_free(filter);
    filter = in_state(&config, i);
    g_assert_cmpint(see(filter, A, R, states[i].timeout), ==, FILTER_UNKNOWN);
    filter_free(filter);
  }
  g_assert_cmpint(FILTER_STATE_COUNT, ==, G_N_ELEMENTS(states));
}

static void test_each_segment_winds_the_clock_up_again(void) {
  FilterConfig config = filter_config_default();
  Filter *filter = in_state(&config, FILTER_CLOSE_WAIT);
  g_assert_cmpint(see(filter, A, AC, SIM_S(50)), ==, FILTER_PASSES);
  g_assert_cmpint(see(filter, A, AC, SIM_S(100)), ==, FILTER_PASSES);
  g_assert_cmpint(see(filter, A, F, SIM_S(159)), ==, FILTER_PASSES); /* to LAST_ACK */
  g_assert_cmpint(see(filter, A, F, SIM_S(189)), ==, FILTER_UNKNOWN);
  filter_free(filter);
}

static void test_a_repeated_fin_counts_as_the_second(void) {
  FilterConfig config = filter_config_default();
  Filter *filter = in_state(&config, FILTER_FIN_WAIT);
  g_assert_cmpint(see(filter, B, F, SIM_S(1)), ==, FILTER_PASSES);
  g_assert_cmpint(see(filter, B, R, SIM_S(31)), ==, FILTER_UNKNOWN); /* LAST_ACK lasted 30 s */
  filter_free(filter);
}

static void test_what_a_state_has_no_place_for_is_invalid(void) {
  static const struct {
    FilterState state;
    uint16_t from;
    TcpFlags flags;
    FilterVerdict verdict;
  } cases[] = {
      {FILTER_SYN_SENT, A, AC, FILTER_INVALID},    {FILTER_SYN_SENT, A, F, FILTER_INVALID},
      {FILTER_SYN_SENT, A, SA, FILTER_INVALID},    {FILTER_SYN_SENT, B, AC, FILTER_PASSES},
      {FILTER_ESTABLISHED, A, SA, FILTER_INVALID}, {FILTER_ESTABLISHED, B, SA, FILTER_PASSES},
      {FILTER_ESTABLISHED, A, S, FILTER_PASSES},   {FILTER_ESTABLISHED, A, 0, FILTER_INVALID},
      {FILTER_ESTABLISHED, B, F, FILTER_PASSES},   {FILTER_SYN_SENT2, A, SA, FILTER_PASSES},
      {FILTER_TIME_WAIT, B, S, FILTER_PASSES},     {FILTER_CLOSE, A, AC, FILTER_PASSES},
  };
  FilterConfig config = filter_config_default();
  for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
    Filter *filter = in_state(&config, cases[i].state);
    g_assert_cmpint(see(filter, cases[i].from, cases[i].flags, SIM_S(1)), ==, cases[i].verdict);
    filter_free(filter);
  }
}

/* Linux 6.12, nf_conntrack_proto_tcp.c: what each kind of segment makes of each state, in the order of states[] above.
 * A word is a state (by its place in states[]), "--" passes by, "!!" is invalid, "x" the connection is forgotten. */
static const struct {
  uint16_t from;
  TcpFlags flags;
  const char *cells;
} table[] = {
    {A, S, "0 1 -- -- -- -- -- 0 --"}, /* CLOSE: by B's RST and without a FIN, so it passes by */
    {A, SA, "!! 2 2 !! !! !! !! !! !!"},
    {A, F, "!! !! 4 4 6 6 6 7 8"},
    {A, AC, "!! !! 3 3 5 5 7 7 8"},
    {A, R, "x 8 8 8 8 8 8 8 8"},
    {A, 0, "!! !! !! !! !! !! !! !! !!"},
    {B, S, "1 1 !! !! !! !! !! 0 !!"},
    {B, SA, "2 2 -- -- -- -- -- -- --"},
    {B, F, "!! !! 4 4 6 6 6 7 8"},
    {B, AC, "-- -- 2 3 5 5 7 7 8"},
    {B, R, "x 8 8 8 8 8 8 8 8"},
    {B, 0, "!! !! !! !! !! !! !! !! !!"},
    {A, S | TCP_FIN, "!! !! !! !! !! !! !! !! !!"},
    {B, TCP_FIN, "!! !! !! !! !! !! !! !! !!"},
};

static void test_each_segment_does_to_each_state_what_linux_does(void) {
  FilterConfig config = filter_config_default();
  for (unsigned i = 0; i < G_N_ELEMENTS(table); i++) {
    g_auto(GStrv) cells = g_strsplit(table[i].cells, " ", -1);
    g_assert_cmpuint(g_strv_length(cells), ==, FILTER_STATE_COUNT);
    for (unsigned state = 0; state < FILTER_STATE_COUNT; state++) {
      Filter *filter = in_state(&config, state);
      Segment segment = between(table[i].from, table[i].flags);
      segment.ack = 77; /* acknowledges no SYN that passed by */
      FilterState to = (FilterState)state;
      gboolean simultaneous = state == FILTER_SYN_SENT2 && table[i].flags == AC;
      g_test_message("row %u in %s", i, states[state].name);
      FilterVerdict verdict = filter_judge(filter, &segment, SIM_S(1));
      gboolean known = filter_knows(filter, &segment, SIM_S(1), &to);
      g_assert_cmpint(verdict, ==, *cells[state] == '!' ? FILTER_INVALID : FILTER_PASSES);
      g_assert_cmpint(known, ==, *cells[state] != 'x');
      if (known && !simultaneous)
        g_assert_cmpint(to, ==, g_ascii_isdigit(*cells[state]) ? (unsigned)*cells[state] - '0' : state);
      filter_free(filter);
    }
  }
}

/* From here on with numbers: A's next octet is 101, B's 201. */
static FilterVerdict see_numbers(Filter *filter, uint16_t from, TcpFlags flags, uint32_t seq, uint32_t ack,
                                 uint32_t len, SimTime at) {
  Segment segment = between(from, flags);
  segment.seq = seq, segment.ack = ack, segment.len = len;
  return filter_judge(filter, &segment, at);
}

static Filter *open_with_numbers(void) {
  FilterConfig config = filter_config_default();
  Filter *filter = filter_new(&config);
  see_numbers(filter, A, S, 100, 0, 0, 0);
  see_numbers(filter, B, SA, 200, 101, 0, 0);
  see_numbers(filter, A, AC, 101, 201, 0, 0);
  return filter;
}

static gboolean is_known_in(Filter *filter, SimTime at, FilterState wanted) {
  Segment segment = between(A, AC);
  FilterState state = FILTER_CLOSE;
  return filter_knows(filter, &segment, at, &state) && state == wanted;
}

static void test_a_reset_closes_an_open_connection_only_at_the_number_that_was_acknowledged(void) {
  Filter *filter = open_with_numbers();
  g_assert_cmpint(see_numbers(filter, A, R, 100, 0, 0, SIM_S(1)), ==, FILTER_INVALID); /* below B's ACK of 101 */
  g_assert_cmpint(see_numbers(filter, A, R, 500, 0, 0, SIM_S(1)), ==, FILTER_PASSES);  /* B may challenge it */
  g_assert_true(is_known_in(filter, SIM_S(300), FILTER_ESTABLISHED));
  g_assert_false(is_known_in(filter, SIM_S(301), FILTER_ESTABLISHED)); /* but it is kept for 5 min only */
  g_assert_cmpint(see_numbers(filter, A, R, 101, 0, 0, SIM_S(2)), ==, FILTER_PASSES);
  g_assert_true(is_known_in(filter, SIM_S(2), FILTER_CLOSE));
  filter_free(filter);
}

static void test_unacknowledged_data_are_remembered_for_five_minutes(void) {
  Filter *filter = open_with_numbers();
  g_assert_true(is_known_in(filter, SIM_H(119), FILTER_ESTABLISHED));
  see_numbers(filter, A, AC, 101, 201, 10, SIM_S(1));
  g_assert_false(is_known_in(filter, SIM_S(301), FILTER_ESTABLISHED));
  see_numbers(filter, B, AC, 201, 111, 0, SIM_S(2));
  g_assert_true(is_known_in(filter, SIM_H(119), FILTER_ESTABLISHED));
  filter_free(filter);
}

static void test_an_ack_that_comes_four_times_is_remembered_for_five_minutes(void) {
  Filter *filter = open_with_numbers();
  for (unsigned i = 0; i < 3; i++) {
    g_assert_true(is_known_in(filter, SIM_H(119), FILTER_ESTABLISHED));
    see_numbers(filter, A, AC, 101, 201, 0, SIM_S(1));
  }
  g_assert_false(is_known_in(filter, SIM_S(301), FILTER_ESTABLISHED));
  filter_free(filter);
}

static void test_syns_alone_do_not_keep_it_alive(void) {
  FilterConfig config = filter_config_default();
  Filter *filter = filter_new(&config);
  see_numbers(filter, A, S, 100, 0, 0, 0);
  see_numbers(filter, A, S, 100, 0, 0, SIM_S(100));
  g_assert_false(is_known_in(filter, SIM_S(120), FILTER_SYN_SENT));
  filter_free(filter);
}

/* Half-open: B has rebooted, A opens again. The SYN passes by, the SYN,ACK for it shows that both agree. */
static void test_a_syn_that_passed_by_and_is_answered_begins_anew(void) {
  Filter *filter = open_with_numbers();
  g_assert_cmpint(see_numbers(filter, A, S, 900, 0, 0, SIM_S(1)), ==, FILTER_PASSES);
  g_assert_true(is_known_in(filter, SIM_S(1), FILTER_ESTABLISHED));
  g_assert_cmpint(see_numbers(filter, B, SA, 300, 901, 0, SIM_S(1)), ==, FILTER_PASSES);
  g_assert_true(is_known_in(filter, SIM_S(1), FILTER_SYN_RECV));
  filter_free(filter);
}

static void test_a_challenge_ack_in_last_ack_is_not_the_last_ack(void) {
  FilterConfig config = filter_config_default();
  Filter *filter = in_state(&config, FILTER_LAST_ACK);
  g_assert_cmpint(see(filter, A, S, SIM_S(1)), ==, FILTER_PASSES);
  g_assert_cmpint(see(filter, B, AC, SIM_S(1)), ==, FILTER_PASSES);
  g_assert_true(is_known_in(filter, SIM_S(1), FILTER_LAST_ACK));
  g_assert_cmpint(see(filter, B, AC, SIM_S(1)), ==, FILTER_PASSES);
  g_assert_true(is_known_in(filter, SIM_S(1), FILTER_TIME_WAIT));
  filter_free(filter);
}

static void test_a_syn_after_a_reset_of_its_own_side_begins_anew(void) {
  Filter *filter = open_with_numbers();
  g_assert_cmpint(see_numbers(filter, A, R, 101, 0, 0, SIM_S(1)), ==, FILTER_PASSES);
  g_assert_cmpint(see_numbers(filter, A, S, 900, 0, 0, SIM_S(2)), ==, FILTER_PASSES);
  g_assert_true(is_known_in(filter, SIM_S(2), FILTER_SYN_SENT));
  filter_free(filter);
}

static void test_crossed_syns_lead_to_established_by_either_ack(void) {
  FilterConfig config = filter_config_default();
  Filter *filter = in_state(&config, FILTER_SYN_SENT2);
  see(filter, A, SA, SIM_S(1));
  g_assert_cmpint(see(filter, B, AC, SIM_S(1)), ==, FILTER_PASSES);
  g_assert_true(is_known_in(filter, SIM_S(1), FILTER_ESTABLISHED));
  filter_free(filter);
}

static void test_an_ack_of_the_side_that_answered_opens_nothing(void) {
  FilterConfig config = filter_config_default();
  Filter *filter = in_state(&config, FILTER_SYN_RECV);
  g_assert_cmpint(see(filter, B, AC, SIM_S(1)), ==, FILTER_PASSES);
  g_assert_cmpint(see(filter, A, R, SIM_S(61)), ==, FILTER_UNKNOWN);
  filter_free(filter);
}

static void test_a_syn_in_established_does_not_wind_the_clock_up(void) {
  FilterConfig config = filter_config_default();
  config.timeout[FILTER_ESTABLISHED] = SIM_S(100);
  Filter *filter = in_state(&config, FILTER_ESTABLISHED);
  g_assert_cmpint(see(filter, A, S, SIM_S(99)), ==, FILTER_PASSES);
  g_assert_cmpint(see(filter, A, F, SIM_S(100)), ==, FILTER_UNKNOWN);
  filter_free(filter);
}

/* After TIME_WAIT the side that sends the SYN is the one that began, whoever it was before. */
static void test_a_syn_in_time_wait_begins_anew(void) {
  FilterConfig config = filter_config_default();
  Filter *filter = in_state(&config, FILTER_TIME_WAIT);
  g_assert_cmpint(see(filter, B, S, SIM_S(1)), ==, FILTER_PASSES);
  g_assert_cmpint(see(filter, B, AC, SIM_S(1)), ==, FILTER_INVALID);
  g_assert_cmpint(see(filter, A, SA, SIM_S(1)), ==, FILTER_PASSES);
  g_assert_cmpint(see(filter, B, AC, SIM_S(1)), ==, FILTER_PASSES);
  g_assert_cmpint(see(filter, A, AC, SIM_H(119)), ==, FILTER_PASSES); /* ESTABLISHED */
  filter_free(filter);
}

static void test_an_unknown_ack_is_picked_up_only_if_allowed(void) {
  FilterConfig config = filter_config_default();
  Filter *loose = filter_new(&config);
  g_assert_cmpint(see(loose, B, F, 0), ==, FILTER_UNKNOWN);
  g_assert_cmpint(see(loose, B, R, 0), ==, FILTER_UNKNOWN);
  g_assert_cmpint(see(loose, B, SA, 0), ==, FILTER_UNKNOWN);
  g_assert_cmpint(see(loose, B, AC, 0), ==, FILTER_PASSES);
  g_assert_cmpint(see(loose, B, AC, SIM_S(299)), ==, FILTER_PASSES);
  g_assert_cmpint(see(loose, A, F, SIM_S(599)), ==, FILTER_UNKNOWN); /* 5 min until the other side was heard */
  g_assert_cmpint(see(loose, B, AC, SIM_S(600)), ==, FILTER_PASSES);
  g_assert_cmpint(see(loose, A, AC, SIM_S(600)), ==, FILTER_PASSES);
  g_assert_cmpint(see(loose, A, AC, SIM_S(601)), ==, FILTER_PASSES); /* the first answer does not count yet */
  g_assert_cmpint(see(loose, A, F, SIM_H(119)), ==, FILTER_PASSES);
  filter_free(loose);
  config.pickup = FALSE;
  Filter *strict = filter_new(&config);
  g_assert_cmpint(see(strict, B, AC, 0), ==, FILTER_UNKNOWN);
  g_assert_cmpint(see(strict, B, S, 0), ==, FILTER_PASSES);
  filter_free(strict);
}

static void test_with_an_inside_the_outside_cannot_begin(void) {
  FilterConfig config = filter_config_default();
  config.inside = A;
  Filter *filter = filter_new(&config);
  g_assert_cmpint(see(filter, B, S, 0), ==, FILTER_UNKNOWN);
  g_assert_cmpint(see(filter, B, AC, 0), ==, FILTER_UNKNOWN);
  g_assert_cmpint(see(filter, A, S, 0), ==, FILTER_PASSES);
  g_assert_cmpint(see(filter, B, SA, 0), ==, FILTER_PASSES);
  filter_free(filter);
}

static void test_kind_idle_has_one_timer_for_all_states(void) {
  FilterConfig config = filter_config_default();
  config.kind = FILTER_IDLE;
  config.idle = SIM_MIN(5);
  Filter *filter = filter_new(&config);
  filter_establish(filter, A, 1000, B, 80, 0);
  g_assert_cmpint(see(filter, B, F, SIM_S(299)), ==, FILTER_PASSES);
  g_assert_cmpint(see(filter, A, R, SIM_S(598)), ==, FILTER_PASSES);
  g_assert_cmpint(see(filter, A, F, SIM_S(898)), ==, FILTER_UNKNOWN);
  filter_free(filter);
}

static void test_thousands_of_connections_are_told_apart(void) {
  FilterConfig config = filter_config_default();
  Filter *filter = filter_new(&config);
  for (unsigned round = 0; round < 3; round++) { /* each an hour after the last is forgotten */
    SimTime at = SIM_H(1) * round;
    for (unsigned i = 0; i < 5000; i++) {
      Segment segment = {.from = A, .to = B, .sport = (uint16_t)(1024 + i), .dport = 80, .flags = TCP_SYN};
      g_assert_cmpint(filter_judge(filter, &segment, at), ==, FILTER_PASSES);
    }
    for (unsigned i = 0; i < 10000; i++) {
      Segment segment = {.from = B, .to = A, .sport = 80, .dport = (uint16_t)(1024 + i), .flags = TCP_RST};
      g_assert_cmpint(filter_judge(filter, &segment, at), ==, i < 5000 ? FILTER_PASSES : FILTER_UNKNOWN);
    }
  }
  filter_free(filter);
}

static void test_a_reset_is_what_the_rfc_has_for_closed(void) {
  Segment with_ack = between(A, F), reset;
  with_ack.seq = 500, with_ack.ack = 900, with_ack.rel_seq = 5, with_ack.rel_ack = 9, with_ack.id = 7;
  g_assert_true(filter_make_reset(&with_ack, &reset));
  g_assert_cmpuint(reset.flags, ==, TCP_RST);
  g_assert_cmpuint(reset.seq, ==, 900);
  g_assert_cmpuint(reset.rel_seq, ==, 9);
  g_assert_cmpuint(reset.from, ==, B);
  g_assert_cmpuint(reset.dport, ==, 1000);
  Segment without = between(A, S);
  without.seq = UINT32_MAX, without.len = 10;
  g_assert_true(filter_make_reset(&without, &reset));
  g_assert_cmpuint(reset.flags, ==, TCP_RST | TCP_ACK);
  g_assert_cmpuint(reset.seq, ==, 0);
  g_assert_cmpuint(reset.ack, ==, 10); /* 11 octets on, over zero */
  Segment rst = between(A, R);
  g_assert_false(filter_make_reset(&rst, &reset));
}

/* --- in a network ------------------------------------------------------------------------------------------------- */

static void note_arrival(void *context, const Segment *segment) {
  g_array_append_val((GArray *)context, *segment);
}

static const TraceRecord *find(const Trace *trace, TraceKind kind) {
  for (size_t i = 0; i < trace->count; i++)
    if (trace->records[i].kind == kind)
      return &trace->records[i];
  return NULL;
}

static void test_an_unknown_segment_dies_half_way_and_its_reset_takes_the_other_half(void) {
  Trace *trace = trace_new(NULL, NULL);
  Tracer tracer = {trace_sink_memory_new(trace), trace->names};
  Sim *sim = sim_new();
  Network *network = network_new(sim, &tracer, 0);
  GArray *at_a = g_array_new(FALSE, FALSE, sizeof(Segment)), *at_b = g_array_new(FALSE, FALSE, sizeof(Segment));
  network_add_host(network, "a", note_arrival, at_a);
  network_add_host(network, "b", note_arrival, at_b);
  network_add_conn(network, names_intern(trace->names, "c"));
  LinkConfig forth = {.delay = SIM_MS(40)}, back = {.delay = SIM_MS(60)};
  network_add_link(network, A, B, &forth, NULL, 0);
  network_add_link(network, B, A, &back, NULL, 0);
  FilterConfig config = filter_config_default();
  config.unknown = FILTER_RESET;
  g_strlcpy(config.name, "fw", sizeof config.name);
  Filter *filter = filter_new(&config);
  network_set_filter(network, A, B, filter);
  Segment fin = between(A, F), syn = between(A, S);
  network_send(network, &fin);
  network_send(network, &syn);
  sim_run(sim, SIM_NEVER, 0);
  const TraceRecord *dropped = find(trace, TRACE_DROPPED), *injected = find(trace, TRACE_INJECTED);
  g_assert_cmpint(dropped->t, ==, SIM_MS(20));
  g_assert_cmpuint(dropped->dropped.id, ==, fin.id);
  g_assert_cmpstr(trace_text(trace, dropped->dropped.at), ==, "filter fw");
  g_assert_cmpstr(trace_text(trace, dropped->dropped.by), ==, "unknown");
  g_assert_cmpint(injected->t, ==, SIM_MS(20));
  g_assert_cmpstr(trace_text(trace, injected->injected.by), ==, "filter fw");
  g_assert_cmpstr(trace_text(trace, injected->injected.host), ==, "b");
  g_assert_cmpint(sim_now(sim), ==, SIM_MS(50)); /* 20 ms there, 30 ms back */
  g_assert_cmpuint(at_a->len, ==, 1);
  g_assert_cmpuint(g_array_index(at_a, Segment, 0).flags, ==, TCP_RST);
  g_assert_cmpuint(at_b->len, ==, 1);
  g_assert_cmpuint(g_array_index(at_b, Segment, 0).id, ==, syn.id);
  network_free(network);
  filter_free(filter);
  sim_free(sim);
  g_array_unref(at_a);
  g_array_unref(at_b);
  trace_sink_free(tracer.sink);
  trace_free(trace);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/filter/each state is forgotten after its time", test_each_state_is_forgotten_after_its_time);
  g_test_add_func("/filter/each segment winds the clock up again", test_each_segment_winds_the_clock_up_again);
  g_test_add_func("/filter/a repeated FIN counts as the second", test_a_repeated_fin_counts_as_the_second);
  g_test_add_func("/filter/what a state has no place for is invalid", test_what_a_state_has_no_place_for_is_invalid);
  g_test_add_func("/filter/each segment does to each state what Linux does",
                  test_each_segment_does_to_each_state_what_linux_does);
  g_test_add_func("/filter/a RST closes an open connection only at the number that was acknowledged",
                  test_a_reset_closes_an_open_connection_only_at_the_number_that_was_acknowledged);
  g_test_add_func("/filter/unacknowledged data are remembered for five minutes",
                  test_unacknowledged_data_are_remembered_for_five_minutes);
  g_test_add_func("/filter/an ACK that comes four times is remembered for five minutes",
                  test_an_ack_that_comes_four_times_is_remembered_for_five_minutes);
  g_test_add_func("/filter/SYNs alone do not keep it alive", test_syns_alone_do_not_keep_it_alive);
  g_test_add_func("/filter/a SYN that passed by and is answered begins anew",
                  test_a_syn_that_passed_by_and_is_answered_begins_anew);
  g_test_add_func("/filter/a challenge ACK in LAST_ACK is not the last ACK",
                  test_a_challenge_ack_in_last_ack_is_not_the_last_ack);
  g_test_add_func("/filter/a SYN after a RST of its own side begins anew",
                  test_a_syn_after_a_reset_of_its_own_side_begins_anew);
  g_test_add_func("/filter/crossed SYNs lead to ESTABLISHED by either ACK",
                  test_crossed_syns_lead_to_established_by_either_ack);
  g_test_add_func("/filter/an ACK of the side that answered opens nothing",
                  test_an_ack_of_the_side_that_answered_opens_nothing);
  g_test_add_func("/filter/a SYN in ESTABLISHED does not wind the clock up",
                  test_a_syn_in_established_does_not_wind_the_clock_up);
  g_test_add_func("/filter/a SYN in TIME_WAIT begins anew", test_a_syn_in_time_wait_begins_anew);
  g_test_add_func("/filter/an unknown ACK is picked up only if allowed",
                  test_an_unknown_ack_is_picked_up_only_if_allowed);
  g_test_add_func("/filter/with an inside, the outside cannot begin", test_with_an_inside_the_outside_cannot_begin);
  g_test_add_func("/filter/kind idle has one timer for all states", test_kind_idle_has_one_timer_for_all_states);
  g_test_add_func("/filter/thousands of connections are told apart", test_thousands_of_connections_are_told_apart);
  g_test_add_func("/filter/a reset is what the RFC has for CLOSED", test_a_reset_is_what_the_rfc_has_for_closed);
  g_test_add_func("/filter/an unknown segment dies half-way, and its reset takes the other half",
                  test_an_unknown_segment_dies_half_way_and_its_reset_takes_the_other_half);
  return g_test_run();
}
