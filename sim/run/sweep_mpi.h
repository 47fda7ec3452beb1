/* A sweep on many machines by MPI, where the program was built with it (configure --with-mpi). Rank 0 hands out cells,
 * one at a time, to whoever asks, and works too: its main thread answers while its other threads compute. */
#ifndef TEARDOWN_RUN_SWEEP_MPI_H
#define TEARDOWN_RUN_SWEEP_MPI_H

#include "run/sweep_run.h"

typedef struct SweepMpi SweepMpi;

/* Whether this program was built with MPI, and whether mpirun (or srun) started it. */
gboolean sweep_mpi_is_built(void);
gboolean sweep_mpi_is_running(void);

/* Joins the others. NULL with `error` if that is not possible. */
SweepMpi *sweep_mpi_new(GError **error);
/* All ranks must get here: it waits for them. */
void sweep_mpi_free(SweepMpi *mpi);
unsigned sweep_mpi_rank(const SweepMpi *mpi);
unsigned sweep_mpi_size(const SweepMpi *mpi);
/* Whether `good` holds on every rank; all must ask. */
gboolean sweep_mpi_all(SweepMpi *mpi, gboolean good);
/* Ends all ranks at once, with this exit status. */
_Noreturn void sweep_mpi_abort(SweepMpi *mpi, int status);

/* Cells for this rank. `loop` (borrowed, of rank 0) is where all come from. Call on every rank; owned by `mpi`. */
SweepSource *sweep_mpi_source(SweepMpi *mpi, SweepLoop *loop);
/* Rank 0 goes on handing out until every rank knows that there is no more. */
void sweep_mpi_serve(SweepMpi *mpi);

#endif
