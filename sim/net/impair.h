/* The judges that come with the simulator: faults by meaning, and a link's random models. Each random model has a
 * stream of its own, named "link/a>b/loss", "/delay", "/reorder", "/duplicate", "/corrupt", and draws the same number
 * of times for each segment: what one does, or whether it is there at all, moves no other's draws. */
#ifndef TEARDOWN_NET_IMPAIR_H
#define TEARDOWN_NET_IMPAIR_H

#include "engine/rng.h"
#include "net/fate.h"
#include "net/fault.h"
#include "net/link.h"
#include "net/network.h"

/* Rules in order; the first that matches decides. `faults` (of Fault) is borrowed. Rule N is called "fault N". */
FateJudge *impair_faults_new(const GPtrArray *faults, Names *names);

/* Lets rules that hold segments hear of arrivals, and those that inject do so. Once, before the run, after the hosts
 * were added; the network must outlive the run and not the judge. Needed only with such rules. */
void impair_faults_attach(FateJudge *faults, Network *network);

/* Independent loss with probability `loss`, from its own stream: one draw a segment. */
FateJudge *impair_loss_new(Probability loss, Rng stream, Names *names);

/* Gilbert-Elliott: two draws a segment, step and loss. */
FateJudge *impair_gemodel_new(const LinkGemodel *model, Rng stream, Names *names);

/* Corruption: one draw a segment. */
FateJudge *impair_corrupt_new(Probability corrupt, Rng stream, Names *names);

/* Duplication: one draw a segment. The copy goes along at once, with a jitter of its own. */
FateJudge *impair_duplicate_new(Probability duplicate, Rng stream, Names *names);

/* Jitter and reorder (of `config`, borrowed): two draws of `delays` (segment, copy) and one of `reorders` a segment. */
FateJudge *impair_delay_new(const LinkConfig *config, Rng delays, Rng reorders);

/* All judges that `config` needs, in the order in which they are asked, at most IMPAIR_MAX of them, into `ret_judges`;
 * returns how many. They are the caller's. `link` is "a>b". */
#define IMPAIR_MAX 4
unsigned impair_link_new(const LinkConfig *config, uint64_t seed, uint64_t run, const char *link, Names *names,
                         FateJudge *ret_judges[IMPAIR_MAX]);

void fate_judge_free(FateJudge *judge);

/* How far a delay is off, from one draw. */
SimTime impair_jitter(SimTime jitter, LinkDistribution distribution, Rng *stream);

#endif
