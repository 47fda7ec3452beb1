#include "run/sweep_run.h"

#include <signal.h>
#include <time.h>

#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "run/sweep_report.h"

/* --- cells -------------------------------------------------------------------------------------------------------- */

static SweepNext next_of_loop(SweepSource *source, uint64_t *ret_cell) {
  SweepLoop *loop = (SweepLoop *)source;
  while (loop->at < loop->end && loop->done && sweep_store_has(loop->done, loop->at))
    loop->at += loop->step;
  if (loop->at >= loop->end)
    return SWEEP_NEXT_OVER;
  *ret_cell = loop->at;
  loop->at += loop->step;
  return SWEEP_NEXT_CELL;
}

void sweep_loop_init(SweepLoop *loop, uint64_t first, uint64_t step, uint64_t end, const SweepStore *done) {
  *loop = (SweepLoop){.source = {.next = next_of_loop}, .at = first, .step = step, .end = end, .done = done};
}

/* A cell being worked at. */
typedef struct Cell {
  uint64_t number;
  Scenario *scenario; /* of all its runs; NULL if it is drawn for each */
  SweepTally *sum;    /* of the batches before `folded` */
  uint64_t issued, folded, batches;
  GHashTable *early; /* batch number + 1 -> Task that came before its turn */
  unsigned out;      /* tasks that are not back yet */
  gboolean enough;   /* the stop rule holds: what is still out does not count */
} Cell;

typedef struct Task {
  Cell *cell;
  uint64_t batch;
  SweepTally *tally;
  char *problem;      /* NULL: none */
  gboolean abandoned; /* interrupted before its end */
} Task;

typedef struct Work {
  const SweepPlan *plan;
  SweepSource *source;
  SweepPart *part;
  const SweepRunOptions *options;
  GThreadPool *pool;
  GAsyncQueue *back; /* of Task */
  GPtrArray *cells;  /* of Cell, in the order taken */
  unsigned out;      /* tasks not back yet */
  gint stopping;     /* atomic */
  gboolean source_over;
  uint64_t finished;
  int64_t told_at; /* monotonic microseconds */
} Work;

static uint64_t batch_size(const SweepPlan *plan, uint64_t batch) {
  return MIN(plan->batch, plan->replications - batch * plan->batch);
}

/* --- in the threads ----------------------------------------------------------------------------------------------- */

static char *first_problem(GPtrArray *errors) {
  char *text = scenario_error_print(g_ptr_array_index(errors, 0));
  g_ptr_array_unref(errors);
  return text;
}

static void do_task(gpointer data, gpointer user) {
  Task *task = data;
  Work *work = user;
  const SweepPlan *plan = work->plan;
  SweepCounter *counter = sweep_counter_new(plan->connection);
  task->tally = sweep_tally_new();
  uint64_t first = task->batch * plan->batch, count = batch_size(plan, task->batch);
  for (uint64_t i = first; i < first + count && !task->problem; i++) {
    if (g_atomic_int_get(&work->stopping)) {
      task->abandoned = TRUE;
      break;
    }
    GPtrArray *errors = NULL;
    Scenario *drawn = plan->drawn ? sweep_plan_scenario(plan, task->cell->number, i, &errors) : NULL;
    if (errors)
      task->problem = first_problem(errors);
    else
      sweep_counter_run(counter, drawn ? drawn : task->cell->scenario, sweep_plan_run(task->cell->number, i),
                        task->tally);
    scenario_free(drawn);
  }
  sweep_counter_free(counter);
  g_async_queue_push(work->back, task);
}

/* --- stop rules --------------------------------------------------------------------------------------------------- */

static gboolean is_narrow(const SweepPlan *plan, const SweepStop *stop, SweepTally *sum) {
  if (stop->is_end) {
    StatsInterval interval =
        stats_wilson(sum->end_counts[stop->side][stop->end], sum->ends[stop->side], plan->confidence);
    return interval.high - interval.low <= stop->width;
  }
  GArray *array = sum->samples[stop->side][stop->measure];
  int64_t *samples = (int64_t *)(void *)array->data;
  if (array->len < 2)
    return FALSE;
  stats_sort(samples, array->len);
  if (stop->is_mean) {
    StatsInterval interval = stats_mean(samples, array->len, plan->confidence).interval;
    return interval.high - interval.low <= stop->width;
  }
  uint64_t low, high;
  stats_rank_interval(array->len, stop->ppm, plan->confidence, &low, &high);
  return low > 0 && high <= array->len && (double)(samples[high - 1] - samples[low - 1]) <= stop->width;
}

static gboolean is_enough(const SweepPlan *plan, SweepTally *sum) {
  for (guint i = 0; i < plan->stops->len; i++)
    if (!is_narrow(plan, &g_array_index(plan->stops, SweepStop, i), sum))
      return FALSE;
  return plan->stops->len > 0;
}

/* --- taking and giving -------------------------------------------------------------------------------------------- */

static void task_free(Task *task) {
  sweep_tally_free(task->tally);
  g_free(task->problem);
  g_free(task);
}

static void free_task(gpointer task) {
  task_free(task);
}

static void cell_free(gpointer data) {
  Cell *cell = data;
  scenario_free(cell->scenario);
  sweep_tally_free(cell->sum);
  g_hash_table_unref(cell->early);
  g_free(cell);
}

static gboolean take_cell(Work *work, uint64_t number, GError **error) {
  Cell *cell = g_new0(Cell, 1);
  cell->number = number;
  cell->sum = sweep_tally_new();
  cell->early = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, free_task);
  cell->batches = (work->plan->replications + work->plan->batch - 1) / work->plan->batch;
  g_ptr_array_add(work->cells, cell);
  if (work->plan->drawn)
    return TRUE;
  GPtrArray *errors = NULL;
  cell->scenario = sweep_plan_scenario(work->plan, number, 0, &errors);
  if (cell->scenario)
    return TRUE;
  g_autofree char *problem = first_problem(errors);
  g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "cell %" G_GUINT64_FORMAT ": %s", number, problem);
  return FALSE;
}

/* The next batch to be given out, of the cell taken first; with a stop rule not too many ahead of what is known. */
static Cell *cell_with_work(const Work *work) {
  uint64_t ahead = work->plan->stops->len ? work->options->threads + 1 : UINT64_MAX;
  for (guint i = 0; i < work->cells->len; i++) {
    Cell *cell = g_ptr_array_index(work->cells, i);
    if (!cell->enough && cell->issued < cell->batches && cell->issued - cell->folded < ahead)
      return cell;
  }
  return NULL;
}

static gboolean give_out(Work *work, GError **error) {
  while (work->out < 2 * work->options->threads + 2) {
    Cell *cell = cell_with_work(work);
    if (!cell) {
      uint64_t number;
      SweepNext next = work->source_over ? SWEEP_NEXT_OVER : work->source->next(work->source, &number);
      work->source_over = next == SWEEP_NEXT_OVER;
      if (next != SWEEP_NEXT_CELL)
        return TRUE;
      if (!take_cell(work, number, error))
        return FALSE;
      continue;
    }
    Task *task = g_new0(Task, 1);
    *task = (Task){.cell = cell, .batch = cell->issued++};
    cell->out++;
    work->out++;
    g_thread_pool_push(work->pool, task, NULL);
  }
  return TRUE;
}

static gboolean put_cell(Work *work, Cell *cell, const char *reason, gboolean partial, GError **error) {
  g_autoptr(GString) json = g_string_new(NULL), csv = g_string_new(NULL);
  sweep_report_cell(work->plan, cell->number, cell->sum, reason, cell->scenario, json, csv);
  return sweep_part_put(work->part, cell->number, partial, json->str, csv->str, error);
}

/* Adds up the batches whose turn it is, and looks at the stop rule after each. */
static void fold(Work *work, Cell *cell) {
  for (Task *task; !cell->enough && (task = g_hash_table_lookup(cell->early, &cell->folded));) {
    sweep_tally_add(cell->sum, task->tally);
    uint64_t batch = cell->folded++;
    g_hash_table_remove(cell->early, &batch);
    cell->enough = cell->folded == cell->batches || is_enough(work->plan, cell->sum);
  }
}

static gboolean take_back(Work *work, Task *task, GError **error) {
  Cell *cell = task->cell;
  work->out--;
  cell->out--;
  if (task->problem) {
    g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "cell %" G_GUINT64_FORMAT ": %s", cell->number, task->problem);
    task_free(task);
    return FALSE;
  }
  if (task->abandoned) {
    task_free(task);
    return TRUE;
  }
  g_hash_table_insert(cell->early, &task->batch, task);
  fold(work, cell);
  if (!cell->enough || cell->out > 0)
    return TRUE;
  const char *reason = cell->folded == cell->batches ? "replications" : "stop";
  gboolean good = put_cell(work, cell, reason, FALSE, error);
  g_ptr_array_remove(work->cells, cell);
  work->finished++;
  return good;
}

/* --- the loop ----------------------------------------------------------------------------------------------------- */

static void tell_progress(Work *work, gboolean last) {
  int64_t now = g_get_monotonic_time();
  if (!work->options->progress || (!last && now - work->told_at < G_USEC_PER_SEC / 5))
    return;
  work->told_at = now;
  double done = (double)work->finished;
  for (guint i = 0; i < work->cells->len; i++) {
    const Cell *cell = g_ptr_array_index(work->cells, i);
    done += (double)cell->folded / (double)cell->batches;
  }
  SweepProgress progress = {.cells = work->options->cells,
                            .finished = work->finished,
                            .share = work->options->cells ? done / (double)work->options->cells : 1};
  work->options->progress(work->options->data, &progress);
}

/* SIGINT and SIGTERM wait, blocked, until they are asked for: no handler, nothing global. */
static void stop_signals(sigset_t *set) {
  sigemptyset(set);
  sigaddset(set, SIGINT);
  sigaddset(set, SIGTERM);
}

static gboolean signal_came(void) {
  sigset_t set;
  stop_signals(&set);
  return sigtimedwait(&set, NULL, &(struct timespec){0}) > 0;
}

static gboolean loop(Work *work, sigset_t *old_mask, GError **error) {
  gboolean good = TRUE;
  for (;;) {
    if (!g_atomic_int_get(&work->stopping) && signal_came()) {
      g_atomic_int_set(&work->stopping, TRUE);
      pthread_sigmask(SIG_SETMASK, old_mask, NULL);
    }
    if (!g_atomic_int_get(&work->stopping) && !give_out(work, error)) {
      good = FALSE;
      g_atomic_int_set(&work->stopping, TRUE);
    }
    if (work->out == 0 && (work->source_over || g_atomic_int_get(&work->stopping)))
      return good;
    Task *task = g_async_queue_timeout_pop(work->back, work->source->turn ? 1000 : 50000);
    if (task && !take_back(work, task, good ? error : NULL)) {
      good = FALSE;
      g_atomic_int_set(&work->stopping, TRUE);
    }
    if (work->source->turn)
      work->source->turn(work->source);
    tell_progress(work, FALSE);
  }
}

/* What is there of cells that were not finished, as far as batches follow each other without a gap. */
static gboolean put_rest(Work *work, GError **error) {
  for (guint i = 0; i < work->cells->len; i++) {
    Cell *cell = g_ptr_array_index(work->cells, i);
    if (cell->folded > 0 && !put_cell(work, cell, "interrupted", TRUE, error))
      return FALSE;
  }
  return TRUE;
}

void sweep_keep_memory(void) {
#ifdef __GLIBC__
  mallopt(M_TRIM_THRESHOLD, 256 * 1024 * 1024);
  mallopt(M_MMAP_THRESHOLD, 32 * 1024 * 1024);
#endif
}

SweepRunEnd sweep_run(const SweepPlan *plan, SweepSource *source, SweepPart *part, const SweepRunOptions *options,
                      GError **error) {
  sigset_t set, old_mask;
  sweep_keep_memory();
  stop_signals(&set);
  pthread_sigmask(SIG_BLOCK, &set, &old_mask); /* before the threads are made: they inherit it */
  Work work = {.plan = plan,
               .source = source,
               .part = part,
               .options = options,
               .back = g_async_queue_new(),
               .cells = g_ptr_array_new_with_free_func(cell_free)};
  work.pool = g_thread_pool_new(do_task, &work, (gint)options->threads, TRUE, error);
  gboolean good = work.pool && loop(&work, &old_mask, error);
  gboolean interrupted = good && g_atomic_int_get(&work.stopping);
  if (interrupted)
    good = put_rest(&work, error);
  tell_progress(&work, TRUE);
  if (work.pool)
    g_thread_pool_free(work.pool, FALSE, TRUE);
  g_ptr_array_unref(work.cells);
  g_async_queue_unref(work.back);
  pthread_sigmask(SIG_SETMASK, &old_mask, NULL);
  return !good ? SWEEP_FAILED : interrupted ? SWEEP_INTERRUPTED : SWEEP_FINISHED;
}
