/* Finished cells on disk. Each process writes what it finishes, a line a cell, into a file of its own in the result's
 * folder: part-*.jsonl. Lines are written whole and flushed, so whatever stops the process leaves all lines but perhaps
 * the last, which is then passed over. The results (sweep.json, sweep.csv) are made of the parts, in the order of the
 * cells, whoever finished them. */
#ifndef TEARDOWN_RUN_SWEEP_STORE_H
#define TEARDOWN_RUN_SWEEP_STORE_H

#include <glib.h>
#include <stdint.h>

/* --- writing parts --- */

typedef struct SweepPart SweepPart;

/* Makes part-NAME.K.jsonl in the folder (made too), with the first K that is free. `head_*` stand before the cells. */
SweepPart *sweep_part_new(const char *folder, const char *name, const char *digest, uint64_t cells,
                          const char *head_json, const char *head_csv, GError **error);
/* `partial`: the cell is not finished; it counts until a finished one is found. */
gboolean sweep_part_put(SweepPart *part, uint64_t cell, gboolean partial, const char *json, const char *csv,
                        GError **error);
/* Removes the file again if no cell was put into it. */
void sweep_part_free(SweepPart *part);

/* --- reading them --- */

typedef struct SweepStore SweepStore;

SweepStore *sweep_store_new(void);
void sweep_store_free(SweepStore *store);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SweepStore, sweep_store_free)

/* Whether the folder has any part, or one whose name begins so (NULL: any). */
gboolean sweep_store_folder_has(const char *folder, const char *name);
/* Reads all parts of a folder (none if it is not there). All parts of a store are of one sweep, that of `digest` if it
 * is not NULL. Errors are located: "FILE:LINE: ...". */
gboolean sweep_store_read(SweepStore *store, const char *folder, const char *digest, GError **error);

uint64_t sweep_store_cells(const SweepStore *store);    /* of the whole sweep; 0 before a part was read */
uint64_t sweep_store_finished(const SweepStore *store); /* of them */
gboolean sweep_store_has(const SweepStore *store, uint64_t cell);

/* Writes sweep.json and sweep.csv into the folder, each whole or not at all. */
gboolean sweep_store_write(const SweepStore *store, const char *folder, GError **error);

#endif
