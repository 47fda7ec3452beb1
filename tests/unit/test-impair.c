#include "net/impair.h"

#include <string.h>

/* Rules written in a row; what each segment meets is told as text: "fault 1", "-" for nothing. */
typedef struct Rules {
  GPtrArray *faults;
  Names *names;
  FateJudge *judge;
} Rules;

static const FaultMatch anything = {.from = FAULT_ANY, .to = FAULT_ANY, .conn = FAULT_ANY};

static void rules_init(Rules *rules, Fault *faults, unsigned n) {
  rules->faults = g_ptr_array_new();
  for (unsigned i = 0; i < n; i++)
    g_ptr_array_add(rules->faults, &faults[i]);
  rules->names = names_new();
  rules->judge = impair_faults_new(rules->faults, rules->names);
}

static void rules_clear(Rules *rules) {
  fate_judge_free(rules->judge);
  names_free(rules->names);
  g_ptr_array_unref(rules->faults);
}

static const char *meet(Rules *rules, const Segment *segment) {
  Fate fate = {0};
  rules->judge->judge(rules->judge, segment, &fate);
  Name by = fate.lost_by ? fate.lost_by : fate.delayed_by ? fate.delayed_by : fate.duplicated_by;
  return by ? names_text(rules->names, by) : "-";
}

static const char *meet_flags(Rules *rules, TcpFlags flags) {
  return meet(rules, &(Segment){.to = 1, .flags = flags});
}

/* --- what matches ------------------------------------------------------------------------------------------------- */

static void rule_without_conditions_meets_all(void) {
  Fault faults[] = {{.match = anything, .action = FAULT_DROP}};
  Rules rules;
  rules_init(&rules, faults, 1);
  g_assert_cmpstr(meet(&rules, &(Segment){.from = 3, .to = 9, .conn = 7}), ==, "fault 1");
  g_assert_cmpstr(meet(&rules, &(Segment){.flags = TCP_SYN}), ==, "fault 1");
  rules_clear(&rules);
}

static void direction_and_connection_must_agree(void) {
  Fault faults[] = {{.match = {.from = 0, .to = 1, .conn = 5}, .action = FAULT_DROP}};
  Rules rules;
  rules_init(&rules, faults, 1);
  g_assert_cmpstr(meet(&rules, &(Segment){.from = 0, .to = 1, .conn = 5}), ==, "fault 1");
  g_assert_cmpstr(meet(&rules, &(Segment){.from = 1, .to = 0, .conn = 5}), ==, "-");
  g_assert_cmpstr(meet(&rules, &(Segment){.from = 0, .to = 2, .conn = 5}), ==, "-");
  g_assert_cmpstr(meet(&rules, &(Segment){.from = 0, .to = 1, .conn = 4}), ==, "-");
  rules_clear(&rules);
}

static void flags_at_least(void) {
  Fault faults[] = {{.match = anything, .action = FAULT_DROP}};
  faults[0].match.flags = TCP_FIN;
  Rules rules;
  rules_init(&rules, faults, 1);
  g_assert_cmpstr(meet_flags(&rules, TCP_FIN), ==, "fault 1");
  g_assert_cmpstr(meet_flags(&rules, TCP_FIN | TCP_ACK | TCP_PSH), ==, "fault 1");
  g_assert_cmpstr(meet_flags(&rules, TCP_ACK), ==, "-");
  rules_clear(&rules);
}

static void flags_exactly(void) {
  Fault faults[] = {{.match = anything, .action = FAULT_DROP}};
  faults[0].match.flags = TCP_FIN | TCP_ACK;
  faults[0].match.flags_exact = TRUE;
  Rules rules;
  rules_init(&rules, faults, 1);
  g_assert_cmpstr(meet_flags(&rules, TCP_FIN | TCP_ACK), ==, "fault 1");
  g_assert_cmpstr(meet_flags(&rules, TCP_FIN | TCP_ACK | TCP_PSH), ==, "-");
  g_assert_cmpstr(meet_flags(&rules, TCP_FIN), ==, "-");
  rules_clear(&rules);
}

static void sequence_number_is_the_relative_one(void) {
  Fault faults[] = {{.match = anything, .action = FAULT_DROP}};
  faults[0].match.has_seq = TRUE;
  faults[0].match.seq = (FaultRange){101, 200};
  Rules rules;
  rules_init(&rules, faults, 1);
  g_assert_cmpstr(meet(&rules, &(Segment){.seq = 150, .rel_seq = 100}), ==, "-");
  g_assert_cmpstr(meet(&rules, &(Segment){.seq = 9, .rel_seq = 101}), ==, "fault 1");
  g_assert_cmpstr(meet(&rules, &(Segment){.seq = 9, .rel_seq = 200}), ==, "fault 1");
  g_assert_cmpstr(meet(&rules, &(Segment){.seq = 9, .rel_seq = 201}), ==, "-");
  rules_clear(&rules);
}

static void length_range_without_end(void) {
  Fault faults[] = {{.match = anything, .action = FAULT_DROP}};
  faults[0].match.has_len = TRUE;
  faults[0].match.len = (FaultRange){1, UINT64_MAX};
  Rules rules;
  rules_init(&rules, faults, 1);
  g_assert_cmpstr(meet(&rules, &(Segment){.len = 0}), ==, "-");
  g_assert_cmpstr(meet(&rules, &(Segment){.len = 1}), ==, "fault 1");
  g_assert_cmpstr(meet(&rules, &(Segment){.len = UINT32_MAX}), ==, "fault 1");
  rules_clear(&rules);
}

/* --- counting ----------------------------------------------------------------------------------------------------- */

static void nth_counts_matches_only(void) {
  Fault faults[] = {{.match = anything, .action = FAULT_DROP}};
  faults[0].match.flags = TCP_FIN;
  faults[0].match.has_nth = TRUE;
  faults[0].match.nth = (FaultRange){2, 3};
  Rules rules;
  rules_init(&rules, faults, 1);
  g_assert_cmpstr(meet_flags(&rules, TCP_ACK), ==, "-");
  g_assert_cmpstr(meet_flags(&rules, TCP_FIN), ==, "-");
  g_assert_cmpstr(meet_flags(&rules, TCP_ACK), ==, "-");
  g_assert_cmpstr(meet_flags(&rules, TCP_FIN), ==, "fault 1");
  g_assert_cmpstr(meet_flags(&rules, TCP_ACK), ==, "-");
  g_assert_cmpstr(meet_flags(&rules, TCP_FIN), ==, "fault 1");
  g_assert_cmpstr(meet_flags(&rules, TCP_FIN), ==, "-");
  rules_clear(&rules);
}

/* Connections far apart too: the counts grow with the highest. */
static void nth_counts_each_connection_by_itself(void) {
  Fault faults[] = {{.match = anything, .action = FAULT_DROP}};
  faults[0].match.has_nth = TRUE;
  faults[0].match.nth = (FaultRange){2, UINT64_MAX};
  static const uint32_t conns[] = {0, 1, 77, 5000};
  Rules rules;
  rules_init(&rules, faults, 1);
  for (unsigned i = 0; i < G_N_ELEMENTS(conns); i++)
    g_assert_cmpstr(meet(&rules, &(Segment){.conn = conns[i]}), ==, "-");
  for (unsigned i = 0; i < G_N_ELEMENTS(conns); i++)
    g_assert_cmpstr(meet(&rules, &(Segment){.conn = conns[i]}), ==, "fault 1");
  rules_clear(&rules);
}

/* Rule 2 counts what rule 1 decides: its second match is the second FIN, though rule 1 took the first. */
static void first_rule_decides_and_every_rule_counts(void) {
  Fault faults[] = {{.match = anything, .action = FAULT_DROP}, {.match = anything, .action = FAULT_DROP}};
  faults[0].match.flags = TCP_FIN;
  faults[0].match.has_nth = TRUE;
  faults[0].match.nth = (FaultRange){1, 1};
  faults[1].match.has_nth = TRUE;
  faults[1].match.nth = (FaultRange){1, 2};
  Rules rules;
  rules_init(&rules, faults, 2);
  g_assert_cmpstr(meet_flags(&rules, TCP_FIN), ==, "fault 1");
  g_assert_cmpstr(meet_flags(&rules, TCP_FIN), ==, "fault 2");
  g_assert_cmpstr(meet_flags(&rules, TCP_FIN), ==, "-");
  rules_clear(&rules);
}

/* --- verdicts ----------------------------------------------------------------------------------------------------- */

static void each_action_fills_its_own_part(void) {
  Fault faults[] = {{.match = anything, .action = FAULT_DROP, .delay = SIM_MS(1)},
                    {.match = anything, .action = FAULT_DELAY, .delay = SIM_MS(2)},
                    {.match = anything, .action = FAULT_DUPLICATE, .delay = SIM_MS(3)}};
  static const TcpFlags flags[] = {TCP_SYN, TCP_ACK, TCP_FIN};
  for (unsigned i = 0; i < 3; i++)
    faults[i].match.flags = flags[i];
  Rules rules;
  rules_init(&rules, faults, 3);
  Fate drop = {0}, delay = {0}, duplicate = {0};
  rules.judge->judge(rules.judge, &(Segment){.flags = TCP_SYN}, &drop);
  g_assert_cmpstr(names_text(rules.names, drop.lost_by), ==, "fault 1");
  g_assert_true(!drop.delayed_by && !drop.duplicated_by && !drop.delay && !drop.copy_delay);
  rules.judge->judge(rules.judge, &(Segment){.flags = TCP_ACK}, &delay);
  g_assert_cmpstr(names_text(rules.names, delay.delayed_by), ==, "fault 2");
  g_assert_cmpint(delay.delay, ==, SIM_MS(2));
  g_assert_true(!delay.lost_by && !delay.duplicated_by && !delay.copy_delay);
  rules.judge->judge(rules.judge, &(Segment){.flags = TCP_FIN}, &duplicate);
  g_assert_cmpstr(names_text(rules.names, duplicate.duplicated_by), ==, "fault 3");
  g_assert_cmpint(duplicate.copy_delay, ==, SIM_MS(3));
  g_assert_true(!duplicate.lost_by && !duplicate.delayed_by && !duplicate.delay);
  rules_clear(&rules);
}

static void no_rules_no_verdict(void) {
  Rules rules;
  rules_init(&rules, NULL, 0);
  Fate fate = {0};
  static const Fate untouched = {0};
  rules.judge->judge(rules.judge, &(Segment){.flags = TCP_FIN}, &fate);
  g_assert_cmpint(memcmp(&fate, &untouched, sizeof fate), ==, 0);
  rules_clear(&rules);
}

/* --- random loss -------------------------------------------------------------------------------------------------- */

#define SEGMENTS 2000

/* One letter a segment: x lost, . not. `spoil`: others have lost every third already. */
static char *losses(Probability loss, const char *stream, gboolean spoil) {
  Names *names = names_new();
  FateJudge *judge = impair_loss_new(loss, rng_stream(1, 0, stream), names);
  Name loss_name = names_find(names, "loss"), other = names_intern(names, "other");
  char *out = g_new0(char, SEGMENTS + 1);
  for (unsigned i = 0; i < SEGMENTS; i++) {
    Fate fate = {.lost_by = spoil && i % 3 == 0 ? other : 0};
    judge->judge(judge, &(Segment){.id = i + 1}, &fate);
    out[i] = fate.lost_by == loss_name ? 'x' : '.';
    if (spoil && i % 3 == 0)
      g_assert_cmpuint(fate.lost_by, ==, other); /* who lost it first, lost it */
  }
  fate_judge_free(judge);
  names_free(names);
  return out;
}

static unsigned lost_of(const char *letters) {
  unsigned count = 0;
  for (; *letters; letters++)
    count += *letters == 'x';
  return count;
}

/* 600 of 2000 expected, standard deviation 20.5: five of them either way. */
static void loss_is_about_what_was_asked(void) {
  g_autofree char *letters = losses(rng_probability(30, 100), "link/a>b/loss", FALSE);
  g_assert_cmpuint(lost_of(letters), >, 497);
  g_assert_cmpuint(lost_of(letters), <, 703);
}

static void loss_of_nothing_and_of_all(void) {
  g_autofree char *none = losses(0, "link/a>b/loss", FALSE), *all = losses(RNG_ONE, "link/a>b/loss", FALSE);
  g_assert_cmpuint(lost_of(none), ==, 0);
  g_assert_cmpuint(lost_of(all), ==, SEGMENTS);
}

static void the_same_stream_loses_the_same(void) {
  g_autofree char *one = losses(RNG_ONE / 4, "link/a>b/loss", FALSE);
  g_autofree char *again = losses(RNG_ONE / 4, "link/a>b/loss", FALSE);
  g_autofree char *other = losses(RNG_ONE / 4, "link/b>a/loss", FALSE);
  g_assert_cmpstr(one, ==, again);
  g_assert_cmpstr(one, !=, other);
}

/* A draw is spent on each segment, lost by others or not: a fault shifts nothing. */
static void loss_by_others_shifts_no_draw(void) {
  g_autofree char *alone = losses(RNG_ONE / 4, "link/a>b/loss", FALSE);
  g_autofree char *spoilt = losses(RNG_ONE / 4, "link/a>b/loss", TRUE);
  for (unsigned i = 0; i < SEGMENTS; i++)
    if (i % 3 != 0)
      g_assert_cmpint(alone[i], ==, spoilt[i]);
}

/* With the same draws more loss loses what less loss loses, and more. */
static void greater_loss_contains_the_smaller(void) {
  g_autofree char *less = losses(RNG_ONE / 10, "link/a>b/loss", FALSE);
  g_autofree char *more = losses(RNG_ONE / 3, "link/a>b/loss", FALSE);
  for (unsigned i = 0; i < SEGMENTS; i++)
    g_assert_true(less[i] == '.' || more[i] == 'x');
  g_assert_cmpuint(lost_of(less), <, lost_of(more));
}

static void freeing_no_judge_is_harmless(void) {
  fate_judge_free(NULL);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
#define ADD(group, test) g_test_add_func("/impair/" group "/" #test, test)
  ADD("match", rule_without_conditions_meets_all);
  ADD("match", direction_and_connection_must_agree);
  ADD("match", flags_at_least);
  ADD("match", flags_exactly);
  ADD("match", sequence_number_is_the_relative_one);
  ADD("match", length_range_without_end);
  ADD("count", nth_counts_matches_only);
  ADD("count", nth_counts_each_connection_by_itself);
  ADD("count", first_rule_decides_and_every_rule_counts);
  ADD("verdict", each_action_fills_its_own_part);
  ADD("verdict", no_rules_no_verdict);
  ADD("loss", loss_is_about_what_was_asked);
  ADD("loss", loss_of_nothing_and_of_all);
  ADD("loss", the_same_stream_loses_the_same);
  ADD("loss", loss_by_others_shifts_no_draw);
  ADD("loss", greater_loss_contains_the_smaller);
  ADD("loss", freeing_no_judge_is_harmless);
  return g_test_run();
}
