/* The judges that come with the simulator: faults by meaning, and a link's random models. */
#ifndef TEARDOWN_NET_IMPAIR_H
#define TEARDOWN_NET_IMPAIR_H

#include "engine/rng.h"
#include "net/fate.h"
#include "net/fault.h"

/* Rules in order; the first that matches decides. `faults` (of Fault) is borrowed. Rule N is called "fault N". */
FateJudge *impair_faults_new(const GPtrArray *faults, Names *names);

/* Independent loss with probability `loss`, from its own stream: one draw a segment. */
FateJudge *impair_loss_new(Probability loss, Rng stream, Names *names);

void fate_judge_free(FateJudge *judge);

#endif
