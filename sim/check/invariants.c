#include "check/invariants.h"

#include "check/expect.h"
#include "check/invariant_model.h"

/* Name, and whether it holds of itself when there was nothing to judge, or does not apply and why. */
static const struct {
  const char *id, *name, *idle;
} INVARIANTS[CHECK_INVARIANT_COUNT] = {
    {"I1", "every change of state is a legal one, for a reason that has just happened", NULL},
    {"I2", "SND.UNA <= SND.NXT, and SND.UNA and RCV.NXT never go back", NULL},
    {"I3", "an end's FIN has one number, and no data follows it", NULL},
    {"I4", "the state is a function of FIN issued, FIN acknowledged, peer's FIN taken in", NULL},
    {"I5", "TIME-WAIT, FIN-WAIT-2, CLOSING and LAST-ACK know of the FINs what their names promise", NULL},
    {"I6", "TIME-WAIT is entered from FIN-WAIT-1, FIN-WAIT-2 or CLOSING, never after CLOSE-WAIT", NULL},
    {"I7", "what is read is what was sent, in order, and its end is told once, last", "nothing was read"},
    {"I8", "after the peer's FIN nothing more is delivered and RCV.NXT stands still", NULL},
    {"I9", "nothing is sent after CLOSE, and there is one FIN", NULL},
    {"I10", "a RST never answers a RST, nor a segment that a live connection got", NULL},
    {"I11", "without a TCB every segment but a RST is answered by one RST, and leaves no state", NULL},
    {"I12", "there is one TCB for a tuple", NULL},
    {"I13", "TIME-WAIT holds its tuple until its last start plus its length", NULL},
    {"I14", "one end passes TIME-WAIT if one passed CLOSE-WAIT, else both do", "no connection was closed by both"},
    {"I15", "LAST-ACK ends by an ACK, not by a RST", "no end left LAST-ACK"},
    {"I16", "when both applications close, both ends come to CLOSED", "no connection was established"},
    {"I17", "no data of an earlier incarnation is accepted", NULL},
    {"I18", "TIME-WAIT sends ACKs only, when asked; it and FIN-WAIT-2 send nothing again", NULL},
    {"I19", "the retransmission timer runs while something is out, at growing intervals within its limits", NULL},
    {"I20", "a FIN is sent again no more often than the limit allows", "no FIN was sent"},
    {"I21", "challenge ACKs stay within their limit", "no challenge ACK was sent"},
    {"I22", "a reset is told as a reset, and nothing else is", NULL},
    {"I23", "the states of the two ends can go together", "no connection was established"},
    {"I24", "when nothing is left to happen, every end is in a state where it may rest", NULL},
    {"I25", "every segment arrives once, is lost once, or is on its way", NULL},
    {"I26", "ACKs do not answer ACKs for ever", NULL},
    {"I27", "the active closer ends TIME-WAIT less one delay after the passive one", "no end finished a normal close"},
};

static void invariant_free(gpointer data) {
  CheckInvariant *invariant = data;
  g_free(invariant->detail);
  g_free(invariant);
}

static CheckInvariant *verdict_of(Model *model, unsigned number) {
  CheckInvariant *invariant = g_new0(CheckInvariant, 1);
  *invariant = model->broken[number];
  model->broken[number].detail = NULL; /* moved */
  invariant->id = INVARIANTS[number - 1].id;
  invariant->name = INVARIANTS[number - 1].name;
  invariant->verdict = invariant->detail ? CHECK_BROKEN : CHECK_HOLDS;
  if (invariant->detail || model->judged[number])
    return invariant;
  const char *why = model->why_not[number] ? model->why_not[number] : INVARIANTS[number - 1].idle;
  if (why) {
    invariant->verdict = CHECK_NOT_APPLICABLE;
    invariant->detail = g_strdup(why);
  }
  return invariant;
}

GPtrArray *check_invariants(const Trace *trace) {
  GPtrArray *invariants = g_ptr_array_new_with_free_func(invariant_free);
  Model *model = model_new(trace);
  model_run(model);
  for (unsigned number = 1; number <= CHECK_INVARIANT_COUNT; number++)
    g_ptr_array_add(invariants, verdict_of(model, number));
  model_free(model);
  return invariants;
}

guint check_invariants_broken(const GPtrArray *invariants) {
  guint broken = 0;
  for (guint i = 0; i < invariants->len; i++)
    broken += ((const CheckInvariant *)g_ptr_array_index(invariants, i))->verdict == CHECK_BROKEN;
  return broken;
}

static char *describe(const CheckInvariant *invariant) {
  char at[32];
  GString *text = g_string_new(NULL);
  g_string_append_printf(text, "at %s", simtime_print(invariant->at, at, sizeof at));
  if (invariant->host)
    g_string_append_printf(text, ", %s", invariant->host);
  if (invariant->conn)
    g_string_append_printf(text, ", %s", invariant->conn);
  /* The first line of a trace is its header. */
  g_string_append_printf(text, " (line %" G_GSIZE_FORMAT " of the trace): %s", invariant->record + 2,
                         invariant->detail);
  return g_string_free(text, FALSE);
}

GPtrArray *check_invariants_results(const GPtrArray *invariants) {
  GPtrArray *results = g_ptr_array_new_with_free_func((GDestroyNotify)check_result_free);
  for (guint i = 0; i < invariants->len; i++) {
    const CheckInvariant *invariant = g_ptr_array_index(invariants, i);
    if (invariant->verdict == CHECK_NOT_APPLICABLE)
      continue;
    CheckResult *result = g_new0(CheckResult, 1);
    result->ok = invariant->verdict == CHECK_HOLDS;
    result->text = g_strdup_printf("%s: %s", invariant->id, invariant->name);
    result->detail = result->ok ? NULL : describe(invariant);
    g_ptr_array_add(results, result);
  }
  return results;
}
