#include "config.h"

#include "run/sweep_mpi.h"

/* mpirun of Open MPI and MPICH, and srun with PMI, say so in the environment of what they start. */
gboolean sweep_mpi_is_running(void) {
  return g_getenv("OMPI_COMM_WORLD_SIZE") || g_getenv("PMIX_RANK") || g_getenv("PMI_RANK");
}

#ifdef HAVE_MPI

#include <mpi.h>

enum { TAG_ASK, TAG_CELL };

/* What rank 0 answers: the number of a cell, or this. */
#define NO_MORE UINT64_MAX

struct SweepMpi {
  SweepSource source;
  int rank, size;
  /* of rank 0 */
  SweepLoop *loop;
  int dismissed; /* ranks that know there is no more */
  /* of the others */
  gboolean asked, over;
  uint64_t answer;
  MPI_Request request;
};

gboolean sweep_mpi_is_built(void) {
  return TRUE;
}

SweepMpi *sweep_mpi_new(GError **error) {
  int provided;
  if (MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &provided) != MPI_SUCCESS || provided < MPI_THREAD_FUNNELED) {
    g_set_error_literal(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "this MPI does not let a program have threads");
    return NULL;
  }
  SweepMpi *mpi = g_new0(SweepMpi, 1);
  MPI_Comm_rank(MPI_COMM_WORLD, &mpi->rank);
  MPI_Comm_size(MPI_COMM_WORLD, &mpi->size);
  return mpi;
}

void sweep_mpi_free(SweepMpi *mpi) {
  if (!mpi)
    return;
  MPI_Finalize();
  g_free(mpi);
}

unsigned sweep_mpi_rank(const SweepMpi *mpi) {
  return (unsigned)mpi->rank;
}

unsigned sweep_mpi_size(const SweepMpi *mpi) {
  return (unsigned)mpi->size;
}

gboolean sweep_mpi_all(SweepMpi *mpi, gboolean good) {
  (void)mpi;
  int mine = good != FALSE, all = 0;
  MPI_Allreduce(&mine, &all, 1, MPI_INT, MPI_MIN, MPI_COMM_WORLD);
  return all;
}

void sweep_mpi_abort(SweepMpi *mpi, int status) {
  (void)mpi;
  MPI_Abort(MPI_COMM_WORLD, status);
  g_assert_not_reached();
}

/* --- rank 0 ------------------------------------------------------------------------------------------------------- */

static SweepNext next_of_master(SweepSource *source, uint64_t *ret_cell) {
  SweepMpi *mpi = (SweepMpi *)source;
  return mpi->loop->source.next(&mpi->loop->source, ret_cell);
}

static void answer_all(SweepSource *source) {
  SweepMpi *mpi = (SweepMpi *)source;
  for (;;) {
    int asked;
    MPI_Status status;
    MPI_Iprobe(MPI_ANY_SOURCE, TAG_ASK, MPI_COMM_WORLD, &asked, &status);
    if (!asked)
      return;
    MPI_Recv(NULL, 0, MPI_BYTE, status.MPI_SOURCE, TAG_ASK, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    uint64_t cell = NO_MORE;
    if (mpi->loop->source.next(&mpi->loop->source, &cell) != SWEEP_NEXT_CELL) {
      cell = NO_MORE;
      mpi->dismissed++;
    }
    MPI_Send(&cell, 1, MPI_UINT64_T, status.MPI_SOURCE, TAG_CELL, MPI_COMM_WORLD);
  }
}

void sweep_mpi_serve(SweepMpi *mpi) {
  while (mpi->rank == 0 && mpi->dismissed < mpi->size - 1) {
    answer_all(&mpi->source);
    g_usleep(1000);
  }
}

/* --- the others --------------------------------------------------------------------------------------------------- */

static void ask(SweepMpi *mpi) {
  MPI_Irecv(&mpi->answer, 1, MPI_UINT64_T, 0, TAG_CELL, MPI_COMM_WORLD, &mpi->request);
  MPI_Send(NULL, 0, MPI_BYTE, 0, TAG_ASK, MPI_COMM_WORLD);
  mpi->asked = TRUE;
}

/* Never blocks: the caller looks again soon. */
static SweepNext next_of_worker(SweepSource *source, uint64_t *ret_cell) {
  SweepMpi *mpi = (SweepMpi *)source;
  int come;
  if (mpi->over)
    return SWEEP_NEXT_OVER;
  if (!mpi->asked)
    ask(mpi);
  MPI_Test(&mpi->request, &come, MPI_STATUS_IGNORE);
  if (!come)
    return SWEEP_NEXT_WAIT;
  mpi->asked = FALSE;
  mpi->over = mpi->answer == NO_MORE;
  if (mpi->over)
    return SWEEP_NEXT_OVER;
  *ret_cell = mpi->answer;
  return SWEEP_NEXT_CELL;
}

static void nothing_to_answer(SweepSource *source) {
  (void)source;
}

SweepSource *sweep_mpi_source(SweepMpi *mpi, SweepLoop *loop) {
  mpi->loop = loop;
  mpi->source =
      mpi->rank == 0 ? (SweepSource){next_of_master, answer_all} : (SweepSource){next_of_worker, nothing_to_answer};
  return &mpi->source;
}

#else

struct SweepMpi {
  int unused;
};

gboolean sweep_mpi_is_built(void) {
  return FALSE;
}

SweepMpi *sweep_mpi_new(GError **error) {
  g_set_error_literal(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "this program was built without MPI");
  return NULL;
}

void sweep_mpi_free(SweepMpi *mpi) {
  (void)mpi;
}

unsigned sweep_mpi_rank(const SweepMpi *mpi) {
  (void)mpi;
  return 0;
}

unsigned sweep_mpi_size(const SweepMpi *mpi) {
  (void)mpi;
  return 1;
}

gboolean sweep_mpi_all(SweepMpi *mpi, gboolean good) {
  (void)mpi;
  return good;
}

void sweep_mpi_abort(SweepMpi *mpi, int status) {
  (void)mpi;
  (void)status;
  g_assert_not_reached();
}

SweepSource *sweep_mpi_source(SweepMpi *mpi, SweepLoop *loop) {
  (void)mpi;
  return &loop->source;
}

void sweep_mpi_serve(SweepMpi *mpi) {
  (void)mpi;
}

#endif
