#include "net/impair.h"

#include "net/delay_tables.h"

const char *const link_distribution_words[] = {"uniform", "normal", "pareto", "paretonormal", NULL};

void fate_judge_free(FateJudge *judge) {
  if (judge)
    judge->free(judge);
}

static void free_judge(FateJudge *base) {
  g_free(base);
}

/* --- one chance a segment: loss, corruption, duplication ---------------------------------------------------------- */

typedef struct ChanceJudge {
  FateJudge base;
  Rng stream;
  Probability chance;
  Name name;
} ChanceJudge;

static FateJudge *chance_new(void (*judge)(FateJudge *, const Segment *, Fate *), Probability chance, Rng stream,
                             Names *names, const char *name) {
  ChanceJudge *self = g_new0(ChanceJudge, 1);
  self->base = (FateJudge){judge, free_judge};
  self->stream = stream;
  self->chance = chance;
  self->name = names_intern(names, name);
  return &self->base;
}

static void loss_judge(FateJudge *base, const Segment *segment, Fate *fate) {
  (void)segment;
  ChanceJudge *judge = (ChanceJudge *)base;
  gboolean lost = rng_chance(&judge->stream, judge->chance);
  if (lost && !fate->lost_by)
    fate->lost_by = judge->name;
}

FateJudge *impair_loss_new(Probability loss, Rng stream, Names *names) {
  return chance_new(loss_judge, loss, stream, names, "loss");
}

static void corrupt_judge(FateJudge *base, const Segment *segment, Fate *fate) {
  (void)segment;
  ChanceJudge *judge = (ChanceJudge *)base;
  gboolean corrupted = rng_chance(&judge->stream, judge->chance);
  if (corrupted && !fate->corrupted_by)
    fate->corrupted_by = judge->name;
}

FateJudge *impair_corrupt_new(Probability corrupt, Rng stream, Names *names) {
  return chance_new(corrupt_judge, corrupt, stream, names, "corrupt");
}

static void duplicate_judge(FateJudge *base, const Segment *segment, Fate *fate) {
  (void)segment;
  ChanceJudge *judge = (ChanceJudge *)base;
  gboolean duplicated = rng_chance(&judge->stream, judge->chance);
  if (duplicated && !fate->duplicated_by)
    fate->duplicated_by = judge->name;
}

FateJudge *impair_duplicate_new(Probability duplicate, Rng stream, Names *names) {
  return chance_new(duplicate_judge, duplicate, stream, names, "duplicate");
}

/* --- loss in bursts ----------------------------------------------------------------------------------------------- */

typedef struct GemodelJudge {
  FateJudge base;
  Rng stream;
  LinkGemodel model;
  gboolean bad;
  Name name;
} GemodelJudge;

static void gemodel_judge(FateJudge *base, const Segment *segment, Fate *fate) {
  (void)segment;
  GemodelJudge *judge = (GemodelJudge *)base;
  gboolean was_bad = judge->bad;
  if (rng_chance(&judge->stream, was_bad ? judge->model.r : judge->model.p))
    judge->bad = !was_bad;
  gboolean lost = rng_chance(&judge->stream, was_bad ? judge->model.one_minus_h : judge->model.one_minus_k);
  if (lost && !fate->lost_by)
    fate->lost_by = judge->name;
}

FateJudge *impair_gemodel_new(const LinkGemodel *model, Rng stream, Names *names) {
  GemodelJudge *judge = g_new0(GemodelJudge, 1);
  judge->base = (FateJudge){gemodel_judge, free_judge};
  judge->stream = stream;
  judge->model = *model;
  judge->name = names_intern(names, "loss");
  return &judge->base;
}

/* --- delay -------------------------------------------------------------------------------------------------------- */

/* jitter * entry / scale, rounded to nearest, half away from zero, without overflow for a jitter of up to 2^48 ns. */
static SimTime scaled(SimTime jitter, int16_t entry) {
  SimTime product = jitter * entry, half = DELAY_TABLE_SCALE / 2;
  return (product >= 0 ? product + half : product - half) / DELAY_TABLE_SCALE;
}

SimTime impair_jitter(SimTime jitter, LinkDistribution distribution, Rng *stream) {
  uint64_t draw = rng_below(stream, distribution == LINK_UNIFORM && jitter ? 2 * (uint64_t)jitter : DELAY_TABLE_SIZE);
  if (!jitter)
    return 0;
  switch (distribution) {
  case LINK_UNIFORM:
    return (SimTime)draw - jitter;
  case LINK_NORMAL:
    return scaled(jitter, delay_table_normal[draw]);
  case LINK_PARETO:
    return scaled(jitter, delay_table_pareto[draw]);
  case LINK_PARETONORMAL:
    return scaled(jitter, delay_table_paretonormal[draw]);
  }
  g_assert_not_reached();
}

typedef struct DelayJudge {
  FateJudge base;
  const LinkConfig *config;
  Rng delays, reorders;
  uint32_t since_reordered; /* segments, saturating at the gap */
} DelayJudge;

static void delay_judge(FateJudge *base, const Segment *segment, Fate *fate) {
  (void)segment;
  DelayJudge *judge = (DelayJudge *)base;
  const LinkConfig *config = judge->config;
  fate->jitter = impair_jitter(config->jitter, config->distribution, &judge->delays);
  fate->copy_jitter = impair_jitter(config->jitter, config->distribution, &judge->delays);
  gboolean chosen = rng_chance(&judge->reorders, config->reorder);
  gboolean may = judge->since_reordered + 1 >= config->gap;
  fate->at_once = may && chosen;
  if (fate->at_once)
    judge->since_reordered = 0;
  else if (!may)
    judge->since_reordered++;
}

FateJudge *impair_delay_new(const LinkConfig *config, Rng delays, Rng reorders) {
  DelayJudge *judge = g_new0(DelayJudge, 1);
  judge->base = (FateJudge){delay_judge, free_judge};
  judge->config = config;
  judge->delays = delays;
  judge->reorders = reorders;
  return &judge->base;
}

/* --- all of a link ------------------------------------------------------------------------------------------------ */

static Rng stream_of(uint64_t seed, uint64_t run, const char *link, const char *model) {
  g_autofree char *name = g_strdup_printf("link/%s/%s", link, model);
  return rng_stream(seed, run, name);
}

unsigned impair_link_new(const LinkConfig *config, uint64_t seed, uint64_t run, const char *link, Names *names,
                         FateJudge *ret_judges[IMPAIR_MAX]) {
  unsigned count = 0;
  if (config->has_gemodel)
    ret_judges[count++] = impair_gemodel_new(&config->gemodel, stream_of(seed, run, link, "loss"), names);
  else if (config->loss)
    ret_judges[count++] = impair_loss_new(config->loss, stream_of(seed, run, link, "loss"), names);
  if (config->duplicate)
    ret_judges[count++] = impair_duplicate_new(config->duplicate, stream_of(seed, run, link, "duplicate"), names);
  if (config->corrupt)
    ret_judges[count++] = impair_corrupt_new(config->corrupt, stream_of(seed, run, link, "corrupt"), names);
  if (config->jitter || config->reorder)
    ret_judges[count++] =
        impair_delay_new(config, stream_of(seed, run, link, "delay"), stream_of(seed, run, link, "reorder"));
  return count;
}
