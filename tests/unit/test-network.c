#include "net/network.h"

#include "net/impair.h"
#include "tests/unit/runs.h"

/* Hosts a, b and c; links a>b and b>a as a test wants them. What arrives is noted as text: "50ms b 1". */
typedef struct Lab {
  Sim *sim;
  Tracer tracer;
  Trace *trace;
  Network *network;
  GString *arrivals;
  uint32_t conn;
  uint64_t answers_left; /* host b sends something back on so many arrivals */
} Lab;

enum { A, B, C };

static void note(Lab *lab, const char *host, const Segment *segment) {
  char time[32];
  g_string_append_printf(lab->arrivals, "%s%s %s %" G_GUINT64_FORMAT, lab->arrivals->len ? ", " : "",
                         simtime_print(sim_now(lab->sim), time, sizeof time), host, segment->id);
}

static void receive_a(void *context, const Segment *segment) {
  note(context, "a", segment);
}

static void send_from_b(Lab *lab, uint32_t len) {
  Segment segment = {.conn = lab->conn, .from = B, .to = A, .flags = TCP_ACK, .len = len, .attempt = 1};
  network_send(lab->network, &segment);
}

static void receive_b(void *context, const Segment *segment) {
  Lab *lab = context;
  note(lab, "b", segment);
  if (lab->answers_left) {
    lab->answers_left--;
    send_from_b(lab, 0);
    g_assert_cmpuint(segment->conn, ==, lab->conn); /* still valid after sending */
  }
}

static void receive_c(void *context, const Segment *segment) {
  note(context, "c", segment);
}

static void lab_init(Lab *lab, uint64_t max_segments) {
  *lab = (Lab){.sim = sim_new(), .arrivals = g_string_new(NULL)};
  lab->trace = trace_new(trace_header_new(), NULL);
  lab->tracer = (Tracer){trace_sink_memory_new(lab->trace), lab->trace->names};
  lab->network = network_new(lab->sim, &lab->tracer, max_segments);
  g_assert_cmpuint(network_add_host(lab->network, "a", receive_a, lab), ==, A);
  g_assert_cmpuint(network_add_host(lab->network, "b", receive_b, lab), ==, B);
  g_assert_cmpuint(network_add_host(lab->network, "c", receive_c, lab), ==, C);
  lab->conn = network_add_conn(lab->network, names_intern(lab->trace->names, "web"));
}

static void lab_clear(Lab *lab) {
  network_free(lab->network);
  trace_sink_free(lab->tracer.sink);
  trace_free(lab->trace);
  sim_free(lab->sim);
  g_string_free(lab->arrivals, TRUE);
}

static void send(Lab *lab, uint16_t to, uint32_t len) {
  Segment segment = {.conn = lab->conn, .from = A, .to = to, .flags = TCP_ACK, .len = len, .attempt = 1};
  uint64_t id = network_send(lab->network, &segment);
  g_assert_cmpuint(id, ==, segment.id);
}

static void run_send(void *context, uint32_t len, uint64_t to) {
  send(context, (uint16_t)to, len);
}

static const EventKind SEND = {"send", SIM_PHASE_CALL, run_send};
static const EventKind SEND_FIRST = {"send first", SIM_PHASE_TIMER, run_send};

/* Sends from a to b at these instants. */
static void send_at(Lab *lab, const EventKind *kind, const SimTime *at, unsigned n) {
  EventKindId id = sim_add_kind(lab->sim, kind, lab);
  for (unsigned i = 0; i < n; i++)
    sim_schedule(lab->sim, at[i], id, 0, B);
}

static void run(Lab *lab) {
  g_assert_cmpint(sim_run(lab->sim, SIM_H(1), 0), ==, SIM_END_IDLE);
}

/* --- delay and order ---------------------------------------------------------------------------------------------- */

static void segment_arrives_after_the_delay(void) {
  Lab lab;
  lab_init(&lab, 0);
  LinkConfig config = {.delay = 123456789};
  network_add_link(lab.network, A, B, &config, NULL, 0);
  send(&lab, B, 0);
  run(&lab);
  g_assert_cmpstr(lab.arrivals->str, ==, "123.456789ms b 1");
  g_assert_cmpuint(count_of(lab.trace, TRACE_RECEIVED), ==, 1);
  lab_clear(&lab);
}

static void without_delay_it_arrives_at_the_same_instant(void) {
  Lab lab;
  lab_init(&lab, 0);
  LinkConfig config = {0};
  network_add_link(lab.network, A, B, &config, NULL, 0);
  send(&lab, B, 0);
  run(&lab);
  g_assert_cmpstr(lab.arrivals->str, ==, "0s b 1");
  lab_clear(&lab);
}

static void segments_of_one_instant_arrive_in_the_order_sent(void) {
  Lab lab;
  lab_init(&lab, 0);
  LinkConfig near = {.delay = SIM_MS(50)}, far = {.delay = SIM_MS(50)};
  network_add_link(lab.network, A, B, &near, NULL, 0);
  network_add_link(lab.network, A, C, &far, NULL, 0);
  for (unsigned i = 0; i < 10; i++)
    send(&lab, i % 3 == 1 ? C : B, 0);
  run(&lab);
  g_assert_cmpstr(lab.arrivals->str, ==,
                  "50ms b 1, 50ms c 2, 50ms b 3, 50ms b 4, 50ms c 5, 50ms b 6, 50ms b 7, 50ms c 8, 50ms b 9, "
                  "50ms b 10");
  lab_clear(&lab);
}

static void what_was_sent_later_on_a_faster_link_arrives_first(void) {
  Lab lab;
  lab_init(&lab, 0);
  LinkConfig slow = {.delay = SIM_MS(50)}, fast = {.delay = SIM_MS(10)};
  network_add_link(lab.network, A, B, &slow, NULL, 0);
  network_add_link(lab.network, A, C, &fast, NULL, 0);
  send(&lab, B, 0);
  send(&lab, C, 0);
  run(&lab);
  g_assert_cmpstr(lab.arrivals->str, ==, "10ms c 2, 50ms b 1");
  lab_clear(&lab);
}

/* More answers than places for flights at first: the segment being received must survive that they move. */
static void receiver_may_send_at_once(void) {
  Lab lab;
  lab_init(&lab, 0);
  LinkConfig config = {.delay = SIM_MS(1)};
  network_add_link(lab.network, A, B, &config, NULL, 0);
  network_add_link(lab.network, B, A, &config, NULL, 0);
  lab.answers_left = 100;
  for (unsigned i = 0; i < 100; i++)
    send(&lab, B, 0);
  run(&lab);
  g_assert_cmpuint(count_of(lab.trace, TRACE_RECEIVED), ==, 200);
  g_assert_cmpuint(network_segments_sent(lab.network), ==, 200);
  lab_clear(&lab);
}

/* --- rate and queue ----------------------------------------------------------------------------------------------- */

/* 1460 octets of data are 1500 on the wire, 12,000 bits: 12 ms at 1 Mbit/s; an ACK of 40 octets 320 us. Each waits for
 * the one before; the delay counts from the last bit. */
static void segments_are_serialised_one_after_the_other(void) {
  Lab lab;
  lab_init(&lab, 0);
  LinkConfig config = {.delay = SIM_MS(50), .rate = 1000000};
  network_add_link(lab.network, A, B, &config, NULL, 0);
  send(&lab, B, 1460);
  send(&lab, B, 0);
  send(&lab, B, 1460);
  run(&lab);
  g_assert_cmpstr(lab.arrivals->str, ==, "62ms b 1, 62.32ms b 2, 74.32ms b 3");
  lab_clear(&lab);
}

/* 320 bits at 3 bit/s: 106.666.. s; the last bit is out after the next whole nanosecond. */
static void serialisation_rounds_up_to_a_nanosecond(void) {
  Lab lab;
  lab_init(&lab, 0);
  LinkConfig config = {.rate = 3};
  network_add_link(lab.network, A, B, &config, NULL, 0);
  send(&lab, B, 0);
  run(&lab);
  g_assert_cmpstr(lab.arrivals->str, ==, "106.666666667s b 1");
  lab_clear(&lab);
}

static void idle_link_begins_anew(void) {
  Lab lab;
  lab_init(&lab, 0);
  LinkConfig config = {.rate = 320000}; /* an ACK takes 1 ms */
  network_add_link(lab.network, A, B, &config, NULL, 0);
  const SimTime at[] = {0, SIM_US(500), SIM_MS(10)};
  send_at(&lab, &SEND, at, G_N_ELEMENTS(at));
  run(&lab);
  g_assert_cmpstr(lab.arrivals->str, ==, "1ms b 1, 2ms b 2, 11ms b 3");
  lab_clear(&lab);
}

/* Limit 2: one is served, two wait, the fourth is lost there and then; at 1 ms a place is free again. */
static void full_queue_loses_what_comes(void) {
  Lab lab;
  lab_init(&lab, 0);
  LinkConfig config = {.rate = 320000, .limit = 2};
  network_add_link(lab.network, A, B, &config, NULL, 0);
  const SimTime at[] = {0, 0, 0, 0, 999999, SIM_MS(1)};
  send_at(&lab, &SEND, at, G_N_ELEMENTS(at));
  run(&lab);
  g_assert_cmpstr(lab.arrivals->str, ==, "1ms b 1, 2ms b 2, 3ms b 3, 4ms b 6");
  assert_told(drops_of(lab.trace), "0s a link a>b queue\n999.999us a link a>b queue");
  lab_clear(&lab);
}

static void queue_holds_a_thousand_unless_told(void) {
  Lab lab;
  lab_init(&lab, 0);
  LinkConfig config = {.rate = 320000};
  network_add_link(lab.network, A, B, &config, NULL, 0);
  for (unsigned i = 0; i < 1005; i++)
    send(&lab, B, 0);
  run(&lab);
  g_assert_cmpuint(count_of(lab.trace, TRACE_RECEIVED), ==, 1001);
  g_assert_cmpuint(count_of(lab.trace, TRACE_DROPPED), ==, 4);
  lab_clear(&lab);
}

/* --- down --------------------------------------------------------------------------------------------------------- */

/* Down over [10 ms, 20 ms): lost is what enters at 10 and just before 20, not just before 10 nor at 20; what is in
 * flight survives. The same whether timers or applications send at that instant. */
static void assert_down(const EventKind *kind) {
  Lab lab;
  lab_init(&lab, 0);
  LinkConfig config = {.delay = SIM_MS(5), .down = g_array_new(FALSE, FALSE, sizeof(LinkDown))};
  g_array_append_vals(config.down, &(LinkDown){SIM_MS(10), SIM_MS(20)}, 1);
  g_array_append_vals(config.down, &(LinkDown){SIM_MS(30), SIM_NEVER}, 1);
  network_add_link(lab.network, A, B, &config, NULL, 0);
  const SimTime at[] = {SIM_MS(10) - 1, SIM_MS(10), SIM_MS(20) - 1, SIM_MS(20), SIM_MS(30) - 1, SIM_MS(30), SIM_S(9)};
  send_at(&lab, kind, at, G_N_ELEMENTS(at));
  run(&lab);
  g_assert_cmpstr(lab.arrivals->str, ==, "14.999999ms b 1, 25ms b 4, 34.999999ms b 5");
  assert_told(drops_of(lab.trace), "10ms a link a>b down\n19.999999ms a link a>b down\n30ms a link a>b down\n"
                                   "9s a link a>b down");
  g_assert_cmpuint(count_of(lab.trace, TRACE_LINK), ==, 3); /* down, up, down */
  g_array_unref(config.down);
  lab_clear(&lab);
}

static void down_from_its_first_instant_until_before_its_last(void) {
  assert_down(&SEND);
}

static void down_in_the_phase_of_timers_too(void) {
  assert_down(&SEND_FIRST);
}

static void only_the_direction_that_is_down_loses(void) {
  Lab lab;
  lab_init(&lab, 0);
  LinkConfig down = {.delay = SIM_MS(5), .down = g_array_new(FALSE, FALSE, sizeof(LinkDown))}, up = {0};
  g_array_append_vals(down.down, &(LinkDown){0, SIM_NEVER}, 1);
  network_add_link(lab.network, A, B, &down, NULL, 0);
  network_add_link(lab.network, B, A, &up, NULL, 0);
  send(&lab, B, 0);
  send_from_b(&lab, 0);
  run(&lab);
  g_assert_cmpstr(lab.arrivals->str, ==, "0s a 2");
  g_array_unref(down.down);
  lab_clear(&lab);
}

/* --- fate --------------------------------------------------------------------------------------------------------- */

typedef struct FixedJudge {
  FateJudge base;
  Fate fate; /* for the first segment asked about */
  unsigned asked;
} FixedJudge;

static void judge_fixed(FateJudge *base, const Segment *segment, Fate *fate) {
  FixedJudge *judge = (FixedJudge *)base;
  (void)segment;
  if (judge->asked++ == 0)
    *fate = judge->fate;
}

/* Sends two segments over a link of 50 ms whose judge says `fate` about the first. */
static void lab_judged(Lab *lab, FixedJudge *judge, LinkConfig *config, Fate fate) {
  lab_init(lab, 0);
  *judge = (FixedJudge){.base = {judge_fixed, NULL}, .fate = fate};
  *config = (LinkConfig){.delay = SIM_MS(50)};
  Name by = names_intern(lab->trace->names, "the judge");
  judge->fate.lost_by = fate.lost_by ? by : 0;
  judge->fate.delayed_by = fate.delayed_by ? by : 0;
  judge->fate.duplicated_by = fate.duplicated_by ? by : 0;
  FateJudge *judges[] = {&judge->base};
  network_add_link(lab->network, A, B, config, judges, 1);
  send(lab, B, 0);
  send(lab, B, 0);
  run(lab);
  g_assert_cmpuint(judge->asked, ==, 2);
}

static void lost_segment_dies_half_way(void) {
  Lab lab;
  FixedJudge judge;
  LinkConfig config;
  lab_judged(&lab, &judge, &config, (Fate){.lost_by = 1});
  g_assert_cmpstr(lab.arrivals->str, ==, "50ms b 2");
  assert_told(drops_of(lab.trace), "25ms a link a>b the judge");
  lab_clear(&lab);
}

static void delayed_segment_is_overtaken(void) {
  Lab lab;
  FixedJudge judge;
  LinkConfig config;
  lab_judged(&lab, &judge, &config, (Fate){.delayed_by = 1, .delay = SIM_MS(7)});
  g_assert_cmpstr(lab.arrivals->str, ==, "50ms b 2, 57ms b 1");
  g_assert_cmpuint(count_of(lab.trace, TRACE_DELAYED), ==, 1);
  lab_clear(&lab);
}

static void copy_has_a_number_of_its_own_and_its_delay(void) {
  Lab lab;
  FixedJudge judge;
  LinkConfig config;
  lab_judged(&lab, &judge, &config, (Fate){.duplicated_by = 1, .copy_delay = SIM_MS(3)});
  g_assert_cmpstr(lab.arrivals->str, ==, "50ms b 1, 50ms b 3, 53ms b 2"); /* 2 is the copy of 1 */
  g_assert_cmpuint(count_of(lab.trace, TRACE_SENT), ==, 2);
  g_assert_cmpuint(count_of(lab.trace, TRACE_DUPLICATED), ==, 1);
  g_assert_cmpuint(network_segments_sent(lab.network), ==, 2); /* a copy is nobody's transmission */
  lab_clear(&lab);
}

static void copy_of_a_lost_segment_lives(void) {
  Lab lab;
  FixedJudge judge;
  LinkConfig config;
  lab_judged(&lab, &judge, &config, (Fate){.lost_by = 1, .duplicated_by = 1, .copy_delay = 0});
  g_assert_cmpstr(lab.arrivals->str, ==, "50ms b 2, 50ms b 3");
  assert_told(drops_of(lab.trace), "25ms a link a>b the judge");
  lab_clear(&lab);
}

/* A judge is asked about what a link that is down loses as well: its random numbers stay those of the segment. */
static void judges_are_asked_while_the_link_is_down(void) {
  Lab lab;
  lab_init(&lab, 0);
  FixedJudge judge = {.base = {judge_fixed, NULL}};
  FateJudge *judges[] = {&judge.base};
  LinkConfig config = {.down = g_array_new(FALSE, FALSE, sizeof(LinkDown))};
  g_array_append_vals(config.down, &(LinkDown){0, SIM_NEVER}, 1);
  network_add_link(lab.network, A, B, &config, judges, 1);
  send(&lab, B, 0);
  run(&lab);
  g_assert_cmpuint(judge.asked, ==, 1);
  g_array_unref(config.down);
  lab_clear(&lab);
}

/* --- budget, names ------------------------------------------------------------------------------------------------ */

static void segment_beyond_the_budget_stops_the_run(void) {
  Lab lab;
  lab_init(&lab, 3);
  LinkConfig config = {.delay = SIM_MS(1)};
  network_add_link(lab.network, A, B, &config, NULL, 0);
  const SimTime at[] = {0, SIM_S(1), SIM_S(2), SIM_S(3), SIM_S(4)};
  send_at(&lab, &SEND, at, G_N_ELEMENTS(at));
  g_assert_cmpint(sim_run(lab.sim, SIM_H(1), 0), ==, SIM_END_STOPPED);
  g_assert_cmpint(sim_now(lab.sim), ==, SIM_S(3));
  g_assert_true(network_over_budget(lab.network));
  lab_clear(&lab);
}

static void run_within_the_budget_goes_on(void) {
  Lab lab;
  lab_init(&lab, 3);
  LinkConfig config = {.delay = SIM_MS(1)};
  network_add_link(lab.network, A, B, &config, NULL, 0);
  const SimTime at[] = {0, SIM_S(1), SIM_S(2)};
  send_at(&lab, &SEND, at, G_N_ELEMENTS(at));
  run(&lab);
  g_assert_false(network_over_budget(lab.network));
  lab_clear(&lab);
}

static void names_are_those_given(void) {
  Lab lab;
  lab_init(&lab, 0);
  g_assert_cmpstr(trace_text(lab.trace, network_host_name(lab.network, C)), ==, "c");
  g_assert_cmpstr(trace_text(lab.trace, network_conn_name(lab.network, lab.conn)), ==, "web");
  for (uint32_t i = 1; i < 100; i++)
    g_assert_cmpuint(network_add_conn(lab.network, names_intern(lab.trace->names, "more")), ==, i);
  g_assert_cmpstr(trace_text(lab.trace, network_conn_name(lab.network, 0)), ==, "web");
  lab_clear(&lab);
}

static void nobody_listens_and_segments_arrive_all_the_same(void) {
  Lab lab;
  lab_init(&lab, 0);
  TraceSink *sink = lab.tracer.sink;
  lab.tracer.sink = NULL;
  LinkConfig config = {.delay = SIM_MS(50)};
  network_add_link(lab.network, A, B, &config, NULL, 0);
  send(&lab, B, 0);
  run(&lab);
  g_assert_cmpstr(lab.arrivals->str, ==, "50ms b 1");
  g_assert_cmpuint(lab.trace->count, ==, 0);
  lab.tracer.sink = sink;
  lab_clear(&lab);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
#define ADD(group, test) g_test_add_func("/network/" group "/" #test, test)
  ADD("delay", segment_arrives_after_the_delay);
  ADD("delay", without_delay_it_arrives_at_the_same_instant);
  ADD("delay", segments_of_one_instant_arrive_in_the_order_sent);
  ADD("delay", what_was_sent_later_on_a_faster_link_arrives_first);
  ADD("delay", receiver_may_send_at_once);
  ADD("rate", segments_are_serialised_one_after_the_other);
  ADD("rate", serialisation_rounds_up_to_a_nanosecond);
  ADD("rate", idle_link_begins_anew);
  ADD("rate", full_queue_loses_what_comes);
  ADD("rate", queue_holds_a_thousand_unless_told);
  ADD("down", down_from_its_first_instant_until_before_its_last);
  ADD("down", down_in_the_phase_of_timers_too);
  ADD("down", only_the_direction_that_is_down_loses);
  ADD("fate", lost_segment_dies_half_way);
  ADD("fate", delayed_segment_is_overtaken);
  ADD("fate", copy_has_a_number_of_its_own_and_its_delay);
  ADD("fate", copy_of_a_lost_segment_lives);
  ADD("fate", judges_are_asked_while_the_link_is_down);
  ADD("budget", segment_beyond_the_budget_stops_the_run);
  ADD("budget", run_within_the_budget_goes_on);
  ADD("names", names_are_those_given);
  ADD("names", nobody_listens_and_segments_arrive_all_the_same);
  return g_test_run();
}
